"""The process in which a chat is spoken to: ``python -m app.notify.chat_process``.

Reads one job from standard input, answers one line of JSON: how it went ("ok", "refused",
"later", "unsure") and a sentence. Whatever else is printed goes nowhere.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import apprise
import orjson

from app.notify.confined import Confined
from connectors.sdk.addresses import Gate, resolve

NOT_USED = frozenset(
    {"NotifySyslog", "NotifyGLib", "NotifyDBus", "NotifyGnome", "NotifyMacOSX", "NotifyWindows"}
    | {"NotifyBlink1", "NotifyAppriseAPI"}
)
"""What speaks to this machine's own desktop, log or lamp, and what would speak to anything."""
GENERIC = frozenset({"NotifyJSON", "NotifyXML", "NotifyForm"})
"""What hands the text on as it is."""
NO_CHAT = "This is no address of a chat that can be spoken to. The help names the forms."
_STATUS = re.compile(r"error=(\d{3})")
_TRY_AGAIN = frozenset({408, 425, 429})
_MARGIN = 200
"""Characters that a service may add."""

Answer = tuple[str, str]


def plugin_of(address: str, home: str = "") -> Any:
    """What speaks to this address; None where nothing of ours does."""
    asset = apprise.AppriseAsset(
        app_id="Partner Inbox",
        app_desc="Partner Inbox",
        app_url=home,
        async_mode=False,
        plugin_paths=[],
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    found: Any = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if found is None or type(found).__name__ in NOT_USED:
        return None
    found.redirects = False  # an address that redirects is entered anew
    found.retry = 0  # the ledger tries again
    found.include_image = False  # it would be fetched from somewhere
    return found


def say(plugin: Any, message: Mapping[str, Any]) -> bool:
    """Hand the message over; whether the service took it."""
    markdown = _speaks_markdown(plugin, apprise.NotifyFormat)
    speaker = apprise.Apprise(asset=plugin.asset)
    speaker.add(plugin)
    return bool(
        speaker.notify(
            title=message["title"],
            body=text_of(message, plugin.body_maxlen - _MARGIN, markdown=markdown),
            body_format=apprise.NotifyFormat.MARKDOWN if markdown else apprise.NotifyFormat.TEXT,
            notify_type=apprise.NotifyType.INFO,
        )
    )


def _speaks_markdown(plugin: Any, formats: Any) -> bool:
    """Whether Markdown is understood, or what is made of it. Where HTML is, that is the safer way:
    the Markdown of some breaks at a single underscore.
    """
    given = plugin.notify_format
    known = given if isinstance(given, tuple) else (given,)
    if formats.HTML in known and type(plugin).__name__ not in GENERIC:
        plugin.notify_format = formats.HTML
        return True
    return formats.MARKDOWN in known and type(plugin).__name__ not in GENERIC


def text_of(message: Mapping[str, Any], room: int, *, markdown: bool) -> str:
    """The lines that there is room for, then how many more there are and where."""
    told: list[str] = []
    size = 0
    lines: Sequence[Mapping[str, str]] = message["lines"]
    for line in lines:
        text = line["markdown" if markdown else "text"]
        size += len(text) + 2
        if told and size > room:
            break
        told.append(text)
    left = message["more"] + len(lines) - len(told)
    if left:
        many, home = f"and {left:,} more", message["home"]
        told.append(f"[{many}]({home})" if markdown else f"{many}: {home}")
    return "\n\n".join(told)


class _Heard(logging.Handler):
    """The last complaint of what speaks to the chat."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


def outcome(said: str, *, handed_over: bool) -> Answer:
    """What a failure means, by what was complained of and whether anything had left."""
    status = _STATUS.search(said)
    sentence = f"The chat did not take it: {said}" if said else "The chat did not take it."
    if status:
        code = int(status[1])
        final = 300 <= code < 500 and code not in _TRY_AGAIN
        return ("refused" if final else "later"), sentence
    if handed_over:
        return "unsure", f"{sentence} It may have arrived."
    return "later", sentence


def work(job: Mapping[str, Any], confined: Confined) -> Answer:
    """Do one job."""
    message = job["message"]
    plugin = plugin_of(job["address"], message["home"] if message else "")
    if plugin is None:
        return "refused", NO_CHAT
    if message is None:
        return "ok", str(plugin.service_name)
    if confined.refused_for(plugin):
        return "refused", confined.refused
    heard = _Heard(level=logging.WARNING)
    logging.getLogger("apprise").addHandler(heard)
    if say(plugin, message):
        return "ok", ""
    if confined.refused and not confined.handed_over:
        return "refused", confined.refused
    return outcome(heard.last, handed_over=confined.handed_over)


def main() -> None:
    """Read the job, lock the door, work, answer."""
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    job = orjson.loads(sys.stdin.buffer.read())
    confined = Confined(Gate((), job["private_hosts"]), resolve)
    confined.watch()
    sys.addaudithook(confined.hook)
    try:
        how, said = work(job, confined)
    except Exception as error:  # noqa: BLE001  (of many hands: one message that did not leave)
        how, said = outcome(type(error).__name__, handed_over=confined.handed_over)
    os.write(answer, orjson.dumps({"how": how, "said": said}))
    os._exit(0)  # threads of a plugin keep nobody waiting


if __name__ == "__main__":
    main()
