"""The sentences of a text that somebody wrote: what was quoted or stands in a mail's head is not.

Lines that a mail program broke are put together again, so that a date is never cut in two.
"""

import re
from collections.abc import Iterator, Sequence

from app.core.month_names import months

_WRAPPED = 50
_NEAR = 4
_SENT = (
    r"(?:sent|gesendet|envoyé|enviado(?: el)?|enviada(?: em)?|inviato|verzonden|wysłano|skickat|"
    r"sendt)"
)
_DATED = r"(?:date|datum|fecha|data|dato)"
_WHO = (
    r"(?:from|to|cc|subject|von|an|betreff|de|à|objet|para|asunto|assunto|da|oggetto|van|aan|"
    r"onderwerp|od|do|temat|från|till|ämne|fra|til|emne)"
)
_LABEL = r"^[> *]*{}\*? ?:"
_SENT_LINE = re.compile(_LABEL.format(_SENT), re.I)
_DATE_LINE = re.compile(_LABEL.format(_DATED), re.I)
_WHO_LINE = re.compile(_LABEL.format(_WHO), re.I)
_ATTRIBUTION = re.compile(
    r"\b(?:wrote|schrieb[^:]{0,80}|a écrit|escribió|ha scritto|schreef[^:]{0,80}|escreveu|"
    r"napisał(?:\(a\)|a)?|skrev[^:]{0,80}) ?:\s*$",
    re.I,
)
_NOT_SAID = re.compile(r"©|\(c\) ?20[0-9]{2}|\bcopyright\b", re.I)
_NEW_POINT = re.compile(r"\s*(?:[-*•·–>]|\d{1,2}[.)] )\s*\S")
_END = re.compile(r"(?P<word>\S{1,40})(?<=[.!?])\s+(?=[\"“„«(¿¡]?[A-ZÀ-ÖØ-ÞŁŚŻŹĆ0-9])")
_GOES_ON = re.compile(
    r"[(\"“„«]*(?:\d{1,2}|no|nr|ca|z\.b|bzw|inkl|incl|approx|max|min|st|tel)\.", re.I
)


def sentences(text: str) -> Iterator[str]:
    """Each sentence in one line, in the text's order."""
    for line in _joined(_said(text.splitlines())):
        start = 0
        for end in _END.finditer(line):
            if not _abbreviated(end["word"]):
                yield from _one(line[start : end.end()])
                start = end.end()
        yield from _one(line[start:])


def _one(part: str) -> Iterator[str]:
    sentence = " ".join(part.split())
    if sentence and not _NOT_SAID.search(sentence):
        yield sentence


def _said(lines: Sequence[str]) -> list[str]:
    """The lines without heads of quoted mails and without "On 3 March Rin wrote:"."""
    return [line if not _quotes(lines, at) else "" for at, line in enumerate(lines)]


def _quotes(lines: Sequence[str], at: int) -> bool:
    """ "Date:" tells when an event is, too: it belongs to a head only beside sender or subject."""
    line = lines[at]
    if ":" not in line:
        return False
    if _SENT_LINE.match(line) or _ATTRIBUTION.search(line):
        return True
    around = lines[max(0, at - _NEAR) : at + _NEAR + 1]
    return bool(_DATE_LINE.match(line)) and any(_WHO_LINE.match(other) for other in around)


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with those together that only a mail program's width keeps apart."""
    held: list[str] = []
    for line in lines:
        if held and not (_is_wrapped(held[-1]) and line.strip() and not _NEW_POINT.match(line)):
            yield " ".join(held)
            held = []
        held.append(line)
    yield " ".join(held)


def _is_wrapped(line: str) -> bool:
    bare = line.rstrip()
    ended = bare.endswith((".", "!", "?", ":", ";")) or _WHO_LINE.match(bare)
    return len(bare) >= _WRAPPED and not ended


def _abbreviated(word: str) -> bool:
    """Whether this point ends no sentence: "15. Dezember", "30 déc. 2026", "No. 7"."""
    bare = word.strip('("“„«.').casefold()
    return bool(_GOES_ON.fullmatch(word)) or (len(bare) <= 5 and bare in months())
