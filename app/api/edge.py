"""Puts the machine edge onto the application."""

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.api import calendar_feed, feed, health
from app.api.problems import API, AsProblems, Problem, tell
from app.api.unchanged import Unchanged
from app.api.v1 import edge as v1
from app.api.v1 import spec
from app.api.v1.limits import Limits


def put_on(app: FastAPI) -> None:
    """Feed, API and health, and how they say no."""
    for part in (health, feed, calendar_feed, v1):
        app.router.routes.extend(part.router.routes)
    app.state.described = spec.document
    app.add_exception_handler(Problem, tell)  # type: ignore[arg-type]  # it gets Problems only


def put_around(app: FastAPI) -> None:
    """After everything else is on: whoever refuses a request for a machine's address, be it the
    framework, the pages' guards or a bug, does so in the machine's words.
    """
    machine = (*health.router.routes, *feed.router.routes)
    paths = [route.path for route in machine if isinstance(route, APIRoute)]
    app.add_middleware(AsProblems, paths=[*paths, API])
    site = app.state.site
    app.add_middleware(
        Unchanged, database=site.database, now=site.now, paths=(feed.PATH, calendar_feed.BELOW)
    )
    app.state.limits = Limits(site.settings.api_per_minute)
