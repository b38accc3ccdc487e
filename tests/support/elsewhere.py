"""What an office is shown, as JSON: for a process of its own, on a machine in another zone.

``python -m tests.support.elsewhere DATABASE_URL FOLDER`` in an environment with that ``TZ``.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.db import Database
from connectors.sdk.records import DueDate, DueInstant
from tests.support.office import NOW, opened, plain
from tests.support.scripted import deadline

DATES = (
    *(date(2026, 4, 5), date(2026, 9, 27), date(2026, 3, 8), date(2026, 11, 1)),
    *(date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22), date(2026, 12, 31)),
    *(date(2028, 2, 29), date(2011, 12, 30), date(1969, 12, 31), date(9998, 12, 31)),
)
READERS = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def told(url: str, folder: Path) -> dict[str, Any]:
    """Feed, pages, history and mail of one company whose dates have moved by a day."""
    database = Database(url)
    with opened(database, folder, "Asia/Kathmandu", READERS) as office:
        moment = deadline("moment", title="moment", due=DueInstant(at=NOW))
        for days in (1, 0):
            office.sync(
                moment,
                *(
                    deadline(f"{on}", title=f"{on}", due=DueDate(on=on - timedelta(days=days)))
                    for on in DATES
                ),
            )
        found = {
            "machine": f"{NOW.astimezone():%z}",
            "due": {id_: entry["due"] for id_, entry in office.feed().items()},
            "lines": {
                zone: {what: [line.full, line.text] for what, line in inbox.lines.items()}
                for zone, inbox in ((zone, office.inbox(zone)) for zone in READERS)
            },
            "page": plain(office.item(READERS[2], "2028-02-29")),
            "mail": {zone: text for zone, (text, _) in office.mails(folder / "mails").items()},
        }
    database.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(told(sys.argv[1], Path(sys.argv[2]))))
