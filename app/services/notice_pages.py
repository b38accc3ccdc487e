"""What the page of notices shows: one's own mail, and the chats, each with its last results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.core.notice_words import KIND_WORDS, SUBJECTS
from app.core.notices import URGENT
from app.models import Channel, ChannelKind, Delivery, DeliveryState, User
from app.secrets import Vault
from app.services import audiences, channel_health, channel_views, channels, deliveries
from app.services.channel_views import ITS_PERSONS, Tells
from app.services.deliveries import EVENTS, IDS, TEST
from app.services.pages.outputs import Going

LAST = 20
"""So many messages of a channel are shown."""
SAID: Mapping[str, str] = {
    DeliveryState.WAITING: "is gathered",
    DeliveryState.SENDING: "is being sent",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNKNOWN: "may have arrived",
    DeliveryState.DROPPED: "not sent",
}
AGAIN = "not taken yet"
NEVER_AGAIN = "It is not sent again by itself: what it told stands in the inbox and the digest."


@dataclass(frozen=True, kw_only=True)
class MessageLine:
    """One message: what it told, in how many events, and what came of it."""

    state: str
    said: str
    told: str
    count: int
    at: datetime
    next_attempt_at: datetime | None
    wrong: str


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """One channel. ``service`` is what its address leads to; ``last`` the newest that was tried;
    ``query`` what its form has of ``channel_views``, ``lost`` why it tells of no item.
    """

    id: int
    name: str
    service: str
    is_team: bool
    going: Going
    failing_since: datetime | None
    stopped_at: datetime | None
    wrong: str
    query: str
    lost: str
    wants: frozenset[str]
    last: MessageLine | None

    @property
    def gives_up_at(self) -> datetime | None:
        """When it is stopped if nothing is taken until then."""
        return self.failing_since + deliveries.STOPPED_AFTER if self.failing_since else None


def chats(session: Session, vault: Vault, user: User) -> list[ChannelLine]:
    """The person's own chats, and for admins the team's."""
    found = channels.of(session, ChannelKind.CHAT, user)
    return _lines(session, vault, found)


def chat(session: Session, vault: Vault, channel: Channel) -> ChannelLine:
    """One of them."""
    return _lines(session, vault, [channel])[0]


def mail(session: Session, user: User, *, can: bool) -> ChannelLine:
    """The person's own mail. ``can``: this installation can send some."""
    stored = channels.mail_of(session, user)
    newest = deliveries.newest(session, [stored.id or 0]) if stored else {}
    last = _message(next(iter(newest.values()))) if newest else None
    tells = channel_views.of(session, [stored.id or 0])[stored.id or 0] if stored else ITS_PERSONS
    on = Going.ON if can and not tells.lost else Going.TROUBLED
    return ChannelLine(
        id=(stored.id or 0) if stored else 0,
        name="Your mail",
        service=user.email,
        is_team=False,
        going=on if user.notices_on else Going.OFF,
        failing_since=None,
        stopped_at=None,
        wrong=tells.lost or (last.wrong if last and can else ""),
        query=tells.value,
        lost=tells.lost,
        wants=audiences.wants_of(ChannelKind.MAIL, stored.wants if stored else ()),
        last=last,
    )


def messages(session: Session, channel_id: int) -> list[MessageLine]:
    """The newest messages of a channel, the newest first."""
    return list(map(_message, deliveries.log(session, channel_id, limit=LAST)))


def kinds() -> Mapping[str, Sequence[tuple[str, str]]]:
    """What a channel can tell people, by what it is about: its name and its words."""
    found: dict[str, list[tuple[str, str]]] = {"": [(URGENT, KIND_WORDS[URGENT])]}
    for kind, words in KIND_WORDS.items():
        if kind != URGENT:
            found.setdefault(SUBJECTS[kind.partition(".")[0]], []).append((kind, words))
    return found


def _lines(session: Session, vault: Vault, found: Sequence[Channel]) -> list[ChannelLine]:
    ids = [one.id for one in found if one.id is not None]
    newest, tells = deliveries.newest(session, ids), channel_views.of(session, ids)
    return [_line(one, vault, newest.get(one.id or 0), tells[one.id or 0]) for one in found]


def _line(channel: Channel, vault: Vault, newest: Delivery | None, tells: Tells) -> ChannelLine:
    last = _message(newest) if newest else None
    going = channel_health.going(channel, tells.lost)
    wrong = channel_health.wrong(channel, last.wrong if last else "", tells.lost)
    if going is Going.ON and last and _in_doubt(last):
        wrong = last.wrong
    return ChannelLine(
        id=channel.id or 0,
        name=channel.name,
        service=channels.service_of(channel, vault),
        is_team=channel.user_id is None,
        going=going,
        failing_since=channel.failing_since,
        stopped_at=channel.stopped_at,
        wrong=wrong,
        query=tells.value,
        lost=tells.lost,
        wants=audiences.wants_of(channel.kind, channel.wants),
        last=last,
    )


def _in_doubt(last: MessageLine) -> bool:
    return last.state in (DeliveryState.UNKNOWN, DeliveryState.FAILED)


def _message(stored: Delivery) -> MessageLine:
    again = stored.state == DeliveryState.WAITING and stored.attempts > 0
    told = [event["title"] for event in stored.body.get(EVENTS, ())]
    wrong = stored.error or ""
    if stored.state == DeliveryState.UNKNOWN:
        wrong = f"{wrong} {NEVER_AGAIN}".strip()
    return MessageLine(
        state=stored.state,
        said=AGAIN if again else SAID[stored.state],
        told="A test" if stored.body.get(TEST) else ", ".join(told[:3]),
        count=len(stored.body.get(IDS, ())),
        at=stored.sent_at or stored.created_at,
        next_attempt_at=stored.next_attempt_at if again or not stored.attempts else None,
        wrong=wrong,
    )
