"""Rows of slots, and the class of each → a table and a network that sums what the table holds in them.

scikit-learn's networks change every weight at every step. Of a table with as many rows as there are slots a
batch touches some, and the rest of that is for nothing: here only those rows are changed, by AdaGrad (Duchi,
Hazan, Singer 2011, *Adaptive subgradient methods*), with one step size for each row.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

Array = npt.NDArray[np.float32]

_BATCH: Final = 512
_RATE: Final = 0.2  # of the first step; it falls to nothing
_LEFT_OUT: Final = 0.1  # of the features, at random, so that no single one decides
_FIRST: Final = 1e-3  # of what the squares of gradients are added to
_SPREAD, _SPREAD_OUT = 0.05, 0.2  # of the weights at the beginning


class Network(NamedTuple):
    """Shapes, of S slots, H sums and C classes: S × H, H, H × C, C."""

    table: Array
    bias: Array
    out: Array
    out_bias: Array


def fitted_network(
    rows: csr_matrix, labels: npt.NDArray[np.int64], *, shape: tuple[int, int], epochs: int, seed: int
) -> Network:
    """Learns ``labels`` (0, 1, …) of ``rows`` (N × S; features that are 0 are none).

    ``shape``: sums and classes. The same rows, seed and versions of packages give the same weights.
    """
    sums, classes = shape
    rng = np.random.default_rng(seed)
    known = np.bincount(rows.indices[rows.data > 0], minlength=rows.shape[1]) > 0
    network = Network(
        _drawn(rng, _SPREAD, (rows.shape[1], sums)) * known[:, None],
        np.zeros(sums, np.float32),
        _drawn(rng, _SPREAD_OUT, (sums, classes)),
        np.zeros(classes, np.float32),
    )
    squares_of_rows = np.full(rows.shape[1], _FIRST, np.float32)
    squares = [np.full_like(part, _FIRST) for part in network[1:]]
    for epoch in range(epochs):
        rate = _RATE * (1 - epoch / epochs)
        order = rng.permutation(len(labels))
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            batch = rows[part]
            kept = rng.random(len(batch.data)) >= _LEFT_OUT
            batch.data = batch.data * kept / np.float32(1 - _LEFT_OUT)
            touched, places = np.unique(batch.indices, return_inverse=True)
            batch = csr_matrix((batch.data, places, batch.indptr), shape=(len(part), len(touched)))
            of_table, *of_others = _gradients(network, batch, network.table[touched], labels[part])
            squares_of_rows[touched] += (of_table * of_table).mean(axis=1)
            network.table[touched] -= rate * of_table / np.sqrt(squares_of_rows[touched])[:, None]
            for weights, of_weights, gradient in zip(network[1:], squares, of_others, strict=True):
                np.add(of_weights, gradient * gradient, out=of_weights)
                np.subtract(weights, rate * gradient / np.sqrt(of_weights), out=weights)
    return network


def _drawn(rng: np.random.Generator, spread: float, shape: tuple[int, int]) -> Array:
    return rng.normal(0, spread, shape).astype(np.float32)


def _gradients(
    network: Network, batch: csr_matrix, table: Array, labels: npt.NDArray[np.int64]
) -> tuple[Array, Array, Array, Array]:
    """Of the mean cross entropy of a batch, by the rows of ``table`` that it touches and by other weights."""
    hidden = np.maximum(batch @ table + network.bias, 0)
    likely = np.exp(_centred(hidden @ network.out + network.out_bias))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(labels)), labels] -= 1
    error = likely / np.float32(len(labels))
    back = (error @ network.out.T) * (hidden > 0)
    return np.asarray(batch.T @ back), back.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def _centred(logits: Array) -> Array:
    centred: Array = logits - logits.max(axis=1, keepdims=True)
    return centred
