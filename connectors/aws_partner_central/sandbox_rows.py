"""Rows in the shapes of AWS's detail answers. Lists show a part of them, as the models say.

AWS's own samples are odd in places, and so are some of these rows: a missing name comes as
``null`` or as the string "null", an amount may be empty, an expiry may be absent, stamps
have nine digits of a second.
"""

from datetime import date, datetime, timedelta
from random import Random

from connectors.sdk.sandbox import Row

PARTNER = "111111111111"
ARN = f"arn:aws:partnercentral:us-east-1:{PARTNER}:catalog/AWS"
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class Ids:
    """Ids in AWS's patterns, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - ids of a simulation, nothing to guess
        self._opportunity = 11_400_000

    def tail(self, length: int) -> str:
        return "".join(self._random.choices(ALPHABET, k=length))

    def opportunity(self) -> str:
        self._opportunity += self._random.randrange(1, 90)
        return f"O{self._opportunity}"


def person(first: str | None, last: str, title: str, email: str) -> Row:
    """A person of AWS or of ours, with the telephone that AWS never fills."""
    return {
        "FirstName": first,
        "LastName": last,
        "BusinessTitle": title,
        "Email": email,
        "Phone": None,
    }


def spend(amount: str, *, company: str = "AWS", frequency: str = "Monthly") -> Row:
    """Expected spend; an empty amount is legal. "None" (once) is in AWS's prose, not its model."""
    return {
        "Amount": amount,
        "CurrencyCode": "USD",
        "EstimationUrl": None,
        "Frequency": frequency,
        "TargetCompany": company,
    }


def invitation(
    ids: Ids,
    *,
    customer: str,
    sent: datetime,
    expires: datetime | None,
    status: str = "PENDING",
    amount: str = "",
    senders: tuple[Row, ...] = (),
    title: str | None = None,
) -> Row:
    """AWS refers a customer to us."""
    found = f"engi-{ids.tail(13)}"
    return {
        "Arn": f"{ARN}/engagement-invitation/{found}",
        "Catalog": "AWS",
        "Id": found,
        "EngagementId": f"eng-{ids.tail(14)}",
        "EngagementTitle": (title or f"Referral: {customer}")[:40],
        "EngagementDescription": None,
        "ExistingMembers": [{"CompanyName": "AWS", "WebsiteUrl": "www.aws.com"}],
        "InvitationDate": sent,
        "ExpirationDate": expires,
        "InvitationMessage": "Accepting creates an AWS originated opportunity in your pipeline.",
        "ParticipantType": "RECEIVER",
        "PayloadType": "OpportunityInvitation",
        "Payload": {
            "OpportunityInvitation": {
                "Customer": {
                    "CompanyName": customer,
                    "CountryCode": "US",
                    "Industry": "Transportation and Logistics",
                    "WebsiteUrl": "www.example.com",
                },
                "Project": {
                    "BusinessProblem": "Moves its planning systems out of two data centres.",
                    "ExpectedCustomerSpend": [spend(amount)] if amount else [],
                    "TargetCompletionDate": (sent + timedelta(days=180)).date().isoformat(),
                    "Title": title or f"Referral: {customer}",
                },
                "ReceiverResponsibilities": ["Services Partner"],
                "SenderContacts": list(senders),
            }
        },
        "Receiver": {"Account": {"Alias": None, "AwsAccountId": PARTNER}},
        "RejectionReason": None,
        "SenderAwsAccountId": "aws",
        "SenderCompanyName": "AWS",
        "Status": status,
    }


def lead(ids: Ids, *, customer: str, sent: datetime) -> Row:
    """A partner shares a lead: it has no expiry."""
    row = invitation(ids, customer=customer, sent=sent, expires=None)
    row["PayloadType"] = "LeadInvitation"
    row["SenderAwsAccountId"] = "222222222222"
    row["SenderCompanyName"] = "Larkspur Data"
    row["Payload"] = {
        "LeadInvitation": {
            "Customer": {
                "AwsMaturity": "Evaluating",
                "CompanyName": customer,
                "CountryCode": "US",
                "Industry": "Healthcare",
                "MarketSegment": "Enterprise",
                "WebsiteUrl": None,
            },
            "Interaction": {
                "ContactBusinessTitle": "Director of Platforms",
                "SourceId": ids.tail(8).upper(),
                "SourceName": "Autumn webinar",
                "SourceType": "Campaign",
                "Usecase": "Database",
            },
        }
    }
    return row


def opportunity(
    ids: Ids,
    *,
    customer: str,
    created: datetime,
    closes: date | None,
    stage: str = "Qualified",
    review: str = "Approved",
    spends: tuple[Row, ...] = (),
    kind: str = "Net New Business",
    next_steps: str | None = None,
    team: tuple[Row, ...] = (),
    ours: str | None = None,
) -> Row:
    """A deal that we registered or accepted. The key "Team" is AWS's side of it."""
    return {
        "Arn": None,
        "Catalog": "AWS",
        "Id": ids.opportunity(),
        "PartnerOpportunityIdentifier": ours,
        "OpportunityType": kind,
        "CreatedDate": created,
        "LastModifiedDate": created,
        "LifeCycle": {
            "ClosedLostReason": "Price" if stage == "Closed Lost" else None,
            "NextSteps": next_steps,
            "ReviewComments": None,
            "ReviewStatus": review,
            "ReviewStatusReason": None,
            "Stage": stage,
            "TargetCloseDate": closes.isoformat() if closes else None,
        },
        "Customer": {
            "Account": {
                "Address": {
                    "City": None,
                    "CountryCode": "US",
                    "PostalCode": "10001",
                    "StateOrRegion": None,
                },
                "CompanyName": customer,
                "Industry": "Retail",
                "OtherIndustry": None,
                "WebsiteUrl": "www.example.com",
            },
            "Contacts": [],
        },
        "Project": {"DeliveryModels": None, "ExpectedCustomerSpend": list(spends)},
        "Team": list(team),
    }


def send_back(row: Row, comments: str) -> None:
    """AWS asks for more before it approves."""
    row["LifeCycle"] |= {
        "ReviewStatus": "Action Required",
        "ReviewStatusReason": "Information missing",
        "ReviewComments": comments,
    }


def application(
    ids: Ids,
    *,
    name: str,
    status: str,
    created: datetime,
    gives: str = "CREDITS",
    reason: str | None = None,
) -> Row:
    """What we asked AWS for."""
    found = f"benappl-{ids.tail(14)}"
    return {
        "Id": found,
        "Arn": f"{ARN}/benefit-application/{found}",
        "Catalog": "AWS",
        "BenefitId": f"ben-{ids.tail(14)}",
        "Name": name,
        "Description": None,
        "FulfillmentTypes": [gives],
        "Programs": ["MAP"],
        "Status": status,
        "Stage": "Business review",
        "StatusReason": reason,
        "StatusReasonCode": None,
        "StatusReasonCodes": [],
        "CreatedAt": created,
        "UpdatedAt": created,
        "AssociatedResources": [],
        "PartnerContacts": [],
        "FileDetails": [],
    }


def money(amount: int) -> Row:
    """Money as the benefits service writes it."""
    return {"Amount": f"{amount}.00", "CurrencyCode": "USD"}


def allocation(
    ids: Ids,
    *,
    name: str,
    gives: str,
    status: str,
    created: datetime,
    expires: datetime | None,
    detail: Row,
) -> Row:
    """What AWS granted; ``detail`` is one of the fulfilment shapes."""
    found = f"benalloc-{ids.tail(14)}"
    return {
        "Id": found,
        "Arn": f"{ARN}/benefit-allocation/{found}",
        "Catalog": "AWS",
        "Name": name,
        "Description": None,
        "Status": status,
        "StatusReason": None,
        "BenefitId": f"ben-{ids.tail(14)}",
        "BenefitApplicationId": f"benappl-{ids.tail(14)}",
        "FulfillmentType": gives,
        "FulfillmentTypes": [gives],
        "FulfillmentDetail": detail,
        "ApplicableBenefitIds": [],
        "CreatedAt": created,
        "UpdatedAt": created,
        "StartsAt": created,
        "ExpiresAt": expires,
    }


def credit(ids: Ids, amount: int, *, issued: datetime, expires: datetime) -> Row:
    """Promotional credit: the code in it is as good as money."""
    return {
        "CreditDetails": {
            "AllocatedAmount": money(amount),
            "IssuedAmount": money(amount),
            "Codes": [
                {
                    "AwsAccountId": PARTNER,
                    "AwsCreditCode": f"PC{ids.tail(16).upper()}",
                    "ExpiresAt": expires,
                    "IssuedAt": issued,
                    "Status": "ACTIVE",
                    "Value": money(amount),
                }
            ],
        }
    }


def consumable(allocated: int, used: int) -> Row:
    """A sum that is used up bit by bit."""
    return {
        "ConsumableDetails": {
            "AllocatedAmount": money(allocated),
            "RemainingAmount": money(allocated - used),
            "UtilizedAmount": money(used),
        }
    }


def agreement(
    ids: Ids,
    *,
    buyer: str,
    starts: datetime,
    ends: datetime | None,
    behaviour: str | None = "EXPIRE",
    reason: str | None = None,
    status: str = "ACTIVE",
    value: int = 0,
    product: str = "SaaSProduct",
) -> Row:
    """A Marketplace agreement that we sold. Pay as you go has no end."""
    found = f"agmt-{ids.tail(25)}"
    return {
        "agreementId": found,
        "initialAgreementId": found,
        "agreementType": "PurchaseAgreement",
        "acceptanceTime": starts,
        "startTime": starts,
        "endTime": ends,
        "lastUpdateTime": starts,
        "acceptor": {"accountId": buyer},
        "proposer": {"accountId": PARTNER},
        "proposalSummary": {
            "offerId": f"offer-{ids.tail(13)}",
            "resources": [{"id": f"prod-{ids.tail(13)}", "type": product}],
        },
        "status": status,
        "endTimeBehaviorType": behaviour,
        "endTimeBehaviorReasonCode": reason,
        "estimatedCharges": {"agreementValue": f"{value}.00", "currencyCode": "USD"},
    }
