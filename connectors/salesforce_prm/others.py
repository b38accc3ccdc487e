"""Memberships, the vendor's people, deal registrations and contracts."""

from typing import Any

from connectors.salesforce_prm.portal import Portal, at, word
from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    joined,
    known,
    money_of,
    required,
    titled,
)
from connectors.sdk.records import Category, Contact, Deadline, Program

MEMBER = (
    "Name",
    "Program.Name",
    "Program.Category",
    "Program.Description",
    "Program.IsActive",
    "Level.Name",
    "Level.Rank",
    "Partner.Name",
)
OWNER = ("Name", "Owner.Name", "Owner.Title", "Owner.Email", "Owner.Phone")
CONTRACT = (
    "ContractNumber",
    "StartDate",
    "EndDate",
    "ContractTerm",
    "Status",
    "StatusCode",
    "Account.Name",
)
DEAL = (
    "Name",
    "Company",
    "Status",
    "StageName",
    "Amount",
    "CloseDate",
    "IsClosed",
    "IsConverted",
    "CurrencyIsoCode",
    "Account.Name",
)
"""What leads, opportunities and many objects of a vendor's own have."""

_ENDED = dict.fromkeys(("terminated", "expired", "rejected"), True)


def membership(row: Any, portal: Portal) -> Program:
    """A program that the partner is a member of, with its level there as the tier."""
    found = required(row, "Id")
    return Program(
        external_id=found,
        title=word(row, "Program.Name") or word(row, "Name") or f"Membership {found}",
        url=portal.link(found),
        vendor=portal.vendor,
        tier=word(row, "Level.Name"),
        facts=facts_of(
            ("Category", word(row, "Program.Category")),
            ("Rank of the level", at(row, "Level.Rank")),
            ("Partner account", word(row, "Partner.Name")),
            ("Program", "no longer active" if at(row, "Program.IsActive") is False else None),
            ("Description", word(row, "Program.Description")),
        ),
    )


def contact(row: Any, portal: Portal) -> Contact:
    """Who at the vendor owns the partner's account; another person is the same contact changed."""
    found = required(row, "Id")
    name = word(row, "Owner.Name")
    if name is None:
        raise BadField("Owner.Name is missing")
    return Contact(
        external_id=found,
        title=name,
        vendor=portal.vendor,
        role=word(row, "Owner.Title") or "Owner of the partner account",
        email=word(row, "Owner.Email"),
        phone=word(row, "Owner.Phone"),
        facts=facts_of(("Partner account", word(row, "Name"))),
    )


def contract(row: Any, portal: Portal) -> Deadline:
    """A contract that ends."""
    found = required(row, "Id")
    number_ = word(row, "ContractNumber")
    customer = word(row, "Account.Name")
    status = word(row, "Status")
    code = word(row, "StatusCode")
    return Deadline(
        external_id=found,
        title=titled("Contract", f"{number_ or found} ends", customer),
        url=portal.link(found),
        vendor=portal.vendor,
        account=customer,
        category=Category.AGREEMENT,
        reference=number_ and f"contract {number_}",
        status=status or code,
        closed=known(code or status, _ENDED, default=False),
        due=due_of(at(row, "EndDate"), field="EndDate"),
        facts=facts_of(
            ("Begins", word(row, "StartDate")),
            ("Term in months", at(row, "ContractTerm")),
        ),
    )


def deal(row: Any, portal: Portal) -> Deadline:
    """A deal registration, from whatever object and fields the vendor keeps them in."""
    found, config = required(row, "Id"), portal.config
    number_ = word(row, config.deal_number) if config.deal_number else None
    customer = word(row, "Company") or word(row, "Account.Name")
    name = word(row, "Name")
    status = word(row, config.deal_status) if config.deal_status else None
    amount = config.deal_amount or "Amount"
    expires = config.deal_expires or ""
    return Deadline(
        external_id=found,
        title=titled("Deal registration expires:", number_ or name or found, customer),
        url=portal.link(found),
        vendor=portal.vendor,
        account=customer,
        category=Category.DEAL_REGISTRATION,
        reference=number_ and f"registration {number_}",
        status=status or word(row, "StageName") or word(row, "Status"),
        closed=at(row, "IsClosed") is True or at(row, "IsConverted") is True,
        due=due_of(at(row, expires), field=expires),
        amount=money_of(at(row, amount), portal.currency(row), field=amount),
        amount_label="deal",
        facts=facts_of(
            ("Name", name if number_ else None),
            ("Expected to close", word(row, "CloseDate") if expires != "CloseDate" else None),
            ("Stage", joined(word(row, "StageName"), word(row, "Status")) if status else None),
        ),
    )
