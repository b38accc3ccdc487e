"""Rules are lines that people read, and a line that is none is told by its number."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.mailbox.rules import expectations_of, first_match, rules_of
from connectors.mailbox.settings import MailboxConfig

VALUES: dict[str, Any] = {"server": "imap.example.com", "username": "rin", "password": "secret"}


def made(**changed: Any) -> MailboxConfig:
    return MailboxConfig.model_validate({**VALUES, **changed})


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("imap.example.com", ("imap.example.com", 993, True)),
        (" imap.example.com:1993 ", ("imap.example.com", 1993, True)),
        ("imaps://imap.example.com/", ("imap.example.com", 993, True)),
        ("imap://mail.internal", ("mail.internal", 143, False)),
    ],
)
def test_a_server_is_a_name_and_encrypted_unless_said(
    entered: str, kept: tuple[str, int, bool]
) -> None:
    config = made(server=entered)

    assert (config.host, config.port, config.encrypted) == kept


@pytest.mark.parametrize(
    "changed",
    [
        {"server": "https://imap.example.com"},
        {"server": "imaps://rin:secret@imap.example.com"},
        {"server": "imap.example.com:port"},
        {"server": ""},
        {"password": None},
        {"token_url": "https://login.example.com/token"},
        {"password": None, "token_url": "https://login.example.com/token"},
        {"password": None, "token_url": "https://login.example.com/token", "client_id": "app"},
        {"senders": ["no rule at all"]},
        {"senders": ["fortinet.com = Fortinet"]},
        {"expected": ["sometimes"]},
        {"expected": ["a@b.example every month by 40 = Report"]},
        {"expected": ["a@b.example every week by 5 = Report"]},
        {"expected": ["a@b.example every month by 5 = X", "a@b.example every month by 5 = X"]},
    ],
)
def test_what_cannot_work_is_refused_before_it_is_saved(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        made(**changed)

    assert "rin:secret" not in str(refused.value)


def test_a_line_that_is_no_rule_is_named_by_its_number() -> None:
    with pytest.raises(ValidationError, match="Line 2 is no rule"):
        made(senders=["@a.example = A", "@b.example B"])


RULES = rules_of(
    (
        "news@vendor.example = Vendor / News",
        "@vendor.example in Partners/AWS = AWS",
        "@vendor.example = Vendor",
        "* in Programs =",
        "in Deals = Dealer / A / B",
    )
)


@pytest.mark.parametrize(
    ("address", "folder", "whose"),
    [
        ("news@vendor.example", "INBOX", ("Vendor", "News")),
        ("NEWS@Vendor.example", "INBOX", ("Vendor", "News")),
        ("a@vendor.example", "partners/aws", ("AWS", None)),
        ("a@mail.vendor.example", "INBOX", ("Vendor", None)),
        ("anybody@else.example", "Programs", (None, None)),
        ("anybody@else.example", "Deals", ("Dealer", "A / B")),
        ("a@evil-vendor.example", "INBOX", None),
        ("a@vendor.example.evil.test", "INBOX", None),
        ("", "INBOX", None),
    ],
)
def test_the_first_rule_that_fits_says_whose_mail_it_is(
    address: str, folder: str, whose: tuple[str | None, str | None] | None
) -> None:
    rule = first_match(RULES, address, folder)

    assert (rule and (rule.vendor, rule.program)) == whose


@pytest.mark.parametrize(
    ("line", "day", "period"),
    [
        ("month by 5", "2026-02-17", ("2026-02-01", "2026-02-28", "2026-02-05")),
        ("month by 31", "2026-02-01", ("2026-02-01", "2026-02-28", "2026-02-28")),
        ("quarter by 20", "2026-05-01", ("2026-04-01", "2026-06-30", "2026-04-20")),
        ("week by Friday", "2026-01-01", ("2025-12-29", "2026-01-04", "2026-01-02")),
    ],
)
def test_a_rhythm_has_periods_each_with_its_day(
    line: str, day: str, period: tuple[str, str, str]
) -> None:
    (rule,) = expectations_of([f"a@b.example every {line} = Report"])
    found = rule.period(date.fromisoformat(day))

    assert (str(found.first), str(found.last), str(found.due)) == period
