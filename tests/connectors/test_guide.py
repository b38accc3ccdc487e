"""The connector of the guide, taken from its page: what a newcomer copies passes the suite."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors import registry
from connectors.sdk.conformance import Outcome, run

GUIDE = (Path(__file__).parents[2] / "docs/making-a-connector.md").read_text()


@pytest.mark.heavy
def test_the_connector_of_the_guide_is_found_and_passes_the_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    shown = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    for name, text in zip(("connector.py", "sandbox.py"), shown, strict=True):
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    named = re.search(r'^acme = "(.*)"$', GUIDE, re.MULTILINE)
    assert named

    connector = EntryPoint("acme", named[1], registry.GROUP).load()()
    with registry.installed(connector):
        results = list(run(connector, registry.sandbox("acme")))

    assert [one for one in results if one.outcome is Outcome.FAILED] == []
    bypassed = {one.id for one in results if one.outcome is Outcome.BYPASSED}
    assert bypassed == {"C15", "C21", "C22"}
