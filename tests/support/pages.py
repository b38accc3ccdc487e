"""Every page of the site, from its own routes: a new one cannot be forgotten."""

from fastapi.routing import APIRoute

from app.web import edge

NO_PAGE = {
    "/": "leads on to the first page",
    "/help/feed.schema.json": "a schema, for machines",
    "/inbox/new": "a part of the inbox",
    "/inbox.{form}": "a file",
    "/files/{file_id:id}": "a file",
    "/sources/import/{token}/repairs.{form}": "a file",
    "/sources/{connection_id:id}/export.{form}": "a file",
}
"""What answers GET with something else than a page, and why."""


def pages() -> list[APIRoute]:
    """The routes that show a page to people."""
    routes = [route for part in edge.PARTS for route in part.router.routes]
    return [
        route
        for route in routes
        if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in NO_PAGE
    ]
