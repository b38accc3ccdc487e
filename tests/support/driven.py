"""The product driven for real, with secrets planted wherever it takes some.

Commands run in this process, the site in one of its own; both at the most talkative log level.
All that they say is kept by place, to be searched.
"""

import contextlib
import html
import io
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from app.cli import main
from app.core import token_text
from app.db import Database
from app.models import Delivery, DigestEntry, User
from app.services import pacing
from tests.support.canaries import Canary, Place
from tests.support.echoing import HIDDEN, Platforms, settings
from tests.support.mail_server import MailServer

CHECKOUT = Path(__file__).parents[2]
SERVE = "import sys; sys.argv[0] = 'partner-inbox'; from app.cli import main; main()"
KEY = Canary(name="the key", value="ab10KanarieEncryptionKeyXyz10")
MAIL_PASSWORD = Canary(name="the mail server's password", value="m:/+ab11KanarieMailPassXyz11@")
DATABASE_PASSWORD = Canary(name="the database's password", value="ab12KanarieDatabasePassXyz12")
PASSWORD = Canary(name="Dana's password", value='d "ab13KanariePersonPassXyz13<é')
TYPED = Canary(name="a wrong password", value="ab14KanarieTypedPassXyz14")
DANA = "dana@partner.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Driven:
    """One installation and everything that it said."""

    folder: Path
    platforms: Platforms
    mail: MailServer
    environment: Mapping[str, str]
    said: dict[Place, str | bytes] = field(default_factory=dict)
    canaries: list[Canary] = field(
        default_factory=lambda: [*HIDDEN, KEY, MAIL_PASSWORD, DATABASE_PASSWORD, PASSWORD, TYPED]
    )
    port: int = 0

    def on(self, address: str) -> "Driven":
        """The same on that database, with nothing said yet."""
        environment = {**self.environment, "PARTNER_INBOX_DATABASE_URL": address}
        return Driven(self.folder, self.platforms, self.mail, environment)

    def command(self, *words: str, place: str = "", **environment: str) -> tuple[int, str]:
        """Run ``partner-inbox`` with these words; its exit code and output. Both are kept."""
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update(self.environment | environment)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(before)
        place = place or f"{' '.join(words)} while they answer {self.platforms.how}"
        self.said[f"{place}, out"], self.said[f"{place}, err"] = out.getvalue(), err.getvalue()
        return code, out.getvalue()

    def connect(self) -> None:
        """A connection to each platform, its settings from files."""
        for connector, values in settings(self.platforms.server).items():
            given = []
            for name, value in values.items():
                path = self.folder / f"{connector}.{name}"
                path.write_text(value)
                given += ["--set", f"{name}=@{path}"]
            code, _ = self.command(
                "connection", "add", connector, "--name", connector, "--no-check", *given
            )
            assert code == 0

    def made(self, name: str, *words: str) -> str:
        """The secret in the last line of a command, which shows it to nobody but who asked."""
        code, out = self.command(*words, place="shown once")
        assert code == 0
        del self.said["shown once, out"]
        secret = out.strip().splitlines()[-1].rpartition("/")[2]
        # What every token begins with is no secret, and is shown with the four letters behind it.
        self.canaries.append(Canary(name=name, value=secret.removeprefix(token_text.PREFIX)))
        return secret

    def send_mail(self, place: Place) -> None:
        """Send what waits, as if the time for it had come, and keep what is noted of it."""
        hour = datetime.now(UTC) - timedelta(hours=1)
        database = self.database()
        with database.write() as session:
            session.execute(sa.update(User).values(digest_hour=hour.hour, digest_days="1234567"))
            for ledger in (Delivery, DigestEntry):
                session.execute(sa.update(ledger).values(next_attempt_at=hour))
            pacing.taken(session)  # a server that took nothing is let be for a while
        self.command("digest", place=f"mail that is {place}")
        with database.read() as session:
            noted = [session.execute(sa.select(Delivery.error)).all()]
            noted += [session.execute(sa.select(DigestEntry.error)).all()]
        database.close()
        self.said[f"what is noted of mail that is {place}"] = repr(noted)

    @contextlib.contextmanager
    def served(self) -> Iterator[httpx2.Client]:
        """The site in a process of its own, and a browser."""
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{self.port}"
        given = {**os.environ, **self.environment, "PARTNER_INBOX_PUBLIC_URL": url}
        words = ("serve", "--port", str(self.port))
        with (
            subprocess.Popen(
                [sys.executable, "-c", SERVE, *words],
                env={**given, "PYTHONPATH": str(CHECKOUT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self.folder,
            ) as process,
            httpx2.Client(base_url=url, headers=SAME_ORIGIN, timeout=60) as browser,
        ):
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "Uvicorn running" in line:
                    break
            listening = threading.Thread(target=lines.extend, args=(process.stdout,))
            listening.start()
            try:
                yield browser
            finally:
                process.terminate()
                listening.join()
            self.said["the log of serve"] = "".join(lines)

    def keep(self, place: Place, answer: httpx2.Response) -> httpx2.Response:
        """Remember an answer, but for the cookie, which is its browser's own."""
        headers = [f"{k}: {v}" for k, v in answer.headers.items() if k.lower() != "set-cookie"]
        self.said[place] = "\n".join(headers).encode() + b"\n\n" + answer.content
        return answer

    def walk(self, browser: httpx2.Client, most: int = 120) -> set[str]:
        """Every page that links lead to, at most eight of one kind; the paths."""
        waiting, seen, kinds = ["/", "/items/1", "/items/2"], set[str](), dict[str, int]()
        while waiting and len(seen) < most:
            address = waiting.pop(0)
            kind = re.sub(r"\d+", "N", address.partition("?")[0])
            if address in seen or kinds.get(kind, 0) >= 8:
                continue
            seen.add(address)
            kinds[kind] = kinds.get(kind, 0) + 1
            page = self.keep(f"the page {address}", browser.get(address, follow_redirects=True))
            if "html" in page.headers.get("content-type", ""):
                found = re.findall(r'href="(/(?!static)[^"#]*)', page.text)
                waiting += [html.unescape(link) for link in found]
        return {address.partition("?")[0] for address in seen}

    def database(self) -> Database:
        return Database(self.environment["PARTNER_INBOX_DATABASE_URL"])

    def dump(self) -> None:
        """Every column of every table as text, and the files of the database as they are."""
        database = self.database()
        with database.engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                rows: list[Any] = list(connection.execute(sa.text(f'SELECT * FROM "{table}"')))
                self.said[f"the table {table}"] = "\n".join(map(repr, rows))
        database.close()
        for path in (self.folder / "data").rglob("*"):
            if path.is_file() and path.name != "settings.env":
                self.said[f"the file {path.name}"] = path.read_bytes()
