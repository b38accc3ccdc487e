"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator, Sequence

from connectors.salesforce_prm.client import Salesforce
from connectors.salesforce_prm.config import MANIFEST
from connectors.salesforce_prm.metadata import Field
from connectors.salesforce_prm.portal import Portal
from connectors.salesforce_prm.soql import Hidden, Statement
from connectors.salesforce_prm.streams import OBJECTS, planned
from connectors.sdk.checks import failed, passed
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    RateLimited,
    Unavailable,
)

_FEW = 0.9
"""The share of the org's calls from which on a person should know of it."""
_NAMED = 12
"""Fields that a check names at most."""
_MAPPED = {
    "deal_number": ("number", ("string",)),
    "deal_status": ("approval", ("picklist",)),
    "deal_amount": ("value", ("currency", "double")),
}
"""The settings with a field of a registration: what it is, and of which types that is kept."""


def checks(api: Salesforce, portal: Portal) -> Iterator[Check]:
    """Sign-in, version, each list, the fields of deal registrations, calls left."""
    try:
        api.sign_in()
    except ConnectorError as error:
        yield failed("Sign-in", error)
        return
    yield passed("Sign-in", "Salesforce accepts the app.")
    try:
        yield _version(api)
        for spec in MANIFEST.streams:
            yield _list(spec.name, spec.title, api, portal)
        if portal.config.deal_expires is not None:
            yield from _deal_fields(api, portal)
    except (AuthFailed, RateLimited, ConfigInvalid) as error:
        yield failed("Access", error)
        return
    except ConnectorError as error:
        yield failed("Salesforce", error)
        return
    yield _calls(api)


def _version(api: Salesforce) -> Check:
    wanted, found = api.config.api_version, api.versions()
    if wanted in found:
        return passed("Version of the API", f"The vendor's Salesforce has version {wanted}.")
    listed = ", ".join(found[-3:]) or "none"
    return Check(
        name="Version of the API",
        state=CheckState.WARN,
        text=f"The vendor's Salesforce does not list version {wanted}.",
        fix=f"Enter one that it lists; its newest are {listed}.",
    )


def _list(stream: str, title: str, api: Salesforce, portal: Portal) -> Check:
    try:
        return _readable(stream, title, api, portal)
    except Hidden as hidden:
        text, fix = str(hidden), hidden.fix
        if stream == "deal_registrations":
            fix = f"{fix} {_dates(api, portal)}".strip()
        return Check(name=title, state=CheckState.WARN, text=text, fix=fix)
    except AuthFailed as error:
        if not error.of_one_list:
            raise
        return failed(title, error)
    except (RateLimited, ConfigInvalid, Unavailable):
        raise
    except ConnectorError as error:
        return failed(title, error)


def _readable(stream: str, title: str, api: Salesforce, portal: Portal) -> Check:
    _source, wanted = planned(stream, api, portal)
    total = api.count(wanted.count)
    text = f"{total:,} to read" if total else "Readable; none at present"
    return passed(title, f"{text}{_hidden(wanted)}.")


def _hidden(wanted: Statement) -> str:
    """What of a list this org does not show; a currency is only there where there are several."""
    names = [path for path in wanted.hidden if path != "CurrencyIsoCode"]
    if not names or wanted.object not in OBJECTS:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"; without {', '.join(names[:_NAMED])}{more}, which the user may not see"


def _deal_fields(api: Salesforce, portal: Portal) -> Iterator[Check]:
    """The chosen fields that the user may not see, then what could be chosen beside them."""
    config = portal.config
    described = api.describe(config.deal_object)
    if described is None:
        return
    possible = {}
    for setting, (what, types) in _MAPPED.items():
        name, likely = getattr(config, setting), described.of_types(types)
        if name is None:
            possible[what] = [field for field in likely if field.is_own]
        elif name not in described.fields:
            yield Check(
                name=f"Field {name}",
                state=CheckState.WARN,
                text=f"{config.deal_object} shows the user no field {name}.",
                fix="Correct its API name in the connection, or ask the vendor to let you see it."
                f" It may be one of: {_listed(likely)}.",
            )
    said = [f"its {what}: {_listed(fields)}" for what, fields in possible.items() if fields]
    if said:
        yield passed("Fields of deal registrations", f"Not chosen yet. May hold {'; '.join(said)}.")


def _dates(api: Salesforce, portal: Portal) -> str:
    """The fields that may hold the end of a registration."""
    described = api.describe(portal.config.deal_object)
    if described is None:
        return ""
    dates = described.of_types(("date", "datetime"))
    if not dates:
        return f"{described.name} has no date."
    return f"Dates of {described.name}: {_listed(dates)}."


def _listed(fields: Sequence[Field]) -> str:
    """Fields by the API name that one enters and the label that one knows from the portal."""
    return ", ".join(f"{field.name} ({field.label})" for field in fields[:_NAMED]) or "none"


def _calls(api: Salesforce) -> Check:
    name = "Calls left"
    if api.usage is None or not api.usage[1]:
        return passed(name, "Salesforce does not say how many calls are left.")
    used, allowed = api.usage
    text = f"The vendor's programs used {used:,} of {allowed:,} calls of the last 24 hours."
    if used < allowed * _FEW:
        return passed(name, text)
    fix = "Choose a longer interval, or ask the vendor which program uses them up."
    return Check(name=name, state=CheckState.WARN, text=text, fix=fix)
