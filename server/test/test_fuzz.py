"""Broken pictures are pictures, or problems, and never failures of the server."""

import pytest
from flask.testing import FlaskClient

from bench.fuzz import fate, inputs


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_pictures_are_problems(seed: int) -> None:
    """`npm run fuzz` takes 100,000."""
    fates = {fate(data) for data in inputs(2000, seed)}
    assert {"picture", "400"} <= fates


def test_broken_pictures_are_answered(client: FlaskClient) -> None:
    for data in inputs(150, seed=3):
        response = client.post("/api/recognize", data=data, content_type="image/png")
        assert response.status_code == 200 or 400 <= response.status_code < 500
