"""Mail as a message: templates in ``templates/email``, headers that mail programs expect."""

from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.words import LONGEST_SUBJECT, cut
from app.paths import TEMPLATES


class _Whole(UnstructuredHeader, BaseHeader):
    """An address that must stay readable: of one longer than a line Python would make encoded
    words, which no mail program takes for an address.
    """

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}:{policy.linesep} {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", _Whole)
WIRE = policy.SMTP.clone(cte_type="7bit", header_factory=HEADERS)
"""Lines end in CRLF and hold ASCII: strict servers refuse a bare LF, old ones eight bits."""


@cache
def environment(folder: Path = TEMPLATES / "email") -> Environment:
    """Templates of mail. HTML is escaped, text is not."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """The text and the HTML of a mail; the HTML with its styles inlined, dark mode kept."""
    env = environment()
    text = env.get_template(f"{name}.txt").render(values)
    html = env.get_template(f"{name}.html").render(values)
    # Without keep_at_rules the inliner would drop the media query for dark mode.
    inlined = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)
    return text, inlined


def message(
    *,
    to: tuple[str, str],
    sender: str,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    list_id: str,
    sent_at: datetime,
    leave: str = "",
) -> EmailMessage:
    """A mail to one person: (name, address). ``leave`` is the address that stops such mail; mail
    programs call it by themselves (RFC 8058) where it is https.

    Raises ``ValueError`` for a line break in a header.
    """
    made = EmailMessage(policy=WIRE)
    made["From"] = _address(sender)
    made["To"] = Address(display_name=to[0], addr_spec=ascii_address(to[1]))
    made["Subject"] = cut(subject, LONGEST_SUBJECT)
    made["Date"] = format_datetime(sent_at)
    made["Message-ID"] = message_id
    made["List-Id"] = list_id
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    if leave and leave.isascii():
        made["List-Unsubscribe"] = f"<{leave}>"
        if leave.startswith("https://"):
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made


def _address(written: str) -> Address:
    name, address = parseaddr(written)
    return Address(display_name=name, addr_spec=ascii_address(address))


def ascii_address(address: str) -> str:
    """The address with a domain of other scripts as mail servers know it (xn--…)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def bare(written: str) -> str:
    """The address alone of "Name <address>", as mail servers know it."""
    return ascii_address(parseaddr(written)[1])


def host_of(public_url: str) -> str:
    """The host that message ids and list ids carry."""
    return urlsplit(public_url).hostname or "localhost"
