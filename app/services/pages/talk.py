"""What people say about an item, and what they put to it."""

from dataclasses import dataclass
from datetime import datetime

from app.core.comment_text import Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentLine:
    """A comment. ``mine``: the reader wrote it, and can withdraw it.

    Of a withdrawn one there is no text any more, only who withdrew it.
    """

    id: int
    at: datetime
    who: str
    pieces: tuple[Piece, ...] = ()
    mine: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentLine:
    """A link or a file of an item. ``url`` is where a link leads; None of a file.

    ``size`` in bytes and ``type`` in words, of a file. ``proof``: it proves that the item is done.
    """

    id: int
    title: str
    at: datetime
    who: str
    url: str | None = None
    size: int = 0
    type: str = ""
    proof: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionLine:
    """A comment that names the reader; ``seen``: they have opened the item since."""

    item_id: int
    title: str
    at: datetime
    who: str
    pieces: tuple[Piece, ...]
    seen: bool = False

    @property
    def text(self) -> str:
        """The comment as it was written, for a mail."""
        return "".join(piece.text for piece in self.pieces)
