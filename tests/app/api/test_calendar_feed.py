"""A calendar feed as a calendar program meets it: what it holds and what became of what it held."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.words import Clock
from app.services import acts, calendar_entries, calendar_feeds, people, saved
from connectors.sdk.records import Goal
from tests.app.api.calendars import AGENT, Subscribed, person, subscribe
from tests.app.api.company import CISCO, act, on
from tests.app.api.tool import HOME, Tool
from tests.support.scripted import deadline


@pytest.fixture
def rin(company: Tool) -> int:
    return person(company)


@pytest.fixture
def everything(company: Tool, rin: int) -> Subscribed:
    return subscribe(company, rin)


def test_each_due_date_is_an_event_and_what_has_none_is_not(everything: Subscribed) -> None:
    events = everything.events()
    assert {title: str(event["dtstart"].to_ical(), "ascii") for title, event in events.items()} == {
        "Cisco: Deadline late": "20261118",
        "Cisco: Deadline call": "20261121T180000Z",
        "Cisco: Deadline renewal": "20261125",
        "HPE: Report": "20261210",
        "HPE: Goal ends: Sales goal": "20261231",
        "Cisco: Deadline next year": "20270321",
    }
    renewal = events["Cisco: Deadline renewal"]
    stored = everything.tool.world.items()["renewal"]
    assert str(renewal["url"]) == f"{HOME}/items/{stored.id}"
    assert [str(one) for one in renewal["categories"].cats] == ["Cisco", "renewal"]
    told = str(renewal["description"])
    for line in ("Vendor: Cisco", "Program: Select", "State: open", "Owner: nobody"):
        assert line in told
    assert "Source: Scripted, as of Sat 21 Nov 2026" in told
    calendar = everything.calendar()
    assert str(calendar["x-wr-calname"]).startswith("Everything open · ")
    assert "at most 1,000" in str(calendar["description"])


def test_what_is_over_stays_as_cancelled_for_sixty_days(everything: Subscribed) -> None:
    tool = everything.tool
    act(tool, acts.done, "Deadline renewal")
    act(tool, acts.decline, "Deadline next year", "not ours")
    act(tool, acts.snooze, "Report", tool.world.clock() + timedelta(days=2))
    tool.world.connector.lists(*CISCO[:2], CISCO[3])
    for _ in range(2):
        tool.world.sync()
    assert everything.statuses() == {
        "Cisco: Deadline late": "CONFIRMED",
        "Cisco: Deadline renewal": "CANCELLED",
        "Cisco: Deadline call": "CANCELLED",  # its source lists it no longer
        "Cisco: Deadline next year": "CANCELLED",
        "HPE: Report": "CONFIRMED",  # who sleeps on it keeps its date
        "HPE: Goal ends: Sales goal": "CONFIRMED",
    }
    todo = everything.events("?type=vtodo")["Cisco: Deadline renewal"]
    assert (todo.name, todo["status"]) == ("VTODO", "COMPLETED")

    tool.world.clock.forward(days=61)
    assert set(everything.statuses().values()) == {"CONFIRMED"}


def test_a_number_grows_with_every_change_and_the_name_of_an_event_stays(
    everything: Subscribed,
) -> None:
    tool = everything.tool

    def told() -> tuple[str, int]:
        events = everything.calendar().subcomponents
        (found,) = [one for one in events if str(one["url"]).endswith(f"/{stored.id}")]
        return str(found["uid"]), int(found["sequence"])

    stored = tool.world.items()["renewal"]
    seen = [told()]
    for moved in (deadline("renewal", title="Another", due=on(4)), deadline("renewal", due=on(9))):
        tool.world.connector.lists(moved, *CISCO[1:])
        tool.world.sync()
        seen.append(told())
    for verb in (acts.done, acts.reopen):
        with tool.world.database.write() as session:
            verb(session, [stored.id], user_id=everything.user_id, clock=tool.world.wall_clock())
        seen.append(told())
    tool.world.clock.time -= timedelta(days=3)  # a clock that was set back
    with tool.world.database.write() as session:
        acts.done(session, [stored.id], user_id=everything.user_id, clock=tool.world.wall_clock())
    seen.append(told())
    assert len({uid for uid, _ in seen}) == 1
    numbers = [number for _, number in seen]
    assert numbers == sorted(set(numbers))


def test_ones_own_calendar_tells_what_went_to_somebody_else(company: Tool, rin: int) -> None:
    lee = person(company, "lee@partner.example")
    mine, lees = subscribe(company, rin, "tab=mine"), subscribe(company, lee, "tab=mine")
    assert mine.statuses() == {}
    act(company, acts.assign, "Deadline renewal", rin)
    act(company, acts.assign, "Deadline call", rin)
    assert mine.statuses() == {
        "Cisco: Deadline call": "CONFIRMED",
        "Cisco: Deadline renewal": "CONFIRMED",
    }
    act(company, acts.assign, "Deadline renewal", lee)
    act(company, acts.done, "Deadline call")
    assert mine.statuses() == {
        "Cisco: Deadline call": "CANCELLED",
        "Cisco: Deadline renewal": "CANCELLED",
    }
    assert lees.statuses() == {"Cisco: Deadline renewal": "CONFIRMED"}
    both = [one.events()["Cisco: Deadline renewal"]["uid"] for one in (mine, lees)]
    assert both[0] == both[1]


def test_a_calendar_of_a_saved_view_follows_it_and_ends_with_it(company: Tool, rin: int) -> None:
    lee = person(company, "lee@partner.example")
    clock = company.world.wall_clock()

    def change(verb: Any, *args: Any, **more: Any) -> None:
        with company.world.database.write() as session:
            verb(session, view, *args, user_id=lee, clock=clock, **more)

    with company.world.database.write() as session:
        saved.save(session, "HPE", "vendor=HPE&tab=week", user_id=lee, clock=clock, shared=True)
        view = saved.own(session, lee)[0].id
    feed = subscribe(company, rin, f"view={view}")
    assert set(feed.statuses()) == {"HPE: Report", "HPE: Goal ends: Sales goal"}
    change(saved.change, "vendor=Cisco")
    assert len(feed.statuses()) == 4
    change(saved.change, "tab=done")
    assert feed.statuses() == {}
    change(saved.share, on=False)
    assert feed.get().status_code == 404
    change(saved.share, on=True)
    change(saved.delete)
    assert feed.get().status_code == 404
    with company.world.database.write() as session:
        saved.save(session, "Other", "vendor=Cisco", user_id=lee, clock=clock, shared=True)
    assert feed.get().status_code == 404


def test_a_wrong_address_a_revoked_one_and_one_of_who_left_answer_alike(
    company: Tool, rin: int
) -> None:
    person(company, "dana@partner.example")
    revoked, of_other, left = (subscribe(company, rin, name=name) for name in ("a", "b", "c"))
    now = company.world.clock()
    with company.world.database.write() as session:
        calendar_feeds.revoke(session, revoked.feed_id, user_id=rin, now=now)
    wrong = company.client.get(f"/calendar/{'x' * 32}.ics")
    assert left.get().status_code == of_other.get().status_code == 200
    with company.world.database.write() as session:
        people.set_active(session, rin, active=False)
    answers = [wrong, *(feed.get() for feed in (revoked, of_other, left))]
    for answer in answers:
        assert (answer.status_code, answer.text) == (404, wrong.text)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert set(answer.headers) == set(wrong.headers)


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "OPTIONS", "PUT", "DELETE"])
def test_a_program_that_tries_caldav_first_is_told_that_it_can_only_be_read(
    everything: Subscribed, method: str
) -> None:
    answer = everything.tool.client.request(method, everything.path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_only_the_hash_is_kept_and_the_last_reader_is_known(everything: Subscribed) -> None:
    row = everything.row()
    assert everything.secret not in str({**row, "token_hash": ""})
    assert everything.secret.encode() not in row["token_hash"]
    assert len(everything.secret) >= 32  # of 64 letters each: 192 bits
    assert row["used_at"] is None
    everything.get()
    row = everything.row()
    assert (row["agent"], row["host"]) == (AGENT, "testclient")
    assert row["used_at"] == everything.tool.world.clock().replace(tzinfo=row["used_at"].tzinfo)
    first = row["used_at"]
    everything.tool.world.clock.forward(minutes=4)
    everything.get()
    assert everything.row()["used_at"] == first
    everything.get(User_Agent="Thunderbird\x07/1" * 50)
    assert everything.row()["agent"].startswith("Thunderbird/1")
    assert len(everything.row()["agent"]) == 200


def test_it_is_read_while_others_write_and_the_reader_noted_as_soon_as_may_be(
    everything: Subscribed,
) -> None:
    with everything.tool.world.database.write():
        assert everything.get().status_code == 200
    everything.get()
    assert everything.row()["agent"] == AGENT


def test_who_has_it_already_gets_no_body_until_anything_is_written(
    everything: Subscribed,
) -> None:
    tool = everything.tool
    first = everything.get()
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["x-robots-tag"] == "noindex, nofollow"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "secret" not in first.headers["content-disposition"]
    tag = first.headers["etag"]
    for _ in range(3):
        answer = everything.get(If_None_Match=tag)
        assert (answer.status_code, answer.content) == (304, b"")
    assert everything.get("?type=vtodo", If_None_Match=tag).status_code == 200
    tool.world.clock.forward(minutes=5)
    assert everything.get(If_None_Match=tag).status_code == 304
    assert everything.row()["used_at"] is not None
    again = everything.get(Accept_Encoding="gzip")
    assert again.headers["content-encoding"] == "gzip"
    assert again.content == everything.get(Accept_Encoding="identity").content == first.content
    act(tool, acts.done, "Notice")
    assert everything.get(If_None_Match=tag).status_code == 200


def test_the_same_state_is_the_same_text_whoever_syncs(everything: Subscribed) -> None:
    before = everything.get().content
    everything.tool.world.connector.lists(*CISCO)
    everything.tool.world.sync()
    assert everything.get().content == before


def test_a_source_that_is_not_fresh_is_told(everything: Subscribed) -> None:
    everything.tool.world.clock.forward(hours=3)
    assert "Not fresh: Other (stale), Scripted (stale)." in str(
        everything.calendar()["description"]
    )
    told = str(everything.events()["HPE: Report"]["description"])
    assert "Source: Other, as of Sat 21 Nov 2026, not fresh (stale)" in told


def test_dates_alone_tell_nothing_else(company: Tool, rin: int) -> None:
    busy = subscribe(company, rin, busy=True, alarms=["1"])
    text = busy.get().text
    for secret in ("Cisco", "HPE", "Deadline late", "/items/", "Scripted"):
        assert secret not in text
    assert text.count("SUMMARY:Deadline\r\n") == 6
    assert text.count("BEGIN:VALARM") == 6
    assert text.count("TRIGGER:-PT15H") == 5


def test_a_calendar_holds_no_more_than_is_said_and_first_what_is_next(tool: Tool) -> None:
    rin = person(tool)
    far = Goal(external_id="far", title="Far", period_end=date(2029, 12, 31))
    old = deadline("old", due=on(-91))
    many = [deadline(number, due=on(number % 700)) for number in range(calendar_entries.MOST + 5)]
    tool.world.connector.lists(far, old, *many)
    tool.world.sync()
    clock = Clock(now=tool.world.clock(), zone=tool.world.wall_clock().zone)
    feed = subscribe(tool, rin)
    with tool.world.database.read() as session:
        opened = calendar_feeds.of_number(session, feed.feed_id, rin)
        found = calendar_entries.entries(session, opened.view, user_id=rin, clock=clock, home="")
    days = [entry.due.on for entry in found]  # type: ignore[union-attr]  # all of them are dates
    assert len(found) == calendar_entries.MOST
    assert days == sorted(days)
    assert days[0] == on(0).on
