"""What a connector says of itself: manifest, settings, docs page."""

import json
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from connectors.sdk.conformance.results import demand
from connectors.sdk.conformance.stage import Case
from connectors.sdk.manifest import Manifest, PlatformType, StreamSpec

_SECRET = re.compile(r"secret|password|passphrase|token|api_?key|private_?key|credential", re.I)
_NO_SECRET = re.compile(r"(_url|_uri|_id|_type|_lifetime)$")
_HOST = re.compile(r"(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}(:[0-9]+)?")
_ADDRESS = "http://127.0.0.1:9/platform"

# Run in a fresh interpreter, in which any use of the network ends it.
_IMPORT = """
import sys
def closed(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        raise SystemExit(f"importing it uses the network: {args[1:] or args}")
sys.addaudithook(closed)
sys.path[:0] = PATH
from importlib import import_module
print(getattr(import_module(MODULE), NAME)().manifest.id)
"""


def manifest_loads(case: Case) -> None:
    """C01: without network, and consistent in itself."""
    kind = type(case.connector)
    names = f"PATH, MODULE, NAME = {sys.path!r}, {kind.__module__!r}, {kind.__qualname__!r}\n"
    run = subprocess.run(  # noqa: S603 - our own interpreter with our own text
        [sys.executable, "-c", names + _IMPORT], capture_output=True, text=True, check=False
    )
    manifest = case.connector.manifest
    said = run.stderr.strip().rpartition("\n")[2]
    demand(run.returncode == 0, f"the connector cannot be imported alone: {said}")
    demand(run.stdout.strip() == manifest.id, "another interpreter sees another manifest id")
    streams = manifest.streams_of(case.configured(_ADDRESS))
    _is_consistent(manifest, streams, folder=kind.__module__.split(".")[-2])


def _is_consistent(manifest: Manifest, streams: Collection[StreamSpec], folder: str) -> None:
    demand(manifest.id == folder, f"the id {manifest.id!r} is not the folder's name {folder!r}")
    demand(
        manifest.docs == f"docs/connectors/{manifest.id}.md",
        f"docs is {manifest.docs!r}, not docs/connectors/{manifest.id}.md",
    )
    demand(re.fullmatch(r"[A-Z0-9]{2,3}", manifest.badge), "badge is not 2 or 3 capitals or digits")
    demand(re.fullmatch(r"#[0-9a-f]{6}", manifest.colour), "colour is not like #1d4ed8")
    for name in ("version", "name", "summary"):
        demand(getattr(manifest, name).strip(), f"{name} is empty")
    demand(
        manifest.interval >= manifest.minimum_interval,
        "interval is shorter than minimum_interval",
    )
    names = [spec.name for spec in streams]
    demand(names and len(names) == len(set(names)), "streams: none, or one name twice")
    for spec in streams:
        demand(re.fullmatch(r"[a-z][a-z0-9_]*", spec.name), f"stream name {spec.name!r}")
        demand(spec.title and spec.kinds, f"stream {spec.name} has no title or no kinds")
    _hosts_are_known(manifest)


def _hosts_are_known(manifest: Manifest) -> None:
    generic = manifest.platform is PlatformType.GENERIC  # one may read what a person enters here
    demand(manifest.hosts or generic, "hosts is empty")
    for host in manifest.hosts:
        if host.startswith("${"):
            field = host.removeprefix("${").removesuffix("}")
            known = field in manifest.config.model_fields or hasattr(manifest.config, field)
            demand(known, f"hosts: there is no setting {field!r}")
        else:
            demand(_HOST.fullmatch(host), f"hosts: {host!r} is neither a host nor ${{setting}}")


def secrets_are_marked(case: Case) -> None:
    """C02: a setting that looks like a secret is a ``SecretStr``, and does not show itself."""
    for name, info in case.connector.manifest.config.model_fields.items():
        if _SECRET.search(name) and not _NO_SECRET.search(name):
            demand("SecretStr" in repr(info.annotation), f"setting {name} is not a SecretStr")
    config = case.configured(_ADDRESS)
    for value in case.secrets(config):
        demand(value not in f"{config!r} {config}", "a secret shows in the settings' repr")


def settings_survive_the_form(case: Case) -> None:
    """C03: schema and values go to a form and to storage and come back the same."""
    model = case.connector.manifest.config
    json.dumps(model.model_json_schema())
    for name, info in model.model_fields.items():
        demand(info.title, f"setting {name} has no title (the form's label)")
        demand(info.description, f"setting {name} has no description (the form's help)")
    config = case.configured(_ADDRESS)
    stored = json.loads(json.dumps(_revealed(config.model_dump())))
    demand(model.model_validate(stored) == config, "stored settings come back as others")
    typed = {name: _as_typed(value) for name, value in stored.items()}
    demand(model.model_validate(typed) == config, "settings typed into a form come back as others")
    try:
        model.model_validate({**stored, "no_such_setting": 1})
    except ValidationError:
        return
    demand(False, "a setting that does not exist is accepted")


def _revealed(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {key: _revealed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_revealed(inner) for inner in value]
    return value


def _as_typed(value: Any) -> Any:
    """How a browser's form sends it: numbers and switches as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def docs_page_exists(case: Case, root: Path) -> None:
    """C22: with what it needs, its limits, the permissions and how to remove it."""
    page = root / case.connector.manifest.docs
    demand(page.is_file(), f"there is no page {case.connector.manifest.docs}")
    text = page.read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^#+ (.+)$", text, re.M)).casefold()
    for words in ("need", "limit", "permission|policy|rights", "remov"):
        demand(re.search(words, headings), f"the page has no heading about {words!r}")
    for permission in case.connector.manifest.permissions:
        demand(permission in text, f"the page does not name the permission {permission}")
