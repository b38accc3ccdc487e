"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from connectors.crayon_cloudiq.client import Cloudiq
from connectors.crayon_cloudiq.config import MANIFEST, USERS, CrayonCloudiqConfig
from connectors.crayon_cloudiq.streams import NEWEST, agreement_window
from connectors.sdk.checks import attempt, counted, failed, passed, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import ConnectorError

_ADDRESS_FIX = (
    "Check the address and that this machine may reach it: https://api.crayon.com, or "
    "https://demoapi.crayon.com for the demo system."
)
_ORGANIZATION_FIX = (
    f"Correct the number of the organization or leave it empty, and give the API user access: "
    f"{USERS}."
)


def checks(cloudiq: Cloudiq, config: CrayonCloudiqConfig, now: datetime) -> Iterator[Check]:
    """Address, sign-in, organization, one row of each stream, the reporting day."""

    def sign_in() -> str:
        cloudiq.sign_in()
        return "Cloud-iQ accepts the client and the user."

    entry = signed_in("Cloud-iQ", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    yield _organization(cloudiq)
    for stream, count in _counts(cloudiq, now).items():
        yield attempt(MANIFEST.stream(stream).title, partial(_counted, count))
    yield _reporting_day(config.reporting_day)


def _organization(cloudiq: Cloudiq) -> Check:
    name = "Organization"
    try:
        if cloudiq.organization is not None:
            found = int(cloudiq.one(f"Organizations/{cloudiq.organization}") is not None)
        else:
            found = cloudiq.total("Organizations")
    except ConnectorError as error:
        return failed(name, error, fix=_ORGANIZATION_FIX)
    if found:
        return passed(name, f"The user sees {found}.")
    text = "The user sees no organization, so there is nothing to read."
    return Check(name=name, state=CheckState.FAIL, text=text, fix=_ORGANIZATION_FIX)


def _counts(cloudiq: Cloudiq, now: datetime) -> dict[str, Callable[[], int]]:
    """How each list is asked for how much it holds; contacts are asked for one by one."""
    month = {"Category": "Report", "Year": now.year, "Month": now.month}
    return {
        "agreement_reports": lambda: cloudiq.total("ProductContainers", **month),
        "agreements": lambda: cloudiq.total("Agreements", **agreement_window(now.date())),
        "subscriptions": partial(_subscriptions, cloudiq),
        "announcements": lambda: len(cloudiq.newest("BlogItems", count=NEWEST)),
    }


def _subscriptions(cloudiq: Cloudiq) -> int:
    """Subscriptions are readable where the names of their customers are, too."""
    cloudiq.total("CustomerTenants")
    return cloudiq.total("Subscriptions", Statuses="All")


def _counted(count: Callable[[], int]) -> str:
    return counted(count())


def _reporting_day(day: int | None) -> Check:
    name = "Reporting day"
    if day is not None:
        return passed(
            name, f"Reports are due on day {day} of the following month, as entered here."
        )
    return Check(
        name=name,
        state=CheckState.WARN,
        text="Reports get no due date: Cloud-iQ gives none, and no reporting day is entered.",
        fix="Enter the day of the month by which your agreement with Crayon wants the reports.",
    )
