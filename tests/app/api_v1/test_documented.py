"""The program that the documentation gives keeps a copy, whatever comes between."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from app.services import acts, restoring, tokens
from tests.app.api_v1.conftest import RECORDS
from tests.app.api_v1.test_mirror import present
from tests.app.web.conftest import NOW, Loopback
from tests.support.world import World

PAGE = Path(__file__).parents[3] / "docs" / "outputs" / "api.md"


def documented() -> Callable[[Path, str, str], None]:
    """``catch_up``, as whoever reads the page would copy it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)
    does: Callable[[Path, str, str], None] = told["catch_up"]
    return does


def kept(copy: Path) -> dict[int, Any]:
    return {int(file.stem): json.loads(file.read_text()) for file in copy.glob("*.json")}


def test_the_program_of_the_page_keeps_a_copy(world: World, person: int, tmp_path: Path) -> None:
    world.connector.lists(*RECORDS)
    world.sync()
    with world.database.write() as session:
        token = tokens.add_token(session, name="Tool", scope="read", user_id=person, now=NOW)
    catch_up, copy = documented(), tmp_path / "copy"
    served = Loopback(world.database, tmp_path)
    inbox = f"{served.url}/api/v1"

    catch_up(copy, inbox, token)
    assert kept(copy) == present(world, served.url)
    place = (copy / "url").read_text()
    (copy / "new").write_text("htt")  # it was killed while it wrote
    ids = sorted(kept(copy))
    with world.database.write() as session:
        acts.wait(session, ids[:2], user_id=person, clock=world.wall_clock())
    served.stop()
    with pytest.raises(URLError):
        catch_up(copy, inbox, token)
    assert (copy / "url").read_text() == place

    served = Loopback(world.database, tmp_path)
    (copy / "url").write_text(place.replace(inbox, f"{served.url}/api/v1"))  # it has another port
    catch_up(copy, inbox, token)
    assert kept(copy)[ids[0]]["state"] == "waiting on vendor"

    with world.database.write() as session:
        restoring.mark(session, now=NOW)
    with world.database.write() as session:
        restoring.settle(session, now=NOW)
    for _ in range(2):
        catch_up(copy, f"{served.url}/api/v1", token)
    assert kept(copy) == present(world, served.url)
    served.stop()
