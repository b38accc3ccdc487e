"""Programs that the partner joined: whose each is, and whether its contract stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.impact_com.client import Impact
from connectors.sdk.mapping import BadField, facts_of, required, text_of
from connectors.sdk.records import Program

PROGRAMS = "Campaigns"
"""What the API calls them."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """Of a program: its own name, and that of its brand."""

    program: str | None = None
    brand: str | None = None


def program(row: Mapping[str, Any]) -> Program:
    """A program. "Active" or "Expired" is its contract's state, in impact.com's words."""
    number = required(row, "CampaignId")
    return Program(
        external_id=number,
        title=text_of(row.get("CampaignName")) or f"Program {number}",
        vendor=text_of(row.get("AdvertiserName")),
        status=text_of(row.get("ContractStatus")),
        facts=facts_of(
            ("Type", row.get("Type")),
            ("Site", row.get("CampaignUrl")),
            ("Brand's site", row.get("AdvertiserUrl")),
        ),
    )


def names(impact: Impact) -> Mapping[str, Names]:
    """The names of all programs by their ids, asked for once in a session."""
    return impact.session.once("impact.com programs", lambda: _listed(impact))


def _listed(impact: Impact) -> dict[str, Names]:
    found: dict[str, Names] = {}
    for rows, _ in impact.pages(PROGRAMS):
        for row in rows:
            try:
                number = required(row, "CampaignId")
                found[number] = Names(
                    program=text_of(row.get("CampaignName")),
                    brand=text_of(row.get("AdvertiserName")),
                )
            except BadField:
                continue  # what is about it has no name of a program; the program's stream tells
    return found
