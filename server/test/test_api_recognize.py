"""POST /api/recognize reads a digit from every kind of body."""

import base64
import io
import threading
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from uploads import drawing, file_of, one, seven, zero

from app import api
from app.overload import turn

ADDRESS = "/api/recognize"
SEVEN = file_of(seven())
BASE64 = base64.b64encode(SEVEN).decode("ascii")


def read(client: FlaskClient, data: bytes, kind: str = "image/png", query: str = "") -> Any:
    response = client.post(ADDRESS + query, data=data, content_type=kind)
    assert response.status_code == 200, response.text
    assert response.content_type == "application/json"
    return response.get_json()


@pytest.mark.parametrize(
    "image",
    [
        "data:image/png;base64," + BASE64,
        "DATA:image/png;charset=utf-8;BASE64," + BASE64,
        "data:;base64," + BASE64,
        "data:image/png;base64," + quote(BASE64, safe=""),
        "data:image/png;base64," + BASE64.replace("+", "%2b").replace("/", "%2f"),
        "data:image/png;base64,"
        + quote(base64.encodebytes(SEVEN), safe="").replace("%0A", "%0D%0A"),
        BASE64,
        BASE64.rstrip("="),
        base64.urlsafe_b64encode(SEVEN).decode("ascii"),
        base64.encodebytes(SEVEN).decode("ascii"),
    ],
    ids=[
        "data URL",
        "capitals",
        "no type",
        "escaped",
        "small escapes",
        "escaped lines",
        "bare",
        "no padding",
        "URL-safe",
        "in lines",
    ],
)
def test_json_with_a_data_url_or_base64_is_read(client: FlaskClient, image: str) -> None:
    assert client.post(ADDRESS, json={"image": image}).get_json()["text"] == "7"


def test_a_form_with_a_file_is_read(client: FlaskClient) -> None:
    form = {"image": (io.BytesIO(SEVEN), "seven.png"), "comment": "mine"}
    assert client.post(ADDRESS, data=form).get_json()["text"] == "7"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_raw_picture_of_every_format_is_read(client: FlaskClient, kind: str) -> None:
    assert read(client, file_of(seven(), kind), f"image/{kind.lower()}")["text"] == "7"


def test_contents_count_and_not_the_content_type_that_they_came_with(client: FlaskClient) -> None:
    assert read(client, SEVEN, "image/jpeg")["text"] == "7"


@pytest.mark.parametrize(("image", "text"), [(seven(), "7"), (zero(), "0"), (one(), "1")])
def test_clear_digits_are_read(client: FlaskClient, image: Image.Image, text: str) -> None:
    assert read(client, file_of(image))["text"] == text


def test_the_answer_has_the_contracts_members_and_no_other(client: FlaskClient) -> None:
    answer = read(client, SEVEN)
    assert list(answer) == ["text", "digits", "model", "engine", "elapsed_ms"]
    assert answer["engine"] == "onnx"
    assert answer["model"].startswith("digits ")
    assert 0 < answer["elapsed_ms"] < 10_000
    (digit,) = answer["digits"]
    assert list(digit) == ["digit", "confidence", "is_digit", "probabilities", "box"]
    assert digit["digit"] == 7
    assert digit["confidence"] == max(digit["probabilities"]) == digit["probabilities"][7]
    assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert digit["is_digit"] > 0.5


def test_the_box_surrounds_the_ink_in_pixels_of_the_posted_picture(client: FlaskClient) -> None:
    box = read(client, SEVEN)["digits"][0]["box"]
    assert box == pytest.approx([98, 78, 282, 322], abs=14)
    larger = file_of(seven().resize((1536, 1536)))
    box = read(client, larger)["digits"][0]["box"]
    assert box == pytest.approx([392, 312, 1128, 1288], abs=56)


def test_an_empty_picture_is_no_digit_and_no_error(client: FlaskClient) -> None:
    answer = read(client, file_of(drawing()))
    assert answer["text"] == ""
    assert answer["digits"] == []


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 1), (1, 30_000), (4999, 5000)])
def test_blank_pictures_of_any_shape_are_blank(client: FlaskClient, size: tuple[int, int]) -> None:
    assert read(client, file_of(Image.new("1", size, 1)))["digits"] == []


def test_ink_on_nothing_is_read(client: FlaskClient) -> None:
    alpha = seven().convert("L").point(lambda level: 255 - level)
    for ink in ("black", "white", "royalblue"):
        image = Image.new("RGBA", alpha.size, ink)
        image.putalpha(alpha)
        assert read(client, file_of(image))["text"] == "7"


def test_what_the_network_saw_comes_along_when_asked_for(client: FlaskClient) -> None:
    (digit,) = read(client, SEVEN, query="?include=seen")["digits"]
    head, _, data = digit["seen"].partition(",")
    assert head == "data:image/png;base64"
    seen = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (seen.mode, seen.size) == ("L", (28, 28))
    assert seen.getpixel((0, 0)) == 255
    assert np.asarray(seen).min() < 60


def test_the_evidence_for_each_digit_comes_along_when_asked_for(client: FlaskClient) -> None:
    (digit,) = read(client, SEVEN, query="?include=evidence")["digits"]
    evidence = np.array(digit["evidence"])
    assert evidence.shape == (10, 7, 7)
    # A digit's logit is the mean of its evidence: the most speaks for what was read.
    assert evidence.mean((1, 2)).argmax() == 7
    assert "seen" not in digit
    left, top, right, bottom = digit["frame"]
    assert right - left == pytest.approx(bottom - top, abs=0.1)
    # The ink lies in the middle 20 of the 28 pixels.
    ink_left, ink_top, ink_right, ink_bottom = digit["box"]
    assert left < ink_left < ink_right < right
    assert top < ink_top < ink_bottom < bottom


def test_the_frame_is_in_pixels_of_what_was_posted(client: FlaskClient) -> None:
    large = file_of(seven().resize((1536, 1536)))
    frames = [
        read(client, data, query="?include=evidence")["digits"][0]["frame"]
        for data in (SEVEN, large)
    ]
    assert frames[1] == pytest.approx([4 * edge for edge in frames[0]], rel=0.05, abs=20)


def test_a_picture_of_exactly_the_most_bytes_fits_every_kind_of_body(
    app: Flask, client: FlaskClient
) -> None:
    most = app.extensions["settings"].max_bytes
    padded = SEVEN + bytes(most - len(SEVEN))
    assert read(client, padded)["text"] == "7"
    form = {"image": (io.BytesIO(padded), "seven.png")}
    assert client.post(ADDRESS, data=form).get_json()["text"] == "7"
    lines = base64.encodebytes(padded).decode("ascii")
    for image in (base64.b64encode(padded).decode("ascii"), lines):
        assert client.post(ADDRESS, json={"image": image}).get_json()["text"] == "7"


def test_pictures_posted_at_once_each_get_their_own_answer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is.
    monkeypatch.setattr(api, "turn", lambda: turn(60))
    pictures = {"7": file_of(seven()), "0": file_of(zero()), "1": file_of(one())}
    answers: list[tuple[str, str]] = []

    def post(text: str, data: bytes) -> None:
        for _ in range(5):
            answers.append((text, read(app.test_client(), data)["text"]))

    threads = [threading.Thread(target=post, args=item) for item in list(pictures.items()) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 30
    assert all(expected == found for expected, found in answers)


def test_health_names_model_and_engine(client: FlaskClient) -> None:
    response = client.get("/api/health")
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["status"] == "ok"
    assert answer["engine"] == "onnx"
    assert answer["model"] == read(client, SEVEN)["model"]


def test_answers_of_the_api_are_not_stored_by_caches(client: FlaskClient) -> None:
    assert client.get("/api/health").headers["Cache-Control"] == "no-store"
