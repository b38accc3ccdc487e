"""The Python SDK for Cloud-iQ on PyPI, unmodified, as an oracle: written by somebody else from
Crayon's documents, it has to read of the sandbox what the connector reads.
"""

from typing import Any

import pytest
from cloudiq import CloudIQ

from tests.support.desk import Desk


@pytest.fixture
def sdk(desk: Desk) -> Any:
    names = ("client_id", "client_secret", "username", "password")
    made = CloudIQ(**{name: desk.values[name] for name in names})
    made.baseURL = f"{desk.url}/api/v1"
    return made


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert len(body["Items"]) == body["TotalHits"]
    return list(body["Items"])


def test_it_signs_in(sdk: Any) -> None:
    token = sdk.getToken()

    assert token["TokenType"] == "Bearer"
    assert token["ExpiresIn"] == 3600


def test_wrong_credentials_end_its_program(sdk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    sdk.password = "wrong"

    with pytest.raises(SystemExit):
        sdk.getToken()
    assert "invalid_grant" in capsys.readouterr().out


def test_it_and_the_connector_see_the_same_reports(sdk: Any, desk: Desk) -> None:
    by_month = {"Category": "Report", "Year": 2026, "Month": 2}
    (spla, csp) = items(sdk.getProductContainers(4001, by_month))

    seen = {
        f"{container['Id']}:{row['Agreement']['Id']}": row["Status"]
        for container in (spla, csp)
        for row in items(sdk.getAgreementReports(container["Id"]))
    }

    found = desk.rows("agreement_reports").values()
    assert seen == {row.external_id: row.status for row in found if row.period == "2026-02"}


def test_it_and_the_connector_see_the_same_agreements_and_news(sdk: Any, desk: Desk) -> None:
    window = {"EndDateFrom": "2025-12-02T00:00:00Z", "EndDateTo": "2027-04-06T00:00:00Z"}
    agreements = items(sdk.getAgreements(window))
    news = items(sdk.getBlogItems({"count": 50}))

    assert {str(row["Id"]) for row in agreements} == set(desk.rows("agreements"))
    assert {row["Title"] for row in news} == {
        record.title for record in desk.rows("announcements").values()
    }


def test_it_and_the_connector_see_the_same_contacts(sdk: Any, desk: Desk) -> None:
    named = {}
    for organization in items(sdk.getOrganizations()):
        person = sdk.getOrganizationSalesContact(organization["Id"]).json()
        if person["Email"]:
            named[str(organization["Id"])] = person["Email"]

    assert named == {key: row.email for key, row in desk.rows("contacts").items()}
