"""Where settings come from, and which of two places wins."""

from pathlib import Path

import pytest

from app.config import load
from app.errors import CannotStart


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The process's environment, put back afterwards, with an empty data folder."""
    monkeypatch.setenv("PARTNER_INBOX_DATA_DIR", str(tmp_path))
    return monkeypatch


def test_a_secret_may_lie_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a key from a file\n")
    environment.setenv("PARTNER_INBOX_SECRET_KEY_FILE", str(key))
    found = load().secret_key
    assert found is not None
    assert found.get_secret_value() == "a key from a file"


def test_a_missing_file_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("PARTNER_INBOX_SMTP_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(CannotStart, match=r"PARTNER_INBOX_SMTP_URL_FILE names .*nowhere"):
        load()


def test_the_data_folder_may_hold_settings_and_the_environment_wins(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "settings.env").write_text(
        "PARTNER_INBOX_COMPANY=From the file\nPARTNER_INBOX_TIME_ZONE=Europe/Berlin\n"
    )
    environment.setenv("PARTNER_INBOX_COMPANY", "From the environment")
    assert (load().company, load().time_zone) == ("From the environment", "Europe/Berlin")


def test_lists_are_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS", "127.0.0.1:8001, NAS.local")
    assert load().allowed_private_hosts == ("127.0.0.1:8001", "nas.local")
