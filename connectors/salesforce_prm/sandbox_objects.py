"""The objects of a simulated org: their fields, as Salesforce describes them.

One line a field: name, type, and where it leads. ``?`` marks what may be empty, ``!`` what rows
cannot be chosen or sorted by. The fields and their types are those of an org of API version 61;
of the large objects only some are here, and the ``__c`` fields are this vendor's own.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

_SYSTEM = """
Id id
OwnerId reference Group,User Owner
IsDeleted boolean
CreatedDate datetime
CreatedById reference User CreatedBy
LastModifiedDate datetime
LastModifiedById reference User LastModifiedBy
SystemModstamp datetime
"""
_OBJECTS = {
    "PartnerMarketingBudget": f"""{_SYSTEM}
Title string
Description textarea?
Amount currency
Type picklist
StartDate date?
EndDate date?
IsIgnoreValidation boolean
ChannelPartnerId reference? Account ChannelPartner
TotalAllocatedAmount currency?
TotalApprovedFrs currency?
TotalApprovedFcs currency?
TotalReimbursedFcs currency?
""",
    "PartnerFundAllocation": f"""{_SYSTEM}
Title string
BudgetId reference PartnerMarketingBudget Budget
ChannelPartnerId reference? Account ChannelPartner
Description textarea?
Amount currency
TotalApprovedFrs currency?
TotalApprovedFcs currency?
TotalReimbursedFcs currency?
""",
    "PartnerFundRequest": f"""{_SYSTEM}
Title string
AllocationId reference? PartnerFundAllocation Allocation
ChannelPartnerId reference? Account ChannelPartner
BudgetId reference? PartnerMarketingBudget Budget
Activity picklist?
Description textarea?
RequestedAmount currency?
DesiredOutcome textarea?
Amount currency?
Status picklist?
TotalApprovedFcs currency?
TotalReimbursedFcs currency?
""",
    "PartnerFundClaim": f"""{_SYSTEM}
Title string
RequestId reference PartnerFundRequest Request
Description textarea?
Amount currency
Status picklist?
BudgetId reference? PartnerMarketingBudget Budget
AllocationId reference? PartnerFundAllocation Allocation
ChannelPartnerId reference? Account ChannelPartner
""",
    "ChannelProgram": f"""{_SYSTEM}
Name string
Description textarea?
Category picklist?
IsActive boolean
""",
    "ChannelProgramLevel": f"""{_SYSTEM}
Name string
ProgramId reference ChannelProgram Program
Description textarea?
Rank int?
""",
    "ChannelProgramMember": f"""{_SYSTEM}
Name string
ProgramId reference ChannelProgram Program
LevelId reference? ChannelProgramLevel Level
PartnerId reference Account Partner
""",
    "Account": """
Id id
IsDeleted boolean
Name string
Type picklist?
OwnerId reference User Owner
IsPartner boolean
""",
    "User": """
Id id
Username string
Name string
Title string?
Email email
Phone phone?
IsActive boolean
""",
    "Contract": """
Id id
AccountId reference Account Account
OwnerId reference User Owner
StartDate date?
EndDate date?
ContractTerm int?
Status picklist
StatusCode picklist
Description textarea?!
ContractNumber string
""",
    "Lead": """
Id id
IsDeleted boolean
OwnerId reference Group,User Owner
LastName string
Name string
Company string
Description textarea?!
Status picklist
IsConverted boolean
ConvertedDate date?
CreatedDate datetime
Registration_Number__c string?
Registration_Status__c picklist?
Registration_Expires__c date?
Registration_Value__c currency?
Approved_At__c datetime?
""",
    "Opportunity": """
Id id
AccountId reference? Account Account
Name string
StageName picklist
Amount currency?
CloseDate date
IsClosed boolean
IsWon boolean
OwnerId reference User Owner
""",
}
_PICKLISTS = {
    "PartnerMarketingBudget.Type": ("Marketing Funds", "Co-Operated Budget"),
    "PartnerFundRequest.Status": ("Draft", "Approved", "Rejected", "Submitted"),
    "PartnerFundClaim.Status": ("Draft", "Approved", "Rejected", "Paid", "Submitted"),
}
_CURRENCY = "CurrencyIsoCode picklist?"

Fields = dict[str, dict[str, Any]]


@cache
def objects(*, several_currencies: bool) -> dict[str, Fields]:
    """Every object's fields by their names, each in the shape of a describe answer."""
    return {
        name: {
            field["name"]: field
            for line in (*lines.split("\n"), *([_CURRENCY] if several_currencies else []))
            if line
            for field in [_field(name, line)]
        }
        for name, lines in _OBJECTS.items()
    }


def _field(owner: str, line: str) -> dict[str, Any]:
    name, kind, *leads = line.split()
    chosen_by = not kind.endswith("!")
    values = _PICKLISTS.get(f"{owner}.{name}", ())
    return {
        "name": name,
        "label": name.removesuffix("__c").replace("_", " "),
        "type": kind.rstrip("?!"),
        "nillable": "?" in kind,
        "filterable": chosen_by,
        "sortable": chosen_by,
        "custom": name.endswith("__c"),
        "picklistValues": [{"value": v, "label": v, "active": True} for v in values],
        "referenceTo": leads[0].split(",") if leads else [],
        "relationshipName": leads[1] if leads else None,
    }


def described(name: str, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The answer about one object."""
    return {
        "fields": list(fields.values()),
        "childRelationships": [],
        "custom": name.endswith("__c"),
        "label": name,
        "name": name,
        "queryable": True,
    }
