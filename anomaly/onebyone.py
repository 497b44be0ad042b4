"""For models that take one series at a time: each sample by itself, with what is known before it."""

from collections.abc import Callable

import numpy as np

from anomaly.detector import Scores


def one_by_one(
    history: np.ndarray,
    values: np.ndarray,
    warm_up: int,
    score: Callable[[np.ndarray, float, float], float],
) -> Scores:
    """Scores of ``score(known, middle, value)``, ``middle`` being the median of what is known and expected.

    Samples with less than ``warm_up`` known before them get 0.
    """
    scores, expected = np.zeros(len(values)), np.zeros(len(values))
    for row, (before, value) in enumerate(zip(history, values.tolist(), strict=True)):
        known = before[~np.isnan(before)]
        if len(known) >= warm_up:
            expected[row] = np.median(known)
            scores[row] = np.nan_to_num(score(known, float(expected[row]), value))
    return Scores(scores, expected)
