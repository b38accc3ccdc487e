import pytest

from app.core.folding import folded


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Renew 64 licences", None], None),
        (["Renew — “soon” · 5 €"], None),
        (["Renew", "Müller & Söhne"], "muller sohne"),
        (["ÉTÉ", None, "Ελλάδα at 5"], "ete ελλαδα"),
        (["Cafe\u0301 now"], "cafe"),
    ],
    ids=["ascii", "punctuation alone", "umlauts", "capitals", "decomposed"],
)
def test_words_that_are_not_ascii_are_kept_without_their_accents(
    texts: list[str | None], expected: str | None
) -> None:
    assert folded(texts) == expected
