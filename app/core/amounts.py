"""Amounts of money in prose, as far as a text says them in figures with a sign or a code."""

import re
from decimal import Decimal

Amount = tuple[Decimal, str | None]
"""The amount, with its ISO 4217 code where the text names one ("$" and "kr" are several)."""

_SIGNS: dict[str, str | None] = {
    **{"€": "EUR", "£": "GBP", "us$": "USD", "r$": "BRL", "zł": "PLN", "zl": "PLN"},
    **{"euro": "EUR", "euros": "EUR", "$": None, "kr": None},
}
_CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BRL|MXN|INR|SGD|JPY|ZAR|ILS|AED"
_TIMES = {
    **dict.fromkeys(("k", "tsd"), 1_000),
    **dict.fromkeys(("m", "mn", "mio", "mln"), 1_000_000),
    **dict.fromkeys(("million", "millions", "millionen", "millones", "milioni"), 1_000_000),
    **dict.fromkeys(("milhões", "miljoen", "miljoner", "millioner"), 1_000_000),
    **dict.fromkeys(("miliony", "milionów"), 1_000_000),
}
_NUMBER = (
    r"(?P<{0}>[0-9]{{1,3}}(?:[.,'’ ][0-9]{{3}})+(?:[.,](?:[0-9]{{2}}|[-–]+))?"
    r"|[0-9]+(?:[.,](?:[0-9]{{1,2}}|[-–]+))?)(?: ?(?P<{0}_times>(?i:"
    + "|".join(sorted(_TIMES, key=len, reverse=True))
    + r"))\b\.?)?"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,$€£])(?P<code>{_CODES}|US\$|R\$|\$|€|£|(?i:kr\.?)) ?{_NUMBER.format('after')}"
    rf"(?![\w%]|[.,'’][0-9])"
    rf"|(?<![\w.,$€£]){_NUMBER.format('before')} ?(?P<behind>{_CODES}|€|£|"
    r"(?i:zł|zl|kr|euros?))(?!\w)"
)


def amounts(sentence: str) -> list[Amount]:
    """The different amounts of money in a sentence."""
    found: dict[Amount, None] = {}
    for match in _AMOUNT.finditer(sentence):
        side = "after" if match["code"] else "before"
        sign = (match["code"] or match["behind"]).rstrip(".").lower()
        number = _number(match[side]) * _TIMES.get((match[f"{side}_times"] or "").lower(), 1)
        found[number, _SIGNS.get(sign, sign.upper())] = None
    return list(found)


def _number(text: str) -> Decimal:
    """ "12,500.00", "12.500,00", "12 500", "500,-": before three digits stands no decimal point."""
    whole, cents = text.rstrip("-–.,"), ""
    if decimals := re.fullmatch(r"(.*)[.,]([0-9]{1,2})", whole):
        whole, cents = decimals[1], decimals[2]
    return Decimal(re.sub(r"[^0-9]", "", whole) + (f".{cents}" if cents else ""))
