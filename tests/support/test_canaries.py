"""The search for leaked secrets finds them: a planted leak, in each form that it may take."""

import base64
import html
import json
import urllib.parse

import pytest

from tests.support.canaries import Canary, leaks

CANARY = Canary(name="password", value='7/+ "Kanarie0815LoroParque<&ü\\%')
FORMS = {
    "in clear": CANARY.value,
    "in an address": urllib.parse.quote(CANARY.value, safe=""),
    "in a form": urllib.parse.urlencode({"password": CANARY.value}),
    "in JSON": json.dumps({"told": CANARY.value}),
    "in HTML": html.escape(CANARY.value),
    "in a Python repr": repr([CANARY.value]),
    "lowered, as a host name": f"https://{CANARY.core}.example.com".lower(),
    "in hex": CANARY.value.encode().hex(),
    "in Basic sign-in": base64.b64encode(f"rin:{CANARY.value}".encode()).decode(),
    "in SMTP's PLAIN": base64.b64encode(f"\0mailer\0{CANARY.value}".encode()).decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(f"ab{CANARY.value}".encode()).decode(),
    "cut off at its end": CANARY.value[:-10],
    "cut off at its beginning": CANARY.value[8:],
    "in UTF-8 bytes": b"\x00\xff" + CANARY.value.encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_leak_is_found(form: str) -> None:
    told = FORMS[form]
    noise = b"x" * 1000 if isinstance(told, bytes) else "x" * 1000
    ((place, name, _excerpt), *_) = leaks([CANARY], {"clean": noise, "the log": noise + told})
    assert (place, name) == ("the log", "password")


def test_other_text_is_no_leak() -> None:
    assert leaks([CANARY], {"the log": "Kanarie 0815", "a page": b"LoroParque"}) == []


def test_a_canary_that_could_stand_anywhere_is_refused() -> None:
    with pytest.raises(AssertionError, match="too short"):
        Canary(name="weak", value="secret-of-ours").forms()
