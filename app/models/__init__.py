"""The tables, one file a subject. Importing this package registers all of them."""

from app.models.accounts import ApiToken, OneTimeLink, User, WebSession
from app.models.chores import COMPARE, PRUNE, Chore
from app.models.items import (
    Event,
    Item,
    ItemState,
    PersonalState,
    RecordedAct,
    TeamState,
)
from app.models.outbox import (
    AppSetting,
    DigestEntry,
    DigestState,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Revision,
)
from app.models.pairs import Clue, Pair, PairState
from app.models.programs import Certification, Contact, Fund, Program
from app.models.proposals import Proposal, ProposalState
from app.models.sources import (
    COUNTS,
    TROUBLED,
    ColumnMapping,
    Connection,
    Health,
    QuarantinedRow,
    RunOutcome,
    StreamState,
    SyncRun,
    Trigger,
)
from app.models.team import (
    AssignmentRule,
    Attachment,
    AttachmentKind,
    Mention,
    PinnedView,
    SavedView,
    Weight,
)

__all__ = [
    "COMPARE",
    "COUNTS",
    "PRUNE",
    "TROUBLED",
    "ApiToken",
    "AppSetting",
    "AssignmentRule",
    "Attachment",
    "AttachmentKind",
    "Certification",
    "Chore",
    "Clue",
    "ColumnMapping",
    "Connection",
    "Contact",
    "DigestEntry",
    "DigestState",
    "Event",
    "Fund",
    "Health",
    "Item",
    "ItemState",
    "Mention",
    "OneTimeLink",
    "OutboxEntry",
    "OutboxKind",
    "OutboxState",
    "Pair",
    "PairState",
    "PersonalState",
    "PinnedView",
    "Program",
    "Proposal",
    "ProposalState",
    "QuarantinedRow",
    "RecordedAct",
    "Revision",
    "RunOutcome",
    "SavedView",
    "StreamState",
    "SyncRun",
    "TeamState",
    "Trigger",
    "User",
    "WebSession",
    "Weight",
]
