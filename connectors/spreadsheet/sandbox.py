"""The alliance manager's workbook on a file server, as a share link gives it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from hashlib import blake2b
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.sandbox import ASGIApp, Listing, SandboxClock
from connectors.spreadsheet.sandbox_files import flat_csv, xlsx
from connectors.spreadsheet.sandbox_story import KINDS, Row, bulk, mistyped, story

SHARE = "share-4f1c9a7e2b"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Sandbox:
    """See ``connectors.sdk.sandbox``. ``workbook`` is the story as the bytes of a file."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C08": "The answer is the file itself and holds no JSON list; a file without its header "
        "and one without rows are told apart in tests/connectors/spreadsheet.",
        "C15": "A share link carries its own permission: there is no sign-in that could expire.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self._random = Random(seed)  # noqa: S311  # examples, not secrets
        self._day = clock.now().date()
        sheets = story(self._day)
        sheets["Deadlines"] += [bulk(self._day, number) for number in range(1, size + 1)]
        self.sheets = {name: Listing(rows, key="ID") for name, rows in sheets.items()}
        self._steps: list[Callable[[], str]] = [
            self._value_index_rises,
            self._terms_move,
            self._engineer_passes,
            self._pos_report_is_sent,
            self._rep_changes,
        ]
        self._made: dict[str, bytes] = {}
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/shared/partner-programs.xlsx", self._xlsx),
                Route("/shared/partner-programs.csv", self._csv),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"url": f"{base_url}/shared/partner-programs.csv?share={SHARE}"}

    def workbook_config(self, base_url: str) -> Mapping[str, Any]:
        """The same rows as an Excel workbook with a sheet for each kind."""
        return {"url": f"{base_url}/shared/partner-programs.xlsx?share={SHARE}"}

    def workbook(self) -> bytes:
        """The workbook as an XLSX file; kept by hand, it has a date that does not exist."""
        sheets: dict[str, Iterable[Row]] = dict(self.sheets)
        sheets["Reports"] = [*self.sheets["Reports"], mistyped(self._day)]
        return self._file("xlsx", lambda: xlsx(sheets, self._day))

    def csv(self) -> bytes:
        """All rows as one CSV file."""
        return self._file("csv", lambda: flat_csv(self.sheets))

    def advance(self) -> list[str]:
        self._made.clear()
        step = self._steps.pop(0)
        self._steps.append(step)
        return [step()]

    def drop(self, stream: str, count: int) -> list[str]:
        self._made.clear()
        gone: list[str] = []
        for name in self.sheets:
            keys = self.sheets[name].drop(count - len(gone))
            gone += [f"{KINDS[name]}:{key}" for key in keys]
        return gone

    def restore(self, stream: str) -> None:
        self._made.clear()
        for listing in self.sheets.values():
            listing.restore()

    def shuffle(self) -> None:
        self._made.clear()
        for listing in self.sheets.values():
            listing.reverse()

    def _value_index_rises(self) -> str:
        row = self._row("Goals", "CI-VALUE")
        actual = min(round(row["Actual"] + 0.1, 1), 10.0)
        self.sheets["Goals"].change("CI-VALUE", Actual=actual)
        return f"Cisco's Value Index rose to {actual}"

    def _terms_move(self) -> str:
        earlier = self._row("Deadlines", "DE-TC")["Due"] - timedelta(
            days=self._random.randint(1, 3)
        )
        self.sheets["Deadlines"].change("DE-TC", Due=earlier)
        return f"Dell wants its terms accepted by {earlier.isoformat()}"

    def _engineer_passes(self) -> str:
        row = self._row("Goals", "FO-ENG")
        people = min(row["Actual"] + 1, row["Target"])
        self.sheets["Goals"].change("FO-ENG", Actual=people)
        return f"Fortinet counts {people} certified engineers"

    def _pos_report_is_sent(self) -> str:
        due = self._row("Reports", "DE-POS")["Due"] + timedelta(days=30)
        self.sheets["Reports"].change("DE-POS", Due=due)
        return f"Dell's next POS report is due {due.isoformat()}"

    def _rep_changes(self) -> str:
        names = ("Nora Lindqvist", "Mark Stone")
        name = names[self._row("Contacts", "K04")["Name"] == names[0]]
        mail = f"{name.lower().replace(' ', '.')}@hpe.example"
        self.sheets["Contacts"].change("K04", Name=name, **{"E-mail": mail})
        return f"HPE's partner business manager is now {name}"

    def _row(self, sheet: str, key: str) -> Row:
        return self.sheets[sheet].change(key)

    def _file(self, suffix: str, make: Callable[[], bytes]) -> bytes:
        if suffix not in self._made:
            self._made[suffix] = make()
        return self._made[suffix]

    async def _xlsx(self, request: Request) -> Response:
        return _answer(request, self.workbook, XLSX)

    async def _csv(self, request: Request) -> Response:
        return _answer(request, self.csv, "text/csv; charset=utf-8")


def _answer(request: Request, make: Callable[[], bytes], media_type: str) -> Response:
    """The file to who has the share link, 304 to who has this very file."""
    if request.query_params.get("share") != SHARE:
        return Response("This link has expired.", status_code=403)
    body = make()
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, media_type=media_type, headers={"ETag": etag})
