"""Settings › Outputs: each way out of the inbox, with its last result."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Going(StrEnum):
    """How a way out is: in words on the page, and the tone of them."""

    ON = "on"
    OFF = "off"
    TROUBLED = "troubled"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Silent:
    """A channel that tells nothing, though nobody stopped it by hand.

    what      "webhook", "chat" or "mail"; ``wrong`` why, as sentences
    at        when we stopped it; None: its view is gone
    people    who can mend it: whose it is, of the team's every admin who may sign in
    to        the page where they do
    """

    id: int
    name: str
    what: str
    at: datetime | None
    wrong: str
    is_team: bool
    people: frozenset[int]
    to: str


@dataclass(frozen=True, kw_only=True)
class Try:
    """A button that uses it at once: what it says, and where its form goes (POST)."""

    label: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Way:
    """One use of an output: one's digest, one webhook, one calendar, one token.

    when, last    the last result and its instant: "sent", "read by Thunderbird"; both may be
                  missing, where it was not used yet
    wrong         what went wrong and what helps, as sentences; empty while all is well
    to            the page where it is set up
    """

    name: str
    going: Going
    said: str = ""
    when: datetime | None = None
    last: str = ""
    wrong: str = ""
    to: str = ""
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Output:
    """One way out of the inbox.

    what      what it is for, in one sentence
    ways      who uses it, and how; ``none`` is said where nobody does
    to, do    the page where it is set up, and what the link to it says
    example   an address or a command line to begin with
    """

    key: str
    title: str
    what: str
    ways: tuple[Way, ...] = ()
    none: str = ""
    to: str = ""
    do: str = "Set up"
    example: str = ""
