"""The lines of the settings: whose mail is whose, and what should arrive when."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADDRESS = r"[^\s@,;<>\"]*@[^\s@,;<>\"]+\.[^\s@,;<>\"]+"
_SENDER = re.compile(rf"\*|{_ADDRESS}")
_IN = re.compile(r"(?:^|\s+)in\s+(?P<folder>.+)$", re.IGNORECASE)
_EXPECTED = re.compile(
    rf"(?P<sender>{_ADDRESS})\s+every\s+(?P<unit>week|month|quarter)\s+by\s+"
    r"(?:day\s+)?(?P<by>[a-z]+|[0-9]{1,2})\s*=\s*(?P<title>.*\S)",
    re.IGNORECASE,
)
_LONGEST = {"month": 31, "quarter": 92}
RULE_FORM = "“@vendor.example = Vendor / Program”, with “in Folder” behind the sender if you like"
EXPECTED_FORM = "“sender@vendor.example every month by 5 = What should arrive”"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Mail of that sender in that folder is of that vendor and program.

    sender   "news@vendor.example", "@vendor.example" with all its subdomains, or "*"
    folder   None: in any folder
    """

    sender: str
    folder: str | None
    vendor: str | None
    program: str | None

    def matches(self, address: str, folder: str) -> bool:
        """Whether a mail of that address in that folder is meant; case does not count."""
        if self.folder is not None and self.folder.casefold() != folder.casefold():
            return False
        return sent_by(self.sender, address)


@dataclass(frozen=True, kw_only=True)
class Period:
    """One turn of a rhythm: its first and last day, when the mail is due, and its name."""

    first: date
    last: date
    due: date
    name: str


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """A mail of that sender should arrive in every week, month or quarter, by a day of it.

    ``by`` counts from 1: the weekday from Monday, or the day of the month or quarter.
    """

    sender: str
    unit: str
    by: int
    title: str

    def said(self) -> str:
        """The rule in words."""
        by = WEEKDAYS[self.by - 1].capitalize() if self.unit == "week" else f"day {self.by}"
        return f"a mail of {self.sender} every {self.unit} by {by}"

    def period(self, day: date) -> Period:
        """The period that the day lies in."""
        if self.unit == "week":
            first = day - timedelta(days=day.weekday())
            last, (year, week, _) = first + timedelta(days=6), first.isocalendar()
            name = f"week {week} of {year}"
        else:
            months = 1 if self.unit == "month" else 3
            first = date(day.year, (day.month - 1) // months * months + 1, 1)
            month = first.month + months - 1
            last = date(day.year, month, monthrange(day.year, month)[1])
            quarter = f"quarter {(first.month + 2) // 3} of {first.year}"
            name = f"{first.year}-{first.month:02d}" if months == 1 else quarter
        return Period(
            first=first, last=last, due=min(first + timedelta(days=self.by - 1), last), name=name
        )


def sent_by(pattern: str, address: str) -> bool:
    """Whether an address is the pattern's: itself, one of its domain, or any for "*"."""
    wanted, has = pattern.casefold(), address.casefold()
    if wanted == "*":
        return True
    if not wanted.startswith("@"):
        return has == wanted
    domain = has.rpartition("@")[2]
    return f"@{domain}" == wanted or domain.endswith(f".{wanted[1:]}")


def rules_of(lines: Iterable[str]) -> tuple[Rule, ...]:
    """The rules in their order; raises ``ValueError`` that names the line."""
    return tuple(_rule(number, line) for number, line in enumerate(lines, start=1))


def expectations_of(lines: Iterable[str]) -> tuple[Expectation, ...]:
    """What should arrive; raises ``ValueError`` that names the line."""
    return tuple(_expectation(number, line) for number, line in enumerate(lines, start=1))


def first_match(rules: Sequence[Rule], address: str, folder: str) -> Rule | None:
    """The first rule that means this mail."""
    return next((rule for rule in rules if rule.matches(address, folder)), None)


def _rule(number: int, line: str) -> Rule:
    left, equals, right = line.partition("=")
    found = _IN.search(left.strip())
    sender = (left.strip()[: found.start()] if found else left).strip() or "*"
    if not equals or not _SENDER.fullmatch(sender):
        raise ValueError(f"Line {number} is no rule: write {RULE_FORM}.")
    vendor, _, program = right.partition(" / ")
    return Rule(
        sender=sender,
        folder=found["folder"].strip() if found else None,
        vendor=vendor.strip() or None,
        program=program.strip() or None,
    )


def _expectation(number: int, line: str) -> Expectation:
    found = _EXPECTED.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"Line {number} is no expectation: write {EXPECTED_FORM}.")
    unit, by = found["unit"].casefold(), found["by"].casefold()
    day = WEEKDAYS.index(by) + 1 if by in WEEKDAYS and unit == "week" else 0
    if unit != "week" and by.isdigit() and 1 <= int(by) <= _LONGEST[unit]:
        day = int(by)
    if not day:
        which = "a weekday" if unit == "week" else f"a day from 1 to {_LONGEST[unit]}"
        raise ValueError(f"Line {number}: behind “by” comes {which}.")
    return Expectation(sender=found["sender"], unit=unit, by=day, title=found["title"])
