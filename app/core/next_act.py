"""The one thing to do next about an item. Pure."""

from enum import StrEnum


class NextAct(StrEnum):
    """What the main button of a card does; the value is its name for keys and styles."""

    TAKE = "take"
    PROVE = "proof"
    ASK_AGAIN = "ask again"
    SOURCE = "source"
    OPEN = "open"
    DONE = "done"


def next_act(
    *, owned: bool, waiting: bool, unproven: bool, late: bool, url: bool, report: bool
) -> NextAct:
    """The first of these that holds, because without it nothing behind it can happen.

    Nobody has it: somebody takes it. It must be proven, its date is over and the proof is missing:
    that settles it. It is the vendor's turn: the vendor is asked again. It has a page at its
    source: there it is done. It is a report: what it needs stands on its page. Else it is done.

    unproven   losing it costs status or money, and nobody put a proof to it
    url        it has an address at its source that a browser may follow
    """
    if not owned:
        return NextAct.TAKE
    if unproven and late:
        return NextAct.PROVE
    if waiting:
        return NextAct.ASK_AGAIN
    if url:
        return NextAct.SOURCE
    return NextAct.OPEN if report else NextAct.DONE
