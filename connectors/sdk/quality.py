"""How far a connector is proven: a tier, from what the conformance suite recorded beside it.

``proven.json`` in the connector's folder is written by ``partner-inbox connectors check NAME
--record`` and by nobody else; the test suite compares it with what the checks give now. A record of
another version of the connector proves nothing.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files

import orjson

from connectors.sdk.connector import Connector

FILE = "proven.json"


class Tier(StrEnum):
    """From nothing proven to everything."""

    UNPROVEN = "not proven"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


BRONZE = frozenset({"C01", "C02", "C03", "C05", "C18"})
"""It is described, keeps secrets, and reads the same twice: these must be shown, not bypassed."""
SILVER = BRONZE | {"C06", "C07", "C08", "C09", "C10", "C14", "C16", "C19"}
"""It loses nothing, asks nobody else and stops when told."""
GOLD = SILVER | {f"C{number:02}" for number in range(1, 23)}
"""It says what helps, renews its sign-in, keeps its budget and is documented: all checks."""
BYPASSES = {Tier.BRONZE: 22, Tier.SILVER: 6, Tier.GOLD: 3, Tier.PLATINUM: 0}
"""Checks that may have nothing to show, each with its written reason, for each tier."""
NEEDS = {Tier.BRONZE: BRONZE, Tier.SILVER: SILVER, Tier.GOLD: GOLD, Tier.PLATINUM: GOLD}


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the suite found: the checks that passed, and the bypassed ones with their reasons."""

    version: str
    passed: frozenset[str] = frozenset()
    bypassed: Mapping[str, str] = field(default_factory=dict)

    @property
    def tier(self) -> Tier:
        """The highest tier whose checks are all shown, or bypassed where that is allowed."""
        reached = Tier.UNPROVEN
        if not self.passed >= BRONZE:
            return reached
        for tier, needs in NEEDS.items():
            shown = needs <= self.passed | set(self.bypassed)
            if shown and len(self.bypassed) <= BYPASSES[tier]:
                reached = tier
        return reached

    def short(self) -> str:
        """For a card: "gold, 20 of 22 checks"."""
        if self.tier is Tier.UNPROVEN:
            return self.tier
        return f"{self.tier}, {len(self.passed)} of {len(GOLD)} checks"

    def words(self) -> str:
        """For people: "gold: 20 of 22 checks passed, 2 cannot be shown by such a source"."""
        said = f"{self.tier}: {len(self.passed)} of {len(GOLD)} checks passed"
        if self.bypassed:
            said += f", {len(self.bypassed)} cannot be shown by such a source"
        return said


def proof_of(connector: Connector) -> Proof:
    """What is recorded of this version of it; an empty proof where nothing is."""
    version = connector.manifest.version
    package = sys.modules[type(connector).__module__].__package__
    try:
        told = orjson.loads((files(package or "") / FILE).read_bytes())
        if told["version"] != version:
            return Proof(version=version)
        return Proof(
            version=version, passed=frozenset(told["passed"]), bypassed=dict(told["bypassed"])
        )
    except (OSError, ValueError, TypeError, KeyError):  # no record, or none of ours
        return Proof(version=version)


def recorded(proof: Proof) -> bytes:
    """The content of the file."""
    told = {
        "version": proof.version,
        "passed": sorted(proof.passed),
        "bypassed": dict(sorted(proof.bypassed.items())),
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"
