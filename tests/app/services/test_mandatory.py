"""What cannot be declined: done with a proof only, whichever of two joined ones has it."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from app.core.words import Clock
from app.errors import Conflict, Invalid
from app.services import acts, attachments, mandatory, pairs, recording
from app.services.mandatory import NeedsProof
from app.services.pages import Act, State
from connectors.sdk.records import Category, DueDate
from tests.app.services.test_acts import Office
from tests.support.scripted import deadline
from tests.support.together import meanwhile
from tests.support.world import World

PROOF = "https://portal.example/report/7"


@pytest.fixture
def office(world: World, person: int) -> Office:
    audit = deadline(0, category=Category.COMPLIANCE)
    world.connector.lists(audit, deadline(1, due=DueDate(on=date(2027, 1, 16))))
    world.sync()
    return Office(world, person)


def prove(office: Office, number: int = 0) -> int:
    """The id of the link that proves it."""
    office.act(attachments.add_link, office.id(number), PROOF, proof=True)
    with office.world.database.read() as session:
        return attachments.of_item(session, office.id(number))[0].id


def joined(session: Session, keep: int, lose: int, *, user_id: int, clock: Clock) -> Act:
    by: Any = {"user_id": user_id, "clock": clock}
    record = recording.begin(session, acts.JOINED, **by)
    return pairs.stand_for(session, keep, lose, "One audit.", **by, within=record)


def test_what_stands_for_a_mandatory_one_is_mandatory_and_takes_its_proof(office: Office) -> None:
    office.act(joined, office.id(1), office.id(0))
    with pytest.raises(NeedsProof):
        office.done(1)
    with pytest.raises(Invalid, match="cannot be declined"):
        office.act(acts.decline, [office.id(1)], "Not ours.")

    prove(office, 0)
    office.done(1)

    assert office.seen(1) is State.DONE


def test_a_proof_stays_where_it_settles_something(office: Office) -> None:
    added = office.act(attachments.add_link, office.id(0), PROOF, proof=True)
    with office.world.database.read() as session:
        (link,) = attachments.of_item(session, office.id(0))
    office.done(0)

    for verb in (
        lambda: office.act(attachments.take_away, link.id),
        lambda: office.act(attachments.prove, link.id, proves=False),
        lambda: office.undo(added),
    ):
        with pytest.raises(Conflict, match="the proof that it is done") as refused:
            verb()
        assert refused.value.remedy == "Add another proof first, or reopen it."
    prove(office)
    office.act(attachments.take_away, link.id)
    office.act(acts.reopen, [office.id(0)])
    with office.world.database.read() as session:
        (other,) = attachments.of_item(session, office.id(0))
    office.act(attachments.take_away, other.id)


def test_done_and_proven_in_one_step_is_undone_in_one_step(office: Office) -> None:
    act = office.act(acts.done, [office.id(0)], proof=PROOF)
    office.undo(act)

    assert office.seen(0) is State.OPEN
    with pytest.raises(NeedsProof):
        office.done(0)


def test_what_is_not_mandatory_or_was_done_without_gives_its_links_back(office: Office) -> None:
    link = prove(office, 1)
    office.done(1)

    office.act(attachments.take_away, link)


@pytest.mark.parametrize("first", ["taken away", "done"])
def test_of_a_proof_that_goes_and_a_done_at_once_only_one_happens(
    office: Office, first: str
) -> None:
    link, id_ = prove(office), office.id(0)
    by: Any = {"user_id": office.person, "clock": office.world.wall_clock()}
    both = {
        "taken away": lambda session: attachments.take_away(session, link, **by),
        "done": lambda session: acts.done(session, [id_], **by),
    }
    (second,) = both.keys() - {first}

    told = meanwhile(office.world.database, both[first], both[second])

    assert isinstance(told, NeedsProof if second == "done" else Conflict)
    with office.world.database.read() as session:
        unproven = mandatory.among(session, [id_], unproven=True)
    assert (office.seen(0) is State.DONE) is not bool(unproven)


def test_what_becomes_mandatory_while_it_is_declined_is_not_declined(office: Office) -> None:
    id_ = office.id(1)
    by: Any = {"user_id": office.person, "clock": office.world.wall_clock()}

    meanwhile(
        office.world.database,
        lambda session: joined(session, id_, office.id(0), **by),
        lambda session: acts.decline(session, [id_], "Not ours.", **by),
    )

    assert office.seen(1) is State.OPEN
