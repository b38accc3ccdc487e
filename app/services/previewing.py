"""What settings would bring, before they are saved: a connector's preview in words for a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.money import money_of
from app.core.words import goal_words, money_exact
from app.services.checking import OF_A_FORM, Trial, gathered
from app.services.configs import split
from connectors import registry
from connectors.sdk import redact
from connectors.sdk.connector import Check, Connector, ReadContext
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.preview import Preview, Previewing
from connectors.sdk.records import AnyRecord, Due, Fund, Goal, Money, kind_of


@dataclass(frozen=True, kw_only=True)
class RecordLine:
    """One record as it would look."""

    kind: str
    title: str
    due: Due | None = None
    worth: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class StreamPreview:
    """The first page of a stream. ``bad`` are reasons, each with the row as it came.

    ``asked`` is the request without its query; ``note`` says what the platform tells of the pages
    behind it.
    """

    title: str
    asked: str
    answer: str
    sample: str
    note: str = ""
    records: tuple[RecordLine, ...] = ()
    bad: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Previews:
    """All first pages; ``ended`` is what kept the rest away, if anything."""

    streams: tuple[StreamPreview, ...] = ()
    ended: Check | None = None


def offered(connector_id: str) -> bool:
    """Whether a connector can show what it would read."""
    return isinstance(registry.connector(connector_id), Previewing)


def preview(connector_id: str, config: ConnectorConfig, *, trial: Trial) -> Previews:
    """What these settings would bring. Nothing of it is stored, and no secret is in it.

    It asks the platform, so no transaction may be open.
    """
    secrets = [str(value) for value in split(config)[1].values()]

    def ask(connector: Connector, context: ReadContext) -> Iterator[Preview]:
        assert isinstance(connector, Previewing)
        return connector.preview(config, context)

    found, ended = gathered(connector_id, config, ask, trial=trial)
    return Previews(streams=tuple(_stream(one, secrets) for one in found), ended=ended)


def _stream(told: Preview, secrets: list[str]) -> StreamPreview:
    return StreamPreview(
        title=redact.mask(told.title, secrets),
        asked=redact.mask(told.asked, secrets),
        answer=_answer(told),
        sample=redact.redact(told.sample, secrets),
        note=redact.mask(told.note, secrets),
        records=tuple(_line(record, secrets) for record in told.page.records),
        bad=tuple(
            (redact.mask(row.reason, secrets), redact.redact(row.raw, secrets))
            for row in told.page.quarantined
        ),
        problem=redact.mask(told.problem, secrets),
        fix=OF_A_FORM.get(told.fix, told.fix),
    )


def _answer(told: Preview) -> str:
    """ "200, 12.4 KB, 25 rows on the first page"."""
    if told.status is None:
        return ""
    if told.problem and not told.size:
        return str(told.status)
    size = f"{told.size:,} bytes" if told.size < 1_000 else f"{told.size / 1_000:,.1f} KB"
    rows = "1 row" if told.rows == 1 else f"{told.rows:,} rows"
    return f"{told.status}, {size}, {rows} on the first page"


def _line(record: AnyRecord, secrets: list[str]) -> RecordLine:
    dates = (getattr(record, name, None) for name in ("due", "published", "lapses", "expires"))
    return RecordLine(
        kind=kind_of(record).value,
        title=redact.mask(record.title, secrets),
        due=next(filter(None, dates), None),
        worth=_worth(record),
        status=redact.mask(record.status or "", secrets),
    )


def _worth(record: AnyRecord) -> str:
    """Its money; of a goal how far it is, of a fund what is left."""
    if isinstance(record, Goal):
        return goal_words(record.actual, record.target, record.unit)
    if isinstance(record, Fund):
        left = money_of(record.remaining, record.currency)
        return f"{money_exact(left)} left" if left else ""
    money = getattr(record, "amount", None)
    return money_exact(money) if isinstance(money, Money) else ""
