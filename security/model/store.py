"""Weights ⇄ files: ``model.npz`` (arrays and nothing else) and ``model.json`` (its card and its digest).

Nothing is executed when a model is loaded: arrays of numbers whose names, types and shapes are known
beforehand, read without pickle, from bytes whose SHA-256 the card states.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.model.announced import CLASSES as ANNOUNCED_CLASSES
from security.model.announced import AnnouncedWeights
from security.model.looks import SLOTS as ANNOUNCED_SLOTS
from security.model.secrets import LETTERS, SecretWeights
from security.model.sequence import CLASSES, LIKE, WIDTH, WINDOW, Weights
from security.model.tokens import SLOTS

DEFAULT: Final = Path(__file__).with_name("model.npz")
#: What the arrays mean; another number, another meaning.
FORMAT: Final = 3
MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_HIDDEN: Final = 1024


class ModelError(Exception):
    """A model's file is damaged, or of another kind: the message names the file and the fix."""


class Model(NamedTuple):
    """What is loaded."""

    sequences: Weights
    secrets: SecretWeights
    announced: AnnouncedWeights
    card: dict[str, Any]


def card_of(path: Path) -> Path:
    """Where the card of a model lies: beside it."""
    return path.with_suffix(".json")


def packed(sequences: Weights, secrets: SecretWeights, announced: AnnouncedWeights) -> bytes:
    """The bytes of ``model.npz``: the same weights, the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in _arrays(sequences, secrets, announced).items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue(), compresslevel=9)
    return out.getvalue()


def save(path: Path, content: bytes, card: dict[str, Any]) -> None:
    """Write a model and its card, which gets the digest and size of ``content``."""
    whole = {**card, "format": FORMAT, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    path.write_bytes(content)
    card_of(path).write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n", "utf-8")


def load(path: Path = DEFAULT) -> Model:
    """Read a model. Raises `ModelError` if it is missing, damaged, or not what its card says."""
    fix = "make it again with: traceo train redaction-model"
    try:
        content = path.read_bytes()
        card = json.loads(card_of(path).read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{error.filename}: {error.strerror}; {fix}") from error
    except ValueError as error:
        raise ModelError(f"{card_of(path)}: no JSON; {fix}") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise ModelError(f"{card_of(path)}: no card of a model of format {FORMAT}; {fix}")
    if len(content) > MOST_BYTES or hashlib.sha256(content).hexdigest() != card.get("sha256"):
        raise ModelError(f"{path}: not the file that {card_of(path).name} describes (SHA-256); {fix}")
    try:
        arrays = _unpacked(content)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: no model: {error}; {fix}") from error
    return Model(
        Weights(**_of("names", arrays)),
        SecretWeights(**_of("secrets", arrays)),
        AnnouncedWeights(**_of("announced", arrays)),
        card,
    )


def _arrays(
    sequences: Weights, secrets: SecretWeights, announced: AnnouncedWeights
) -> dict[str, npt.NDArray]:
    parts = (("names", sequences), ("secrets", secrets), ("announced", announced))
    return {f"{part}_{name}": array for part, of in parts for name, array in of._asdict().items()}


def _of(part: str, arrays: dict[str, npt.NDArray]) -> dict[str, npt.NDArray]:
    """The arrays of one part of the model, by their names in it."""
    return {
        name.removeprefix(f"{part}_"): array for name, array in arrays.items() if name.startswith(f"{part}_")
    }


def _unpacked(content: bytes) -> dict[str, npt.NDArray]:
    """The arrays, each of the type and shape that it must have."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
            raise ValueError("it unpacks to more than a model holds")
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    names = len(arrays["names_window_bias"])
    secrets, described = len(arrays["secrets_hidden_bias"]), len(arrays["secrets_mean"])
    announced, rows = len(arrays["announced_bias"]), len(arrays["announced_rows"])
    if max(names, secrets, described, announced) > _MOST_HIDDEN:
        raise ValueError("its network is larger than a model's")
    shapes: dict[str, tuple[int, ...]] = {
        "names_table": (SLOTS, len(LIKE)),
        "names_scale": (len(LIKE),),
        "names_bias": (len(LIKE),),
        "names_window": (WINDOW, WIDTH, names),
        "names_window_bias": (names,),
        "names_out": (names, CLASSES),
        "names_out_bias": (CLASSES,),
        "secrets_letters": (LETTERS, LETTERS),
        "secrets_mean": (described,),
        "secrets_scale": (described,),
        "secrets_hidden": (described, secrets),
        "secrets_hidden_bias": (secrets,),
        "secrets_out": (secrets, 1),
        "secrets_out_bias": (1,),
        "announced_table": (rows, announced),
        "announced_rows": (rows,),
        "announced_scale": (announced,),
        "announced_bias": (announced,),
        "announced_out": (announced, ANNOUNCED_CLASSES),
        "announced_out_bias": (ANNOUNCED_CLASSES,),
    }
    if set(arrays) != set(shapes):
        raise ValueError("its arrays are not those of a model")
    for name, shape in shapes.items():
        kind = _TYPES.get(name.rpartition("_")[2], np.float32)
        if arrays[name].shape != shape or arrays[name].dtype != kind:
            raise ValueError(f"{name} is not {np.dtype(kind)} of {shape}")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} holds what is no number")
    places = arrays["announced_rows"]
    if len(places) and not (0 <= places[0] and places[-1] < ANNOUNCED_SLOTS and (np.diff(places) > 0).all()):
        raise ValueError("announced_rows are no slots in order")
    return arrays


#: Of arrays by the last word of their names; of others float32.
_TYPES: Final = {"table": np.int8, "rows": np.int32}


_MOST_UNPACKED: Final = 32 * 1024 * 1024
