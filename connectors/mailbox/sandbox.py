"""A partner's mailbox, simulated: IMAP, and beside it the token endpoint of XOAUTH2."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.mailbox import sandbox_story as story
from connectors.sdk.sandbox import Folder, ImapServer, SandboxClock, Tokens

USER = "partners@partner.example"
PASSWORD = "letters-4711-of-mail"  # noqa: S105 - of a mailbox that exists on loopback only
CLIENT, SECRET = "mail-app", "mail-app-secret-0815"
SECONDS = 3600


class Sandbox:
    """Two folders, eight mails, one statement that should have come and did not."""

    speaks: ClassVar = "imap"
    bypasses: ClassVar = {
        "C08": "A mailbox answers no JSON; tests/connectors/sdk/test_mail.py takes its lists away.",
        "C10": "A mail has no fields to swap: tests/connectors/mailbox/test_odd_mail.py.",
        "C14": "IMAP cannot say how long to wait; that it is heeded at all is in C04.",
        "C15": "IMAP asks who one is once, at the start, and not in the middle of a list.",
        "C20": "Answers are mails, not rows; tests/connectors/mailbox/test_odd_mail.py is hostile.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self.tokens = Tokens(clock, lifetime=timedelta(seconds=SECONDS))
        self.folders = {"INBOX": Folder(uidvalidity=77), "Partners": Folder(uidvalidity=78)}
        # From the day's beginning: started again on the same day, it holds the same mails.
        now = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        mails = [*story.story(now), *story.many(now, size, Random(seed))]  # noqa: S311 - a story
        for folder, ago, data in sorted(mails, key=lambda one: -one[1]):
            self.folders[folder].add(data, now - timedelta(days=ago))
        self.imap = ImapServer(self.folders, self._opens)
        self.app = Starlette(routes=[Route("/token", self.token, methods=["POST"])])

    def _opens(self, user: str, secret: str) -> bool:
        return user == USER and (
            secret == PASSWORD or self.tokens.accepts({"authorization": secret})
        )

    async def token(self, request: Request) -> JSONResponse:
        form = await request.form()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        return JSONResponse({"access_token": self.tokens.issue(), "expires_in": SECONDS})

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "server": f"imap://127.0.0.1:{self.imap.port or 143}",
            "username": USER,
            "password": PASSWORD,
            "folders": ["INBOX", "Partners"],
            "senders": list(story.SENDERS),
            "expected": [f"{story.STATEMENTS} every month by 1 = Monthly rebate statement"],
        }

    def advance(self) -> list[str]:
        now = self.clock.now()
        data = story.mail(
            now, story.CISCO, "Deal registration approved", f"It ends {story.day(now, 60)}."
        )
        self.folders["INBOX"].add(data, now)
        return ["A mail came: Deal registration approved"]

    def drop(self, stream: str, count: int) -> list[str]:
        inbox = self.folders["INBOX"]
        gone = [mail.uid for mail in inbox.listed()][:count]
        inbox.dropped.update(gone)
        return [f"INBOX/{uid}" for uid in gone]

    def restore(self, stream: str) -> None:
        self.folders["INBOX"].dropped.clear()

    def shuffle(self) -> None:
        self.imap.reversed = True
