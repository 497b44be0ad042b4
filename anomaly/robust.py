"""The default detector: says when a series has moved out of all that it did in the last hour or so.

The median of the newest three samples is held against the medians of three in the history. One sample out
of line, as bursty series have them, says nothing; a second one soon after does. The unit of the score is a
robust standard deviation: the median absolute deviation, scaled to a normal distribution's (Rousseeuw and
Croux: Alternatives to the Median Absolute Deviation, 1993), but not less than a third of the largest
deviation in the history, so that what happens now and then is nothing new, nor than a tenth of the median, so
that a flat series may stir.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from anomaly.detector import Scores

_NORMAL: Final = 1.4826
_OF_LARGEST: Final = 1 / 3
_OF_MEDIAN: Final = 0.1
_SMALLEST: Final = 1e-9
_CHUNK: Final = 2048  # rows at a time, so that they stay in the cache


@dataclass(kw_only=True)
class Robust:
    """See the module."""

    name: str = "robust"
    history: int = 64
    warm_up: int = 30
    threshold: float = 6.0
    dtype: type = np.float32  # what is lost by that is far below the least that it takes for a deviation

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        """Distance in robust standard deviations; see :class:`anomaly.detector.Detector`."""
        score, expected = np.zeros(len(values)), np.zeros(len(values))
        for start in range(0, len(values), _CHUNK):
            rows = slice(start, start + _CHUNK)
            score[rows], expected[rows] = _score(history[rows], values[rows])
        return Scores(score, expected)


def _score(history: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    newest = _median_of_three(history[:, -2], history[:, -1], values)
    before = history[:, :-2]  # what the newest three have no part in
    smooth = _median_of_three(before[:, :-2], before[:, 1:-1], before[:, 2:])
    rows = np.arange(len(values))
    gone = np.isnan(smooth[:, 0])
    known = np.full(len(values), smooth.shape[1])
    if gone.any():
        known[gone] = np.maximum(smooth.shape[1] - np.isnan(smooth[gone]).sum(axis=1), 1)
    smooth.sort(axis=1)  # what is not known is sorted to the end
    low, high = (known - 1) // 2, known // 2
    median = (smooth[rows, low] + smooth[rows, high]) / 2
    largest = np.maximum(median - smooth[:, 0], smooth[rows, known - 1] - median)
    smooth -= median[:, None]
    deviation = np.abs(smooth, out=smooth)
    deviation.sort(axis=1)
    mad = (deviation[rows, low] + deviation[rows, high]) / 2
    floor = np.maximum(_OF_MEDIAN * np.abs(median), _SMALLEST)
    scale = np.maximum(np.maximum(_NORMAL * mad, _OF_LARGEST * largest), floor)
    return np.nan_to_num(np.abs(newest - median) / scale), np.nan_to_num(median)


def _median_of_three(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Element by element; NaN where one of them is."""
    median: np.ndarray = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return median
