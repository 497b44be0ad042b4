"""A network over a table of slots: gradients are those of the loss, it learns, and only what it has seen."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from security.model.training.sparse import Network, _gradients, fitted_network


def _loss(network: Network, rows: csr_matrix, labels: np.ndarray) -> float:
    logits = np.maximum(rows @ network.table + network.bias, 0) @ network.out + network.out_bias
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return float(-np.log(likely[np.arange(len(labels)), labels]).mean())


def _drawn(seed: int) -> tuple[Network, csr_matrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    parts = [rng.normal(0, 1, shape) for shape in ((6, 4), (4,), (4, 3), (3,))]
    return Network(*parts), csr_matrix(rng.random((8, 6)) < 0.5, dtype=float), rng.integers(0, 3, 8)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_slopes_of_the_loss(seed: int) -> None:
    network, rows, labels = _drawn(seed)
    step = 1e-6
    for part, gradient in enumerate(_gradients(network, rows, network.table, labels)):
        for place in np.ndindex(network[part].shape):
            moved = [
                _loss(
                    network._replace(**{network._fields[part]: _moved(network[part], place, by)}),
                    rows,
                    labels,
                )
                for by in (step, -step)
            ]
            assert gradient[place] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-4)


def _moved(weights: np.ndarray, place: tuple[int, ...], by: float) -> np.ndarray:
    moved = weights.copy()
    moved[place] += by
    return moved


def test_what_two_slots_say_together_is_learnt_and_what_none_has_stays_empty() -> None:
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2, (4_000, 2))
    rows = csr_matrix(np.column_stack((bits, np.ones(len(bits)), np.zeros(len(bits)))).astype(np.float32))
    labels = bits[:, 0] ^ bits[:, 1]
    network = fitted_network(rows, labels, shape=(8, 3), epochs=12, seed=1)
    hidden = np.maximum(rows @ network.table + network.bias, 0)
    told = (hidden @ network.out + network.out_bias).argmax(axis=1)
    assert (told == labels).mean() > 0.99
    assert not network.table[3].any()
    again = fitted_network(rows, labels, shape=(8, 3), epochs=12, seed=1)
    assert all((one == two).all() for one, two in zip(network, again, strict=True))
