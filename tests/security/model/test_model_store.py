"""A model that is loaded executes nothing, and is the one that its card describes."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from security.model import ModelError, looks
from security.model.store import DEFAULT, FORMAT, MOST_BYTES, card_of, load, packed, save


@pytest.fixture(scope="module")
def content() -> bytes:
    return DEFAULT.read_bytes()


def stored(folder: Path, content: bytes, **changes: object) -> Path:
    """A model of ``content`` with a card that fits it, but for ``changes``."""
    path = folder / "model.npz"
    path.write_bytes(content)
    card = {"format": FORMAT, "sha256": hashlib.sha256(content).hexdigest(), **changes}
    card_of(path).write_text(json.dumps(card))
    return path


def changed(content: bytes, name: str, array: np.ndarray | None) -> bytes:
    """``content`` with an array changed or, if None, left out."""
    with np.load(io.BytesIO(content)) as archive:
        arrays = {each: archive[each] for each in archive.files}
    if array is None:
        del arrays[name]
    else:
        arrays[name] = array
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def test_the_model_that_is_shipped_is_small_and_its_card_says_what_it_is() -> None:
    model = load()
    assert DEFAULT.stat().st_size == model.card["bytes"] <= MOST_BYTES
    assert {"data", "measures", "limits", "versions", "plan", "sha256"} <= set(model.card)
    # many of these templates announce nobody, on purpose
    for kind, least in (("person_name", 0.7), ("postal_address", 0.85)):
        measure = model.card["measures"]["templates_never_trained_on"]["kinds"][kind]
        assert measure["recall"][1] >= least
        assert measure["precision"][1] >= 0.85


def test_what_is_saved_is_loaded_again_to_the_bit(tmp_path: Path, content: bytes) -> None:
    model = load()
    assert packed(model.sequences, model.secrets, model.announced) == content
    save(tmp_path / "copy.npz", content, {"what": "a copy"})
    again = load(tmp_path / "copy.npz")
    assert all(np.array_equal(a, b) for a, b in zip(model.sequences, again.sequences, strict=True))
    assert again.card["what"] == "a copy"


@pytest.mark.parametrize("place", [10, 1000, -30])
def test_one_changed_byte_is_refused(tmp_path: Path, content: bytes, place: int) -> None:
    damaged = bytearray(content)
    damaged[place] ^= 1
    path = stored(tmp_path, bytes(damaged), sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(
        ModelError, match=r"model\.npz: not the file that model\.json describes.*traceo train"
    ):
        load(path)


def test_a_pickle_is_never_opened_even_if_the_card_vouches_for_it(tmp_path: Path, content: bytes) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    with pytest.raises(ModelError, match="no model"):
        load(stored(tmp_path, changed(content, "names_bias", objects)))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("names_table", np.zeros((10, 5), np.int8)),
        ("names_bias", np.zeros(5, np.float64)),
        ("names_bias", np.full(5, np.nan, np.float32)),
        ("another", np.zeros(5, np.float32)),
        ("secrets_mean", None),
        ("announced_rows", None),
        ("announced_rows", np.arange(10, dtype=np.int32)),
    ],
)
def test_arrays_of_another_model_are_refused(
    tmp_path: Path, content: bytes, name: str, array: np.ndarray | None
) -> None:
    with pytest.raises(ModelError, match="no model"):
        load(stored(tmp_path, changed(content, name, array)))


@pytest.mark.parametrize("rows", [[0, 2, 1], [0, 0, 1], [-1, 0, 1], [0, 1, looks.SLOTS]])
def test_rows_of_slots_that_there_are_not_are_refused(
    tmp_path: Path, content: bytes, rows: list[int]
) -> None:
    table = np.load(io.BytesIO(content))["announced_table"][: len(rows)]
    few = changed(content, "announced_table", table)
    with pytest.raises(ModelError, match="announced_rows are no slots in order"):
        load(stored(tmp_path, changed(few, "announced_rows", np.array(rows, np.int32))))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("names_table.npy", bytes(64 * 1024 * 1024))
    with pytest.raises(ModelError, match="unpacks to more"):
        load(stored(tmp_path, out.getvalue()))


def test_missing_and_foreign_files_are_said_in_one_line_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No such file.*traceo train redaction-model"):
        load(tmp_path / "none.npz")
    with pytest.raises(ModelError, match="no model"):
        load(stored(tmp_path, b"PK not a zip"))
    with pytest.raises(ModelError, match="no card of a model of format"):
        load(stored(tmp_path, b"x", format=1))
    path = stored(tmp_path, b"x")
    card_of(path).write_text("{")
    with pytest.raises(ModelError, match=r"model\.json: no JSON"):
        load(path)
