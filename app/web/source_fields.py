"""A connector's settings as a form: from its pydantic model to fields, and from a form to values.

Pure. A secret is written only: its stored value never comes near a page.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from connectors.sdk.manifest import ConnectorConfig

PREFIX = "set."
"""Before a setting's name in the form, so that no setting collides with the form's own fields."""
FORGET = "forget."


class Widget(StrEnum):
    """What a setting is entered with."""

    TEXT = "text"
    NUMBER = "number"
    ADDRESS = "url"
    SECRET = "password"  # noqa: S105  (the type of an input)
    CHECKBOX = "checkbox"
    SELECT = "select"
    AREA = "textarea"
    LINES = "lines"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One setting on the form.

    ``value`` is text ("1" of a ticked checkbox); of a secret it is always empty, and
    ``kept`` says that one is there already: "stored", "entered" or "". ``options`` are
    (value, label) pairs.
    """

    name: str
    label: str
    widget: Widget
    secret: bool = False
    value: str = ""
    kept: str = ""
    help: str = ""
    error: str = ""
    placeholder: str = ""
    required: bool = False
    group: str = ""
    advanced: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FieldGroup:
    """Fields under one heading; "" is the first, which needs none."""

    title: str
    fields: tuple[FormField, ...]


def fields_of(
    model: type[ConnectorConfig],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    kept: Mapping[str, str] = MappingProxyType({}),
) -> tuple[FormField, ...]:
    """The form's fields in the model's order.

    ``values`` are stored or typed ones; ``kept`` tells of secrets and files that are there.
    """
    return tuple(
        _field(name, info, values, errors, kept=kept.get(name, ""))
        for name, info in model.model_fields.items()
    )


def groups_of(fields: Collection[FormField], *, advanced: bool) -> tuple[FieldGroup, ...]:
    """The simple or the advanced fields by group, in the order in which groups first occur."""
    groups: dict[str, list[FormField]] = {}
    for field in fields:
        if field.advanced is advanced:
            groups.setdefault(field.group, []).append(field)
    return tuple(FieldGroup(title=title, fields=tuple(found)) for title, found in groups.items())


def values_of(model: type[ConnectorConfig], form: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a submitted form has them; what was left empty is left out.

    A secret that is to be forgotten is None. Files are not among them: they are no text.
    """
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        widget = widget_of(info)
        text = str(form.get(PREFIX + name, "")).replace("\r\n", "\n")
        if widget is Widget.CHECKBOX:
            values[name] = bool(text)
        elif widget is Widget.LINES:
            values[name] = [line.strip() for line in text.splitlines() if line.strip()]
        elif is_secret(info) and form.get(FORGET + name):
            values[name] = None
        elif text.strip() and widget is not Widget.FILE:
            values[name] = text
    return values


def _field(
    name: str,
    info: FieldInfo,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    kept: str,
) -> FormField:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    widget, secret = widget_of(info), is_secret(info)
    required = info.is_required()
    default = None if required else info.get_default(call_default_factory=True)
    value = values.get(name, default)
    return FormField(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        widget=widget,
        value="" if secret else text_of(value),
        secret=secret,
        kept=kept,
        help=info.description or "",
        error=_error(name, errors),
        placeholder=str(extra.get("placeholder", "")),
        required=required,
        group=str(extra.get("group", "")),
        advanced=bool(extra.get("advanced", False)),
        options=_options(info, required=required),
    )


def _error(name: str, errors: Mapping[str, str]) -> str:
    """The field's own sentence, or that of a part of it ("mapping.ab12.columns")."""
    own = (text for key, text in errors.items() if key == name or key.startswith(f"{name}."))
    return next(own, "")


def text_of(value: Any) -> str:
    """A value as the text of a form field."""
    match value:
        case None | SecretStr() | False:
            return ""
        case True:
            return "1"
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return "\n".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, indent=1, default=str) if value else ""
    return str(value)


def widget_of(info: FieldInfo) -> Widget:
    """What a setting of that type is entered with; ``json_schema_extra`` may say another."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if extra.get("widget") in (Widget.AREA, Widget.FILE):
        return Widget(str(extra["widget"]))
    kind = _plain(info.annotation)
    if get_origin(kind) is Literal:
        return Widget.SELECT
    kind = get_origin(kind) or kind
    if not isinstance(kind, type):
        return Widget.TEXT
    for known, widget in BY_TYPE:
        if issubclass(kind, known):
            return widget
    placeholder = str(extra.get("placeholder", ""))
    is_address = placeholder.startswith(("https:", "http:"))
    return Widget.ADDRESS if is_address else Widget.TEXT


BY_TYPE: tuple[tuple[type, Widget], ...] = (
    (SecretStr, Widget.SECRET),
    (Enum, Widget.SELECT),
    (bool, Widget.CHECKBOX),
    (int, Widget.NUMBER),
    (dict, Widget.AREA),
    (list, Widget.LINES),
    (tuple, Widget.LINES),
    (frozenset, Widget.LINES),
)


def is_secret(info: FieldInfo) -> bool:
    """Whether the setting is written only, whatever it is entered with: a key is of many lines."""
    kind = _plain(info.annotation)
    return isinstance(kind, type) and issubclass(kind, SecretStr)


def _plain(annotation: Any) -> Any:
    """The type without None and without what ``Annotated`` adds."""
    if hasattr(annotation, "__metadata__"):
        return _plain(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        known = [_plain(part) for part in get_args(annotation) if part is not NoneType]
        return known[0] if len(known) == 1 else str
    return annotation


def _options(info: FieldInfo, *, required: bool) -> tuple[tuple[str, str], ...]:
    kind = _plain(info.annotation)
    if get_origin(kind) is Literal:
        values = [str(value) for value in get_args(kind)]
    elif isinstance(kind, type) and issubclass(kind, Enum):
        values = [str(member.value) for member in kind]
    else:
        return ()
    none = () if required or info.default is not None else (("", "Not set"),)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    said = extra.get("labels")
    labels = said if isinstance(said, dict) else {}
    return (
        *none,
        *((value, str(labels.get(value, value[:1].upper() + value[1:]))) for value in values),
    )
