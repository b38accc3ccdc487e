"""Answers held against a vendor's own OpenAPI document.

A document of version 3.0 says ``nullable: true`` where JSON Schema says ``type: [.., null]``; a
document of version 3.1 is JSON Schema already, though some of them still say ``nullable``.
"""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Document = dict[str, Any]


class Contract:
    """One OpenAPI document."""

    def __init__(self, document: Document) -> None:
        self.document: Document = _nullable(document)
        self._schemas: dict[tuple[str, str, str], Draft202012Validator] = {}

    def complaints(self, body: Any, path: str, *, method: str = "get", status: str = "200") -> str:
        """What is wrong with an answer by the schema of that operation; "" when nothing is."""
        key = (path, method, status)
        if key not in self._schemas:
            media = self._media(path, method, status)
            rooted = {**media["schema"], "components": self.document["components"]}
            self._schemas[key] = Draft202012Validator(rooted)
        errors = self._schemas[key].iter_errors(body)
        return "; ".join(f"{error.json_path}: {error.message[:200]}" for error in errors)

    def examples(self, path: str, *, method: str = "get", status: str = "200") -> Iterator[Any]:
        """Every example answer of an operation."""
        for example in self._media(path, method, status).get("examples", {}).values():
            yield self.at(example["$ref"])["value"] if "$ref" in example else example["value"]

    def example_of(self, schema: str) -> Any:
        """The answer that the examples of a schema's fields make together."""
        return self._exemplary({"$ref": f"#/components/schemas/{schema}"})

    def parameters(self, path: str) -> dict[str, Any]:
        """The schemas of a GET's parameters, by their names."""
        told = self.document["paths"][path]["get"].get("parameters", [])
        return {parameter["name"]: parameter["schema"] for parameter in told}

    def at(self, pointer: str) -> Any:
        """What a ``$ref`` into this document means."""
        node: Any = self.document
        for name in pointer.split("/")[1:]:
            node = node[name.replace("~1", "/").replace("~0", "~")]
        return node

    def _media(self, path: str, method: str, status: str) -> dict[str, Any]:
        contents = self.document["paths"][path][method]["responses"][status]["content"]
        media: dict[str, Any] = next(iter(contents.values()))
        return media

    def _exemplary(self, schema: dict[str, Any]) -> Any:
        if "example" in schema:
            return schema["example"]
        if "$ref" in schema:
            return self._exemplary(self.at(schema["$ref"]))
        if "properties" in schema:
            made = {name: self._exemplary(its) for name, its in schema["properties"].items()}
            return {name: value for name, value in made.items() if value is not None}
        if "items" in schema:
            one = self._exemplary(schema["items"])
            return [] if one is None else [one]
        return None


def _nullable(node: Any) -> Any:
    """The document with every ``nullable`` written as JSON Schema has it."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: _nullable(value) for name, value in node.items()}
    if made.pop("nullable", None) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
    return made
