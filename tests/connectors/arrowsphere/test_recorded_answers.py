"""Each documented shape is read, and reads as a person would read it.

``recorded`` says why Arrow's own libraries are not the oracle here.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.arrowsphere.client import notifications_of
from connectors.arrowsphere.mapping import campaign, licence, notification, program
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Category, Deadline, DueDate, DueInstant, Notice
from tests.connectors.arrowsphere import recorded
from tests.support.desk import Desk, facts


def paths(value: Any, before: str = "") -> dict[str, str]:
    """Every field of an answer by its path, with the kind of its value; null is any kind."""
    if isinstance(value, dict):
        inner = (paths(found, f"{before}.{key}") for key, found in value.items())
        return {path: kind for found in inner for path, kind in found.items()}
    if isinstance(value, list):
        return paths(value[0], f"{before}[]") if value else {}
    return {before: "any" if value is None else type(value).__name__}


def test_an_enrolment_of_the_php_library_has_days() -> None:
    (only,) = program(recorded.SUBSCRIPTIONS_PHP["data"][0])

    assert (only.title, only.status, only.tier) == ("MSCSP", "In Progress", None)
    assert (only.period_start, only.period_end) == (None, None)
    assert facts(only) == {
        "Reference": "XSPS100",
        "Asked for": "2022-07-26",
        "Partner number": "4711",
    }


def test_an_enrolment_of_the_documents_has_moments_and_an_end() -> None:
    enrolled, ends = program(recorded.SUBSCRIPTIONS_DOCUMENTED["data"][0])

    assert (enrolled.period_start, enrolled.period_end) == (date(2020, 2, 1), date(2020, 3, 1))
    assert isinstance(ends, Deadline)
    assert ends.due == DueInstant(
        at=datetime(2020, 3, 1, tzinfo=UTC), raw="2020-03-01T00:00:00.000Z"
    )
    assert (ends.external_id, ends.derived_from) == ("XSPS101:end", "program XSPS101")
    assert "guid" not in str(facts(enrolled))


def test_a_notification_in_seconds_and_one_in_days_are_both_read() -> None:
    (seconds,) = notifications_of(recorded.NOTIFICATION_SECONDS)
    (days,) = notifications_of(recorded.NOTIFICATION_DAYS)

    assert notification(seconds).published == DueInstant(
        at=datetime(2022, 12, 26, 13, 15, 33, tzinfo=UTC), raw="1672060533"
    )
    assert notification(days).published == DueDate(on=date(2023, 7, 17), raw="2023-07-17")
    assert facts(notification(seconds)) == {"Kept until": "2023-01-26"}
    assert facts(notification(days)) == {"Kept until": "2023-08-17"}


@pytest.mark.parametrize("read", [0, 1, False, True, None])
def test_whether_a_person_read_it_there_changes_nothing(read: Any) -> None:
    (row,) = notifications_of(recorded.NOTIFICATION_SECONDS)

    assert notification({**row, "hasBeenRead": read}) == notification(row)


def test_a_licence_reads_as_a_renewal() -> None:
    found = licence(recorded.LICENCE)

    assert found is not None
    assert found.title == "Licence renews itself — Office 365 E3, My customer"
    assert found.due == DueInstant(
        at=datetime(2021, 11, 18, 17, 48, 43, tzinfo=UTC), raw="2021-11-18T17:48:43.000Z"
    )
    assert (found.vendor, found.account, found.status) == (
        "Microsoft",
        "My customer",
        "activation_ok",
    )
    assert found.amount is None
    assert facts(found)["Buy price"] == "10 USD"
    assert facts(found)["Term"] == "one year"


def test_the_next_renewal_comes_before_the_end() -> None:
    row = {"license": {**recorded.LICENCE["license"], "next_renewal_date": "2021-05-18"}}

    found = licence(row)

    assert found is not None
    assert found.due == DueDate(on=date(2021, 5, 18), raw="2021-05-18")
    assert facts(found)["Ends"] == "2021-11-18"


@pytest.mark.parametrize(
    ("auto_renew", "begins"),
    [(True, "Licence renews itself"), (False, "Renew licence"), (None, "Licence ends")],
)
def test_a_title_says_no_more_than_is_known(auto_renew: Any, begins: str) -> None:
    found = licence({"license": {**recorded.LICENCE["license"], "auto_renew": auto_renew}})

    assert found is not None
    assert found.title.startswith(begins)


def test_a_term_without_an_end_is_a_field_that_is_missing() -> None:
    row = {"license": {**recorded.LICENCE["license"], "end_date": None}}

    with pytest.raises(BadField, match="end_date is missing, though the term is one year"):
        licence(row)


def test_a_campaign_is_an_incentive_until_its_last_day() -> None:
    found = campaign(recorded.CAMPAIGN)

    assert isinstance(found, Deadline)
    assert (found.category, found.program) == (Category.INCENTIVE, "MSCSP")
    assert found.due == DueDate(on=date(2021, 9, 30), raw="2021-09-30")
    assert found.url == "https://campaign.example/landingpage.html"
    assert found.body == (
        "<p>This page explains</p><h3>Body title</h3><p>A great description</p>"
        "<h3>Marketing</h3><p>M</p>"
    )
    assert facts(found)["Created"] == "2021-06-25T16:00:00:00Z", "the odd sample costs nothing"


def test_a_campaign_without_a_last_day_is_news() -> None:
    found = campaign({**recorded.CAMPAIGN, "endDate": None})

    assert isinstance(found, Notice)
    assert found.external_id.endswith(":open-ended")
    assert found.published == DueDate(on=date(2021, 8, 1), raw="2021-08-01")


def test_a_last_day_that_is_none_costs_its_campaign_only() -> None:
    with pytest.raises(BadField, match="endDate is not a date"):
        campaign({**recorded.CAMPAIGN, "endDate": "2021-09-31"})


@pytest.mark.parametrize("over", [{"status": "closed"}, {"isActivated": False}])
def test_a_campaign_that_arrow_closed_is_closed(over: dict[str, Any]) -> None:
    assert campaign({**recorded.CAMPAIGN, **over}).closed


@pytest.mark.parametrize(
    ("node", "path", "shape"),
    [
        (False, "/subscriptions", recorded.SUBSCRIPTIONS_PHP),
        (True, "/subscriptions", recorded.SUBSCRIPTIONS_DOCUMENTED),
        (False, "/notification", recorded.NOTIFICATION_SECONDS),
        (True, "/notification", recorded.NOTIFICATION_DAYS),
        (False, "/licenses/v2/find", {"results": [recorded.LICENCE]}),
        (False, "/campaigns/v2/active", {"data": [recorded.CAMPAIGN]}),
    ],
)
def test_the_sandbox_answers_in_the_documented_shapes(
    desk: Desk, node: bool, path: str, shape: dict[str, Any]
) -> None:
    import json

    desk.sandbox.node = node
    heard: dict[str, Any] = {}

    def hear(asked: Any, content_type: str, body: bytes) -> bytes:
        heard.setdefault(asked.path.removeprefix("/index.php/api"), json.loads(body))
        return body

    desk.host.rewrite("platform", hear)
    for stream in desk.streams():
        desk.read(stream)

    documented, found = paths(shape), paths(heard[path])
    shared = {name for name in documented if name in found}
    assert len(shared) >= len(documented) * 0.5
    for name in shared:
        kinds = {documented[name], found[name]}
        assert len(kinds - {"any"}) <= 1 or kinds <= {"int", "float"}, name
