"""Puts the machine edge onto the application."""

from fastapi import FastAPI

from app.api import feed, health
from app.api.problems import Problem, tell


def put_on(app: FastAPI) -> None:
    """Feed and health, and how they say no."""
    app.include_router(health.router)
    app.include_router(feed.router)
    app.add_exception_handler(Problem, tell)  # type: ignore[arg-type]  # it gets Problems only
