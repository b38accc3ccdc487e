"""Pages and feeds under load, against a bare route of the same server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
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
