"""Levels while a process runs: by name, by number, by a file that comes, changes, breaks and goes."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.logs import LevelError, set_level
from telemetry.logs.levels import LevelFile, level_number

A, B = "tests.levels.a", "tests.levels.b"


@pytest.fixture(autouse=True)
def levels_as_they_were() -> Iterator[None]:
    root = logging.getLogger().level
    yield
    logging.getLogger().setLevel(root)
    for name in (A, B):
        logging.getLogger(name).setLevel(logging.NOTSET)


def levels() -> tuple[int, int]:
    return logging.getLogger(A).level, logging.getLogger(B).level


def written(path: Path, text: str) -> Path:
    """``text`` as a new file under this name, as an editor or Kubernetes puts it there."""
    partial = path.with_suffix(".new")
    partial.write_text(text)
    partial.replace(path)
    return path


def test_a_level_by_name_or_number_is_in_force_at_once() -> None:
    assert set_level(A, "debug") == logging.NOTSET
    assert logging.getLogger(A).isEnabledFor(logging.DEBUG)
    assert set_level(logging.getLogger(A), 35) == logging.DEBUG
    assert not logging.getLogger(A).isEnabledFor(logging.WARNING)
    before = set_level("root", "ERROR")
    assert logging.getLogger().level == logging.ERROR
    assert set_level("", before) == logging.ERROR


@pytest.mark.parametrize("name, number", [("trace", 5), (" Warn ", 30), ("FATAL", 50), ("15", 15), (0, 0)])
def test_names_of_levels(name: str | int, number: int) -> None:
    assert level_number(name) == number


@pytest.mark.parametrize("name", ["loud", "", "-1", "1001", "99999999999", -1, 5000, "x" * 10_000])
def test_what_is_no_level_is_refused_with_those_that_are(name: str | int) -> None:
    with pytest.raises(LevelError, match="is no level") as refused:
        set_level(A, name)
    assert len(str(refused.value)) < 300
    assert levels() == (0, 0)


def test_a_file_brings_levels_into_force_and_its_end_the_old_ones_back(tmp_path: Path) -> None:
    set_level(B, "ERROR")
    path = tmp_path / "levels"
    file = LevelFile(path)
    assert list(file.look()) == []  # there is none yet
    written(path, f"# for the night\n{A} = debug  # payments\n\n{B}=INFO\n")
    ((level, text),) = file.look()
    assert level == logging.INFO
    assert text == f"{path}: levels are now {A} DEBUG, {B} INFO"
    assert levels() == (logging.DEBUG, logging.INFO)
    assert list(file.look()) == []  # nothing is new
    written(path, f"{A} = 15")
    assert len(list(file.look())) == 1
    assert levels() == (15, logging.ERROR)
    path.unlink()
    ((_, text),) = file.look()
    assert text == f"{path}: levels are now as they were without it"
    assert levels() == (logging.NOTSET, logging.ERROR)


@pytest.mark.parametrize(
    "text, said",
    [
        (f"{A} = DEBUG\n{B} = LOUD\n", "line 2: 'LOUD' is no level"),
        (f"{A}\n", "line 1: write LOGGER = LEVEL"),
        ("x" * 70_000, "more than 65,536 bytes"),
        ("\ud800", "codec can't decode"),
    ],
)
def test_a_file_that_is_not_understood_changes_nothing_and_says_so_once(
    text: str, said: str, tmp_path: Path
) -> None:
    file = LevelFile(written(tmp_path / "levels", f"{A} = ERROR"))
    list(file.look())
    (tmp_path / "new").write_bytes(text.encode("utf-8", "surrogatepass"))
    os.replace(tmp_path / "new", tmp_path / "levels")
    ((level, told),) = file.look()
    assert level == logging.WARNING
    assert said in told
    assert told.endswith("; levels stay as they are")
    assert list(file.look()) == []
    assert levels() == (logging.ERROR, logging.NOTSET)
    file.restore()
    assert levels() == (logging.NOTSET, logging.NOTSET)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    ((level, told),) = LevelFile(tmp_path).look()
    assert level == logging.WARNING
    assert "Is a directory" in told
