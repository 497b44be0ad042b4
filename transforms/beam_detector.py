"""The detectors of apache_beam.ml.anomaly behind the interface of a detector: ``beam:RobustZScore``.

Beam's learn one value after the other and keep their state to themselves; here each sample gets a fresh one
that learns the sample's history, so that nothing but the history is state. Some milliseconds a sample.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import numpy as np
from apache_beam.ml.anomaly.detectors import IQR, RobustZScore, ZScore

from anomaly.detector import Scores
from anomaly.onebyone import one_by_one

_DETECTORS: Final[dict[str, tuple[Callable[..., Any], float]]] = {
    "ZScore": (ZScore, 3.0),
    "RobustZScore": (RobustZScore, 3.0),
    "IQR": (IQR, 1.5),
}


def detector(name: str) -> "BeamDetector":
    """The detector around Beam's ``name``, with the threshold that Beam gives it."""
    if name not in _DETECTORS:
        raise ValueError(f"Beam's detectors here are {', '.join(_DETECTORS)}")
    make, threshold = _DETECTORS[name]
    return BeamDetector(name=f"beam:{name}", make=make, threshold=threshold)


@dataclass(kw_only=True)
class BeamDetector:
    """Score: what Beam's detector gives."""

    name: str
    make: Callable[..., Any]
    threshold: float
    history: int = 60
    warm_up: int = 30

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        """See :class:`anomaly.detector.Detector`."""
        return one_by_one(history, values, self.warm_up, self._score)

    def _score(self, known: np.ndarray, middle: float, value: float) -> float:
        one = self.make(features=["value"])
        for earlier in known.tolist():
            one.learn_one(beam.Row(value=earlier))
        return float(one.score_one(beam.Row(value=value)) or 0.0)
