"""JMESPath, compiled once, with exact numbers and a bound on what it may make."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import jmespath
from jmespath import exceptions, functions
from jmespath.parser import ParsedResult, Parser

from connectors.sdk.mapping import BadField

T = TypeVar("T")
LONGEST = 400
MOST_STEPS = 6
"""Functions and flattenings in one expression: each can make its input many times larger."""


class BadPath(ValueError):
    """It is not JMESPath, or more of it than a declaration may have."""


_any: Callable[[T], T] = functions.signature({"types": []})


class _Exact(functions.Functions):  # type: ignore[misc]  # jmespath has no types
    """The functions of JMESPath, for which a ``Decimal`` is a number like any other."""

    def _get_allowed_pytypes(self, types: Any) -> Any:
        allowed, parts = super()._get_allowed_pytypes(types)
        exact = [(*part, "Decimal") if "float" in part else part for part in parts]
        return ([*allowed, "Decimal"] if "float" in allowed else allowed), exact

    @_any
    def _func_to_string(self, arg: Any) -> Any:
        return str(arg) if type(arg).__name__ == "Decimal" else super()._func_to_string(arg)

    @_any
    def _func_to_number(self, arg: Any) -> Any:
        return arg if type(arg).__name__ == "Decimal" else super()._func_to_number(arg)

    @_any
    def _func_type(self, arg: Any) -> Any:
        return "number" if type(arg).__name__ == "Decimal" else super()._func_type(arg)


_OPTIONS = jmespath.Options(custom_functions=_Exact())


class Path:
    """What one expression finds in a value. Raises ``BadPath`` where it is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = _compiled(text)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"

    def __call__(self, value: Any) -> Any:
        """What is there, None where nothing is; raises ``BadField``."""
        try:
            return self._compiled.search(value, options=_OPTIONS)
        except exceptions.JMESPathError as error:
            said = str(error).splitlines()[0]
            raise BadField(f"the path {self.text} cannot be followed: {said}") from None
        except (TypeError, ValueError, ArithmeticError, RecursionError):
            raise BadField(f"the path {self.text} cannot be followed in this value") from None


@lru_cache(maxsize=512)
def _compiled(text: str) -> ParsedResult:
    if not text.strip():
        raise BadPath("a path is needed; @ is the whole")
    if len(text) > LONGEST:
        raise BadPath(f"the path is longer than {LONGEST} characters")
    try:
        compiled = Parser().parse(text)
    except exceptions.LexerError as error:
        raise BadPath(f"it is not JMESPath: {error.message}, at column {_column(error)}") from None
    except exceptions.IncompleteExpressionError:
        raise BadPath(f"it is not JMESPath: {text} ends too early") from None
    except exceptions.ParseError as error:
        said = f"{error.token_value!r} is not expected at column {_column(error)}"
        raise BadPath(f"it is not JMESPath: {said} of {text}") from None
    except (exceptions.JMESPathError, RecursionError):
        raise BadPath(f"it is not JMESPath: {text}") from None
    steps = _steps(compiled.parsed)
    if steps > MOST_STEPS:
        raise BadPath(f"the path has more than {MOST_STEPS} functions and flattenings []")
    return compiled


def _column(error: Any) -> int:
    return int(error.lex_position) + 1


def _steps(node: Any) -> int:
    """How many functions and flattenings; raises ``BadPath`` for a function there is not."""
    own = 0
    if node["type"] == "function_expression":
        known = functions.Functions.FUNCTION_TABLE
        if node["value"] not in known:
            raise BadPath(f"JMESPath has no function {node['value']}()")
        own = 1
    elif node["type"] == "flatten":
        own = 1
    return own + sum(_steps(child) for child in node["children"] if isinstance(child, dict))
