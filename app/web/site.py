"""What every page needs of the process, in one place: ``request.app.state.site``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property

from jinja2 import Environment
from starlette.requests import Request

from app.config import Settings
from app.db import Database
from app.notify.webhook import Outcome
from app.paths import STATIC, TEMPLATES
from app.secrets import Vault
from app.services.pages import Act
from app.web.assets import Assets
from app.web.templating import environment


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running application as its pages see it.

    ``now`` gives an aware instant. ``wake`` makes the process look at once for what is due;
    where another process does the syncing, that one looks at its next tick. ``read`` reads a
    connection that asks no network and returns when its items are there. ``load_sample`` begins to
    load the sample company for an admin, and returns at once. ``send_digest`` sends a person their
    digest, or again one of the ledger that may not have arrived, and says why it did not leave.
    ``call`` makes one call of a webhook
    and returns when its outcome is in the log. ``say`` sends one message to people, and returns why
    it did not leave; empty when it did.
    """

    settings: Settings
    database: Database
    vault: Vault
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    wake: Callable[[], None] = lambda: None
    read: Callable[[int], object] = lambda _connection_id: None
    load_sample: Callable[[int], object] = lambda _user_id: None
    send_digest: Callable[[int, int], str] = lambda _user_id, _unknown_id: "No mail is sent here."
    call: Callable[[int], Outcome | None] = lambda _delivery_id: None
    say: Callable[[int], str] = lambda _delivery_id: ""

    def show(self, act: Act) -> None:
        """Read what the act asks to be read now, because the person looks at it next; what is
        left of it is read by whoever syncs.
        """
        if act.source is not None:
            self.read(act.source)
            self.wake()

    @property
    def assets(self) -> Assets:
        """The static files."""
        return _assets()

    @property
    def templates(self) -> Environment:
        """The templates, compiled as they are first used."""
        return _templates()

    @cached_property
    def https(self) -> bool:
        """Whether people come over https."""
        return self.settings.public_url.startswith("https://")


@cache
def _assets() -> Assets:
    """Once a process: the files belong to the installation, not to a site."""
    return Assets(STATIC)


@cache
def _templates() -> Environment:
    return environment(TEMPLATES, _assets())


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    site: Site = request.app.state.site
    return site
