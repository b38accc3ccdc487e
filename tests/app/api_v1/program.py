"""A program that uses the API with a token of its own; every answer is held to the spec."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from httpx2 import Response
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from app.api.problems import API, MEDIA_TYPE
from app.api.v1 import operations, spec
from app.api.v1.call import Operation
from tests.support.world import World

HOME = "http://testserver"


@cache
def checker(schema: str) -> Draft202012Validator:
    """What holds a document to one of the spec's schemas."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": spec.document()["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def operation_of(method: str, path: str) -> Operation | None:
    for operation in operations.ALL:
        pattern = re.sub(r"{\w+}", "[0-9]+", operation.address)
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    return None


@dataclass
class Program:
    world: World
    client: TestClient
    token: str
    person: int

    def ask(self, method: str, path: str, _headers: Any = None, /, **more: Any) -> Response:
        """One request; ``path`` below ``/api/v1``, or a whole address that an answer gave."""
        url = path if path.startswith("http") else f"{API}{path}"
        headers = {"Authorization": f"Bearer {self.token}"} | (_headers or {})
        answer = self.client.request(method, url, headers=headers, **more)
        self._check(method, answer)
        return answer

    def get(self, path: str, _headers: Any = None, /, **query: Any) -> Response:
        return self.ask("GET", path, _headers, params=query or None)

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        """The document of an answer that must be a good one."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def post(self, path: str, body: Any = None, /, **headers: str) -> Response:
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.ask("POST", path, told, **({} if body is None else {"json": body}))

    def ids(self, **query: Any) -> list[int]:
        return [item["id"] for item in self.read("/items", **query)["items"]]

    def id_of(self, external_id: str) -> int:
        found = self.world.items()[external_id].id
        assert found is not None
        return found

    def _check(self, method: str, answer: Response) -> None:
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
        elif answer.status_code == 200 and method in ("GET", "POST"):
            assert answer.headers["content-type"] == "application/json"
            path = re.sub(r"^http://[^/]+", "", str(answer.request.url)).partition("?")[0]
            found = operation_of(method, path)
            assert found is not None, path
            checker(found.gives.__name__).validate(answer.json())


def problem(answer: Response, status: int) -> dict[str, Any]:
    """The document of a refusal, which is as the spec says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = answer.json()
    checker("Problem").validate(document)
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["type"].startswith(f"{HOME}/help/api#")
    return document
