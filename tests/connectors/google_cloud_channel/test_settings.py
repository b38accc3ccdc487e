"""The key of a service account as a setting: a sentence for each thing that is wrong with it."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from pydantic import ValidationError

from connectors.google_cloud_channel.config import GoogleConfig
from connectors.google_cloud_channel.sandbox_sign_in import key_file

TOKEN = "https://oauth2.googleapis.com/token"
FILE = json.loads(key_file(TOKEN))


def settings(key: str, **others: str) -> GoogleConfig:
    given = {"account_id": "C012", "acting_user": "jane@reseller.example", **others}
    return GoogleConfig.model_validate({**given, "service_account_key": key})


def with_(**changed: Any) -> str:
    return json.dumps({name: v for name, v in {**FILE, **changed}.items() if v is not None})


def encrypted() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locked = BestAvailableEncryption(b"secret")
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "The key is not JSON"),
        ("{", "The key is not JSON"),
        ("[1]", "not a JSON object"),
        (FILE["private_key"], "This is only the private key"),
        (json.dumps({"installed": {"client_id": "1"}}), "This is an OAuth client"),
        (with_(type="authorized_user"), "a person's own credentials"),
        (with_(type="external_account"), "workload identity"),
        (with_(type=None), "not the key of a service account"),
        (with_(client_email=None), "does not name its service account"),
        (with_(client_email="nobody"), "does not name its service account"),
        (with_(private_key=None), "lacks its private part"),
        (with_(private_key=7), "lacks its private part"),
        (with_(private_key="canary-key"), "not one in PEM form"),
        (with_(private_key=FILE["private_key"].replace("M", "N")), "cannot be read"),
        (with_(private_key=encrypted()), "protected by a passphrase"),
        (with_(token_uri="https://elsewhere.example/token"), "for another sign-in address"),
    ],
)
def test_each_thing_that_is_wrong_has_its_sentence(key: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        settings(key)
    assert FILE["private_key"][40:80] not in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "key",
    [
        key_file(TOKEN),
        f"\n  {key_file(TOKEN)}\n",
        with_(private_key=FILE["private_key"].replace("\n", " ")),
        with_(token_uri=None, private_key_id=None, client_id=None),
    ],
    ids=["as it is", "with blanks around", "without line ends", "with the necessary only"],
)
def test_a_key_that_can_sign_is_taken(key: str) -> None:
    made = settings(key, account_id=" accounts/C012 ")

    assert made.account_id == "C012"
    assert made.service_account_key.get_secret_value() == key
    assert "PRIVATE" not in f"{made!r}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("account_id", "C 1"), ("acting_user", "jane"), ("base_url", "cloudchannel.googleapis.com")],
)
def test_a_setting_that_cannot_be_right_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        settings(key_file(TOKEN), **{field: value})
