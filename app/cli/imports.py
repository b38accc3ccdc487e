"""import: a spreadsheet as a source, its columns mapped at the terminal."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from app.cli.base import err, out, plain, print_table
from app.cli.opened import Opened
from app.cli.syncs import report, run_all
from app.core.words import Clock, due_words, money_words, plural
from app.errors import Invalid
from app.models import Trigger
from app.services import apart, import_plans, imports, sources
from app.services.import_plans import Choice, ImportPlan, SheetPlan, answered
from app.services.uploads import place, safe_name
from connectors.sdk.records import Kind
from connectors.sdk.tables.amounts import CODES
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.questions import Topic
from connectors.spreadsheet.onboarding import Preview

ORDERS = ("dmy", "mdy", "ymd")
MOST_BAD = 20
ON_THE_PAGE = "Import it on the page Sources, where each column can be mapped."
SAY = {
    Topic.DATE_ORDER: "Say it with --date-order dmy, mdy or ymd.",
    Topic.CURRENCY: "Say it with --currency.",
    Topic.KIND: "Say it with --kind.",
}
"""Which option answers an open question."""


def import_file(
    file: Path,
    *,
    name: str,
    vendor: str,
    currency: str,
    date_order: str,
    kind: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what the file brings, ask where something is open, save it and read it."""
    _judge(file, currency=currency, date_order=date_order, kind=kind)
    opened = Opened()
    name = (name or file.stem).strip()
    with opened.database.read() as session:
        apart.ask_first(session)
        known = imports.remembered(session)
        renews = {one.name: one.id for one in imports.targets(session)}.get(name)
        if renews is None:
            sources.free(session, name)
    money = currency.upper() or None
    book = import_plans.look(file, home=opened.settings.public_url)
    choices: dict[str, Choice] = {}
    plan = import_plans.plan(book, known, currency=money)
    told = {Topic.DATE_ORDER: date_order, Topic.KIND: kind}
    for sheet in plan.sheets:
        choices[sheet.fingerprint] = answered(sheet.choice, sheet.questions, told)
    plan = import_plans.plan(book, known, choices, currency=money)
    for sheet in plan.sheets:
        choices[sheet.fingerprint] = _asked(sheet)
    plan = import_plans.plan(book, known, choices, currency=money)
    mappings = _settled(plan)
    seen = imports.foresee(file, mappings, vendor=vendor, currency=money)
    clock = Clock(now=opened.now(), zone=opened.settings.zone)
    _show(plan, seen, clock, on=err if as_json else out)
    if not seen.read and not seen.bad:
        raise Invalid(
            "There is no row with anything in it below the headers.",
            remedy="If they are formulas, open the file in Excel, save it and import it again.",
        )
    if not seen.read:
        raise Invalid("Not one row can be read.", remedy="Correct the file and import it again.")
    if not yes:
        typer.confirm(f"Import {plural(seen.read, 'row')} as {name}?", abort=True, err=True)
    _save(
        opened,
        file,
        name=name,
        renews=renews,
        mappings=mappings,
        vendor=vendor,
        currency=money,
        as_json=as_json,
    )


def _judge(file: Path, *, currency: str, date_order: str, kind: str) -> None:
    """What can be refused without a look into the file; raises ``Invalid``."""
    if not file.is_file():
        what = f"{file} is a folder" if file.is_dir() else f"There is no file {file}"
        raise Invalid(f"{what}.", remedy="Name a CSV or Excel file.")
    if currency and currency.upper() not in CODES:
        raise Invalid(f"{currency} is no currency.", remedy="Give its code, such as EUR.")
    if date_order and date_order not in ORDERS:
        raise Invalid(f"{date_order} is no date order.", remedy=f"One of: {', '.join(ORDERS)}.")
    if kind and kind not in set(Kind):
        raise Invalid(f"{kind} is no kind of row.", remedy=f"One of: {', '.join(Kind)}.")


def _asked(sheet: SheetPlan) -> Choice:
    """The choice with the open questions answered at the terminal."""
    answers = dict(sheet.choice.answers)
    for question in sheet.open if sheet.choice.use else ():
        if not sys.stdin.isatty():
            continue
        err.print(f"\n{plain(question.text)}")
        for number, choice in enumerate(question.choices, 1):
            err.print(f"  {number}  {plain(choice.label)}")
        most = len(question.choices)
        number = 0
        while not 1 <= number <= most:
            number = typer.prompt(f"1 to {most}", type=int, err=True)
        answers[question.id] = question.choices[number - 1].value
    return replace(sheet.choice, answers=answers)


def _settled(plan: ImportPlan) -> dict[str, SheetMapping]:
    """The mappings; raises ``Invalid`` that says what is still open and how to say it."""
    for sheet in plan.sheets:
        if sheet.mapping is None:
            where = f"Sheet {sheet.names[0]}: " if sheet.names else ""
            says = (SAY[q.topic] for q in sheet.open if q.topic in SAY)
            raise Invalid(f"{where}{sheet.error}", remedy=next(says, ON_THE_PAGE))
    if plan.mappings is None:
        raise Invalid(
            "No sheet of this file looks like deadlines, goals or reports.",
            remedy=ON_THE_PAGE,
        )
    return plan.mappings


def _show(plan: ImportPlan, seen: Preview, clock: Clock, *, on: Console) -> None:
    """What is read of which sheet, the first rows, and the rows that cannot be read."""
    for sheet in plan.sheets:
        called = ", ".join(sheet.names) or "The file"
        if not sheet.choice.use:
            on.print(f"{plain(called)}: left out")
            continue
        meant = [f"{c.header} = {c.field}" for c in sheet.columns if c.field != "fact"]
        on.print(f"{plain(called)}: {plain(', '.join(meant))}")
    table = Table("Kind", "Title", "Of", "Date", "Money", "More", box=None, pad_edge=False)
    for row in imports.rows_of(seen):
        due = due_words(row.due, clock).full if row.due else ""
        money = money_words(row.money) if row.money else ""
        table.add_row(row.kind, plain(row.title), plain(row.whose), due, money, plain(row.more))
    print_table(table, on=on)
    on.print(f"{plural(seen.read, 'row')} can be read, {seen.bad:,} cannot.")
    for line in _bad(seen):
        on.print(f"  {plain(line)}")


def _bad(seen: Preview) -> Iterator[str]:
    for row in seen.quarantined[:MOST_BAD]:
        yield f"{row.where}: {row.reason}".lstrip(": ")
    if seen.bad > MOST_BAD:
        yield f"and {seen.bad - MOST_BAD:,} more"


def _save(
    opened: Opened,
    file: Path,
    *,
    name: str,
    renews: int | None,
    mappings: dict[str, SheetMapping],
    vendor: str,
    currency: str | None,
    as_json: bool,
) -> None:
    """Store it, read it with progress, and exit with 1 when it could not be read whole."""
    with opened.database.write() as session:
        saved = imports.save(
            session,
            file_name=safe_name(file.name),
            name=name,
            connection_id=renews,
            mappings=mappings,
            vendor=vendor or None,
            currency=currency,
            vault=opened.vault,
            now=opened.now(),
        )
        assert saved.id is not None
        place(file, opened.settings.uploads, saved.id)
    runs = run_all(opened, [saved], trigger=Trigger.IMPORT, quiet=as_json)
    for connection, run in runs:
        report(connection, run, as_json=as_json)
    with opened.database.read() as session:
        bad = sources.quarantined_count(session, saved.id)
    if bad and not as_json:
        out.print(f"{plural(bad, 'row')} cannot be read; see the source's page.")
    if any(run is None or run.outcome != "ok" for _connection, run in runs):
        raise typer.Exit(1)
