"""YAML that people write: data only, each fault with its line."""

from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from connectors.sdk.lines import DEEPEST, MOST_CHARACTERS, BadYaml, fitted, read


class Report(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    days: int = Field(0, ge=0)


class Reports(BaseModel):
    reports: list[Report]


def test_what_people_type_means_what_they_meant() -> None:
    text = (
        "tier: on\nbegins: 2026-03-31\nat: 12:30\nshare: 0.10\npeople: 5\nopen: true\n"
        "code: 01067\nnone:\nsaid: 'true'\n"
    )

    assert read(text).data == {
        "tier": "on",
        "begins": "2026-03-31",
        "at": "12:30",
        "share": Decimal("0.10"),
        "people": 5,
        "open": True,
        "code": "01067",
        "none": None,
        "said": "true",
    }


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_nothing_is_no_data(text: str) -> None:
    assert read(text).data is None


def test_a_place_knows_its_first_and_last_line() -> None:
    found = read("- title: a\n  days: 1\n\n# about b\n- title: b\n  tags: [x,\n    y\n  ]\n\n- c\n")

    assert (found.lines[(0,)], found.ends[(0,)]) == (1, 2)
    assert (found.lines[(1,)], found.ends[(1,)]) == (5, 8)
    assert (found.lines[(2,)], found.ends[(2,)]) == (10, 10)
    assert found.line((1, "missing", 3)) == 5


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\na: 2", 2, "the key 'a' is there twice"),
        ("a: &x 1\nb: *x", 1, "anchors and aliases (& and *) are not read: write it out"),
        ("a: 1\nb: !!python/object:os.system x", 2, "tags (!) are not read: only plain data is"),
        ("? [a]\n: 1", 1, "a key must be a text"),
        ("a: b: c", 1, "it is not YAML: mapping values are not allowed here"),
        ("a: \x00", 1, "it is not YAML: it holds a character that is not allowed"),
        ("a: 1\n---\nb: 1", 2, "there is a second document in it"),
        ("[" * 20_000, 1, f"it is nested deeper than {DEEPEST} levels"),
        ("a" * (MOST_CHARACTERS + 1), 1, f"it is longer than {MOST_CHARACTERS:,} characters"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BadYaml) as caught:
        read(text)

    assert (caught.value.line, str(caught.value)) == (line, said)


def test_what_does_not_fit_a_model_is_told_with_line_and_place() -> None:
    text = "reports:\n  - title: QBR\n  - days: soon\n    when: x\n"

    with pytest.raises(BadYaml) as caught:
        fitted(read(text), Reports)

    assert caught.value.line == 3
    assert str(caught.value).startswith("line 3, reports › 2 › title: this is needed; line 3, ")
    assert str(caught.value).endswith("; line 4, reports › 2 › when: there is no such key here")
    assert "soon" not in str(caught.value)  # a value may be a secret that went astray


def test_many_faults_make_a_sentence_that_ends() -> None:
    rows = "\n".join("  - when: x" for _ in range(9))

    with pytest.raises(BadYaml, match="and 8 more"):
        fitted(read(f"reports:\n{rows}\n"), Reports)
