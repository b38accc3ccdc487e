"""Fiscal years that vendors have published, each with where. They are offered, never assumed."""

from dataclasses import dataclass

from connectors.sdk.fiscal import MONTHS, month_of

_REPORTS = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&type=10-K&CIK="


def words_of(text: str) -> str:
    """A fiscal year as ``year_of`` reads it, as a person says it."""
    try:
        return f"begins in {MONTHS[month_of(text) - 1].capitalize()}"
    except ValueError:
        return f"ends on the {text}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A vendor's fiscal year in the words of ``connectors.sdk.fiscal.year_of``, and its source."""

    vendor: str
    text: str
    company: str
    url: str

    @property
    def words(self) -> str:
        """ "begins in July"."""
        return words_of(self.text)


def _known(vendor: str, text: str, company: str, number: int) -> Known:
    """From a company's annual report on Form 10-K, by its number at the SEC."""
    return Known(vendor=vendor, text=text, company=company, url=f"{_REPORTS}{number:010}")


KNOWN: tuple[Known, ...] = (
    _known("AWS", "January", "Amazon.com, Inc.", 1018724),
    _known("Cisco", "last Saturday of July, extra week in Q3", "Cisco Systems, Inc.", 858877),
    _known("Dell", "Friday nearest 31 January", "Dell Technologies Inc.", 1571996),
    _known("Fortinet", "January", "Fortinet, Inc.", 1262039),
    _known("Google Cloud", "January", "Alphabet Inc.", 1652044),
    _known("HPE", "November", "Hewlett Packard Enterprise Company", 1645590),
    _known("Microsoft", "July", "Microsoft Corporation", 789019),
    _known("NetApp", "last Friday of April, extra week in Q1", "NetApp, Inc.", 1002047),
    _known("Palo Alto Networks", "August", "Palo Alto Networks, Inc.", 1327567),
    _known("Salesforce", "February", "Salesforce, Inc.", 1108524),
)
"""Which quarter has 14 weeks in a year of 53 is that of the newest such year that was reported:
Cisco's 2021 (10-Q for the quarter ended 1 May 2021), Dell's 2023 (its last quarter, ended
3 February 2023), NetApp's 2021 (10-Q for the quarter ended 31 July 2020).
"""
