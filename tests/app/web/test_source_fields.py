"""From a connector's settings to form fields and back; nothing of a secret comes out."""

from enum import StrEnum
from typing import Literal

import pytest
from pydantic import Field, SecretStr

from app.errors import Invalid
from app.web.schedule_fields import ScheduleTyped, schedule_of, typed_of
from app.web.source_fields import Widget, fields_of, groups_of, values_of
from connectors import registry
from connectors.sdk.manifest import ConnectorConfig


class Region(StrEnum):
    NORTH = "north"
    SOUTH = "south"


class Config(ConnectorConfig):
    account: str = Field(title="Account", description="On any invoice.", min_length=2)
    password: SecretStr = Field(title="Password")
    token: SecretStr | None = None
    private_key: SecretStr | None = Field(None, json_schema_extra={"widget": "textarea"})
    address: str | None = Field(None, json_schema_extra={"placeholder": "https://…"})
    region: Region = Region.NORTH
    catalog: Literal["live", "test"] = Field(
        "live", json_schema_extra={"labels": {"test": "For trying out"}}
    )
    deep: bool = Field(True, json_schema_extra={"group": "What to read"})
    pages: int | None = Field(None, json_schema_extra={"advanced": True, "group": "Limits"})
    notes: str = Field("", json_schema_extra={"widget": "textarea"})
    file: str | None = Field(None, json_schema_extra={"widget": "file"})
    vendors: tuple[str, ...] = ()
    map: dict[str, str] = Field(default={}, json_schema_extra={"advanced": True})


def fields(values: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    return {field.name: field for field in fields_of(Config, values or {}, {}, **more)}


def test_each_type_is_entered_with_what_fits_it() -> None:
    assert {name: field.widget for name, field in fields().items()} == {
        "account": Widget.TEXT,
        "password": Widget.SECRET,
        "token": Widget.SECRET,
        "private_key": Widget.AREA,
        "address": Widget.ADDRESS,
        "region": Widget.SELECT,
        "catalog": Widget.SELECT,
        "deep": Widget.CHECKBOX,
        "pages": Widget.NUMBER,
        "notes": Widget.AREA,
        "file": Widget.FILE,
        "vendors": Widget.LINES,
        "map": Widget.AREA,
    }


def test_label_help_default_and_choices_come_from_the_model() -> None:
    found = fields()

    assert found["account"].label == "Account"
    assert found["account"].help == "On any invoice."
    assert found["account"].required
    assert not found["address"].required
    assert found["region"].options == (("north", "North"), ("south", "South"))
    assert found["catalog"].options == (("live", "Live"), ("test", "For trying out"))
    assert found["region"].value == "north"
    assert found["deep"].value == "1"
    assert found["token"].label == "Token"


def test_a_secret_never_reaches_the_form() -> None:
    values = {
        "password": "open sesame",
        "token": SecretStr("open sesame"),
        "private_key": "open\nsesame",
    }
    found = fields(values, kept={"password": "stored", "private_key": "stored"})

    assert "sesame" not in repr(found)
    assert found["private_key"].kept
    assert found["password"].kept
    assert not found["token"].kept


def test_fields_stand_in_their_groups_advanced_ones_apart() -> None:
    found = fields_of(Config, {}, {})

    assert [group.title for group in groups_of(found, advanced=False)] == ["", "What to read"]
    assert [group.title for group in groups_of(found, advanced=True)] == ["Limits", ""]


def test_what_a_form_says_becomes_values_that_the_model_takes() -> None:
    form = {
        "set.account": " 42 ",
        "set.password": "open sesame",
        "set.address": "",
        "set.region": "south",
        "set.notes": "one\r\ntwo",
        "set.vendors": "Cisco\r\n\r\n HPE ",
        "forget.token": "1",
        "set.map": '{"a": "b"}',
        "name": "not a setting",
    }
    values = values_of(Config, form)

    assert values == {
        "account": " 42 ",
        "password": "open sesame",
        "token": None,
        "region": "south",
        "deep": False,
        "notes": "one\ntwo",
        "vendors": ["Cisco", "HPE"],
        "map": '{"a": "b"}',
    }


def test_a_key_of_many_lines_is_a_secret_that_can_be_forgotten() -> None:
    assert values_of(Config, {"set.private_key": "one\r\ntwo"})["private_key"] == "one\ntwo"
    assert values_of(Config, {"forget.private_key": "1"})["private_key"] is None


def test_a_stored_value_is_written_as_one_would_type_it() -> None:
    found = fields({"vendors": ["Cisco", "HPE"], "map": {"a": "b"}, "deep": False, "pages": 3})

    assert found["vendors"].value == "Cisco\nHPE"
    assert found["map"].value == '{\n "a": "b"\n}'
    assert found["deep"].value == ""
    assert found["pages"].value == "3"


def test_the_error_of_a_part_stands_at_its_setting() -> None:
    found = fields_of(Config, {}, {"map.ab.columns": "No such column."})

    assert [field.error for field in found if field.name == "map"] == ["No such column."]


@pytest.mark.parametrize("connector", registry.connectors())
def test_every_connector_gets_a_form_with_a_label_for_each_setting(connector: str) -> None:
    model = registry.connector(connector).manifest.config
    found = fields_of(model, {}, {})

    assert [field.name for field in found] == list(model.model_fields)
    assert all(field.label for field in found)
    assert all(field.options for field in found if field.widget is Widget.SELECT)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(45, ("45", "minutes")), (240, ("4", "hours")), (2880, ("2", "days")), (None, ("", "hours"))],
)
def test_an_interval_is_shown_in_its_largest_whole_unit(
    minutes: int | None, shown: tuple[str, str]
) -> None:
    typed = typed_of(interval_minutes=minutes)

    assert (typed.every, typed.unit) == shown
    if minutes:
        assert schedule_of(typed).interval_minutes == minutes


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (ScheduleTyped(every="soon"), "interval_minutes"),
        (ScheduleTyped(every=""), "interval_minutes"),
        (ScheduleTyped(every="-5"), "interval_minutes"),
        (ScheduleTyped(every="5", jitter="some"), "jitter_minutes"),
    ],
)
def test_what_is_no_number_is_said_at_its_field(typed: ScheduleTyped, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        schedule_of(typed)
    assert list(refused.value.fields) == [field]


def test_set_times_need_no_interval() -> None:
    assert schedule_of(ScheduleTyped(every="", cron="30 6 * * *")).cron == "30 6 * * *"
