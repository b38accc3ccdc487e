"""The named checks of a connection: each sign-in, then one row of each thing that it reads."""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.microsoft.client import Microsoft, Site, customers
from connectors.microsoft.config import STREAMS, MicrosoftConfig
from connectors.microsoft.refusals import SUBSCRIPTIONS
from connectors.microsoft.streams import (
    NO_PERSON,
    SET_ONE,
    admin_relationship_pages,
    message_pages,
    promotion_pages,
    referral_pages,
    security_total,
)
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState

_TITLES = {spec.name: spec.title for spec in STREAMS}


def checks(microsoft: Microsoft, config: MicrosoftConfig) -> Iterator[Check]:
    """Nothing is asked of an API whose sign-in is refused."""
    named = {spec.name for spec in config.named_streams()}
    reads = named - (set() if config.refresh_token else {"referrals"})
    for name, site, probes in _apis(microsoft, config):
        wanted = {stream: probe for stream, probe in probes.items() if stream in reads}
        if not wanted:
            continue
        signed_in = attempt(name, _signing_in(site))
        yield signed_in
        if signed_in.state is CheckState.OK:
            for stream, probe in wanted.items():
                yield attempt(_TITLES[stream], probe)
    for spec in STREAMS:
        if spec.name not in reads:
            yield _not_read(spec.title, wanted=spec.name in named)


def _apis(
    microsoft: Microsoft, config: MicrosoftConfig
) -> Iterator[tuple[str, Callable[[], Site], dict[str, Callable[[], str]]]]:
    """Each API by the name of its sign-in, with a probe for each stream that comes from it."""

    def graph() -> Site:
        return microsoft.graph

    def center() -> Site:
        return microsoft.partner_center

    yield (
        "Sign-in to Microsoft Graph",
        graph,
        {
            "admin_relationships": lambda: _any(admin_relationship_pages(graph(), size=1)),
            "messages": lambda: _any(message_pages(graph(), size=1)),
            "security_score": lambda: _score(graph()),
        },
    )
    yield (
        "Sign-in to Partner Center",
        center,
        {
            "subscriptions": lambda: _any(customers(center(), SUBSCRIPTIONS, size=1), "customers"),
            "promotions": lambda: _any(promotion_pages(center(), config.promotions_country)),
        },
    )
    yield (
        "Sign-in for referrals",
        lambda: microsoft.referrals,
        {"referrals": lambda: _any(referral_pages(microsoft.referrals, size=1))},
    )


def _signing_in(site: Callable[[], Site]) -> Callable[[], str]:
    def act() -> str:
        site().sign_in()
        return "Microsoft accepts it."

    return act


def _any(pages: Iterator[list[Any]], what: str = "") -> str:
    return (
        f"Readable{f', {what} first' if what else ''}."
        if next(pages)
        else "Readable; none at present."
    )


def _score(site: Site) -> str:
    body = security_total(site)
    return f"{body.get('currentScore')} of {body.get('maxScore')} points."


def _not_read(title: str, *, wanted: bool) -> Check:
    if not wanted:
        return Check(name=title, state=CheckState.OK, text="This connection does not read them.")
    return Check(name=title, state=CheckState.WARN, text=f"Not read. {NO_PERSON}", fix=SET_ONE)
