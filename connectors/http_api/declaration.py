"""A declaration from its text: read, checked as a whole, and ready to be read with."""

from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from connectors.http_api import model
from connectors.http_api.compiling import Plan, plans_of
from connectors.http_api.problems import Problems
from connectors.http_api.remains import remains
from connectors.http_api.sentences import sentences
from connectors.sdk import lines
from connectors.sdk.lines import BadYaml, Lined

MOST_CHARACTERS = 64_000
MOST_TOLD = 25
"""Problems that are told at once; the rest is told when those are gone."""


_QUOTES = "; within braces a text that has brackets, braces or commas stands in quotes"


class DeclarationInvalid(ValueError):
    """A sentence for every problem, each with its line and key."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A declaration in order. ``plans`` are by the stream's name, in their order."""

    told: model.Declaration
    plans: dict[str, Plan]

    @property
    def token_url(self) -> str | None:
        """The whole address of the token endpoint, where the sign-in has one."""
        sign_in = self.told.sign_in
        if not isinstance(sign_in, model.OAuthSignIn | model.LoginSignIn):
            return None
        return address(self.told.base, sign_in.token_url)


def address(base: str, path: str) -> str:
    """A path below the base; an address of its own stays as it is."""
    if path.startswith(("https:", "http:")):
        return path
    return f"{base.rstrip('/')}/{path.lstrip('/')}"


@lru_cache(maxsize=32)
def load(text: str) -> Loaded:
    """The declaration of a text; raises ``DeclarationInvalid``."""
    if len(text) > MOST_CHARACTERS:
        raise DeclarationInvalid(f"It is longer than {MOST_CHARACTERS:,} characters.")
    try:
        lined = lines.read(text)
    except BadYaml as problem:
        hint = _QUOTES if "but got" in str(problem) else ""
        raise DeclarationInvalid(f"Line {problem.line}: {problem}{hint}.") from None
    problems = Problems()
    if not isinstance(lined.data, dict):
        raise DeclarationInvalid("Line 1: a declaration has keys such as name, base and streams.")
    try:
        told = model.Declaration.model_validate(lined.data)
    except ValidationError as error:
        problems.found.extend(sentences(error, lined.data))
        rest = remains(lined.data, [place for place, _ in problems.found])
        if rest is not None:
            plans_of(rest, problems)
        raise _invalid(problems, lined) from None
    plans = plans_of(told, problems)
    if problems.found:
        raise _invalid(problems, lined)
    return Loaded(told=told, plans={plan.spec.name: plan for plan in plans})


def _invalid(problems: Problems, lined: Lined) -> DeclarationInvalid:
    """In the order of the lines, each "Line 12, streams.renewals.map.due: …"."""
    placed = sorted({(lined.line(place), place, text) for place, text in problems.found}, key=str)
    placed.sort(key=lambda one: one[0])
    told = [
        f"Line {line}, {'.'.join(map(str, place)) or 'the whole'}: {text}{_end(text)}"
        for line, place, text in placed[:MOST_TOLD]
    ]
    more = len(placed) - MOST_TOLD
    return DeclarationInvalid("\n".join([*told, *([f"And {more} more."] if more > 0 else [])]))


def _end(text: str) -> str:
    return "" if text.endswith("?") else "."
