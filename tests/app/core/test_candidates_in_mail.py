"""Sentences as partners' mails have them, in their languages: what is a date to come, what is none.

No language is guessed: a month's name says it. Told on 22 November 2026.
"""

from datetime import date

import pytest

from app.core.candidates import Candidate, candidates
from app.core.month_names import LANGUAGES, months

TOLD = date(2026, 11, 22)


def found(text: str) -> list[Candidate]:
    return list(candidates(text, told_on=TOLD))


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        # German
        ("Bitte reichen Sie alle Anträge bis zum 15. Dezember 2026 ein.", "2026-12-15"),
        ("Einreichfrist: Montag, 30. Nov. 2026, 18:00 Uhr", "2026-11-30"),
        ("Die Mittel verfallen am 31.03.2027.", "2027-03-31"),
        ("Anmeldung bis 1. März möglich.", "2027-03-01"),
        ("Gültig bis 31. Jänner 2027.", "2027-01-31"),
        ("Das Portal schließt am 3.Maerz 2027.", "2027-03-03"),
        ("Aktion vom 1. bis 31. Dezember 2026.", "2026-12-31"),
        # French
        ("Merci d’envoyer vos demandes avant le 1er décembre 2026.", "2026-12-01"),
        ("Date limite : mardi 15 févr. 2027 à minuit.", "2027-02-15"),
        ("L'offre expire le 30 AOÛT 2027.", "2027-08-30"),
        ("A regler avant le 15 fevrier 2027.", "2027-02-15"),
        # Spanish
        ("Presente sus reclamaciones antes del 15 de diciembre de 2026.", "2026-12-15"),
        ("El plazo termina el 30 de noviembre del 2026.", "2026-11-30"),
        ("Vence el 5 ene 2027.", "2027-01-05"),
        # Italian
        ("Inviare le richieste entro il 15 dicembre 2026.", "2026-12-15"),
        ("Scadenza: 1º marzo 2027", "2027-03-01"),
        ("Entro il 30 set 2027.", "2027-09-30"),
        # Dutch
        ("Dien uw claims in vóór 15 december 2026.", "2026-12-15"),
        ("Uiterlijk 1 mrt. 2027 ontvangen.", "2027-03-01"),
        ("Inleveren op 30-11-2026.", "2026-11-30"),
        # Portuguese
        ("Envie os pedidos até 15 de dezembro de 2026.", "2026-12-15"),
        ("Prazo: 31 de março", "2027-03-31"),
        ("Válido até 30 de out. de 2027.", "2027-10-30"),
        # Polish
        ("Prosimy o zgłoszenie do 15 grudnia 2026 r.", "2026-12-15"),
        ("Termin: 30 listopada 2026 r., godz. 12:00", "2026-11-30"),
        ("Zgłoszenia do 1 pazdziernika 2027.", "2027-10-01"),
        # Swedish, Norwegian, Danish
        ("Skicka in senast den 15 december 2026.", "2026-12-15"),
        ("Sista dag är 1:a mars 2027.", "2027-03-01"),
        ("Frist: 15. desember 2026 kl. 12.", "2026-12-15"),
        ("Senest den 1. marts 2027.", "2027-03-01"),
        # English, as mail programs mangle it
        ("Claims close Mon, Nov 30th, 2026 at 5pm PT", "2026-11-30"),
        ("The window is open 1–15 December 2026.", "2026-12-15"),
        ("Register December 1-15, 2026.", "2026-12-15"),
        ("Due:\u00a030\u00a0November\u00a02026", "2026-11-30"),
        ("Webinar\nDate: 15 December 2026\nTime: 14:00 CET", "2026-12-15"),
        ("Your attestation is due 2026/12/15 EOD.", "2026-12-15"),
    ],
)
def test_a_deadline_is_found_in_the_partners_own_language(sentence: str, day: str) -> None:
    assert [(str(one.on), one.or_on) for one in found(sentence)] == [(day, None)]


@pytest.mark.parametrize(
    "text",
    [
        "Firmware 12.12.2026 and v30.11.2026 are out; release 1.12.2026 follows.",
        "Upgrade to version 7.4.2027.1 or build 2026-12-15.3.",
        "Call +49 30 12 2026 or tel. 01.12.2026, extension 15.",
        "You may 15 times ask, and march 3 miles; mar 4 is a file.",
        "We set 30 goals out 15 weeks ago 5 partners left.",
        "Sie erhalten 15 die 30 Sie gen 3 lis 4.",
        "© 2026–2027 Vendor GmbH. Copyright 15 December 2026.",
        "From: Rin <rin@vendor.example>\nDate: 30 November 2026\nTo: all\nSubject: Claims",
        "Von: Rin\nGesendet: Montag, 30. November 2026 09:12\nAn: alle\nBetreff: Frist",
        "De : Rin\nEnvoyé : lundi 30 novembre 2026 09:12\nÀ : tous\nObjet : Rappel",
        "Am 30. November 2026 um 09:12 schrieb Rin Vendor:\n> Hallo",
        "Le 30 novembre 2026 à 09:12, Rin Vendor a écrit :",
        "El 30 de noviembre de 2026, Rin escribió:",
        "Op 30 november 2026 om 09:12 schreef Rin Vendor:",
        "W dniu 30 listopada 2026 Rin napisał(a):",
        "Den 30 november 2026 skrev Rin Vendor:",
        "Our offices at 5 May Street, 15 April Road.",
        "Room 12/11, seats 3/4 of 2027, ratio 24/7.",
        "SKU FC-10-2027-12-15-PRO, invoice 15-12-2027-003, /2026/12/15/post.html",
        "The period 2026-2027, fiscal Q4 2026, FY27, week 48.",
        "La première version date du 15 octobre 2026.",
        "Gültig ab 32. Dezember 2026 und 31. November 2026.",
    ],
)
def test_what_only_looks_like_a_deadline_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("written", ["03/04/2027", "3/4/2027", "03-04-2027"])
def test_figures_that_can_be_read_both_ways_are_never_decided(written: str) -> None:
    for sentence in (f"Due {written}.", f"Fällig am {written}.", f"Échéance : {written}"):
        (one,) = found(sentence)
        assert (one.on, one.or_on) == (date(2027, 3, 4), date(2027, 4, 3))


def test_a_mail_that_is_wrapped_at_a_width_is_read_as_it_was_written() -> None:
    text = (
        "Dear partner, please note that all claims for this quarter must be in by 30\n"
        "November 2026. Later ones lapse.\n"
        "- Event on 15 December 2026\n"
        "From: Engage, the partner desk <engage@partners.vendor.example>\n"
        "Renew by 16 December 2026"
    )

    first, second, third = found(text)
    assert third.sentence == "Renew by 16 December 2026"
    assert first.sentence.endswith("must be in by 30 November 2026.")
    assert first.on == date(2026, 11, 30)
    assert second.sentence == "- Event on 15 December 2026"


@pytest.mark.parametrize(
    ("sentence", "amount"),
    [
        ("Bis 15. Dezember 2026 stehen 12.500 Euro bereit.", "12500 EUR"),
        ("Jusqu'au 15 décembre 2026 : 1 500,50 €", "1500.50 EUR"),
        ("Senast 15 december 2026: 40 000 kr", "40000 None"),
        ("Do 15 grudnia 2026: 3 000 zł", "3000 PLN"),
        ("Fund of USD 1.5 million lapses 15 December 2026", "1500000.0 USD"),
        ("Budget $250k, to be used by 15 December 2026", "250000 None"),
        ("Rechnung über CHF 500.- fällig 15. Dezember 2026", "500 CHF"),
        ("R$ 1.250,00 até 15 de dezembro de 2026", "1250.00 BRL"),
        ("15 % off until 15 December 2026", "None None"),
        ("Try 500 seats or sek 20 more by 15 December 2026", "None None"),
    ],
)
def test_the_amount_beside_it_is_read_as_its_language_writes_it(sentence: str, amount: str) -> None:
    (one,) = found(sentence)

    assert f"{one.amount} {one.currency}" == amount


def test_no_name_means_two_months_in_any_of_the_languages() -> None:
    assert len(LANGUAGES) == 12
    assert set(months().values()) == set(range(1, 13))
    assert all(name in months() for name in ("mar", "mai", "sept", "lut", "augusti", "jänner"))


def test_a_long_text_without_an_end_costs_no_more_than_its_length() -> None:
    assert found("x" * 59_000 + "." + " 3" * 400) == []
    assert found("A 30. " * 9_000) == []
