"""mcp: an assistant's way to the inbox, on standard input and output."""

import asyncio
from importlib.util import find_spec

from app.cli.opened import Opened
from app.errors import CannotStart


def assist(*, url: str | None, acts: bool) -> None:
    """Serve until the assistant hangs up. Raises ``CannotStart``."""
    settings = Opened().settings
    if find_spec("mcp") is None:
        raise CannotStart(
            "The library for the Model Context Protocol is not installed.",
            remedy="Install it: pip install 'partner-inbox[mcp]'.",
        )
    if settings.token is None:
        raise CannotStart(
            "There is no token to ask the inbox with.",
            remedy="Make one (partner-inbox token add assistant --scope read) and put it into "
            "PARTNER_INBOX_TOKEN.",
        )
    from app.mcp import standing_by  # noqa: PLC0415  (only where it is installed)

    asyncio.run(
        standing_by.serve(
            (url or settings.public_url).rstrip("/"), settings.token.get_secret_value(), acts=acts
        )
    )
