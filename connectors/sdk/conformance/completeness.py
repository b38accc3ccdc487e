"""Complete means complete: whatever happens to an answer, no row goes missing unsaid."""

from collections.abc import Mapping

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.shapes import JsonRows, rows_in
from connectors.sdk.conformance.stage import Case, Reading, Stage, is_typed
from connectors.sdk.manifest import Completeness
from connectors.sdk.sandbox import ON_THE_WIRE, Asked, Fault, FaultKind

MANY = 120
"""Rows beside the story: several pages on most platforms."""

EVER = 10_000


def broken_pages_never_complete(case: Case) -> None:
    """C07: page N fails, repeats, loops, or the list shrinks while it is read."""
    more = max(
        len(many.records) - len(case.undisturbed()[stream].records)
        for stream, many in case.undisturbed(MANY).items()
    )
    demand(more >= MANY // 2, f"of {MANY} more rows only {more} are read: are pages left out?")
    with case.stage(size=MANY) as stage:
        for stream, whole in case.undisturbed(MANY).items():
            demand(stage.sandbox.drop(stream, 1), f"{stream}: the sandbox's drop took no row")
            others = stage.read(stream).hashes
            stage.sandbox.restore(stream)
            for k in case.positions(whole):
                for kind, times in (
                    (FaultKind.BROKEN, EVER),
                    (FaultKind.DUPLICATE_PAGE, 1),
                    (FaultKind.DUPLICATE_PAGE, EVER),
                ):
                    _disturb(case, stage, whole, Fault(kind=kind, after=k, times=times))
                _shrink(case, stage, whole, k, others)


def missing_lists_are_not_empty(case: Case) -> None:
    """C08: an answer without its list does not read as a list without rows."""
    found = 0
    with case.stage() as stage:
        for stream, whole in case.undisturbed().items():
            for answer in stage.answers(stream):
                lists = rows_in(answer.content_type, answer.body)
                if isinstance(lists, JsonRows):
                    found += 1
                    with stage.instead_of(answer, lists.without_list()):
                        reading = stage.read(stream)
                    must_account(case, whole, reading, f"{answer.path} without its list")
    demand(found, "no answer holds a JSON list: say in the sandbox's bypasses why none can")


def damaged_answers_never_complete(case: Case) -> None:
    """C09: cut, garbage, a login page, a gzip body without its end."""
    kinds = {
        FaultKind.TRUNCATED,
        FaultKind.GZIP_CUT,
        FaultKind.GARBAGE,
        FaultKind.LOGIN_PAGE,
    }
    for wire, chosen in ((True, kinds & ON_THE_WIRE), (False, kinds - ON_THE_WIRE)):
        with case.stage(wire=wire) as stage:
            for whole in case.undisturbed().values():
                for k in case.positions(whole):
                    for kind in sorted(chosen):
                        _disturb(case, stage, whole, Fault(kind=kind, after=k, times=EVER))


def _disturb(case: Case, stage: Stage, whole: Reading, fault: Fault) -> None:
    stage.plan(fault)
    reading = stage.read(whole.stream)
    if stage.fired():
        where = whole.asked[min(fault.after, len(whole.asked) - 1)][1]
        must_account(case, whole, reading, f"{fault.kind} from request {fault.after} ({where})")
    stage.plan()


def _shrink(case: Case, stage: Stage, whole: Reading, k: int, others: Mapping[str, bytes]) -> None:
    """A row leaves the list before request ``k``: the others, listed all the time, stay."""
    stream, start = whole.stream, len(stage.requests)

    def lose_one(asked: Asked) -> None:
        if asked.number == start + k:
            stage.sandbox.drop(stream, 1)

    stage.before(lose_one)
    reading = stage.read(stream)
    stage.before(None)
    stage.sandbox.restore(stream)
    must_account(case, whole, reading, f"a row gone before request {k}", others)


def must_account(
    case: Case,
    whole: Reading,
    reading: Reading,
    after: str,
    expected: Mapping[str, bytes] | None = None,
) -> None:
    """A read that says Complete has, or has quarantined, every expected row."""
    if not is_typed(reading.error):
        raise Failed(f"{whole.stream}: {after}: it raised {reading.outcome()}")
    spec = case.specs[whole.stream]
    if not reading.whole or spec.completeness is Completeness.UNKNOWN:
        return
    expected = whole.hashes if expected is None else expected
    if missing := reading.unaccounted(expected):
        some = ", ".join(sorted(missing)[:3])
        raise Failed(
            f"{whole.stream}: {after}: Complete, though {len(missing)} of {len(expected)} "
            f"rows are neither read nor quarantined ({some})"
        )
