"""A connector whose answers a test writes down: for tests of the sync, not of a platform."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import SecretStr

from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    NotOffered,
    Page,
    Quarantined,
    ReadContext,
    Unchanged,
)
from connectors.sdk.manifest import (
    Completeness,
    ConnectorConfig,
    Manifest,
    PlatformType,
    StreamSpec,
)
from connectors.sdk.records import AnyRecord, Deadline, DueDate, Kind


class ScriptedConfig(ConnectorConfig):
    """Settings of the scripted connector: one plain, one secret."""

    account: str = "42"
    password: SecretStr = SecretStr("open sesame")


Step = Page | Complete | Unchanged | NotOffered | Exception | Callable[[], None]


@dataclass
class Scripted:
    """Reads what ``script`` holds for each stream: pages, Complete, exceptions, or calls."""

    script: dict[str, list[Step]] = field(default_factory=dict)
    streams: tuple[str, ...] = ("things",)
    completeness: Completeness = Completeness.FULL_LIST
    prose: bool = False

    @property
    def manifest(self) -> Manifest:
        return Manifest(
            id="scripted",
            version="1",
            name="Scripted",
            platform=PlatformType.GENERIC,
            summary="For tests.",
            vendor=None,
            badge="SC",
            colour="#333333",
            config=ScriptedConfig,
            hosts=(),
            streams=tuple(
                StreamSpec(
                    name=name,
                    title=name.title(),
                    kinds=frozenset(Kind),
                    completeness=self.completeness,
                    prose=self.prose,
                )
                for name in self.streams
            ),
            interval=timedelta(hours=1),
            minimum_interval=timedelta(minutes=5),
        )

    def lists(self, *records: AnyRecord, stream: str = "things") -> None:
        """From now on the stream is this whole list."""
        self.script[stream] = [Page(records=records), Complete()]

    def read(self, stream: str, config: Any, context: ReadContext) -> Iterator[Event]:
        for step in self.script.get(stream, [Complete()]):
            if isinstance(step, Exception):
                raise step
            if isinstance(step, (Page, Complete, Unchanged, NotOffered)):
                yield step
            else:
                step()

    def check(self, config: Any, context: ReadContext) -> Iterator[Check]:
        yield Check(name="sign-in", state=CheckState.OK, text="Accepted.")


def deadline(number: int | str, **changed: Any) -> Deadline:
    """A deadline with id and title from ``number``, due in 2027 unless said otherwise."""
    values: dict[str, Any] = {
        "external_id": str(number),
        "title": f"Deadline {number}",
        "due": DueDate(on=date(2027, 1, 15)),
    }
    return Deadline(**{**values, **changed})


def deadlines(numbers: Iterable[int]) -> tuple[Deadline, ...]:
    """One deadline for each number."""
    return tuple(deadline(number) for number in numbers)


def unreadable(external_id: str | None = None, raw: str = "{}") -> Quarantined:
    """A row that could not be read."""
    return Quarantined(reason="It has no date.", raw=raw, external_id=external_id)
