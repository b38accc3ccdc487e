"""Crayon's enumerations: its answers show them as numbers or by name.

A number that is not in Crayon's SDK, and any text, stays as it came.
"""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import text_of

REPORT_STATUS = {
    0: "None",
    1: "NotReported",
    2: "ZeroUsageReported",
    4: "UsageReported",
    6: "UsageAndZeroUsageReported",
}
AGREEMENT_TYPE = {
    0: "None",
    1: "LicenseAgreement",
    2: "OpenAgreement",
    3: "FrameAgreement",
    4: "SamAgreement",
    5: "ConsultingAgreement",
    6: "CloudSeatAgreement",
    7: "CloudUsageAgreement",
    8: "ReportingAgreement",
    9: "OtherAgreement",
    10: "Reserved1",
    11: "Reserved2",
    12: "Reserved3",
    13: "NewCommerceCSPSeats",
}
SUBSCRIPTION_STATUS = {
    0: "None",
    1: "Active",
    2: "Suspended",
    4: "Deleted",
    8: "CustomerCancellation",
    16: "Converted",
    32: "Expired",
    64: "Pending",
    128: "Cancelled",
    256: "Disabled",
}
CONTAINER_TYPE = {0: "None", 1: "Draft", 2: "Request", 4: "Order", 8: "Quote", 16: "Template"}
BILLING_CYCLE = {
    0: "Unknown",
    1: "Monthly",
    2: "Annual",
    3: "None",
    4: "OneTime",
    5: "BiAnnually",
    7: "TwoYears",
    8: "ThreeYears",
    9: "Quarterly",
}

REPORTED = dict.fromkeys(("ZeroUsageReported", "UsageReported", "UsageAndZeroUsageReported"), True)
SUBSCRIPTION_OVER = dict.fromkeys(
    ("Deleted", "CustomerCancellation", "Converted", "Expired", "Cancelled", "Inactive"), True
)


def word(value: Any, names: Mapping[int, str]) -> str | None:
    """A value of an enumeration as Crayon names it."""
    text = text_of(value)
    number = int(text) if text and text.isdecimal() and len(text) < 10 else None
    return text if number is None else names.get(number, text)


def yes_no(value: Any) -> Any:
    """A switch as a word; what is no switch stays as it came."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
