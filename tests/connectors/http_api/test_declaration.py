"""What is wrong with a declaration is said with its line and key; what is right can be told."""

import pytest
from pydantic import ValidationError

from connectors.http_api.config import HttpApiConfig
from connectors.http_api.connector import MANIFEST
from connectors.http_api.declaration import MOST_CHARACTERS, DeclarationInvalid, load
from connectors.sdk.manifest import Completeness

GOOD = """\
name: Contoso
base: https://api.contoso.example/v1
streams:
  renewals:
    kind: deadline
    path: /renewals
    map:
      id: id
      title: product
      due: {path: endDate, format: "%d.%m.%Y"}
"""


def problem(text: str) -> str:
    with pytest.raises(DeclarationInvalid) as refused:
        load(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: deadline", "kind: dedline", "Line 5, streams.renewals.kind: it must be one of: "),
        ("path: /ren", "pfad: /ren", "Line 6, streams.renewals.pfad: there is no such key"),
        ("    path: /renewals\n", "", "Line 4, streams.renewals.path: is needed."),
        ("      id: id\n", "", "Line 7, streams.renewals.map.id: is needed."),
        (
            "title: product",
            "titel: product",
            "Line 9, streams.renewals.map.titel: a deadline has no such field; is it title?",
        ),
        (
            "title: product",
            "title: product.[",
            "Line 9, streams.renewals.map.title.path: it is not JMESPath: ",
        ),
        (
            "title: product",
            "title: upper(product)",
            "map.title.path: JMESPath has no function upper().",
        ),
        (
            "title: product",
            "title: {pth: x}",
            "Line 9, streams.renewals.map.title.pth: there is no such key; is it path?",
        ),
        (
            "title: product",
            "title: {zone: UTC}",
            "map.title.zone: it is not for a field that is read as text.",
        ),
        (
            "id: id",
            "id: {constant: one}",
            "Line 8, streams.renewals.map.id: every row needs an id of its own",
        ),
        (
            "%d.%m.%Y",
            "%d.%m",
            "Line 10, streams.renewals.map.due.format: a date format needs year, month and day",
        ),
        ("%d.%m.%Y", "%d.%m.%Y %Z", "map.due.format: a date format has no %Z."),
        ("endDate,", "endDate, zone: Mars/Base,", "map.due.zone: there is no such time zone"),
        (
            "https://api",
            "ftp://api",
            "Line 2, base: The address must begin with https: and name a host.",
        ),
        (
            "https://api",
            "https://me:pw@api",
            "Line 2, base: Enter user name and password in their own fields",
        ),
        (
            "streams:",
            "headers: {Authorization: x}\nstreams:",
            "Line 3, headers.Authorization: a secret has no place here",
        ),
        ("streams:", "sign_in: {type: key}\nstreams:", "Line 3, sign_in: it needs header or query"),
        (
            "streams:",
            "sign_in: {type: magic}\nstreams:",
            "Line 3, sign_in: it must be one of: none, key, basic",
        ),
        (
            "    map:",
            "    params: {api_key: x}\n    map:",
            "Line 7, streams.renewals.params.api_key: a secret has no place here",
        ),
        (
            "    map:",
            "    pager: {type: offset}\n    map:",
            "Line 7, streams.renewals.pager.size: is needed.",
        ),
        (
            "    map:",
            "    pager: {type: cursor, param: c}\n    map:",
            "pager: it needs next or header, one of the two.",
        ),
        (
            "    map:",
            "    completeness: window\n    map:",
            "completeness: a window needs the key window",
        ),
        (
            "    map:",
            "    body: {}\n    map:",
            "Line 7, streams.renewals.body: only a POST has a body",
        ),
        (
            "    map:",
            "    format: csv\n    total: n\n    map:",
            "Line 8, streams.renewals.total: CSV has nothing but rows",
        ),
        (
            "path: /renewals",
            "path: https://elsewhere.example/x",
            "Line 6, streams.renewals.path: it must be a path below base",
        ),
        ("renewals:", "Renewals!:", "Line 4, streams.Renewals!: a name has small letters"),
        ("streams:", "headers: {Host: x}\nstreams:", "Line 3, headers.Host: this header belongs"),
        ("streams:", 'headers: {A: "x\\ny"}\nstreams:', "Line 3, headers.A: it is no header"),
        (
            "    map:",
            "    window: {from: a, to: b, back: 0, ahead: 1}\n    map:",
            "Line 7, streams.renewals.window: it needs two days at least",
        ),
        ("name: Contoso", "name: &a Contoso", "Line 1: anchors and aliases"),
        ("name: Contoso", "name: !!python/name:os.system x", "Line 1: tags (!) are not read"),
        ("name: Contoso", "name: Contoso\nname: Again", "Line 2: the key 'name' is there twice."),
        ("name: Contoso", "name: [Contoso", "Line "),
        ("name: Contoso", "name: 1.5", "Line 1, name: a text is needed here; write it in quotes."),
        ("    path", "\tpath", "Line 6: it is not YAML: a tab cannot stand there, use spaces."),
        ("streams:", "rate: often\nstreams:", "Line 3, rate: it must be such as 60/minute"),
        (
            "    map:",
            "    params: {since: '{tody-7d}'}\n    map:",
            "Line 7, streams.renewals.params.since: {tody-7d} is no day: write {today}",
        ),
        ("/renewals", "/renewals/{id}", "path: nothing is said to go in place of {id}."),
        (
            "    map:",
            "    detail: {path: /one}\n    map:",
            "Line 7, streams.renewals.detail.path: it needs {id}",
        ),
        (
            "    map:",
            "    pager: {type: cursor, param: c, nxt: n}\n    map:",
            "Line 7, streams.renewals.pager.nxt: there is no such key; is it next?",
        ),
        (
            "    map:",
            "    pager: {type: odata, titel: n}\n    map:",
            "Line 7, streams.renewals.pager.titel: there is no such key; there is only type.",
        ),
        (
            "    map:",
            "    method: POST\n    body: {login: {api_key: x}}\n    map:",
            "Line 8, streams.renewals.body.login.api_key: a secret has no place here",
        ),
        (
            "    map:",
            (
                "    method: POST\n    body: {a: 1}\n"
                "    pager: {type: cursor, param: a.b, next: n, in: body}\n    map:"
            ),
            "Line 9, streams.renewals.pager: the body has no place a.b.",
        ),
        (
            "title: product",
            "title: {path: names[0]}",
            "Line 9: it is not YAML: expected ',' or '}', but got '['; within braces a text that",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_key(old: str, new: str, said: str) -> None:
    assert said in problem(GOOD.replace(old, new, 1))


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines() -> None:
    text = GOOD.replace("product", "upper(x)").replace("https", "ftp").replace("%Y", "%G")

    lines = problem(text).splitlines()

    assert [line.split(",")[0] for line in lines] == ["Line 2", "Line 9", "Line 10"]


def test_mistakes_of_shape_and_of_meaning_are_told_together_each_once() -> None:
    good = GOOD.split("streams:\n")[1].replace("renewals", "goals")
    text = f"{GOOD}{good}".replace("kind: deadline", "kind: deadlines", 1)
    text = text.replace("base: https", "zone: Nowhere\nbase: ftp").replace("%d.%m.%Y", "%d.%m")
    text = text.replace("    path: /goals", "    pth: /goals\n    body: {a: 1}")

    told = [line.split(": ")[0] for line in problem(text).splitlines()]

    assert told == [
        "Line 2, zone",
        "Line 3, base",
        "Line 6, streams.renewals.kind",
        "Line 12, streams.goals.path",
        "Line 14, streams.goals.pth",
        "Line 15, streams.goals.body",
        "Line 19, streams.goals.map.due.format",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- b",
        "just words",
        "a: " + "[" * 500,
        "x" * (MOST_CHARACTERS + 1),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "? [a, b]\n: c",
        'name: "\\ud800"\nbase: x\nstreams: {}',
        GOOD + "".join(f"k{number}: 1\n" for number in range(3_000)),
    ],
)
def test_what_is_no_declaration_is_refused_in_a_sentence(text: str) -> None:
    assert problem(text).endswith(".")


def test_no_is_a_word_and_a_date_is_a_text() -> None:
    text = GOOD.replace(
        "    map:", "    params: {country: no, since: 2026-01-01, all: true}\n    map:"
    )

    assert load(text).plans["renewals"].stream.params == {
        "country": "no",
        "since": "2026-01-01",
        "all": True,
    }


def test_an_expression_that_could_grow_without_bound_is_refused() -> None:
    doubled = "|".join(["[@,@][]"] * 7)
    long = "a" * 401

    assert "more than 6 functions" in problem(GOOD.replace("product", f'"{doubled}"'))
    assert "at most 400 characters" in problem(GOOD.replace("product", long))


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("added", "proves"),
    [
        ("", Completeness.UNKNOWN),
        ("pager: {type: page}", Completeness.UNKNOWN),
        ("pager: {type: offset, size: 50}", Completeness.UNKNOWN),
        ("total: count", Completeness.FULL_LIST),
        ("pager: {type: page, pages: meta.pages}", Completeness.FULL_LIST),
        ("pager: {type: cursor, param: c, next: next}", Completeness.FULL_LIST),
        ("pager: {type: link_header}", Completeness.FULL_LIST),
        ("pager: {type: next_link, next: next}", Completeness.FULL_LIST),
        ("pager: {type: odata}", Completeness.FULL_LIST),
        ("completeness: full list", Completeness.FULL_LIST),
        ("pager: {type: odata}\n    completeness: unknown", Completeness.UNKNOWN),
        ("total: n\n    window: {from: a, to: b, back: 1, ahead: 9}", Completeness.WINDOW),
        ("window: {from: a, to: b, back: 1, ahead: 9}", Completeness.UNKNOWN),
    ],
)
def test_a_read_proves_no_more_than_the_platform_tells_unless_it_is_said(
    added: str, proves: Completeness
) -> None:
    text = GOOD.replace("    map:", f"    {added}\n    map:")

    assert load(text).plans["renewals"].spec.completeness is proves


def test_a_connection_talks_to_the_hosts_of_its_declaration_only() -> None:
    text = GOOD.replace(
        "streams:",
        "sign_in: {type: client_credentials, token_url: 'https://login.contoso.example/t'}\nstreams:",
    )
    config = HttpApiConfig.model_validate(
        {"declaration": text, "client_id": "me", "client_secret": "secret-4711"}
    )

    assert MANIFEST.reach(config) == ("api.contoso.example", "login.contoso.example")


def test_streams_of_stored_settings_are_known_without_secrets_and_without_an_error() -> None:
    stored = HttpApiConfig.model_construct(declaration=GOOD)
    broken = HttpApiConfig.model_construct(declaration="no longer: read")

    assert [spec.title for spec in MANIFEST.streams_of(stored)] == ["Renewals"]
    assert MANIFEST.streams_of(broken) == ()
    assert MANIFEST.streams_of(HttpApiConfig.model_construct()) == ()


def test_a_sign_in_says_which_settings_it_also_needs() -> None:
    text = GOOD.replace("streams:", "sign_in: {type: basic}\nstreams:")

    with pytest.raises(ValidationError, match="also needs: Password"):
        HttpApiConfig.model_validate({"declaration": text, "username": "me"})
