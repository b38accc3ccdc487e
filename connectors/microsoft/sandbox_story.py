"""The rows of the simulated partner tenant: a partner's months ahead, in Microsoft's own shapes.

Dates are relative to ``today``. Each builder gives rows as the vendor's samples have them: seven
digits of a second in Graph, spellings that differ, sentinels for "never".
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from connectors.sdk.sandbox import Row

NEVER = "9999-12-10T00:00:00Z"
CUSTOMERS = (
    "Hartwell Clinics",
    "Northgate Logistics",
    "Lakeside Schools",
    "Brightwater Council",
    "Meridian Law",
)
PER_CUSTOMER = 50
"""Rows of a customer that is only there to be many."""


def guid(*of: object) -> str:
    """The same GUID for the same words."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, ("microsoft", *of)))))


def day(today: date, offset: int) -> str:
    """A calendar day."""
    return (today + timedelta(days=offset)).isoformat()


def stamp(today: date, offset: int | None, time: str = "11:24:42.3148266") -> str | None:
    """A moment as Graph writes it; None stays none."""
    return None if offset is None else f"{day(today, offset)}T{time}Z"


def relationships(today: date) -> Iterator[Row]:
    """Customers' consents: (name, customer, status, extends, from, to, roles)."""
    told: tuple[tuple[str, str, str, str, int | None, int | None, int], ...] = (
        ("Hartwell helpdesk", "Hartwell Clinics", "expiring", "PT0S", -726, 4, 3),
        ("Lakeside Microsoft 365", "Lakeside Schools", "active", "PT0S", -718, 12, 5),
        ("Northgate operations", "Northgate Logistics", "active", "P180D", -666, 64, 2),
        ("Brightwater security", "Brightwater Council", "approvalPending", "PT0S", None, None, 4),
        ("Ostrava onboarding", "Ostrava Foods", "active", "P0D", -520, 210, 1),
        ("Meridian migration", "Meridian Law", "terminated", "PT0S", -770, -40, 2),
    )
    for name, customer, status, extends, began, ends, roles in told:
        by_reseller = began is None
        kind = "resellerDelegated" if by_reseller else "delegated"
        row: Row = {
            "@odata.type": f"#microsoft.graph.{kind}AdminRelationship",
            "@odata.etag": f'W/"{guid("etag", name)}"',
            "id": f"{guid('relationship', name)}-{guid('partner')}",
            "displayName": name,
            "duration": "P730D",
            "customer": {"tenantId": guid("tenant", customer), "displayName": customer},
            "accessDetails": {
                "unifiedRoles": [{"roleDefinitionId": guid("role", n)} for n in range(roles)]
            },
            "status": status,
            "autoExtendDuration": extends,
            "createdDateTime": stamp(today, -6 if began is None else began),
            "lastModifiedDateTime": stamp(today, -6, "09:10:11.9941884"),
            "activatedDateTime": stamp(today, began, "12:26:44.9941884"),
            "endDateTime": stamp(today, ends),
        }
        if by_reseller:
            row |= {"isPartnerConsentPending": True, "indirectProviderTenantId": guid("provider")}
        yield row


def messages(today: date) -> Iterator[Row]:
    """Posts of the message centre, in both spellings of Microsoft's words."""
    told: tuple[tuple[str, str, str, str, int | None, int, tuple[str, ...], str], ...] = (
        (
            "MC1148003", "Basic sign-in for sending mail is switched off", "PreventOrFixIssue",
            "Critical", 9, -20, ("Exchange Online",),
            "<p>Devices that send with a password stop doing so.</p><ul><li>Find them.</li></ul>",
        ),
        (
            "MC1146812", "Multi-factor sign-in becomes mandatory in the admin portals",
            "planForChange", "high", 21, -33, ("Microsoft Entra", "Microsoft 365 suite"),
            '<p><b>Prepare</b>, see <a href="https://learn.microsoft.com/entra">the guide</a>.</p>',
        ),
        (
            "MC1139977", "(Updated) Shared channels in more tenants", "StayInformed", "Normal",
            None, -12, ("Microsoft Teams",),
            "<p>The rollout begins a week later than announced.</p>",
        ),
        (
            "MC1151240", "New page for licence requests", "stayInformed", "normal", None, -3,
            ("Microsoft 365 suite",), "<p>People can ask for licences on one page.</p>",
        ),
        (
            "MC1127450", "Old classification of guests retires", "PlanForChange", "Normal", -15,
            -90, ("Microsoft Entra",), "<p>Move your rules to the new classification.</p>",
        ),
    )  # fmt: skip
    for key, title, category, severity, act_by, began, services, text in told:
        yield {
            "startDateTime": stamp(today, began, "18:51:00"),
            "endDateTime": stamp(today, began + 180, "08:00:00"),
            "lastModifiedDateTime": stamp(today, began + 2, "01:10:06.843"),
            "title": title,
            "id": key,
            "category": category,
            "severity": severity,
            "tags": ["Updated message"] if title.startswith("(Updated)") else [],
            "isMajorChange": severity.casefold() != "normal",
            "actionRequiredByDateTime": stamp(today, act_by, "00:00:00"),
            "services": list(services),
            "expiryDateTime": None,
            "details": [],
            "body": {"contentType": "Html", "content": text},
            "viewPoint": None,
        }


def customers(size: int = 0) -> Iterator[Row]:
    """The story's customers, and as many more as ``size`` subscriptions fill."""
    more = [f"Customer {n:04d}" for n in range((size + PER_CUSTOMER - 1) // PER_CUSTOMER)]
    for name in (*CUSTOMERS, *more):
        tenant = guid("tenant", name)
        yield {
            "id": tenant,
            "companyProfile": {
                "tenantId": tenant,
                "domain": f"{name.split()[0].lower()}.onmicrosoft.com",
                "companyName": name,
                "attributes": {"objectType": "CustomerCompanyProfile"},
            },
            "relationshipToPartner": "reseller",
            "attributes": {"objectType": "Customer"},
        }


class Sold(NamedTuple):
    """A subscription, its days counted from today; ``cancel`` is the last one to cancel on."""

    customer: str
    offer: str
    seats: int
    end: int | None
    cancel: int | None
    renews: bool
    term: str
    status: str


def subscriptions(today: date, size: int = 0) -> Iterator[Row]:
    """What the customers bought, each one's classic ones first: those have no cancellation window.

    ``customer`` in a row is the simulation's own and not sent.
    """
    told = (
        Sold("Hartwell Clinics", "Exchange Online Archiving", 40, 26, None, True, "", "active"),
        Sold("Hartwell Clinics", "Microsoft 365 Premium", 120, 18, -340, False, "P1Y", "active"),
        Sold("Hartwell Clinics", "Microsoft Azure", 1, None, None, False, "", "active"),
        Sold("Northgate Logistics", "Project Plan 3", 12, 47, None, False, "", "active"),
        Sold("Northgate Logistics", "Dynamics 365 Sales", 35, 360, 2, True, "P1Y", "active"),
        Sold("Lakeside Schools", "Office 365 A3 for faculty", 260, 33, None, True, "", "active"),
        Sold("Lakeside Schools", "Power BI Pro", 48, 8, -350, False, "P1Y", "suspended"),
        Sold("Lakeside Schools", "SQL Server - 2 Core", 4, 1064, 5, True, "P3Y", "active"),
        Sold("Brightwater Council", "Defender for Office", 310, 96, None, True, "", "active"),
        Sold("Brightwater Council", "Teams Phone Standard", 85, 22, -7, True, "P1M", "active"),
        Sold("Meridian Law", "Visio Plan 2", 6, -20, None, False, "", "expired"),
    )
    for number, sold in enumerate(told):
        yield _subscription(today, number, sold)
    like = Sold("", "Microsoft 365 E3", 10, 20, None, True, "P1Y", "active")
    for number in range(size):
        customer, end = f"Customer {number // PER_CUSTOMER:04d}", 20 + number % 340
        yield _subscription(today, 1000 + number, like._replace(customer=customer, end=end))


def _subscription(today: date, number: int, sold: Sold) -> Row:
    key, usage = guid("subscription", number), sold.end is None
    row: Row = {
        "customer": guid("tenant", sold.customer),
        "id": key if sold.term else key.upper(),
        "offerId": f"CFQ7TTC0{number:04d}:0001",
        "offerName": sold.offer,
        "friendlyName": sold.offer,
        "quantity": sold.seats,
        "unitType": "Usage-based" if usage else "Licenses",
        "creationDate": f"{day(today, -340)}T23:01:08.693Z",
        "effectiveStartDate": f"{day(today, -340)}T00:00:00Z",
        "commitmentEndDate": NEVER if sold.end is None else f"{day(today, sold.end)}T00:00:00Z",
        "status": sold.status,
        "autoRenewEnabled": sold.renews,
        "billingType": "usage" if usage else "license",
        "contractType": "subscription",
        "orderId": f"ord{number:06d}",
        "attributes": {"objectType": "Subscription"},
    }
    if sold.term:
        row |= {
            "billingCycle": "monthly",
            "termDuration": sold.term,
            "renewalTermDuration": sold.term if sold.renews else "",
            "isTrial": False,
            "isMicrosoftProduct": True,
            "partnerId": "",
            "publisherName": "Microsoft",
        }
    if sold.cancel is not None:
        row["cancellationAllowedUntilDate"] = f"{day(today, sold.cancel)}T23:59:00Z"
    if sold.term == "P3Y":
        product = {"productId": "DG7GMGF0FKZV", "skuId": "0003", "termDuration": "P3Y"}
        row["scheduledNextTermInstructions"] = {"product": product, "quantity": sold.seats + 2}
    return row


def promotions(today: date) -> Iterator[Row]:
    """Promotions of the country: (id, name, end, term, cycle, discount)."""
    told = (
        ("39NFJQT1PJQB:0001:39NFJQT1Q5KN", "Visio Plan 1", 6, "P1Y", "Annual", "0.05"),
        ("39NFJQT1PJQC:0001:39NFJQT1Q5KM", "Microsoft 365 E5", 38, "P1Y", "Monthly", "0.15"),
        (
            "39NFJQT1X2QD:0001:39NFJQT1Q9RT",
            "Copilot for new customers",
            69,
            "P1Y",
            "Annual",
            "0.167",
        ),
    )
    for key, name, ends, term, cycle, value in told:
        yield {
            "id": key,
            "name": name,
            "description": name,
            "startDate": f"{day(today, -40)}T00:00:00+00:00",
            "endDate": f"{day(today, ends)}T23:59:59+00:00",
            "properties": {"isAutoApplicable": value != "0.15"},
            "requiredProducts": [
                {
                    "productId": "CFQ7TTC0HD33",
                    "skuId": "0003",
                    "term": {"duration": term, "billingCycle": cycle},
                    "pricingPolicies": [{"policyType": "PercentDiscount", "value": value}],
                }
            ],
        }


def requirements(today: date) -> Iterator[Row]:
    """What the security score is made of: (type, points, most, state)."""
    told: tuple[tuple[str, int, int, str], ...] = (
        ("securityContactProvided", 20, 20, "active"),
        ("mfaEnforcedForAdmins", 14, 20, "active"),
        ("securityAlertsPromptlyResolved", 20, 20, "active"),
        ("mfaEnforcedForAdminsOfCustomers", 0, 20, "preview"),
        ("spendingBudgetSetForCustomerAzureSubscriptions", 4, 20, "preview"),
    )
    for kind, score, most, state in told:
        yield {
            "@odata.type": "#microsoft.graph.partner.security.securityRequirement",
            "id": guid("requirement", kind),
            "requirementType": kind,
            # The word is Microsoft's: "noncomplaint".
            "complianceStatus": "compliant" if score == most else "noncomplaint",
            "actionUrl": "https://aka.ms/partner-center-security-contact",
            "helpUrl": "https://aka.ms/partner-center-security-dashboard-security-contact",
            "score": score,
            "maxScore": most,
            "state": state,
            "updatedDateTime": stamp(today, -4, "04:04:01.4261872"),
        }


def referrals(today: date) -> Iterator[Row]:
    """The newest first: (customer, name, status, substatus, direction, expires, closes, value)."""
    told: tuple[tuple[str, str, str, str, str, int | None, int, int | None], ...] = (
        ("Solano Wind", "Field service on Azure", "New", "Pending", "Incoming", 5, 90, 84000),
        ("Ostrava Foods", "Plant data platform", "New", "Pending", "Incoming", 11, 120, 152000),
        ("Lakeside Schools", "Teams Phone", "New", "Received", "Outgoing", 9, 60, 31000),
        ("Hartwell Clinics", "Copilot rollout", "Active", "Accepted", "Incoming", None, 34, 46500),
        ("Meridian Law", "Purview", "Closed", "Lost", "Incoming", None, -12, None),
        ("Pinecrest Credit Union", "SQL migration", "Closed", "Won", "Outgoing", None, -30, 72000),
    )
    for number, (customer, name, status, substatus, way, expires, closes, value) in enumerate(told):
        made = stamp(today, -9 - 12 * number, "21:03:00.0000000")
        yield {
            "id": guid("referral", customer),
            "engagementId": guid("engagement", customer),
            "organizationId": guid("partner"),
            "organizationName": "Contoso Company",
            "name": name,
            "createdDateTime": made,
            "updatedDateTime": made,
            "expirationDateTime": stamp(today, expires, "21:03:00.0000000"),
            "status": status,
            "substatus": substatus,
            "qualification": "SalesQualified" if way == "Incoming" else "Direct",
            "type": "Shared",
            "direction": way,
            "customerProfile": {
                "name": customer,
                "address": {"city": "Redmond", "country": "US"},
                "team": [
                    {"firstName": "Ana", "lastName": "Ruiz", "email": "a.ruiz@customer.example"}
                ],
            },
            "details": _deal(today, closes, value),
            "inviteContext": {"invitedBy": {"organizationName": "Microsoft"}},
            "eTag": f'"{guid("etag", customer)}"',
        }


def _deal(today: date, closes: int, value: int | None) -> dict[str, Any]:
    deal: dict[str, Any] = {
        "notes": "They look for a partner who has done this before.",
        "closingDateTime": f"{day(today, closes)}T00:00:00Z",
        "requirements": {
            "industries": [{"id": "Manufacturing"}],
            "products": [{"id": "Azure"}],
            "services": [{"id": "DeploymentOrMigration"}],
            "solutions": [{"id": "SOL-0001", "name": "Data and AI"}],
        },
    }
    return deal if value is None else {**deal, "dealValue": value, "currency": "USD"}
