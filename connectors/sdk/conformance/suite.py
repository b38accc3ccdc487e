"""The list of checks, and how they are run."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from connectors.sdk.conformance import (
    completeness,
    conduct,
    content,
    description,
    fields,
    trouble,
)
from connectors.sdk.conformance.results import Failed, Outcome, Result
from connectors.sdk.conformance.stage import Case
from connectors.sdk.connector import Connector
from connectors.sdk.sandbox import Sandbox

Verify = Callable[[Case], None]

TITLES: Mapping[str, str] = {
    "C01": "the manifest loads without network and is consistent",
    "C02": "every setting that looks like a secret is marked secret",
    "C03": "settings survive form and storage",
    "C04": "each trouble gives the right error and a sentence that helps",
    "C05": "reading twice gives the same ids and hashes",
    "C06": "ids do not depend on the order of rows",
    "C07": "a page that fails, repeats, loops or shrinks never completes a list",
    "C08": "a missing list is not an empty list",
    "C09": "a cut, garbled or foreign answer never completes a list",
    "C10": "a bad field costs at most its own row",
    "C11": "dates carry their kind, zone and raw text",
    "C12": "money is exact and has an ISO currency",
    "C13": "stored state only saves work",
    "C14": "Retry-After is a floor",
    "C15": "a sign-in that expires in the middle is renewed once",
    "C16": "only the platform's own hosts are contacted",
    "C17": "requests stay within the budget",
    "C18": "no secret in logs, errors, records or URLs",
    "C19": "a read stops when it is left or cancelled",
    "C20": "hostile text does no harm",
    "C21": "the records are the golden ones",
    "C22": "the docs page says needs, limits, permissions and removal",
}

_CHECKS: Mapping[str, Verify] = {
    "C01": description.manifest_loads,
    "C02": description.secrets_are_marked,
    "C03": description.settings_survive_the_form,
    "C04": trouble.checks_say_what_helps,
    "C05": content.reading_twice_is_the_same,
    "C06": content.ids_do_not_depend_on_order,
    "C07": completeness.broken_pages_never_complete,
    "C08": completeness.missing_lists_are_not_empty,
    "C09": completeness.damaged_answers_never_complete,
    "C10": fields.a_bad_field_costs_its_row,
    "C11": content.dates_carry_their_kind,
    "C12": content.money_is_exact,
    "C13": conduct.state_only_saves_work,
    "C14": trouble.waits_as_long_as_asked,
    "C15": trouble.renews_an_expired_sign_in,
    "C16": conduct.talks_to_its_own_hosts,
    "C17": conduct.keeps_its_budget,
    "C18": conduct.tells_no_secret,
    "C19": conduct.stops_when_told,
    "C20": fields.texts_do_no_harm,
}

_SHORTEST_REASON = 20


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Where the files are that only a checkout has.

    root     the repository: docs pages are below it
    golden   the stored records of this connector; ``update`` stores what it gives now
    """

    root: Path
    golden: Path
    update: bool = False


def run(
    connector: Connector,
    sandbox_class: type[Sandbox],
    *,
    only: Collection[str] | None = None,
    checkout: Checkout | None = None,
) -> Iterator[Result]:
    """Runs the checks, in order, each on sandboxes of its own, and yields as they end.

    ``only`` names the ids to run. Without a checkout C21 and C22 are bypassed: an installed
    package has neither golden records nor docs. What the sandbox's ``bypasses`` name is not
    run; a bypass without a written reason, or of a check that does not exist, fails.
    """
    case = Case(connector, sandbox_class)
    reasons: Mapping[str, str] = case.offered("bypasses", {})
    for unknown in sorted(set(reasons) - set(TITLES)):
        text = f"bypasses names {unknown}, which is no check"
        yield Result(id=unknown, title="a bypass", outcome=Outcome.FAILED, text=text)
    for id_, check in _checks(checkout).items():
        if only is None or id_ in only:
            yield _bypass(id_, reasons[id_]) if id_ in reasons else _result(id_, check, case)


def _checks(checkout: Checkout | None) -> dict[str, Verify]:
    if checkout is None:
        return {**_CHECKS, "C21": _needs_checkout, "C22": _needs_checkout}
    golden = partial(content.output_is_golden, golden=checkout.golden, update=checkout.update)
    return {
        **_CHECKS,
        "C21": golden,
        "C22": partial(description.docs_page_exists, root=checkout.root),
    }


class _Bypass(Exception):
    """The check cannot be made here."""


def _needs_checkout(case: Case) -> None:
    raise _Bypass("It needs the connector's own repository, with the stored records and docs.")


def _bypass(id_: str, reason: str) -> Result:
    if len(reason.strip()) < _SHORTEST_REASON:
        text = f"the bypass has no written reason: {reason!r}"
        return Result(id=id_, title=TITLES[id_], outcome=Outcome.FAILED, text=text)
    return Result(id=id_, title=TITLES[id_], outcome=Outcome.BYPASSED, text=reason)


def _result(id_: str, check: Verify, case: Case) -> Result:
    outcome, text = Outcome.PASSED, ""
    try:
        check(case)
    except Failed as failure:
        outcome, text = Outcome.FAILED, str(failure)
    except _Bypass as bypass:
        outcome, text = Outcome.BYPASSED, str(bypass)
    except Exception as error:  # noqa: BLE001 - one check that breaks does not stop the others
        outcome, text = Outcome.FAILED, f"the check broke with {type(error).__name__}: {error}"
    return Result(id=id_, title=TITLES[id_], outcome=outcome, text=text)
