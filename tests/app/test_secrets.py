"""The key that opens stored credentials: made once, exchanged for another, never guessable."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.errors import CannotStart
from app.secrets import KEY_FILE, Locked, vault_of

OLD, NEW = "an old key of the tests", "a new key of the tests"
CREDENTIALS = {"token": "shh"}


def test_the_key_file_may_hold_a_new_key_before_the_old_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    sealed = vault_of(settings).seal(CREDENTIALS)
    file = tmp_path / KEY_FILE
    file.write_text(f"{NEW}, {file.read_text()}\n")
    both = vault_of(settings)

    assert both.open(sealed) == CREDENTIALS
    file.write_text(NEW)
    assert vault_of(settings).open(both.seal(CREDENTIALS)) == CREDENTIALS


def with_keys(folder: Path, *keys: str) -> Settings:
    return Settings(data_dir=folder, secret_key=SecretStr(", ".join(keys)))


def test_the_first_start_makes_a_key_that_only_its_owner_reads_and_the_next_one_keeps_it(
    tmp_path: Path,
) -> None:
    settings = Settings(data_dir=tmp_path)
    sealed = vault_of(settings).seal(CREDENTIALS)

    assert vault_of(settings).open(sealed) == CREDENTIALS
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", ["", "\n", "short"])
def test_a_key_file_that_was_never_written_whole_is_no_key(left: str, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text(left)

    with pytest.raises(CannotStart, match="holds no key"):
        vault_of(Settings(data_dir=tmp_path))


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="too short"):
        vault_of(with_keys(tmp_path, NEW, "short"))


def test_a_new_key_before_the_old_one_opens_what_the_old_one_sealed(tmp_path: Path) -> None:
    sealed = vault_of(with_keys(tmp_path, OLD)).seal(CREDENTIALS)
    both = vault_of(with_keys(tmp_path, NEW, OLD))

    assert both.open(sealed) == CREDENTIALS
    assert vault_of(with_keys(tmp_path, NEW)).open(both.seal(CREDENTIALS)) == CREDENTIALS
    with pytest.raises(Locked):
        vault_of(with_keys(tmp_path, NEW)).open(sealed)
