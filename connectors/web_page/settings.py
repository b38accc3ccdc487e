"""What a person enters to watch a page."""

from pydantic import Field, field_validator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.urls import WebAddress


class WebPageConfig(ConnectorConfig):
    """A public page, and which part of its text counts."""

    url: WebAddress = Field(
        title="Page",
        description="A public page: no sign-in, and what a script adds is not seen.",
        json_schema_extra={"placeholder": "https://www.example.com/partners/program-guide"},
    )
    selector: str = Field(
        "main, article, body",
        title="Part of the page",
        description="CSS selectors with commas between them; the first that the page has is "
        "compared, with all its places.",
        max_length=300,
    )
    ignore: str | None = Field(
        None,
        title="Leave out lines that mention",
        description="Words or phrases with commas between them, for what changes at every look.",
        json_schema_extra={"placeholder": "minutes ago, cookies"},
    )
    vendor: str | None = Field(None, title="Vendor", description="Whose page it is.")
    program: str | None = Field(None, title="Program", description="The program it is about.")

    @field_validator("selector")
    @classmethod
    def _is_one(cls, value: str) -> str:
        try:
            for one in selectors(value):
                LexborHTMLParser("<p></p>").css(one)
        except (SelectolaxError, ValueError):
            raise ValueError("It must be CSS selectors, such as main or #tiers table.") from None
        if not selectors(value):
            raise ValueError("It must name a part of the page, such as main.")
        return value

    @property
    def ignored(self) -> tuple[str, ...]:
        """The words in lower case."""
        words = (word.strip().lower() for word in (self.ignore or "").split(","))
        return tuple(word for word in words if word)


def selectors(text: str) -> list[str]:
    """Each selector by itself. A comma within brackets belongs to its selector."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            found.append(text[start:place])
            start = place + 1
    return [one.strip() for one in (*found, text[start:]) if one.strip()]
