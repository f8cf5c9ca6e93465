"""The API's description, OpenAPI 3.1, made from the routes and from the types they are written in.

https://spec.openapis.org/oas/v3.1.1.html

`python -m app.openapi FILE`, in `server/`, writes it: `npm run api` does, for the client's types.
"""

import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app
from pydantic import TypeAdapter

from app import client
from app.problems import ProblemError, phrase_of
from app.schemas import Problem
from app.settings import VERSION

blueprint = Blueprint("openapi", __name__, url_prefix="/api")

REFERENCE = "#/components/schemas/{model}"

Route = TypeVar("Route", bound=Callable[..., Any])
Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """What the code of a route does not say of itself."""

    answers: Mapping[int, Any]
    """By status the type of the JSON answer, or a media type, or None for no content."""
    problems: tuple[int, ...] = ()
    """Statuses of the problems that it may answer."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """By media type the type of the JSON body, or a schema."""
    parameters: tuple[Json, ...] = ()
    token: bool = False
    """Whether a token is needed."""


OPERATIONS: dict[str, Operation] = {}
"""By the name of the route's function, with its module."""

FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
"""A picture file as it is."""

READING_PROBLEMS = (400, 408, 413, 415, 422, 429, 503)

INCLUDE: Json = {
    "name": "include",
    "in": "query",
    "description": "What to answer beside the digits: `seen` and `evidence`, with commas between.",
    "schema": {"type": "array", "items": {"enum": ["seen", "evidence"]}, "minItems": 1},
    "explode": False,
}


def describes(operation: Operation) -> Callable[[Route], Route]:
    """Describe a route. Its docstring's first line is the summary, the rest the description."""

    def remember(route: Route) -> Route:
        OPERATIONS[f"{route.__module__}.{route.__name__}"] = operation
        return route

    return remember


@blueprint.get("/openapi.json")
def openapi() -> Json:
    """This description."""
    return document(current_app)


@blueprint.get("/docs")
def docs() -> Response:
    """This description, for people."""
    if page := client.html("docs.html"):
        return page
    raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, client.NOT_BUILT)


@lru_cache(maxsize=4)
def document(app: Flask) -> Json:
    """The description of an application's routes."""
    types = _Types()
    paths: dict[str, Json] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        route = app.view_functions[rule.endpoint]
        operation = OPERATIONS.get(f"{route.__module__}.{route.__name__}")
        if operation is None:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            entry = _operation(route, operation, sorted(rule.arguments), types)
            paths.setdefault(path, {})[method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Digit Recognizer",
            "version": VERSION,
            "summary": "Reads handwritten digits on pictures, and says how sure it is.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": types.schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Types:
    """The types that the description speaks of, each told once."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def schema(self, of: Any) -> Json:
        """A reference to a type; what is a schema already comes back as it is."""
        if isinstance(of, Mapping):
            return dict(of)
        self._known[of.__name__] = of
        return {"$ref": REFERENCE.format(model=of.__name__)}

    def schemas(self) -> Json:
        inputs: Any = [(name, "validation", TypeAdapter(of)) for name, of in self._known.items()]
        schemas, shared = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)
        # What another type speaks of stands among the shared ones already.
        own = {name: schema for (name, _), schema in schemas.items() if "$ref" not in schema}
        return dict(sorted(_untitled({**shared.get("$defs", {}), **own}).items()))


def _untitled(schema: Json) -> Json:
    """Without the titles that repeat the names."""
    return {
        key: [_untitled(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else _untitled(value)
        if isinstance(value, dict)
        else value
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def _operation(
    route: Callable[..., Any], operation: Operation, arguments: list[str], types: _Types
) -> Json:
    summary, _, description = (inspect.getdoc(route) or "").partition("\n\n")
    entry: Json = {"operationId": route.__name__, "summary": " ".join(summary.split())}
    if description:
        entry["description"] = " ".join(description.split())
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in arguments
    ]
    parameters += operation.parameters
    if parameters:
        entry["parameters"] = parameters
    if operation.body:
        content = {kind: {"schema": types.schema(of)} for kind, of in operation.body.items()}
        entry["requestBody"] = {"required": True, "content": content}
    entry["responses"] = {
        **{str(status): _answer(status, of, types) for status, of in operation.answers.items()},
        **{str(status): _problem(status, types) for status in sorted(operation.problems)},
    }
    if operation.token:
        entry["security"] = [{"token": []}]
    return entry


def _answer(status: int, of: Any, types: _Types) -> Json:
    answer: Json = {"description": phrase_of(status)}
    if isinstance(of, str):
        answer["content"] = {of: {}}
    elif of is not None:
        answer["content"] = {"application/json": {"schema": types.schema(of)}}
    return answer


def _problem(status: int, types: _Types) -> Json:
    content = {"application/problem+json": {"schema": types.schema(Problem)}}
    return {"description": phrase_of(status), "content": content}


def main() -> None:
    # By its own name: as `__main__` this module is another one, which knows no routes.
    from app import create_app, openapi

    text = json.dumps(openapi.document(create_app()), indent=2, ensure_ascii=False)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
