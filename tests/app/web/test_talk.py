"""Comments, mentions, links and files, through the pages."""

import re
import socket
from html import unescape
from urllib.parse import unquote

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.db import Database
from app.services import accounts, attachments
from app.services.contents import MEGABYTE
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.app.web.test_inbox import by_htmx, places

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400

# A part that has only begun is the garbage collector's to close: so the framework leaves it.
ENDS_ITSELF = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def item(admin: int, database: Database) -> int:
    return company.fill(database)["13"]


def put(client: TestClient, item: int | str, name: str, body: bytes = PDF, **more: str) -> Response:
    form = {"item": str(item), "next": f"/items/{item}", **more}
    return client.post("/items/file", data=form, files={"file": (name, body, "text/html")})


def page_of(client: TestClient, item: int) -> str:
    return unescape(client.get(f"/items/{item}").text)


def undo(client: TestClient, page: str) -> Response:
    act = re.search(r'name="act" value="([^"]+)"', page)
    assert act is not None
    return client.post("/undo", data={"act": act[1], "next": "/inbox"})


def stored(site: Site) -> list[str]:
    return [path.name for path in site.settings.files.rglob("*") if path.is_file()]


# Comments and mentions


def test_a_comment_shows_its_lines_links_and_people(client: TestClient, item: int) -> None:
    text = "@Rin <look>\nat https://portal.example/a?b=1&c=2."
    client.post("/items/note", data={"item": item, "text": text})
    page = client.get(f"/items/{item}").text

    assert '<b class="at">@Rin</b> &lt;look&gt;\nat <a class="link"' in page
    assert 'href="https://portal.example/a?b=1&amp;c=2" target="_blank" rel="noopener' in page


def test_who_is_named_sees_it_around_every_page_until_the_item_is_opened(
    client: TestClient, item: int, site: Site
) -> None:
    client.post("/items/note", data={"item": item, "text": "@lee have a look"})
    with site.database.write() as session:
        lee = accounts.user_by_email(session, "lee@partner.example")
        assert lee is not None
        token = accounts.open_session(session, lee.id or 0, now=NOW)
    client.cookies.set("partner-inbox-session", token)
    entry = re.compile(r'data-go="mentions"[^>]*><span>Mentions</span><b>1</b>')

    assert entry.search(client.get("/today").text)
    listed = client.get("/mentions").text
    assert ">new</span>" in listed
    assert "have a look" in listed
    page_of(client, item)
    assert not entry.search(client.get("/today").text)
    assert ">new</span>" not in client.get("/mentions").text


def test_one_withdraws_ones_own_comment_and_can_take_that_back(
    client: TestClient, item: int
) -> None:
    client.post("/items/note", data={"item": item, "text": "too much"})
    number = re.search(r'name="comment" value="(\d+)"', page_of(client, item))
    assert number is not None
    form = {"comment": number[1], "next": f"/items/{item}"}
    client.post("/items/withdraw", data=form)
    page = page_of(client, item)

    assert "too much" not in page
    assert "Dana Kim withdrew a comment" in page
    undo(client, page)
    assert "too much" in page_of(client, item)


# Links


def test_a_link_is_listed_with_who_and_can_be_proof(client: TestClient, item: int) -> None:
    form = {"item": item, "url": "https://portal.example/claims/7/", "proof": "1"}
    client.post("/items/link", data=form)
    client.post("/items/link", data={"item": item, "url": "http://b.example", "title": " The  b "})
    page = page_of(client, item)

    assert page.index("portal.example/claims/7<") < page.index(">The b<")
    assert page.count('<span class="badge good">proof</span>') == 1
    assert "Added portal.example/claims/7" in page


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "Enter the address"),
        ("javascript:alert(1)", "begins with https://"),
        ("portal.example", "begins with https://"),
        ("https://rin:pass@portal.example", "Leave the user and the password out"),
        ("https://a b.example", "no blanks"),
        ("https://" + "x" * 2000, "at most 2,000"),
    ],
)
def test_what_is_no_address_to_follow_is_refused(
    client: TestClient, item: int, url: str, says: str
) -> None:
    answer = client.post("/items/link", data={"item": item, "url": url})

    assert answer.status_code == 422
    assert says in unescape(answer.text)


# Files


def test_a_file_comes_back_as_it_went_and_no_browser_opens_it(
    client: TestClient, item: int
) -> None:
    assert put(client, item, "Größe “1”.pdf", proof="1").status_code == 303
    page = page_of(client, item)
    assert "a PDF, 102 KB · Dana Kim" in page
    found = re.search(r'href="(/files/\d+)" download', page)
    assert found is not None

    answer = client.get(found[1])

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"
    how, plain, exact = answer.headers["content-disposition"].split("; ")
    assert (how, plain) == ("attachment", 'filename="Gr__e _1_.pdf"')
    assert unquote(exact.removeprefix("filename*=UTF-8''")) == "Größe “1”.pdf"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/pass\u202ewd.pdf", "passwd.pdf"), ("C:\\temp\\a;b\r\n.pdf", "a;b.pdf")],
)
def test_a_name_is_no_path_and_no_header(
    client: TestClient, item: int, site: Site, name: str, kept: str
) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="item"\r\n\r\n%d\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
    ) % (item, name.replace("\r\n", "%0D%0A").encode(), PDF)
    content = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/items/file", content=body, headers=content).status_code == 303
    with site.database.read() as session:
        (line,) = attachments.of_item(session, item)
        name = attachments.file(session, line.id).title

    assert name.replace("%0D%0A", "") == kept
    header = client.get(f"/files/{line.id}").headers["content-disposition"]
    assert header.count("\n") == 0
    assert len(stored(site)) == 1


def test_the_same_content_of_two_items_lies_there_once(
    client: TestClient, item: int, site: Site
) -> None:
    put(client, item, "a.pdf")
    put(client, item - 1, "b.pdf")

    assert len(stored(site)) == 1


REFUSED = {
    "page.html": (b"<html>", "ends with .html is not taken"),
    "x.pdf": (b"<html>", "but what is in it is not a PDF"),
    "all.zip": (b"PK\x03\x04", "An archive is not taken"),
    "empty.txt": (b"", "The file is empty"),
    "big.txt": (b"x" * (MEGABYTE + 1), "at most 1 MB"),
    "huge.txt": (b"x" * (3 * MEGABYTE), "too large: at most 2 MB"),
    "": (b"x", "Choose a file first"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_in_a_sentence_and_leaves_nothing(
    client: TestClient, item: int, site: Site, name: str
) -> None:
    body, says = REFUSED[name]
    answer = put(client, item, name, body)

    assert answer.status_code in (413, 422)
    assert says in unescape(answer.text)
    assert stored(site) == []


def test_a_file_of_no_item_is_not_kept(client: TestClient, item: int, site: Site) -> None:
    for nowhere in ("4711", "x", ""):
        assert put(client, nowhere, "a.pdf").status_code == 404
    assert stored(site) == []


@ENDS_ITSELF
def test_what_breaks_off_in_its_middle_is_no_file(
    client: TestClient, item: int, site: Site
) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="item"\r\n\r\n%d\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%s'
    ) % (item, PDF)
    content = {"Content-Type": "multipart/form-data; boundary=x"}

    assert client.post("/items/file", content=body, headers=content).status_code in (400, 422)
    assert stored(site) == []


def test_taken_away_it_cannot_be_had_and_undone_it_can(client: TestClient, item: int) -> None:
    put(client, item, "a.pdf")
    number = re.search(r'href="/files/(\d+)"', page_of(client, item))
    assert number is not None
    form = {"attachment": number[1], "next": f"/items/{item}"}
    client.post("/items/detach", data=form)
    page = page_of(client, item)

    assert "Took away a.pdf" in page
    assert client.get(f"/files/{number[1]}").status_code == 404
    assert client.post("/items/detach", data=form).status_code == 404
    undo(client, page)
    assert client.get(f"/files/{number[1]}").content == PDF


def test_undoing_the_adding_takes_it_away(client: TestClient, item: int) -> None:
    put(client, item, "a.pdf", proof="1")
    page = page_of(client, item)
    undo(client, page)

    assert "/files/" not in page_of(client, item)


def test_a_proof_can_be_named_later_and_unnamed(client: TestClient, item: int, site: Site) -> None:
    put(client, item, "a.pdf")
    with site.database.read() as session:
        (line,) = attachments.of_item(session, item)

    def proves() -> bool:
        with site.database.read() as session:
            return any(one.proof for one in attachments.of_item(session, item))

    assert not proves()
    client.post("/items/proof", data={"attachment": line.id, "proves": "1"})
    assert proves()
    client.post("/items/proof", data={"attachment": line.id, "proves": "0", "next": "/today"})
    assert not proves()
    undo(client, client.get("/today").text)
    assert proves()


def test_a_content_that_is_missing_is_said_and_not_half_sent(
    client: TestClient, item: int, site: Site
) -> None:
    put(client, item, "a.pdf")
    (place,) = (path for path in site.settings.files.rglob("*") if path.is_file())
    number = re.search(r'href="(/files/\d+)"', page_of(client, item))
    assert number is not None
    for damage in (lambda: place.write_bytes(PDF[:100]), place.unlink):
        damage()
        answer = client.get(number[1])
        assert answer.status_code == 404
        assert "missing or damaged" in answer.text


def test_without_a_session_nothing_comes_out_and_nothing_goes_in(
    client: TestClient, item: int, site: Site
) -> None:
    put(client, item, "a.pdf")
    client.cookies.clear()

    assert client.get("/files/1").headers["location"].startswith("/sign-in")
    assert put(client, item, "b.pdf").headers["location"].startswith("/sign-in")
    assert len(stored(site)) == 1


def test_by_htmx_the_item_is_shown_anew(client: TestClient, item: int) -> None:
    form = {"item": item, "url": "https://portal.example/x"}
    here = by_htmx(f"/items/{item}")
    answer = client.post("/items/link", data=form, headers=here)

    assert places(answer.text) == {"#detail", "#nav", "#toast"}
    assert "portal.example/x" in answer.text


@ENDS_ITSELF
def test_a_sender_who_hangs_up_leaves_nothing_and_disturbs_nobody(
    served: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    with served.site.database.write() as session:
        dana = add_dana(session)
        cookie = accounts.open_session(session, dana, now=NOW)
    host, port = served.url.removeprefix("http://").split(":")
    head = (
        f"POST /items/file HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Cookie: partner-inbox-session={cookie}\r\nContent-Length: 5000000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    )
    with socket.create_connection((host, int(port))) as wire:
        wire.sendall(head.encode() + PDF)
    served.stop()

    assert stored(served.site) == []
    assert [one for one in caplog.records if one.exc_info] == []
