"""The API is described by a document that is made from its code."""

import base64
import json
from typing import Any

import pytest
import schemathesis
from conftest import TOKEN
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from uploads import drawing, file_of, one, seven, zero

from app import openapi
from app.openapi import document
from app.settings import ROOT

FILES = [
    file_of(seven()),
    file_of(zero(), "JPEG"),
    file_of(one(), "WEBP"),
    file_of(drawing(), "GIF"),
    file_of(seven().resize((28, 28)), "BMP"),
]
URLS = [
    "data:image/png;base64," + base64.b64encode(file_of(image)).decode("ascii")
    for image in (seven(), zero(), drawing())
]

# What no pattern can say: which strings are pictures.
schemathesis.openapi.format("picture", st.sampled_from(URLS))
for kind in ("png", "jpeg", "webp", "gif", "bmp"):
    schemathesis.openapi.media_type(f"image/{kind}", st.sampled_from(FILES))


FORM = "multipart/form-data"

DESCRIPTION = ROOT / "client" / "openapi.json"
OPERATIONS = [
    (method.upper(), path)
    for path, methods in json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"].items()
    for method in methods
]


def loses_types(body: Any) -> bool:
    """Whether a form holds a list of what is neither text nor bytes, and arrives as text."""
    values = body.values() if isinstance(body, dict) else ()
    lists = [some for some in values if isinstance(some, list)]
    return any(not isinstance(one, str | bytes) for some in lists for one in some)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_api_does_what_its_description_says(
    app: Flask, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/openapi.json", app)[path][method]
    headers = {"Authorization": f"Bearer {TOKEN}"} if method == "GET" else {}

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case[Any]) -> None:
        # A form's text has no format of ours: it is not always a picture.
        unsure: list[Any] = [CHECKS.get_one("positive_data_acceptance")] * (case.media_type == FORM)
        if case.media_type == FORM and loses_types(case.body):
            # What it would be refused for is lost on the way: a form holds only text and bytes.
            unsure.append(CHECKS.get_one("negative_data_rejection"))
        case.call_and_validate(headers=headers, excluded_checks=unsure)

    try:
        check()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing can be sent"


def test_the_description_in_the_client_is_the_one_of_the_code(app: Flask) -> None:
    """`npm run api` writes it anew."""
    assert json.loads(DESCRIPTION.read_text(encoding="utf-8")) == document(app)


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    undescribed = {"openapi.openapi", "openapi.docs"}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api") and rule.endpoint not in undescribed:
            route = app.view_functions[rule.endpoint]
            assert f"{route.__module__}.{route.__name__}" in openapi.OPERATIONS


def test_the_description_is_served(client: FlaskClient) -> None:
    served = client.get("/api/openapi.json")
    assert served.content_type == "application/json"
    assert served.get_json()["openapi"].startswith("3.1")
    for schema in served.get_json()["components"]["schemas"].values():
        assert schema["description"]


def test_the_examples_run(client: FlaskClient) -> None:
    schemas = client.get("/api/openapi.json").get_json()["components"]["schemas"]

    def example(name: str) -> dict[str, Any]:
        properties = schemas[name]["properties"]
        return {field: schema["examples"][0] for field, schema in properties.items()}

    assert client.post("/api/recognize", json=example("PictureBody")).get_json()["text"] == "7"
    batch = client.post("/api/recognize/batch", json=example("BatchBody")).get_json()
    assert [entry["text"] for entry in batch["answers"]] == ["7", "7"]
    assert client.post("/api/corrections", json=example("CorrectionBody")).status_code == 201
