"""A file of marks: what is known to have happened, or one line that says why it cannot be read."""

import json
from pathlib import Path

import pytest

from connectors.errors import InputError
from connectors.marks import Mark, read_marks
from tests.conftest import SAMPLE


def test_the_faults_of_the_sample_are_read() -> None:
    faults = json.loads((SAMPLE / "faults.json").read_text())
    marks = read_marks(str(SAMPLE / "faults.json"))
    assert [(m.start, m.pod, m.type) for m in marks] == [(f["start"], f["pod"], f["type"]) for f in faults]


def test_only_the_start_must_be_there_and_more_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "marks.json"
    file.write_text(
        '[{"start": "2023-01-29T08:50:00Z", "pod": "p"}, {"start": "2023-01-29", "service": "s", "end": 5}]'
    )
    expected = [Mark("2023-01-29T08:50:00Z", "p"), Mark("2023-01-29T00:00:00+00:00", service="s")]
    assert read_marks(str(file)) == expected


def test_without_a_file_there_are_no_marks() -> None:
    assert read_marks(None) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no list of marks"),
        (b"{}", "no list of marks: Expected `array`"),
        (b'[{"pod": "p"}]', "missing required field `start`"),
        (b'[{"start": 5}]', r"Expected `str`, got `int` - at `\$\[0\]\.start`"),
        (b'[{"start": "\xff"}]', "no list of marks"),
        (b"[" * 100_000, "no list of marks"),
        (b'[{"start": "soon"}]', "start 'soon' is no time in ISO 8601"),
        (b'[{"start": ""}]', "start '' is no time"),
    ],
)
def test_what_is_no_list_of_marks_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=problem) as raised:
        read_marks(str(file))
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nosuch\.json: No such file"):
        read_marks(str(tmp_path / "nosuch.json"))
