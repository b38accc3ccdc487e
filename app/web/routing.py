"""The router of every part of the pages.

The application takes the routes themselves instead of including the routers: FastAPI would build
each included route anew for each application, and would look for it twice in each request.
"""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from app.web.fields import only_text


class PageRoute(APIRoute):
    """What answers GET answers HEAD the same, and the server leaves the body out: so monitors
    and link checkers ask. Starlette's routes do this by themselves, FastAPI's do not.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")


def page_router() -> APIRouter:
    """An empty router, whose routes take only text that a database can hold."""
    return APIRouter(route_class=PageRoute, dependencies=[Depends(only_text)])
