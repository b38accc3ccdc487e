"""The application in a process of its own, with a bare route beside it as the floor.

python -m app.bench.serving    reads a JSON object from standard input, prints the port
"""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from app.bench.records import Renewals
from app.config import Settings
from app.main import create_app
from connectors import registry

HELLO = "/hello"
KEY = "a key for the bench only"


@contextmanager
def serving(url: str, folder: Path) -> Iterator[int]:
    """The port of a server on that database, as long as the block lasts. One worker, no jobs."""
    server = subprocess.Popen(
        [sys.executable, "-m", "app.bench.serving"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps({"url": url, "folder": str(folder)}) + "\n")
        server.stdin.flush()
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def beside_hello(ours: ASGIApp) -> ASGIApp:
    """The floor: an async route of a FastAPI application that has nothing else, no middleware."""
    bare = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @bare.get(HELLO)
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    async def switch(scope: Scope, receive: Receive, send: Send) -> None:
        app = bare if scope["type"] == "http" and scope["path"] == HELLO else ours
        await app(scope, receive, send)

    return switch


def main() -> None:
    """Serve until the process is ended."""
    asked = json.loads(sys.stdin.readline())
    settings = Settings(
        database_url=SecretStr(asked["url"]),
        data_dir=Path(asked["folder"]),
        secret_key=SecretStr(KEY),
        public_url="http://127.0.0.1",
        api_per_minute=0,  # the floor has no limit, either
    )
    app = beside_hello(create_app(settings, jobs=False))
    # Named as TCP, because asyncio turns delays off only for sockets that say so.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    with registry.installed(Renewals()):
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
