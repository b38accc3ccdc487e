"""What people say about an item and put to it: comments, links, files. And where one is named."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.core.whole import whole
from app.errors import Invalid, NotFound
from app.services import attachments, comments
from app.services.contents import MEGABYTE, Contents
from app.services.item import exists
from app.web.doing import told
from app.web.downloads import as_attachment
from app.web.fields import Id, Submitted, Text, Tick
from app.web.inbox_page import PATH
from app.web.render import render
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import Visit, acting, reading

router = page_router()
MENTIONS = "/mentions"
MOST_MENTIONS = 100
UPLOAD = "/items/file"
"""Where files are sent to: its body may be larger than others."""


class LinkForm(BaseModel):
    """An address for an item; an unticked box is not sent."""

    item: Id
    url: str = ""
    title: str = ""
    proof: bool = False
    next: str = PATH


@router.post("/items/note")
def comment(
    request: Request,
    item: Annotated[Id, Form()],
    text: Text,
    next: Text = PATH,
    tell: Annotated[list[Id], Form()] = [],  # noqa: B006  (pydantic copies it)
) -> Response:
    """Write something for the team."""
    with acting(request, on_items=True) as visit:
        act = comments.add(visit.session, item, text, tell=tell, **visit.by)
    return told(request, act, next, noted=True)


@router.post("/items/withdraw")
def withdraw(request: Request, comment: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """Take one's own comment back."""
    with acting(request, on_items=True) as visit:
        act = comments.withdraw(visit.session, comment, **visit.by)
    return told(request, act, next)


@router.post("/items/link")
def link(request: Request, form: Annotated[LinkForm, Form()]) -> Response:
    """Put a link to an item."""
    with acting(request, on_items=True) as visit:
        act = attachments.add_link(
            visit.session, form.item, form.url, form.title, proof=form.proof, **visit.by
        )
    return told(request, act, form.next)


@router.post(UPLOAD)
def upload(request: Request, form: Submitted) -> Response:
    """Put a file to an item. It is written down and looked at before anything is locked."""
    site = site_of(request)
    contents = Contents(folder=site.settings.files)
    item_id, sent = whole(str(form.get("item", ""))), form.get("file")
    with reading(request) as visit:
        if item_id is None or not exists(visit.session, item_id):
            raise NotFound("There is no such item.")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Invalid("Choose a file first.")
    arrived = contents.take(sent.file, most=site.settings.max_file_mb * MEGABYTE)
    try:
        media_type = attachments.checked(arrived, sent.filename)
        with acting(request, on_items=True) as visit:
            act = attachments.add_file(
                visit.session,
                item_id,
                arrived,
                sent.filename,
                media_type,
                contents=contents,
                proof=bool(form.get("proof")),
                **visit.by,
            )
    finally:
        arrived.drop()
    return told(request, act, str(form.get("next", PATH)))


@router.post("/items/detach")
def detach(request: Request, attachment: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """Take a link or a file away."""
    with acting(request, on_items=True) as visit:
        act = attachments.take_away(visit.session, attachment, **visit.by)
    return told(request, act, next)


@router.post("/items/proof")
def proof(
    request: Request,
    attachment: Annotated[Id, Form()],
    proves: Tick = False,
    next: Text = PATH,
) -> Response:
    """Whether a link or a file proves that the item is done."""
    with acting(request, on_items=True) as visit:
        act = attachments.prove(visit.session, attachment, proves=proves, **visit.by)
    return told(request, act, next)


@router.get("/files/{file_id:id}")
def download(request: Request, file_id: int) -> Response:
    """A file, to be saved and never to be shown by the browser."""
    with reading(request) as visit:
        file = attachments.file(visit.session, file_id)
    contents = Contents(folder=site_of(request).settings.files)
    place = contents.find(file.sha256 or "", file.size or 0)
    if place is None:
        raise NotFound(
            "The content of this file is missing or damaged.",
            remedy="Whoever runs this can put it back from a backup; `partner-inbox doctor` names "
            "what is missing.",
        )
    return as_attachment(place, file.title, file.media_type or "application/octet-stream")


@router.get(MENTIONS)
def mentions(request: Request) -> Response:
    """The comments that name the reader, those not seen yet first."""
    with reading(request) as visit:
        return render(visit, "mentions.html", parts=("mentions",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the page of mentions names."""
    found = comments.mentions_of(visit.session, visit.user_id, limit=MOST_MENTIONS)
    return {"mentions": found, "most": MOST_MENTIONS}
