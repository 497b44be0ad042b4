"""Lines and lists → weights."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier

from security.model.sequence import LIKE, REACH, WIDTH, WINDOW, Sequences, Weights, edges
from security.model.tokens import SLOTS, plain, tokens_of, word_slots
from security.model.training.corpus import LISTED, Marked, share
from security.model.training.vocabulary import Vocabulary

_EPOCHS_OF_WORDS: Final = 12
_REGULAR: Final = 2e-6
_HIDDEN: Final = 96
_ROWS: Final = 100_000  # of windows in memory at a time
_INT8: Final = 127


def fitted_words(
    words: Vocabulary, seed: int, listed: frozenset[int] = LISTED
) -> tuple[npt.NDArray[np.int8], npt.NDArray, npt.NDArray]:
    """The table of n-grams, its scales and biases, from lists of words.

    ``listed``: the shares of the names that are learnt.
    """
    lists = {
        "first": _listed(words.first, listed),
        "last": _listed(words.last, listed),
        "place": _listed(words.places, listed),
        "common": set(words.common),
        "technical": set(words.technical),
    }
    every = sorted(set().union(*lists.values()))
    # a word by its n-grams alone as well, or what is on no list is never learnt
    rows = [(word, whole) for word in every for whole in ((True, False) if share(word, 2) else (True,))]
    matrix = _slot_matrix(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    coefficients = []
    for like in LIKE:
        target = np.fromiter((word in lists[like] for word, _ in rows), np.int8, len(rows))
        model = SGDClassifier(
            loss="log_loss",
            alpha=_REGULAR,
            max_iter=_EPOCHS_OF_WORDS,
            tol=None,
            average=True,
            random_state=seed,
        )
        model.fit(matrix[order], target[order])
        coefficients.append((model.coef_[0], model.intercept_[0]))
    weights = np.stack([one for one, _ in coefficients], axis=1)
    scale = np.percentile(np.abs(weights), 99.99, axis=0) / _INT8
    table = np.clip(np.rint(weights / scale), -_INT8, _INT8).astype(np.int8)
    return table, scale.astype(np.float32), np.array([bias for _, bias in coefficients], np.float32)


def _listed(names: Iterable[str], shares: frozenset[int]) -> set[str]:
    return {name.lower() for name in names if share(name) in shares}


def _slot_matrix(rows: Sequence[tuple[str, bool]]) -> Any:
    indices: list[int] = []
    starts = [0]
    for word, whole in rows:
        indices += word_slots(word, whole=whole)
        starts.append(len(indices))
    data = np.ones(len(indices), np.float64)
    return csr_matrix((data, np.array(indices, np.int32), np.array(starts)), shape=(len(rows), SLOTS))


class Examples:
    """Lines as rows of numbers and the class of each."""

    def __init__(self, sequences: Sequences) -> None:
        self._sequences = sequences
        self._words: list[int] = []
        self._gaps: list[int] = []
        self._labels: list[int] = []

    def add(self, line: Marked) -> None:
        """Take one line in."""
        text = plain(line.text)
        tokens = tokens_of(text)
        words, gaps = self._sequences.rows(text, tokens)
        self._words += [*words, *edges()]
        self._gaps += [*gaps, *edges()]
        spans = iter(line.spans)
        start, end, label = next(spans, (len(text), len(text), 0))
        for token in tokens:
            while token.start >= end:
                start, end, label = next(spans, (len(text), len(text) + 1, 0))
            self._labels.append(label if token.end > start else 0)
        self._labels += edges()

    def arrays(self) -> tuple[npt.NDArray, npt.NDArray, npt.NDArray]:
        """Words, what is before each, and classes (-1: the edge of a line); as long as one another."""
        return np.array(self._words), np.array(self._gaps), np.array(self._labels)


def fitted_sequences(
    sequences: Sequences, examples: Examples, seed: int, epochs: int
) -> tuple[npt.NDArray, npt.NDArray, npt.NDArray, npt.NDArray]:
    """The network's weights: window, its bias, out, its bias."""
    words, gaps, labels = examples.arrays()
    rng = np.random.default_rng(seed)
    places = np.flatnonzero(labels >= 0)
    model = MLPClassifier(
        hidden_layer_sizes=(_HIDDEN,), alpha=1e-5, batch_size=512, learning_rate_init=2e-3, random_state=seed
    )
    outside = np.zeros((REACH, WIDTH), np.float32)
    described = np.concatenate((
        outside, sequences.described(words, gaps), outside
    ))  # fmt: skip
    for epoch in range(epochs):
        set_rate(model, 2e-3 * (1 - epoch / epochs))
        order = rng.permutation(places)
        for start in range(0, len(order), _ROWS):
            part = order[start : start + _ROWS]
            rows = np.concatenate([described[part + offset] for offset in range(WINDOW)], axis=1)
            model.partial_fit(rows, labels[part], classes=[0, 1, 2])
    first, second = model.coefs_
    return (
        first.reshape(WINDOW, WIDTH, _HIDDEN).astype(np.float32),
        model.intercepts_[0].astype(np.float32),
        second.astype(np.float32),
        model.intercepts_[1].astype(np.float32),
    )


def set_rate(model: MLPClassifier, rate: float) -> None:
    """Learn at ``rate`` from now on, which scikit-learn has no way to say once it has begun."""
    model.learning_rate_init = rate
    if hasattr(model, "_optimizer"):
        model._optimizer.learning_rate_init = rate  # noqa: SLF001
        model._optimizer.learning_rate = rate  # noqa: SLF001


def untrained(table: npt.NDArray[np.int8], scale: npt.NDArray, bias: npt.NDArray) -> Weights:
    """Weights of which the words alone are trained."""
    none = np.zeros(0, np.float32)
    return Weights(table, scale, bias, none, none, none, none)
