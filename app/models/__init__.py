"""The tables, one file a subject. Importing this package registers all of them."""

from app.models.accounts import ApiToken, OneTimeLink, User, WebSession
from app.models.chores import PRUNE, Chore
from app.models.items import (
    Event,
    Item,
    ItemState,
    PersonalState,
    TeamState,
)
from app.models.outbox import AppSetting, DigestEntry, OutboxEntry, Revision
from app.models.programs import Certification, Contact, Fund, Program
from app.models.sources import (
    ColumnMapping,
    Connection,
    Health,
    QuarantinedRow,
    StreamState,
    SyncRun,
    Trigger,
)

__all__ = [
    "PRUNE",
    "ApiToken",
    "AppSetting",
    "Certification",
    "Chore",
    "ColumnMapping",
    "Connection",
    "Contact",
    "DigestEntry",
    "Event",
    "Fund",
    "Health",
    "Item",
    "ItemState",
    "OneTimeLink",
    "OutboxEntry",
    "PersonalState",
    "Program",
    "QuarantinedRow",
    "Revision",
    "StreamState",
    "SyncRun",
    "TeamState",
    "Trigger",
    "User",
    "WebSession",
]
