"""connectors check FILE: a declaration alone, without asking anybody."""

from pathlib import Path

from app.cli.base import err, out, plain, print_json
from app.errors import Invalid
from app.services import configs
from connectors import registry
from connectors.sdk.manifest import Completeness, Manifest

GONE = {
    Completeness.FULL_LIST: "what is no longer listed counts as gone",
    Completeness.WINDOW: "what is no longer listed within its dates counts as gone",
    Completeness.UNKNOWN: "nothing ever counts as gone",
}


def check(path: Path, *, as_json: bool) -> None:
    """What a file would read and which settings it also needs; or all that is wrong with it."""
    if not path.is_file():
        raise Invalid(f"There is no file {path}.", remedy="Correct the path.")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{path} is no text in UTF-8.", remedy="Save it as UTF-8.") from None
    manifest, name = _declared()
    wrong = _wrong(manifest, name, text)
    streams = configs.streams_of(manifest, {name: text})
    needs = manifest.config.wanted({name: text})
    if as_json:
        read = [{"name": one.name, "completeness": one.completeness} for one in streams]
        print_json({"wrong": wrong.splitlines(), "streams": read, "needs": needs})
    if wrong:
        if not as_json:
            for line in wrong.splitlines():
                err.print(plain(line), style="red")
        raise Invalid(f"{path} is not in order.", remedy="Correct it and check it again.")
    if not as_json:
        for one in streams:
            kinds = ", ".join(sorted(one.kinds))
            out.print(f"{plain(one.title)}: {kinds}; {GONE[one.completeness]}")
        out.print(f"It is in order. It also needs: {', '.join(needs) or 'nothing'}.")


def _declared() -> tuple[Manifest, str]:
    """The connector whose settings are handed on as a file, and that setting's name."""
    for connector in registry.connectors().values():
        if name := configs.shared_name(connector.manifest.config):
            return connector.manifest, name
    raise AssertionError("no connector is declared by a file")


def _wrong(manifest: Manifest, name: str, text: str) -> str:
    try:
        configs.validate(manifest, {name: text})
    except Invalid as error:
        return error.fields.get(name, "")
    return ""
