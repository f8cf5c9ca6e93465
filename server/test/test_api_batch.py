"""POST /api/recognize/batch reads many pictures, in their order."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from uploads import drawing, file_of, one, png_claiming, seven, zero

from app import api, create_app, overload
from app.settings import Settings

ADDRESS = "/api/recognize/batch"
SMALL = [file_of(image.resize((28, 28))) for image in (seven(), zero(), one())]
FILES = [file_of(seven()), *SMALL, file_of(zero(), "JPEG"), file_of(drawing())]
TEXTS = ["7", "7", "0", "1", "0", ""]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def texts(answer: Any) -> list[str | int]:
    """What was read, or the status of why it could not be."""
    return [
        entry["text"] if "text" in entry else entry["problem"]["status"]
        for entry in answer["answers"]
    ]


def test_json_and_forms_are_answered_in_order(client: FlaskClient) -> None:
    from_json = client.post(ADDRESS, json={"images": [base64_of(data) for data in FILES]})
    form = {"image": [(io.BytesIO(data), f"{i}.png") for i, data in enumerate(FILES)]}
    from_form = client.post(ADDRESS, data=form)
    for response in (from_json, from_form):
        assert response.status_code == 200, response.text
        assert texts(response.get_json()) == TEXTS


def test_pictures_are_read_as_they_are_alone(client: FlaskClient) -> None:
    answer = client.post(ADDRESS, json={"images": [base64_of(data) for data in FILES]}).get_json()
    assert list(answer) == ["answers", "model", "engine", "elapsed_ms"]
    for data, entry in zip(FILES, answer["answers"], strict=True):
        alone = client.post("/api/recognize", data=data, content_type="image/png").get_json()
        assert entry["text"] == alone["text"]
        for digit, expected in zip(entry["digits"], alone["digits"], strict=True):
            assert digit["box"] == expected["box"]
            assert digit["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-4)


def test_more_pictures_than_go_into_one_pass_are_read(client: FlaskClient) -> None:
    images = [base64_of(data) for data in SMALL] * 50
    assert texts(client.post(ADDRESS, json={"images": images}).get_json()) == ["7", "0", "1"] * 50


@pytest.mark.parametrize(("seconds", "passes"), [(-1.0, 6), (60.0, 1)])
def test_a_pass_ends_when_it_has_taken_long(
    seconds: float, passes: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "LONGEST_PASS", seconds)
    turns = []

    @contextmanager
    def turn(longest: float) -> Iterator[None]:
        turns.append(longest)
        with overload.turn(longest):
            yield

    monkeypatch.setattr(api, "turn", turn)
    images = [base64_of(data) for data in SMALL * 2]
    answer = client.post(ADDRESS, json={"images": images}).get_json()
    assert texts(answer) == ["7", "0", "1"] * 2
    assert turns == [api.BATCH_PATIENCE] * passes


def test_as_many_data_urls_as_any_batch_may_have_are_well_formed(client: FlaskClient) -> None:
    response = client.post(ADDRESS, json={"images": ["data:image/png;base64,AAAA"] * 10_000})
    assert response.status_code == 413
    assert response.get_json()["detail"] == "A batch may have at most 256 pictures, not 10,000."


def test_a_bad_picture_spoils_only_its_own_entry(client: FlaskClient) -> None:
    images = [SMALL[0], b"rubbish", b"", png_claiming(30_000, 30_000), SMALL[2]]
    answer = client.post(ADDRESS, json={"images": [*map(base64_of, images), "{}"]}).get_json()
    assert texts(answer) == ["7", 400, 422, 413, "1", 400]
    problem = answer["answers"][1]["problem"]
    assert list(problem) == ["type", "title", "status", "detail"]
    assert problem["detail"].startswith("This is no picture")


def test_what_is_included_is_included_everywhere(client: FlaskClient) -> None:
    response = client.post(f"{ADDRESS}?include=seen", json={"images": [base64_of(FILES[0])] * 2})
    for entry in response.get_json()["answers"]:
        assert entry["digits"][0]["seen"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"images": []}, 422),
        ({"images": "text"}, 422),
        ({"images": [1]}, 422),
        ({"image": "text"}, 422),
        ([], 422),
    ],
)
def test_what_is_no_batch_is_refused(client: FlaskClient, body: Any, status: int) -> None:
    response = client.post(ADDRESS, json=body)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_a_raw_picture_is_no_batch(client: FlaskClient) -> None:
    response = client.post(ADDRESS, data=SMALL[0], content_type="image/png")
    assert response.status_code == 415


def test_there_are_limits_of_number_bytes_and_pixels(tmp_path: Any) -> None:
    settings = Settings(
        max_batch=3,
        max_bytes=2000,
        max_pixels=2000,
        database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}",
        ratelimit_enabled=False,
    )
    client = create_app(settings).test_client()
    few = client.post(ADDRESS, json={"images": [base64_of(SMALL[0])] * 3})
    assert texts(few.get_json()) == ["7"] * 3
    many = client.post(ADDRESS, json={"images": [base64_of(SMALL[0])] * 4})
    assert (many.status_code, "at most 3 pictures" in many.get_json()["detail"]) == (413, True)
    long = client.post(ADDRESS, json={"images": ["A" * 40_000]})
    assert long.status_code == 413
    assert long.get_json()["detail"] == (
        "All pictures of a batch together may have at most 8,000 bytes."
    )
    form = {"image": [(io.BytesIO(SMALL[0]), "a.png")] * 2, "comment": "A" * 40_000}
    long = client.post(ADDRESS, data=form)
    assert long.status_code == 413
    assert long.get_json()["detail"] == (
        "A form may have at most 103 parts and 8,000 bytes in all."
    )
    # Each has 1,600 pixels, and all may have 8,000.
    patient = create_app(
        Settings(
            max_pixels=2000,
            database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}",
            ratelimit_enabled=False,
        )
    ).test_client()
    larger = base64_of(file_of(seven().resize((40, 40))))
    answer = patient.post(ADDRESS, json={"images": [larger] * 7}).get_json()
    assert texts(answer) == ["7"] * 5 + [413] * 2
    assert answer["answers"][5]["problem"]["detail"] == (
        "All pictures of a batch together may have at most 8,000 pixels."
    )
    # A damaged one is decoded to where it is damaged, and counts.
    damaged = base64_of(file_of(seven().resize((40, 40)))[:-30])
    answer = patient.post(ADDRESS, json={"images": [damaged] * 7}).get_json()
    assert texts(answer) == [400] * 5 + [413] * 2
    too_large = base64_of(file_of(seven().resize((50, 50))))
    (alone,) = patient.post(ADDRESS, json={"images": [too_large]}).get_json()["answers"]
    assert "at most 2,000 pixels, not 50 × 50" in alone["problem"]["detail"]
