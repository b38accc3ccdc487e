"""Keeping the rules of assignment: the page that lists them, adding, changing, deleting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.core.rules import ORDER, Rule, in_order
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotFound
from app.models import AssignmentRule, RecordedAct, User
from app.services import choices, inbox, recording
from app.services.pages import Act, Choice, RuleLine, RulesPage
from app.services.rules import rule_of

KIND = "rule"
LONGEST = 200
"""Characters of what a rule asks for."""
FIELDS = (*ORDER, "owner", "backup")

Typed = Mapping[str, str]
"""The fields of the form, as they were typed: ``FIELDS``; of people their ids."""


def rules_page(session: Session) -> RulesPage:
    """All rules in the order in which they are asked."""
    found = choices.choices(session)
    return RulesPage(
        rules=lines_of(session, in_order(map(rule_of, session.exec(select(AssignmentRule))))),
        people=inbox.people(session),
        choices={
            "program": found["program"],
            "vendor": found["vendor"],
            "category": _sorts(found["kind"]),
        },
    )


def _sorts(kinds: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Categories and kinds, each once."""
    return tuple({choice.value: choice for choice in kinds}.values())


def lines_of(session: Session, rules: tuple[Rule, ...]) -> tuple[RuleLine, ...]:
    """The rules with the names of their people, and what is wrong with each."""
    people = {user.id: user for user in session.exec(select(User))}
    return tuple(_line(rule, people) for rule in rules)


def _line(rule: Rule, people: Mapping[int | None, User]) -> RuleLine:
    owner, backup = people[rule.owner_id], people.get(rule.backup_id)
    problem = ""
    if not owner.is_active:
        problem = f"{owner.name} may not sign in any more, so it gives nothing to anybody."
    elif backup is not None and not backup.is_active:
        problem = f"{backup.name} may not sign in any more, so there is no backup."
    return RuleLine(
        id=rule.id,
        words=rule.words,
        owner=owner.name,
        backup=backup.name if backup else "",
        problem=problem,
    )


def broken(session: Session) -> tuple[RuleLine, ...]:
    """The rules that do not do what they say, because somebody left."""
    rules = in_order(map(rule_of, session.exec(select(AssignmentRule))))
    return tuple(line for line in lines_of(session, rules) if line.problem)


def get(session: Session, rule_id: int) -> AssignmentRule:
    """One rule; raises ``NotFound``."""
    found = session.get(AssignmentRule, rule_id)
    if found is None:
        raise NotFound("There is no such rule.", remedy="Somebody may have deleted it.")
    return found


def typed_of(rule: AssignmentRule) -> dict[str, str]:
    """The rule as its form shows it."""
    asked = {name: getattr(rule, name) or "" for name in ORDER}
    return asked | {"owner": str(rule.owner_id), "backup": str(rule.backup_id or "")}


def save(
    session: Session, rule_id: int | None, typed: Typed, *, user_id: int, clock: Clock
) -> tuple[AssignmentRule, Act]:
    """A new rule, or another text for one; its age stays. Raises ``Invalid``."""
    stored = None if rule_id is None else get(session, rule_id)
    was = _kept(stored)
    asked = {name: " ".join(typed[name].split()) or None for name in ORDER}
    owner, backup = (_chosen(session, typed[name]) for name in ("owner", "backup"))
    problems = {name: _too_long(text) for name, text in asked.items()}
    if owner is None:
        problems["owner"] = "Choose who gets it."
    if typed["backup"] and backup is None:
        problems["backup"] = "Choose somebody from the list."
    if owner and owner is backup:
        problems["backup"] = f"{owner.name} is the owner already. Choose somebody else."
    _check(problems)
    assert owner is not None
    assert owner.id is not None
    rule = stored or AssignmentRule(owner_id=owner.id, created_by_id=user_id, created_at=clock.now)
    _only_one(session, asked, rule)
    for name, text in asked.items():
        setattr(rule, name, text)
    rule.owner_id, rule.backup_id = owner.id, backup.id if backup else None
    session.add(rule)
    session.flush()
    assert rule.id is not None
    said = f"Rule for {rule_of(rule).words} saved"
    act = _told(session, rule.id, was, said, user_id=user_id, clock=clock)
    return rule, act


def delete(session: Session, rule_id: int, *, user_id: int, clock: Clock) -> Act:
    """It decides no more; what it has given stays where it is."""
    rule = get(session, rule_id)
    was, said = _kept(rule), f"Rule for {rule_of(rule).words} deleted"
    session.delete(rule)
    session.flush()
    return _told(session, rule_id, was, said, user_id=user_id, clock=clock)


def take_back(session: Session, record: RecordedAct) -> Act:
    """The rule as it was, or none; what it has given since stays where it is.

    Raises ``Conflict`` where somebody changed it since, ``Invalid`` where there is another for the
    same now.
    """
    rule_id, was, left = record.before or (0, None, None)
    held: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    rule = session.get(AssignmentRule, rule_id, **held)
    if _kept(rule) != left:
        raise Conflict(
            "This was not undone: somebody changed the rule in the meantime.",
            remedy="Open Settings, Rules to see it as it is.",
        )
    if was is None:
        session.delete(rule)
    else:
        created_at = datetime.fromisoformat(was["created_at"])
        before = AssignmentRule(id=rule_id, **{**was, "created_at": created_at})
        _only_one(session, {name: was[name] for name in ORDER}, before)
        session.merge(before)
    session.flush()
    return recording.taken_back(record)


def _kept(rule: AssignmentRule | None) -> dict[str, Any] | None:
    return rule.model_dump(mode="json", exclude={"id"}) if rule else None


def _told(
    session: Session,
    rule_id: int,
    was: dict[str, Any] | None,
    said: str,
    *,
    user_id: int,
    clock: Clock,
) -> Act:
    record = recording.begin(session, KIND, user_id=user_id, clock=clock)
    record.before = [rule_id, was, _kept(session.get(AssignmentRule, rule_id))]
    return recording.told(session, record, said, ())


def _check(problems: Mapping[str, str]) -> None:
    wrong = {name: text for name, text in problems.items() if text}
    if wrong:
        raise Invalid("The rule was not saved.", fields=wrong)


def _too_long(text: str | None) -> str:
    return f"At most {LONGEST} characters." if text and len(text) > LONGEST else ""


def _chosen(session: Session, typed: str) -> User | None:
    """The person whose id was sent, if they may sign in."""
    active = session.exec(select(User).where(col(User.is_active)))
    return next((user for user in active if str(user.id) == typed), None)


def _only_one(session: Session, asked: Mapping[str, str | None], rule: AssignmentRule) -> None:
    """Of two rules for the same only one would ever decide. Raises ``Invalid``."""
    program, vendor, category = (asked[name] for name in ORDER)
    wanted = Rule(
        id=0,
        owner_id=0,
        created_at=rule.created_at,
        program=program,
        vendor=vendor,
        category=category,
    )
    for other in map(rule_of, session.exec(select(AssignmentRule))):
        if other.id != rule.id and other.asked == wanted.asked:
            owner = session.get_one(User, other.owner_id)
            raise Invalid(
                f"There is a rule for {other.words} already: it gives to {owner.name}.",
                remedy="Change that one.",
            )
