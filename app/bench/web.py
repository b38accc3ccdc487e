"""Pages and feeds under load, against a bare route of the same server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from urllib.parse import urlencode

from app.bench import load, scratch
from app.bench.company import Company, multiply
from app.bench.records import VENDORS
from app.bench.serving import HELLO, serving
from app.db import Database
from app.web.cookies import cookie_name

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
COMMON = ("renew", "contract", "customer", "quote", "program", "before", "seats")
"""Words that all items have."""
LISTS = (
    "/inbox",
    *(f"/inbox?{urlencode({'tab': tab})}" for tab in ("overdue", "week", "month", "unowned")),
    *(f"/inbox?{urlencode({'vendor': vendor})}" for vendor in VENDORS[:3]),
    f"/inbox?{urlencode({'vendor': VENDORS[0], 'kind': 'renewal', 'tab': 'month'})}",
)
"""What people look at between two acts."""
WARM_UP = 20
"""Answers that are not counted: the first ones load templates and plan statements."""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Milliseconds within which 95 of 100 answers came: of an act, a list of 50, and hello."""

    act: float
    listed: float
    hello: float


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A server's port and who asks it: a signed-in browser, a tool with a token."""

    port: int
    session: str
    token: str

    @property
    def browser(self) -> dict[str, str]:
        """What a browser sends for a part of a page."""
        return {"Cookie": f"{cookie_name('session', https=False)}={self.session}", **PART}

    @property
    def tool(self) -> dict[str, str]:
        """What a tool sends."""
        return {"Authorization": f"Bearer {self.token}"}

    def hello(self, seconds: float) -> float:
        """The floor."""
        return load.rate(self.port, [load.get(HELLO)], seconds=seconds)

    def list50(self, seconds: float) -> float:
        """The inbox as htmx puts it into the page after a vendor was chosen, 50 rows."""
        headers = {**self.browser, "HX-Target": "div#inbox"}
        asked = [load.get(f"/inbox?{urlencode({'vendor': one})}", headers) for one in VENDORS]
        return load.rate(self.port, asked, seconds=seconds)

    def feed50(self, seconds: float) -> float:
        """The feed's first page of 50."""
        return load.rate(self.port, [load.get("/feed.json", self.tool)], seconds=seconds)

    def api50(self, seconds: float) -> float:
        """The API's first page of 50."""
        asked = [load.get("/api/v1/items?limit=50", self.tool)]
        return load.rate(self.port, asked, seconds=seconds)

    def feed304(self, seconds: float) -> float:
        """The same page, asked for by somebody who has it."""
        tag = load.header(self.port, load.get("/feed.json", self.tool), "etag")
        asked = load.get("/feed.json", {**self.tool, "If-None-Match": tag})
        return load.rate(self.port, [asked], seconds=seconds, status=304)

    def search(self, seconds: float, typed: Sequence[str]) -> float:
        """The list under the search field while somebody types."""
        headers = {**self.browser, "HX-Target": "div#results"}
        asked = [load.get(f"/inbox?{urlencode({'q': one})}", headers) for one in typed]
        return load.rate(self.port, asked, seconds=seconds)

    def triage(self, rounds: int) -> Waits:
        """How long somebody waits who works through the inbox: an act, then a list, and again.

        The list comes right after an act, so that nothing of it is remembered.
        """
        acts, lists = _acts(), cycle(LISTS)
        asked = []
        for number in range(1, rounds + 1):
            path, form = next(acts)
            here = f"http://127.0.0.1/inbox?item={number}"
            posted = {**self.browser, "HX-Current-URL": here}
            asked.append(load.post(path, {"item": str(number), **form}, posted))
            asked.append(load.get(next(lists), {**self.browser, "HX-Target": "div#inbox"}))
        taken = load.waits(self.port, [*asked[:WARM_UP], *asked])[WARM_UP:]
        floor = load.waits(self.port, [load.get(HELLO)] * rounds)
        return Waits(act=_p95(taken[0::2]), listed=_p95(taken[1::2]), hello=_p95(floor))


def _acts() -> Iterator[tuple[str, dict[str, str]]]:
    """Every kind of act that people do all day, one after the other."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    return cycle(
        (
            ("/items/done", {"proof": "https://vendor.example/proof"}),
            ("/items/assign", {"owner": "1"}),
            ("/items/snooze", {"day": tomorrow}),
            ("/items/note", {"text": "Asked them again"}),
            ("/items/wait", {}),
            ("/items/star", {}),
            ("/items/reopen", {}),
            ("/items/done", {"proof": "https://vendor.example/proof"}),
            ("/undo", {}),
        )
    )


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def rare() -> list[str]:
    """The beginning of a number that up to ten items have; so many that none is remembered."""
    return [str(400_000 + number) for number in range(2_000)]


def common() -> list[str]:
    """Words that every item has, in so many spellings that none is remembered."""
    return [_spelled(word, bits) for bits, word in product(range(32), COMMON)]


def _spelled(word: str, bits: int) -> str:
    return "".join(
        letter.upper() if bits >> place & 1 else letter for place, letter in enumerate(word)
    )


@contextmanager
def visiting(made: Company) -> Iterator[Visitor]:
    """A server on the company's database, and somebody who may use it."""
    session, token = made.person(), made.token()
    url = made.database.url.render_as_string(hide_password=False)
    with serving(url, made.folder) as port:
        yield Visitor(port=port, session=session, token=token)


@contextmanager
def multiplied(made: Company, visitor: Visitor, times: int) -> Iterator[Visitor]:
    """The same visitor on a second server, whose copy of the SQLite file holds more items."""
    with scratch.sqlite(like=made.database.url.database) as url:
        database = Database(url)
        multiply(database, times)
        database.close()
        with serving(url, made.folder) as port:
            yield replace(visitor, port=port)
