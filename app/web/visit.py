"""A visit: who asks, when, and the transaction that answers.

A route opens it itself (``with reading(request) as visit``) instead of having FastAPI
inject a session: the commit then surely happens before the answer leaves, everything
runs in one thread, and a request can never wait for a second thread while it holds the
write lock or a pooled connection, which would stall a small thread pool for good.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypedDict

from sqlmodel import Session
from starlette.requests import Request

from app.core.words import Clock
from app.core.zones import zone_of
from app.errors import NotAllowed
from app.models import User
from app.services import accounts, apart, beginning, company, inbox, revisions
from app.services.apart import Sample
from app.services.beginning import Beginning
from app.services.pages import Nav
from app.web.cookies import cookie_name
from app.web.site import Site, site_of

SESSION = "session"


class By(TypedDict):
    """The arguments that every service verb of the inbox takes."""

    user_id: int
    clock: Clock


class SignInNeeded(Exception):
    """Nobody is signed in: send them to sign in, then back."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request by somebody who is signed in; ``idle``: their session's use is to be noted."""

    request: Request
    site: Site
    session: Session
    user: User
    clock: Clock
    token: str
    idle: bool

    @property
    def user_id(self) -> int:
        """The user's id; a stored user has one."""
        assert self.user.id is not None
        return self.user.id

    @property
    def by(self) -> By:
        """Who and when, as services want to know it: ``acts.done(session, ids, **visit.by)``."""
        return {"user_id": self.user_id, "clock": self.clock}

    @cached_property
    def nav(self) -> Nav:
        """The counts around the page, asked for only when the whole page is shown."""
        return inbox.nav(self.session, **self.by)

    @cached_property
    def sample(self) -> Sample | None:
        """The sample company, where it is what this inbox shows."""
        return apart.sample(self.session)

    @cached_property
    def beginning(self) -> Beginning:
        """How far the first steps are."""
        return beginning.beginning(self.session)

    @cached_property
    def company(self) -> str:
        """Whose inbox it is."""
        return company.name(self.session, self.site.settings.company)

    def real(self) -> None:
        """Go on only where something real may be added; raises ``SampleInTheWay``."""
        apart.ask_first(self.session)

    def admin(self) -> None:
        """Go on only for an admin; raises ``NotAllowed``."""
        if not self.user.is_admin:
            raise NotAllowed("Only an admin can do this.", remedy="Ask one of your admins.")


@contextmanager
def reading(request: Request) -> Iterator[Visit]:
    """A visit that looks; nothing that it writes stays. Raises ``SignInNeeded``."""
    site = site_of(request)
    with site.database.read() as session:
        visit = _visit(request, site, session)
        yield visit
    if visit.idle:
        site.database.note(partial(accounts.touch_session, token=visit.token, now=visit.clock.now))


@contextmanager
def acting(request: Request, *, on_items: bool = False) -> Iterator[Visit]:
    """A visit that changes something: committed when the block ends, undone when it raises.

    ``on_items``: it changes nothing but what people do with items. Who asks is settled before
    the write lock is taken. Raises ``SignInNeeded``.
    """
    site = site_of(request)
    with site.database.read() as session:
        _visit(request, site, session)
    with site.database.write() as session:
        if on_items:
            revisions.only_on_items(session)
        yield _visit(request, site, session)


def _visit(request: Request, site: Site, session: Session) -> Visit:
    token = session_token(request)
    now = site.now()
    who = accounts.signed_in(session, token, now=now) if token else None
    if token is None or who is None:
        raise SignInNeeded
    return Visit(
        request=request,
        site=site,
        session=session,
        user=who.user,
        clock=Clock(now=now, zone=zone_of(who.user.time_zone)),
        token=token,
        idle=who.idle,
    )


def session_token(request: Request) -> str | None:
    """The value of the session's cookie."""
    return request.cookies.get(cookie_name(SESSION, https=site_of(request).https))
