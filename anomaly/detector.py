"""What a detector is, and how one is named in a setting."""

import importlib
import os
import sys
from typing import Final, NamedTuple, Protocol, runtime_checkable

import numpy as np


class Scores(NamedTuple):
    """Of each sample; both of shape (rows,). ``expected``: what the value should have been."""

    score: np.ndarray
    expected: np.ndarray


@runtime_checkable
class Detector(Protocol):
    """Scores samples by what their series did before; a pure function, so that state is only the history.

    ``history``: samples of a series that are kept for it, as ``dtype`` (8 bytes each, unless it says so).
    ``warm_up``: samples of a series without which it says nothing.
    ``threshold``: a score above it is an anomaly.
    """

    name: str
    history: int
    warm_up: int
    threshold: float

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        """Score ``values``, shape (rows,), by ``history``, shape (rows, ``self.history``).

        A row of ``history`` holds what came before the value, the oldest first; NaN, on the left, where less
        is known. Rows with fewer samples than ``warm_up`` may get any score.
        """


class DetectorError(ValueError):
    """A detector that cannot be used; the message names it and the fix."""


#: Short names, and prefixes of families, by the place where they are: ``module:attribute``.
_PLACES: Final = {"robust": "anomaly.robust:Robust"}
_FAMILIES: Final = {"sklearn": "anomaly.sklearn_model:model", "beam": "transforms.beam_detector:detector"}
_OWN: Final = {*_PLACES.values(), *_FAMILIES.values()}
KNOWN: Final = "robust, beam:ZScore, beam:RobustZScore, beam:IQR, sklearn:IsolationForest, module:Class"


def dtype_of(detector: Detector) -> np.dtype:
    """How a detector wants its numbers: its ``dtype``, or double precision."""
    return np.dtype(getattr(detector, "dtype", np.float64))


def detector_named(name: str) -> Detector:
    """The detector that ``name`` names: a short name, ``family:Model``, or ``module:Class`` of your own."""
    family, _, model = name.partition(":")
    try:
        if family in _FAMILIES:
            made = _load(_FAMILIES[family])(model)
        else:
            made = _load(_PLACES.get(name, name))()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise DetectorError(f"detector {name!r}: {error}; known: {KNOWN}") from error
    if not isinstance(made, Detector):
        raise DetectorError(f"detector {name!r}: has not what anomaly.detector.Detector asks for")
    return made


def _load(place: str) -> type:
    module, _, attribute = place.partition(":")
    if place not in _OWN and os.getcwd() not in sys.path:  # a detector of one's own lies where one works
        sys.path.append(os.getcwd())
    if not attribute:
        raise ValueError("no such detector")
    loaded: type = getattr(importlib.import_module(module), attribute)
    return loaded
