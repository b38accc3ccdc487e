"""Page objects as services fill them: the company of the sketches, on 21 November 2026."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import structs

from app.core.comment_text import Piece
from app.core.next_act import NextAct
from app.core.tiles import Tile
from app.core.words import Clock
from app.services.pages import (
    GROUPS,
    TABS,
    AttachmentLine,
    Choice,
    CommentLine,
    GoalLine,
    Group,
    GroupHead,
    Health,
    HistoryLine,
    InboxPage,
    ItemPage,
    Nav,
    Person,
    Row,
    SourceLine,
    State,
    Tab,
    TodayCard,
    TodayPage,
    View,
)
from connectors.sdk.records import DueDate, DueInstant, Fact, Money, SafeHtml

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
CLOCK = Clock(now=NOW, zone=ZoneInfo("Europe/Berlin"))
DANA = Person(id=1, name="Dana Kim")
RIN = Person(id=2, name="Rin Sato")
LEE = Person(id=3, name="Lee Meyer")
PEOPLE = (DANA, LEE, RIN)

INGRAM = SourceLine(
    id=1, name="Ingram Micro Xvantage", health=Health.FRESH, read_at=NOW - timedelta(hours=3)
)
AWS = SourceLine(
    id=2, name="AWS Partner Central", health=Health.FRESH, read_at=NOW - timedelta(hours=2)
)
SOPHOS = SourceLine(
    id=3,
    name="Sophos portal (mail)",
    health=Health.STALE,
    read_at=NOW - timedelta(days=9),
)
CRAYON = SourceLine(
    id=4,
    name="Crayon Cloud-iQ",
    health=Health.NEEDS_SIGN_IN,
    read_at=NOW - timedelta(days=4),
    since=NOW - timedelta(days=2),
    problem="The platform refused the user name or password.",
)
SOURCES = (INGRAM, AWS, SOPHOS, CRAYON)

NAV = Nav(
    today=4,
    inbox=63,
    goals_behind=3,
    reports_due=5,
    programs=15,
    mine=17,
    unowned=6,
    snoozed=2,
    sources=SOURCES,
)


def usd(amount: int) -> Money:
    return Money(Decimal(amount), "USD")


def on(month: int, day: int) -> DueDate:
    return DueDate(on=date(2026, month, day))


TILES = {
    "MS": "#0067b8",
    "DE": "#3551b5",
    "IM": "#1d4ed8",
    "SO": "#0e5fb5",
    "AWS": "#b45309",
    "CR": "#be4b0b",
    "FT": "#b42318",
    "CS": "#0f766e",
    "P8": "#5b4bc4",
}


def tile(letters: str) -> Tile:
    return Tile(letters=letters, colour=TILES[letters])


ROWS = {
    "overdue": (
        Row(
            id=11,
            title="Claim co-op funds for H1 before they turn into rebate",
            tile=tile("MS"),
            kind="deadline",
            line=("Co-op", "claim", "proof of execution still missing"),
            due=on(11, 19),
            amount=usd(18400),
            amount_label="lapses",
            owner=DANA,
        ),
        Row(
            id=12,
            title="Accept the new program terms",
            tile=tile("DE"),
            kind="deadline",
            line=("Partner Program", "earning starts in the quarter of acceptance"),
            due=on(11, 20),
        ),
    ),
    "week": (
        Row(
            id=13,
            title="Renew Meraki licences — Hartwell Clinics",
            tile=tile("IM"),
            kind="deadline",
            line=("Ingram Micro", "renewal 4419005", "quote QUO-88121"),
            due=on(11, 24),
            due_was=on(11, 30),
            amount=usd(42300),
            amount_label="order",
            owner=RIN,
        ),
        Row(
            id=14,
            title="Two certified architects expire",
            tile=tile("SO"),
            kind="deadline",
            line=("Gold tier needs 2",),
            due=on(11, 25),
            due_was=on(11, 30),
            amount=usd(31000),
            amount_label="rebate",
            owner=LEE,
            stale=True,
        ),
        Row(
            id=15,
            title="Accept co-sell invitation — Northgate Logistics",
            tile=tile("AWS"),
            kind="deadline",
            line=("Partner Central", "invitation expires"),
            due=DueInstant(at=datetime(2026, 11, 26, 23, 0, tzinfo=UTC)),
            amount=usd(22850),
            amount_label="deal",
            owner=RIN,
        ),
        Row(
            id=16,
            title="Report October usage, Adobe VIP agreement",
            tile=tile("CR"),
            kind="reporting",
            line=("Cloud-iQ", "agreement report not reported"),
            due=on(11, 27),
            amount_label="penalty",
            read=True,
        ),
    ),
    "month": (
        Row(
            id=17,
            title="Quarterly business review deck",
            tile=tile("FT"),
            kind="reporting",
            line=("Engage", "every quarter, 10 working days after its end"),
            due=on(11, 30),
            amount_label="status",
            owner=LEE,
            read=True,
        ),
        Row(
            id=18,
            title="Value Index below 7.5 in Security",
            tile=tile("CS"),
            kind="goal",
            line=("360", "Preferred needs 7.5, now 7.1"),
            due=on(11, 30),
            amount=Money(Decimal(12000), "EUR"),
            amount_label="discount",
            owner=DANA,
            read=True,
        ),
        Row(
            id=19,
            title="Commitment ends: 120 seats M365 Business Premium, with a name so long that it "
            "cannot fit on one line of any screen",
            tile=tile("P8"),
            kind="deadline",
            line=("Pax8", "auto-renew off"),
            due=on(11, 30),
            amount=usd(26640),
            amount_label="a year",
            owner=RIN,
            read=True,
        ),
        Row(
            id=20,
            title="Special bid 9912 expires — Fortinet refresh",
            tile=tile("IM"),
            kind="deadline",
            line=("Ingram Micro", "38 of 60 units left"),
            due=on(11, 30),
            amount=usd(9480),
            amount_label="discount",
            owner=RIN,
            read=True,
        ),
    ),
}
STAKES = {
    "overdue": (usd(18400),),
    "week": (usd(96150),),
    "month": (usd(71020), ROWS["month"][1].amount),
}
HEADS = {
    key: GroupHead(key=key, title=GROUPS[key], count=len(rows), stake=STAKES[key])
    for key, rows in ROWS.items()
}
COUNTS = {"all": 1000, "overdue": 2, "week": 4, "month": 8, "new": 4, "mine": 2, "unowned": 2}


def inbox_page(view: View = View(), **changes: object) -> InboxPage:  # noqa: B008  (frozen)
    page = InboxPage(
        view=view,
        tabs=tuple(Tab(key=key, title=TABS[key], count=count) for key, count in COUNTS.items()),
        groups=tuple(Group(head=HEADS[key], rows=rows) for key, rows in ROWS.items()),
        heads=tuple(HEADS.values()),
        total=63,
        shown=10,
        stake=(usd(185570),),
        after="cursor",
        doubtful=(SOPHOS, CRAYON),
        sources=4,
        read_at=NOW - timedelta(hours=2),
        people=PEOPLE,
        choices={
            "vendor": (
                Choice(value="cisco", label="Cisco", count=12),
                Choice(value="aws", label="AWS", count=9),
            ),
            "kind": (Choice(value="deadline", label="Deadlines", count=40),),
        },
    )
    return replace(page, **changes)


def item_page(row: Row = ROWS["week"][0], **changes: object) -> ItemPage:
    item = ItemPage(
        row=row,
        version=3,
        crumbs=("Ingram Micro Xvantage", "Cisco Meraki", "Renewal"),
        source=INGRAM,
        url="https://xvantage.example/renewals/4419005",
        why=(
            "$42,300 order, 3 days left, Cisco weight 1.2.",
            "The date moved six days earlier.",
        ),
        account="Hartwell Clinics",
        reference="4419005 · QUO-88121",
        vendor="Cisco Meraki",
        program="Meraki",
        category="renewal",
        status="Open – quote sent",
        summary="64 access points lose their licence on the day after.",
        body=SafeHtml("<p>Terms: see the <a href='https://xvantage.example/terms'>terms</a>.</p>"),
        facts=(Fact(label="Quantity", value="64"), Fact(label="Term", value="36 months")),
        seen_at=NOW - timedelta(hours=3),
        proof="whole list, twice agreed",
        goal=GoalLine(
            id=7,
            title="Cisco bookings FY27 Q2",
            words="$412k of $600k · 69 %, pace 74 %",
            share=0.69,
            pace=0.74,
        ),
        history=(
            HistoryLine(
                at=NOW - timedelta(hours=3),
                who="sync",
                what="Due",
                old="30 Nov 2026",
                new="24 Nov 2026",
                material=True,
            ),
            HistoryLine(at=NOW - timedelta(hours=16), who="Rin Sato", what="Took it"),
            HistoryLine(
                at=NOW - timedelta(days=4),
                who="sync",
                what="Value",
                old="$39,900",
                new="$42,300",
                material=True,
            ),
            HistoryLine(at=NOW - timedelta(days=19), who="sync", what="First seen"),
        ),
        comments=(
            CommentLine(
                id=7,
                at=NOW - timedelta(days=1),
                who="Rin Sato",
                pieces=(Piece(text="Called the customer.\nThey want 36 months."),),
            ),
            CommentLine(
                id=8,
                at=NOW - timedelta(hours=1),
                who="Dana Kim",
                pieces=(
                    Piece(text="@Rin", names=True),
                    Piece(text="see", href="https://x.example"),
                ),
                mine=True,
            ),
        ),
        attachments=(
            AttachmentLine(
                id=1,
                title="Signed order.pdf",
                at=NOW - timedelta(days=1),
                who="Rin Sato",
                size=120_000,
                type="a PDF",
                proof=True,
            ),
            AttachmentLine(
                id=2,
                title="Claim 7",
                at=NOW - timedelta(days=1),
                who="Rin Sato",
                url="https://portal.example/claims/7",
            ),
        ),
        people=PEOPLE,
    )
    return replace(item, **changes)


def today_page(**changes: object) -> TodayPage:
    overdue, week = ROWS["overdue"], ROWS["week"]
    page = TodayPage(
        cards=(
            TodayCard(
                row=overdue[0],
                why=(
                    "$18,400 lapses.",
                    "Two sources give two dates, 14 and 15 February: the earlier one counts.",
                ),
                source_name="Microsoft",
            ),
            TodayCard(
                row=week[0],
                why=(
                    "The date moved six days earlier this morning.",
                    "Largest order this week, and your Cisco quarter is five points behind pace.",
                ),
                act=NextAct.SOURCE,
                url="https://xvantage.example/q",
                source_name="Ingram",
            ),
            TodayCard(row=week[1], why=("Gold needs two.",), source_name="Sophos"),
            TodayCard(row=overdue[1], why=("1 day late.",), act=NextAct.TAKE, source_name="Dell"),
        ),
        stake=(usd(114550),),
        doubtful=(CRAYON, SOPHOS),
        sources=4,
        read_at=NOW - timedelta(hours=2),
        people=PEOPLE,
    )
    return replace(page, **changes)


DONE = structs.replace(ROWS["week"][0], state=State.DONE)
