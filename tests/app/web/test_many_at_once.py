"""Many people act at the same moment, through a real server with few threads."""

from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx
from sqlmodel import Session, func, select

from app.db import Database
from app.models import Event
from app.services import accounts, acts
from tests.app.web import company
from tests.app.web.conftest import NOW, SAME_ORIGIN, Loopback

PEOPLE = 24


def acted(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(Event).where(Event.kind == acts.ASSIGNED)
    ).one()


def test_no_act_is_lost_and_nobody_waits_for_ever(
    served: Loopback, database: Database, admin: int
) -> None:
    ids = list(company.fill(database).values())
    with database.write() as session:
        token = accounts.open_session(session, admin, now=NOW)
    cookies = {"partner-inbox-session": token}

    def act(number: int) -> int:
        with httpx.Client(base_url=served.url, cookies=cookies, headers=SAME_ORIGIN) as client:
            form = {"item": ids[number % len(ids)], "owner": admin}
            status = client.post("/items/assign", data=form, timeout=60).status_code
            return status if client.get("/inbox", timeout=60).status_code == 200 else 0

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(act, range(PEOPLE)))

    assert answers == [303] * PEOPLE
    with database.read() as session:
        assert acted(session) == PEOPLE
