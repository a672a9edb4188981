"""The contents of a POST, as all parts of the project read it (accounts/reading.py)."""

import uuid
from pathlib import Path

import pytest
from django.http import QueryDict

from accounts.reading import fields_of, key_of

KEY = "7e2b3a52-66f4-4a43-9a1c-0d4d2c1d2f3e"


def test_fields_are_in_the_order_of_the_form():
    posted = QueryDict("title=Milk&plain=5pm&key=x&plain=today")
    assert fields_of(posted) == [
        ["title", "Milk"],
        ["plain", "5pm"],
        ["plain", "today"],
        ["key", "x"],
    ]


@pytest.mark.parametrize(
    ("posted", "key"),
    [
        ({"key": KEY}, uuid.UUID(KEY)),
        ({"key": KEY.replace("-", "").upper()}, uuid.UUID(KEY)),
        ({"key": ""}, None),
        ({"key": "x"}, None),
        ({"key": KEY[:-1]}, None),
        ({}, None),
        (QueryDict(f"key=x&key={KEY}"), uuid.UUID(KEY)),
    ],
)
def test_key_is_a_uuid(posted, key):
    assert key_of(posted) == key


@pytest.mark.parametrize("reading", [".lists()", "uuid.UUID("])
def test_no_other_module_reads_fields_or_keys(reading):
    sources = [
        path
        for app in ["accounts", "tasks", "todosite"]
        for path in Path(app).rglob("*.py")
        if "tests" not in path.parts
    ]
    assert {str(path) for path in sources if reading in path.read_text()} == {"accounts/reading.py"}
