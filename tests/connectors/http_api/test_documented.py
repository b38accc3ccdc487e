"""The documentation: both examples work as they stand there, and every key is in its tables."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.http_api import model
from connectors.http_api.declaration import load
from connectors.http_api.fields import OPTIONS, Reader, fields_of
from connectors.http_api.sentences import parts_of
from connectors.sdk.records import Category, Deadline, DueDate, Goal, Kind, Money
from tests.connectors.http_api.conftest import Api

PAGE = (Path(__file__).parents[3] / "docs/connectors/http_api.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
EXAMPLES = [block for block in BLOCKS if block.startswith("name:")]
RECIPES = [block for block in BLOCKS if block not in EXAMPLES]
CISCO, CISA, JSON_EXAMPLE, CSV_EXAMPLE = EXAMPLES
TOKEN = "token-of-contoso-4711"


def subscription(number: int, **more: Any) -> dict[str, Any]:
    return {
        "subscriptionId": f"S-{number}",
        "offer": {"name": "Productivity Suite"},
        "customer": {"name": "Hartwell Clinics"},
        "commitment": {"endsAt": "2026-12-31"},
        "status": "active",
        "autoRenew": False,
        "price": {"amount": 1234.5, "currency": "EUR"},
        "quantity": 25,
    } | more


def contoso(api: Api) -> None:
    """Answers as the example says that Contoso does; two subscriptions to a page."""

    def token(request: Request, body: bytes) -> Response:
        asked = parse_qs(body.decode())
        assert asked["client_secret"] == ["secret-of-contoso"]
        assert asked["scope"] == ["partner.read"]
        return JSONResponse({"access_token": TOKEN, "expires_in": 3600})

    def subscriptions(request: Request, body: bytes) -> Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert request.query_params.getlist("status") == ["active", "expiring"]
        first = "cursor" not in request.query_params
        rows = [subscription(1), subscription(2, autoRenew=True)] if first else [subscription(3)]
        more = "page-2" if first else None
        return JSONResponse({"data": {"subscriptions": rows, "nextCursor": more}})

    def rebates(request: Request, body: bytes) -> Response:
        row = {
            "id": 7,
            "name": "Growth rebate",
            "thresholds": [{"revenue": 50_000}, {"revenue": 120_000}],
            "revenueToDate": "81250.40",
            "currency": "EUR",
            "quarterEnd": 20261231,
        }
        return JSONResponse({"data": {"rebates": [row], "count": 1}})

    api.answers["partner/v1/subscriptions"] = subscriptions
    api.answers["partner/v1/rebates"] = rebates
    api.answers["oauth2/token"] = token


def example(api: Api, text: str, **settings: str) -> Any:
    """The example with our loopback address in place of its hosts."""
    hosts = r"https://(\w+\.\w+\.example|apix\.cisco\.com|id\.cisco\.com|www\.cisa\.gov)"
    return api.config(re.sub(hosts, "{base}", text), **settings)


def eox(number: int, **more: Any) -> dict[str, Any]:
    """A record in the shape that Cisco documents: dates with their format, blanks for none."""
    day = {"value": f"2027-0{number}-28", "dateFormat": "YYYY-MM-DD"}
    none = {"value": " ", "dateFormat": "YYYY-MM-DD"}
    return {
        "EOLProductID": f"WS-C2960-{number}",
        "ProductIDDescription": "Catalyst 2960 24 10/100",
        "ProductBulletinNumber": "EOL9449",
        "LinkToProductBulletinURL": "https://www.cisco.com/c/en/us/eos-eol-notice.html",
        "EndOfSaleDate": {"value": "2021-10-30", "dateFormat": "YYYY-MM-DD"},
        "EndOfServiceContractRenewal": none,
        "LastDateOfSupport": day,
        "EOXMigrationDetails": {"PIDActiveFlag": "Y  ", "MigrationProductId": "C9200L-24T-4G-E"},
        "EOXInputType": "ShowEOXByDates",
    } | more


def cisco(api: Api) -> None:
    """Answers as Cisco's documentation of the EoX API says; two records to a page."""
    rows = [eox(1), eox(1, EOXMigrationDetails={"MigrationProductId": "C9200L-48"}), eox(3)]

    def token(request: Request, body: bytes) -> Response:
        assert parse_qs(body.decode())["grant_type"] == ["client_credentials"]
        return JSONResponse({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3599})

    def page(number: int) -> Any:
        def answer(request: Request, body: bytes) -> Response:
            assert request.headers["authorization"] == f"Bearer {TOKEN}"
            asked = {"responseencoding": "json", "eoxAttrib": "EO_LAST_SUPPORT_DATE"}
            assert dict(request.query_params) == asked
            found = rows[2 * number - 2 : 2 * number]
            paging = {"PageIndex": number, "LastIndex": 2, "TotalRecords": 3}
            paging["PageRecords"] = len(found)
            return JSONResponse({"PaginationResponseRecord": paging, "EOXRecord": found})

        return answer

    api.answers["oauth2/default/v1/token"] = token
    for number in (1, 2):
        where = f"supporttools/eox/rest/5/EOXByDates/{number}/2026-10-23/2027-11-22"
        api.answers[where] = page(number)


def test_ciscos_api_is_read_as_its_documentation_says(api: Api) -> None:
    cisco(api)

    found = api.read(
        example(api, CISCO, client_id="us", client_secret="secret-of-contoso"), "last_support"
    )

    assert found.bad == []
    assert found.end is not None
    assert found.end.window == (date(2026, 10, 24), date(2027, 11, 21))
    first, second, third = found.records
    assert isinstance(first, Deadline)
    assert (first.title, first.vendor) == ("WS-C2960-1 is supported no longer", "Cisco")
    assert first.due == DueDate(on=date(2027, 1, 28), raw="2027-01-28")
    assert [fact.label for fact in first.facts] == ["Sold until", "Replaced by"]
    assert (second.external_id, third.external_id) == (
        "WS-C2960-1/C9200L-48",
        "WS-C2960-3/C9200L-24T-4G-E",
    )


def test_cisas_catalogue_is_read_for_the_vendors_that_one_sells(api: Api) -> None:
    path = "sites/default/files/csv/known_exploited_vulnerabilities.csv"
    rows = (
        (
            "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,"
            "requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes"
        ),
        (
            'CVE-2026-1001,Cisco,"IOS XE","Cisco IOS XE Web UI Vulnerability",2026-11-20,'
            '"It has a flaw, in two lines\nof text.","Apply updates per vendor instructions.",'
            "2026-12-11,Known,https://sec.example/a,CWE-420"
        ),
        'CVE-2026-1002,Acme,Widget,"Acme Widget Flaw",2026-11-20,x,y,2026-12-11,Unknown,,',
    )
    api.answers[path] = lambda request, body: Response("\r\n".join(rows), media_type="text/csv")

    found = api.read(example(api, CISA), "vulnerabilities")

    (record,) = found.records
    assert isinstance(record, Deadline)
    assert (record.vendor, record.reference) == ("Cisco", "CVE-2026-1001")
    assert record.due == DueDate(on=date(2026, 12, 11), raw="2026-12-11")
    assert record.summary == "Apply updates per vendor instructions."
    assert found.end is not None


@pytest.mark.parametrize("text", RECIPES)
def test_every_recipe_is_in_order(text: str) -> None:
    streams = "".join(f"  {line}\n" for line in text.splitlines())

    assert load(f"name: A\nbase: https://api.example\nstreams:\n{streams}").plans


def test_the_example_in_json_is_read_to_its_end(api: Api) -> None:
    contoso(api)
    config = example(api, JSON_EXAMPLE, client_id="us", client_secret="secret-of-contoso")

    renewals, rebates = api.read(config, "renewals"), api.read(config, "rebates")

    assert renewals.error is None
    assert renewals.end is not None
    assert [record.external_id for record in renewals.records] == ["S-1", "S-2", "S-3"]
    first, second, _ = renewals.records
    assert isinstance(first, Deadline)
    assert isinstance(second, Deadline)
    assert first.title == "Productivity Suite for Hartwell Clinics"
    assert first.due == DueDate(on=date(2026, 12, 31), raw="2026-12-31")
    assert first.amount == Money(amount=Decimal("1234.5"), currency="EUR")
    assert first.category is Category.RENEWAL
    assert first.vendor == "Contoso"
    assert [fact.value for fact in first.facts] == ["25", "no"]
    assert (first.closed, second.closed) == (False, True)
    (goal,) = rebates.records
    assert isinstance(goal, Goal)
    assert (goal.target, goal.actual) == (Decimal(120_000), Decimal("81250.4"))
    assert goal.due == DueDate(on=date(2026, 12, 31), raw="20261231")


def test_the_example_in_csv_is_read_to_its_end(api: Api) -> None:
    def export(request: Request, body: bytes) -> Response:
        if request.headers.get("x-api-key") != "key-of-fabrikam":
            return Response(status_code=401)
        rows = (
            "Invoice no.;Brand;Customer;Due date;Open amount;Status",
            "4711;Dell;Müller & Söhne;03.12.2026;1.234,50;open",
            "4712;HPE;Hartwell Clinics;17.11.2026;980,00;paid",
            "4713;HPE;Hartwell Clinics;17/11/2026;12,00;open",
            "4714;HPE",
        )
        return Response("\r\n".join(rows).encode("cp1252"), media_type="text/csv")

    api.answers["exports/open-invoices.csv"] = export

    found = api.read(example(api, CSV_EXAMPLE, key="key-of-fabrikam"), "invoices")
    refused = api.read(example(api, CSV_EXAMPLE, key="another-key"), "invoices")

    assert found.end is not None
    first, second = found.records
    assert isinstance(first, Deadline)
    assert isinstance(second, Deadline)
    assert (first.title, first.vendor, first.account) == ("Invoice 4711", "Dell", "Müller & Söhne")
    assert first.amount == Money(amount=Decimal("1234.5"), currency="EUR")
    assert (first.closed, second.closed) == (False, True)
    assert [row.external_id for row in found.bad] == ["4713", "4714"]
    assert "field due is not a date like %d.%m.%Y: '17/11/2026'" in found.bad[0].reason
    assert "2 cells below a header of 6" in found.bad[1].reason
    assert type(refused.error).__name__ == "AuthFailed"


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_strangers_api_costs_less_than_sixty_lines(text: str) -> None:
    assert len(text.splitlines()) < 60


def table(heading: str) -> str:
    """The section below a heading, up to the next one."""
    found = re.search(rf"^###+ {re.escape(heading)}\n(.*?)(?=^##)", PAGE, re.M | re.S)
    assert found, heading
    return found[1]


def keys(part: type[model.Part]) -> set[str]:
    return {info.alias or name for name, info in part.model_fields.items()}


SECTIONS: dict[str, tuple[type[model.Part], ...]] = {
    "The whole": (model.Declaration,),
    "`sign_in`": (
        model.NoSignIn,
        model.KeySignIn,
        model.BasicSignIn,
        model.OAuthSignIn,
        model.LoginSignIn,
    ),
    "`streams`": (model.Stream, model.Csv, model.Window, model.Detail),
    "`pager`": tuple(get_args(get_args(model.Pager)[0])),
    "`map`": (model.Rule,),
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_in_the_tables(heading: str) -> None:
    told = set(re.findall(r"`(\w+)(?:: [^`]*)?`", table(heading)))

    assert set().union(*map(keys, SECTIONS[heading])) - told == set()


def test_no_part_is_left_out_of_the_documentation() -> None:
    told = {part for parts in SECTIONS.values() for part in parts}
    alike = {model.BearerSignIn, model.Constant}

    assert set(parts_of(model.Part)) - told - alike == set()


def test_the_table_of_fields_is_that_of_the_records() -> None:
    known: dict[Reader, set[str]] = {reader: set() for reader in Reader}
    for kind in Kind:
        for name, reader in fields_of(kind).items():
            known[reader].add(name)

    for row in re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", table("`map`"), re.M)[1:]:
        reader = Reader(row[0])
        assert set(re.findall(r"`(\w+)`", row[1])) == known.pop(reader), reader
        told = set(re.findall(r"`([a-z]\w+)(?:: true)?`", row[2])) - {"EUR"}
        assert told == OPTIONS.get(reader, frozenset()), reader
    assert known == {}


def test_the_fields_of_each_kind_are_those_of_its_records() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", table("Fields of each kind"), re.M))

    assert set(told) == set(Kind)
    for kind in Kind:
        assert set(re.findall(r"`(\w+)`", told[kind])) == set(fields_of(kind))


def test_every_category_is_named() -> None:
    assert set(Category) <= set(re.findall(r"`([\w ]+)`", table("`map`")))
