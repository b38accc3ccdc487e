"""How large one unit of a currency is, to the power of ten: for ranking alone, never for a sum.

No rate is known here, and none is needed to see that 4,000,000 yen are not a hundred times
40,000 dollars. A power of ten is right within a factor of about three, for years.
"""

from collections.abc import Mapping

from connectors.sdk.records import Money

DIGITS: Mapping[str, int] = {
    **dict.fromkeys(("EUR", "USD", "GBP", "CHF", "AUD", "CAD", "NZD", "SGD", "BGN"), 0),
    **dict.fromkeys(("BRL", "CNY", "CZK", "DKK", "HKD", "ILS", "MXN", "MYR", "NOK"), 1),
    **dict.fromkeys(("PLN", "RON", "SEK", "ZAR", "AED", "QAR", "SAR", "MAD", "PEN"), 1),
    **dict.fromkeys(("INR", "ISK", "JPY", "PHP", "THB", "TRY", "TWD"), 2),
    **dict.fromkeys(("EGP", "KES", "PKR", "RSD", "UAH", "XPF"), 2),
    **dict.fromkeys(("ARS", "CLP", "HUF", "KRW", "KZT", "NGN", "XAF", "XOF"), 3),
    **dict.fromkeys(("COP", "IDR", "VND"), 4),
}
"""Which power of ten of each makes about one euro or dollar (ISO 4217).

Source: the European Central Bank's euro reference rates of 21 August 2023, the lira's of the end
of 2024; pegs to the euro and the dollar; of the others the central banks' own rates at the end
of 2023. Each rounded to a power of ten.
"""


def digits(currency: str | None) -> int | None:
    """The power of ten; 0 where no currency is named, None where nothing is known of it."""
    return DIGITS.get(currency) if currency else 0


def counted(money: Money) -> float | None:
    """How much it is ranked as, in ten-thousandths of about a euro or a dollar.

    None for nothing, for a debt, and where the size of its unit is not known. A statement in SQL
    that divides the stored whole number gets the same float.
    """
    power = digits(money.currency)
    if power is None or money.amount <= 0:
        return None
    return float(money.amount.scaleb(4)) / float(10**power)
