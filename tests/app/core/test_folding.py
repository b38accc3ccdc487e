from typing import Any

import pytest

from app.core.folding import SEARCHED, folded


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"title": "Renew 64 licences", "account": None}, None),
        ({"title": "Renew — “soon” · 5 €"}, None),
        ({"title": "Renew", "account": "Müller & Söhne"}, "muller sohne"),
        ({"title": "ÉTÉ", "summary": "Ελλάδα at 5"}, "ete ελλαδα"),
        ({"title": "Cafe\u0301 now"}, "cafe"),
        ({"title": "x", "body": "Ünsearched"}, None),
    ],
    ids=["ascii", "punctuation alone", "umlauts", "capitals", "decomposed", "not searched"],
)
def test_words_that_are_not_ascii_are_kept_without_their_accents(
    columns: dict[str, Any], expected: str | None
) -> None:
    assert folded(dict.fromkeys(SEARCHED) | columns) == expected
