"""Settings › Rules, as people see them and as they are kept."""

import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from app.models import AssignmentRule, RecordedAct
from app.services import accounts
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW

PATH = "/settings/rules"


@pytest.fixture
def ids(site: Site, admin: int) -> dict[str, int]:
    """The people of the sample company, by their first names."""
    company.fill(site.database)
    with site.database.read() as session:
        return {user.name.split()[0]: user.id or 0 for user in accounts.users(session)}


def rules(site: Site) -> list[AssignmentRule]:
    with site.database.read() as session:
        return list(session.exec(select(AssignmentRule).order_by(AssignmentRule.id)))


def test_a_rule_is_added_listed_changed_and_deleted(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    form = {"vendor": " Cisco   Meraki ", "owner": ids["Rin"], "backup": ids["Dana"]}
    assert client.post(PATH, data=form).status_code == 303

    (rule,) = rules(site)
    assert (rule.vendor, rule.program, rule.created_by_id) == ("Cisco Meraki", None, ids["Dana"])
    page = client.get(PATH).text
    assert "Vendor Cisco Meraki" in page
    assert '<td data-label="Backup">Dana Kim</td>' in page

    edit = f"{PATH}/{rule.id}"
    assert 'value="Cisco Meraki"' in client.get(edit).text
    client.post(edit, data={"category": "renewal", "owner": ids["Dana"]})
    (changed,) = rules(site)
    assert (changed.vendor, changed.category, changed.backup_id) == (None, "renewal", None)
    assert changed.created_at == NOW

    client.post(f"{edit}/delete")
    assert rules(site) == []
    assert "There is no rule yet" in client.get(PATH).text
    assert client.get(edit).status_code == 404


def last(site: Site) -> str:
    with site.database.read() as session:
        return str(session.exec(select(sa.func.max(RecordedAct.id))).one())


def test_adding_changing_and_deleting_a_rule_are_undone(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    to = client.post(PATH, data={"vendor": "Cisco", "owner": ids["Rin"]}).headers["location"]
    added = last(site)
    (rule,) = rules(site)
    client.post(f"{PATH}/{rule.id}", data={"vendor": "Dell", "owner": ids["Dana"]})
    changed = last(site)

    early = client.post("/undo", data={"act": added})
    assert (early.status_code, "changed the rule in the meantime" in early.text) == (409, True)
    assert client.post("/undo", data={"act": changed}).status_code == 303
    assert rules(site) == [rule]

    client.post(f"{PATH}/{rule.id}/delete")
    deleted = last(site)
    client.post(PATH, data={"vendor": "Cisco", "owner": ids["Dana"]})
    taken = client.post("/undo", data={"act": deleted})
    assert (taken.status_code, rules(site)[0].owner_id) == (409, ids["Dana"])
    client.post("/undo", data={"act": last(site)})
    client.post("/undo", data={"act": deleted})
    assert rules(site) == [rule]

    by_htmx = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "body"}
    here = by_htmx | {"HX-Current-URL": f"http://testserver{to}"}
    answer = client.post("/undo", data={"act": added, "next": to}, headers=here)
    assert answer.headers["HX-Redirect"] == to  # and there is no such rule any more
    assert client.get(to).headers["location"] == PATH
    assert "Undone: Rule for vendor Cisco saved" in client.get(PATH).text
    assert rules(site) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"owner": ""}, "Choose who gets it."),
        ({"owner": "4711"}, "Choose who gets it."),
        ({"backup": "4711"}, "Choose somebody from the list."),
        ({"backup": "1", "owner": "1"}, "Dana Kim is the owner already."),
        ({"program": "x" * 201}, "At most 200 characters."),
        (
            {"vendor": "DELL", "program": ""},
            "There is a rule for vendor Dell already: it gives to Dana Kim.",
        ),
    ],
)
def test_a_rule_that_cannot_be_kept_comes_back_as_it_was_typed(
    client: TestClient, site: Site, ids: dict[str, int], changed: dict[str, str], says: str
) -> None:
    client.post(PATH, data={"vendor": "Dell", "owner": "1"})

    answer = client.post(PATH, data={"vendor": "Dell ", "program": "Gold", "owner": "1"} | changed)

    assert answer.status_code == 422
    assert says in answer.text
    assert len(rules(site)) == 1


def test_what_items_have_is_offered(client: TestClient, ids: dict[str, int]) -> None:
    page = client.get(PATH).text

    for known in ("Ingram Micro", "renewal", "deadline"):
        assert f'<option value="{known}"></option>' in page


def test_everybody_reads_the_rules_and_only_admins_change_them(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    client.post(PATH, data={"vendor": "Dell", "owner": ids["Rin"]})
    with site.database.write() as session:
        accounts.user(session, ids["Dana"]).is_admin = False

    page = client.get(PATH).text
    assert "Vendor Dell" in page
    assert "<form class" not in page
    assert client.get(f"{PATH}/1").status_code == 403
    for address in (PATH, f"{PATH}/1", f"{PATH}/1/delete"):
        assert client.post(address, data={"owner": ids["Rin"]}).status_code == 403
    assert len(rules(site)) == 1


def test_a_rule_whose_owner_left_says_so_and_what_helps(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    client.post(PATH, data={"vendor": "Dell", "owner": ids["Rin"], "backup": ids["Lee"]})
    with site.database.write() as session:
        accounts.user(session, ids["Lee"]).is_active = False
    assert "so there is no backup" in client.get(PATH).text
    with site.database.write() as session:
        accounts.user(session, ids["Rin"]).is_active = False

    page = client.get(PATH).text

    assert "Rin Sato may not sign in any more, so it gives nothing to anybody." in page
    assert 'href="/settings/rules/1">Choose somebody else' in page
