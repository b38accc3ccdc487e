"""Settings: what leaves the inbox, each with its last result and a way to try it."""

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import Response

from app.models import ApiToken, DeliveryState
from app.services import (
    calendar_feeds,
    digest_ledger,
    digest_wishes,
    notice_pages,
    tokens,
    trials,
    webhook_pages,
)
from app.services.pages.outputs import Going, Output, Try, Way
from app.web import calendar_feeds as calendars
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import Visit, reading

router = page_router()
PATH = "/settings/outputs"


@router.get(PATH)
def every(request: Request) -> Response:
    """All of them, for whoever may use them."""
    with reading(request) as visit:
        outputs = [output for of in OUTPUTS if (output := of(visit)) is not None]
        return render(visit, "settings_outputs.html", outputs=outputs)


def _digest(visit: Visit) -> Output:
    user = visit.user
    newest = digest_ledger.newest(visit.session, visit.user_id, limit=1)
    can = visit.site.settings.smtp_url is not None
    lacks = "" if can else "This installation has no mail server set: nothing is sent."
    last = digest_wishes.last(newest, visit.clock)
    way = Way(
        name="Yours",
        going=Going.OFF if not user.digest_on else Going.ON if can else Going.TROUBLED,
        said=digest_wishes.rhythm_words(user) if user.digest_on else "",
        when=last.at if last else None,
        last=last.words if last else "",
        wrong=lacks or (last.error if last else ""),
        tries=(Try(label="Send me one now", to="/settings/digest/now"),) if can else (),
    )
    return Output(
        key="digest",
        title="Digest mail",
        what="What is due, new and changed, once a day or once a week.",
        ways=(way,),
        to="/settings/digest",
    )


def _feed(visit: Visit) -> Output | None:
    if not visit.user.is_admin:
        return None
    home = visit.site.settings.public_url
    return Output(
        key="feed",
        title="JSON feed and API",
        what="For tools of yours, each with a token.",
        ways=(
            _tried(visit, "feed", "The feed"),
            _tried(visit, "api", "The API"),
            *(_token(token, visit.clock.now) for token in tokens.tokens(visit.session)),
        ),
        to="/settings/tokens",
        do="Tokens",
        example=f"curl -H 'Authorization: Bearer …' {home}/feed.json\n"
        f"curl -H 'Authorization: Bearer …' {home}/api/v1/items",
    )


def _token(token: ApiToken, now: datetime) -> Way:
    ended = token.expires_at is not None and token.expires_at <= now
    return Way(
        name=token.name,
        going=Going.STOPPED if ended else Going.ON,
        said=", ".join(token.scope.split()),
        when=token.used_at,
        last="used" if token.used_at else "",
        wrong="Its time is over: make a new one, and revoke this." if ended else "",
    )


def _tried(visit: Visit, key: str, name: str) -> Way:
    """What a tool fetches, and how it went when somebody tried it here."""
    trial = trials.last(visit.session, key)
    failed = trial is not None and not trial.ok
    return Way(
        name=name,
        going=Going.TROUBLED if failed else Going.ON,
        when=trial.at if trial else None,
        last=f"{trial.said.rstrip('.')}, tested"
        if trial and trial.ok
        else ("tested" if trial else ""),
        wrong=trial.said if trial and failed else "",
        tries=(Try(label="Test", to=f"{PATH}/{key}/test"),),
    )


def _notices(visit: Visit) -> Output:
    can = visit.site.settings.smtp_url is not None
    line = notice_pages.mail(visit.session, visit.user, can=can)
    lacks = "" if can else "This installation has no mail server set: nothing is sent."
    test = Try(label="Send me one now", to="/settings/notices/mail/test")
    return Output(
        key="notices",
        title="Mail at once",
        what="What cannot wait for the digest: a deadline that moved earlier, eligibility that was "
        "lost, a source that needs a sign-in, an output that was stopped.",
        ways=(_told(line, wrong=lacks or line.wrong, tries=(test,) if can else ()),),
        to="/settings/notices",
    )


def _chats(visit: Visit) -> Output:
    lines = notice_pages.chats(visit.session, visit.site.vault, visit.user)
    return Output(
        key="chats",
        title="Chat",
        what="The same in Slack, in Teams, or in any other chat.",
        ways=tuple(_chat(line) for line in lines),
        none="No chat is told yet.",
        to="/settings/notices",
    )


def _chat(line: notice_pages.ChannelLine) -> Way:
    to = f"/settings/notices/{line.id}"
    test = Try(label="Send a test now", to=f"{to}/test")
    failed = line.last.wrong if line.last and line.last.state == DeliveryState.FAILED else ""
    return _told(line, wrong=line.wrong or failed, to=to, tries=(test,))


def _told(
    line: notice_pages.ChannelLine, *, wrong: str, tries: tuple[Try, ...], to: str = ""
) -> Way:
    return Way(
        name=line.name,
        going=line.going,
        said=line.service,
        when=line.last.at if line.last else None,
        last=line.last.said if line.last else "",
        wrong=wrong,
        to=to,
        tries=tries,
    )


def _webhooks(visit: Visit) -> Output | None:
    if not visit.user.is_admin:
        return None
    return Output(
        key="webhooks",
        title="Webhooks",
        what="Tools of yours, called as soon as something happens.",
        ways=tuple(map(_webhook, webhook_pages.lines(visit.session, visit.site.vault))),
        none="No tool is called yet.",
        to="/settings/webhooks",
    )


def _webhook(line: webhook_pages.HookLine) -> Way:
    to, last = f"/settings/webhooks/{line.id}", line.last
    return Way(
        name=line.name,
        going=line.going,
        said=line.host,
        when=last.at if last else None,
        last=last.said if last else "",
        wrong=line.wrong or (last.error if last and last.in_vain else ""),
        to=to,
        tries=(Try(label="Send a test now", to=f"{to}/test"),),
    )


def _calendars(visit: Visit) -> Output:
    feeds = calendar_feeds.of_user(visit.session, visit.user_id)
    gone = "Its view is gone, or no longer shared with you. Revoke it and make another."
    ways = []
    for feed in feeds:
        lives = calendar_feeds.inbox_query(visit.session, feed) is not None
        test = Try(label="Test", to=f"{calendars.PATH}/{feed.id}/test")
        ways.append(
            Way(
                name=feed.name,
                going=Going.ON if lives else Going.TROUBLED,
                said=calendars.told(feed),
                when=feed.used_at,
                last=f"read by {calendars.reader(feed)}" if feed.used_at else "",
                wrong="" if lives else gone,
                tries=(test,) if lives else (),
            )
        )
    return Output(
        key="calendars",
        title="Calendar feeds",
        what="Due dates in your own calendar program, without signing in.",
        ways=tuple(ways),
        none="You have none yet.",
        to=calendars.PATH,
    )


def _spreadsheets(visit: Visit) -> Output:
    home = visit.site.settings.public_url
    made = "made as Excel when you ask for it"
    return Output(
        key="spreadsheets",
        title="Spreadsheets",
        what="Any list of the inbox as Excel or CSV: every item of it.",
        ways=(
            Way(name="Everything open", going=Going.ON, last=made, to="/inbox.xlsx"),
            Way(name="Yours", going=Going.ON, last=made, to="/inbox.xlsx?tab=mine"),
        ),
        to="/inbox",
        do="To the inbox",
        example=f"{home}/inbox.csv?tab=week",
    )


def _assistants(visit: Visit) -> Output | None:
    if not visit.user.is_admin:
        return None
    home = visit.site.settings.public_url
    return Output(
        key="assistants",
        title="Assistants",
        what="Programs that speak the Model Context Protocol read the inbox with a token, and act "
        "where you let them.",
        ways=(_tried(visit, "assistants", "The tools to read"),) if find_spec("mcp") else (),
        none="The extra is not installed: pip install 'partner-inbox[mcp]'.",
        to="/settings/tokens",
        do="Tokens",
        example=f"{home}/mcp\n{home}/mcp/act",
    )


OUTPUTS: tuple[Callable[[Visit], Output | None], ...] = (
    _digest,
    _notices,
    _chats,
    _calendars,
    _spreadsheets,
    _feed,
    _webhooks,
    _assistants,
)
"""Each in its order on the page; None for whom it does not concern."""
