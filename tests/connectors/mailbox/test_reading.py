"""Each sync reads what is new, none twice, none left out."""

from datetime import timedelta

import pytest

from connectors.mailbox import sandbox_story as story
from connectors.mailbox.sandbox import SECRET, USER
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid, Unavailable
from connectors.sdk.records import Deadline, Notice
from tests.connectors.mailbox.conftest import START, Desk


def letter(subject: str, number: str = "") -> bytes:
    return story.mail(START, story.CISCO, subject, "Text", number=number)


class TestNewMail:
    def test_only_what_is_new_is_asked_for(self, desk: Desk) -> None:
        first = desk.read()
        desk.deliver(letter("New one"))
        again = desk.read(state=first.state)

        assert [record.title for record in again.records] == ["New one"]
        assert desk.read(state=again.state).records == ()

    def test_a_folder_that_is_numbered_anew_is_read_anew(self, desk: Desk) -> None:
        first = desk.read()
        desk.sandbox.folders["INBOX"].uidvalidity += 1
        again = desk.read(state=first.state)

        assert again.hashes.items() <= first.hashes.items()
        assert len(again.records) > 3

    def test_other_rules_make_other_notices_of_the_same_mails(self, desk: Desk) -> None:
        first = desk.read()
        desk.set(senders=["@cisco.example = Cisco Systems"])
        again = desk.read(state=first.state)

        assert {record.vendor for record in again.records} == {"Cisco Systems"}
        assert set(again.hashes) <= set(first.hashes)

    def test_a_mail_in_two_folders_is_one_notice(self, desk: Desk) -> None:
        desk.deliver(letter("Twice", "twice"))
        desk.deliver(letter("Twice", "twice"), "Partners")

        assert [r.title for r in desk.read().records].count("Twice") == 1

    def test_mail_that_no_rule_means_is_left_alone(self, desk: Desk) -> None:
        assert "Lunch?" not in [record.title for record in desk.read().records]

        desk.set(senders=None)

        assert "Lunch?" in [record.title for record in desk.read().records]

    def test_mail_older_than_asked_for_is_left_alone(self, desk: Desk) -> None:
        desk.set(days=3)

        assert {record.vendor for record in desk.read().records} == {"Fortinet", "Ingram Micro"}

    def test_a_folder_that_is_gone_is_named(self, desk: Desk) -> None:
        desk.set(folders=["INBOX", "Programme"])

        error = desk.read().error

        assert isinstance(error, ConfigInvalid)
        assert "Programme" in error.message


class TestMailThatTheServerRefuses:
    """Exchange says no to a whole FETCH for one mail that it cannot convert."""

    def test_one_costs_its_text_and_no_other_mail(self, desk: Desk) -> None:
        whole = desk.read()
        uid = desk.deliver(letter("Cannot be converted", "bad"))
        desk.sandbox.imap.refused.add(uid)
        again = desk.read()
        (bad,) = (r for r in again.records if r.title == "Cannot be converted")

        assert isinstance(bad, Notice)
        assert "the mail server does not give it" in (bad.summary or "")
        assert {k: v for k, v in again.hashes.items() if k != bad.external_id} == whole.hashes

        desk.sandbox.imap.refused.clear()
        (read,) = desk.read(state=again.state).records

        assert (read.external_id, desk.read("calendar").whole) == (bad.external_id, True)

    def test_a_server_that_refuses_everything_is_down(self, desk: Desk) -> None:
        desk.sandbox.imap.refused.update(range(99))

        assert isinstance(desk.read().error, Unavailable)


class TestSigningInWithTokens:
    def test_the_token_is_fetched_and_opens_the_mailbox(self, desk: Desk) -> None:
        desk.set_oauth(SECRET)

        assert desk.read().whole
        assert desk.sandbox.tokens.issued == 1

    def test_a_token_that_ran_out_early_is_renewed_once(self, desk: Desk) -> None:
        desk.set_oauth(SECRET)
        opens = desk.sandbox.imap.opens
        desk.sandbox.imap.opens = lambda user, token: "0001" not in token and opens(user, token)

        assert desk.read().whole
        assert desk.sandbox.tokens.issued == 2

    def test_an_app_that_may_not_is_told(self, desk: Desk) -> None:
        desk.set_oauth("no")

        assert isinstance(desk.read().error, AuthFailed)


class TestWhatDidNotArrive:
    """It is Monday 2 March; the last statement came on 21 January."""

    RULE = f"{story.STATEMENTS} every month by 1 = Rebate statement"

    def found(self, desk: Desk) -> dict[str, Deadline]:
        reading = desk.read("expected")
        assert reading.whole
        items = [record for record in reading.records if isinstance(record, Deadline)]
        return {item.title.rpartition("(")[2].rstrip(")"): item for item in items}

    def test_each_period_without_its_mail_is_told(self, desk: Desk) -> None:
        desk.set(expected=[self.RULE])
        found = self.found(desk)

        assert sorted(found) == ["2026-02", "2026-03"]
        assert not any(item.closed for item in found.values())
        assert "every month by day 1" in (found["2026-03"].derived_from or "")

    def test_it_closes_when_the_mail_arrives_late(self, desk: Desk) -> None:
        desk.set(expected=[self.RULE])
        desk.deliver(story.mail(START, story.STATEMENTS, "Rebate statement", "Late."))
        found = self.found(desk)

        assert (found["2026-03"].closed, found["2026-02"].closed) == (True, False)
        assert found["2026-03"].status == "arrived late, on 2026-03-02"

    def test_what_came_in_time_or_is_not_due_yet_is_no_item(self, desk: Desk) -> None:
        desk.set(expected=[f"{story.STATEMENTS} every quarter by 30 = Statement",
                           f"{story.STATEMENTS} every month by 15 = Statement"])  # fmt: skip

        assert sorted(self.found(desk)) == ["2026-02", "quarter 4 of 2025"]

    def test_somebody_with_a_similar_address_is_not_the_sender(self, desk: Desk) -> None:
        desk.set(expected=[self.RULE])
        desk.deliver(story.mail(START, f"x{story.STATEMENTS}", "Rebate statement", "No."))

        assert not self.found(desk)["2026-03"].closed

    def test_without_rules_nothing_is_asked(self, desk: Desk) -> None:
        desk.set(expected=None)
        before = len(desk.stage.requests)

        assert self.found(desk) == {}
        assert len(desk.stage.requests) == before


class TestChecking:
    def test_it_says_how_many_mails_are_taken(self, desk: Desk) -> None:
        said = {check.name: check.text for check in desk.stage.check()}

        assert said["Sign-in"] == f"127.0.0.1 opens the mailbox of {USER}."
        assert said["Folder INBOX"] == "Of the last 6 mails 5 are taken."

    def test_rules_that_mean_nobody_are_answered_with_who_wrote(self, desk: Desk) -> None:
        desk.set(senders=["@typo.example = Cisco"])
        folder = next(check for check in desk.stage.check() if check.name == "Folder INBOX")

        assert folder.state is CheckState.WARN
        assert "programs@cisco.example" in folder.fix

    @pytest.mark.parametrize("days", [1])
    def test_a_quiet_mailbox_is_no_failure(self, desk: Desk, days: int) -> None:
        desk.stage.clock.move(timedelta(days=30))
        desk.set(days=days)

        assert CheckState.FAIL not in {check.state for check in desk.stage.check()}
