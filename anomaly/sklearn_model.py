"""scikit-learn's novelty detectors behind the interface of a detector: ``sklearn:IsolationForest``.

A model is fitted to the history of each sample, so that nothing but the history is state; that is thorough,
and slow (milliseconds a sample): for looking at a few series.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

from anomaly.detector import Scores
from anomaly.onebyone import one_by_one

_MODELS: Final[dict[str, Callable[[], Any]]] = {
    "IsolationForest": lambda: IsolationForest(n_estimators=32, contamination=0.05, random_state=0),
    "LocalOutlierFactor": lambda: LocalOutlierFactor(n_neighbors=10, contamination=0.01, novelty=True),
    "OneClassSVM": lambda: OneClassSVM(nu=0.01, gamma="scale"),
}


def model(name: str) -> "SklearnModel":
    """The detector around the model ``name``."""
    if name not in _MODELS:
        raise ValueError(f"scikit-learn models here are {', '.join(_MODELS)}")
    return SklearnModel(name=f"sklearn:{name}", make=_MODELS[name])


@dataclass(kw_only=True)
class SklearnModel:
    """Score: the negated decision function of the model; above 0 it calls the value a novelty."""

    name: str
    make: Callable[[], Any]
    history: int = 60
    warm_up: int = 30
    threshold: float = 0.0

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        """See :class:`anomaly.detector.Detector`."""
        return one_by_one(history, values, self.warm_up, self._score)

    def _score(self, known: np.ndarray, middle: float, value: float) -> float:
        spread = float(np.ptp(known)) or abs(middle) or 1.0
        fitted = self.make().fit(((known - middle) / spread)[:, None])
        return -float(fitted.decision_function([[(value - middle) / spread]])[0])
