"""What a step gives becomes the messages of its topic, whatever batches it comes in."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.messages import Messages, rendered
from pipelines import publish
from pipelines.publish import _ToMessages
from schemas.batches import EVENTS, Origin
from schemas.names import Output
from schemas.topics import TOPICS

CLEAN = TOPICS[Output.CLEAN]


def events(first: int, rows: int, partition: int) -> pa.RecordBatch:
    """Events numbered from ``first``, each with the times of its number."""
    numbers = list(range(first, first + rows))
    columns: dict[str, Any] = {field.name: numbers for field in EVENTS}
    columns |= {"metric_id": [f"m{n % 3}" for n in numbers], "tags": ["{}"] * rows}
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in EVENTS]
    origin = Origin("db.metrics.events", partition, "x")
    return pa.RecordBatch.from_arrays(arrays, schema=origin.stamp(EVENTS))


def bundle(step: _ToMessages, items: list[Any]) -> list[Messages]:
    """What comes of one bundle, as the messages that they become."""
    step.start_bundle()
    found = [made for item in items for made in step.process(item)]
    found += [windowed.value for windowed in step.finish_bundle()]
    return [rendered(one) for one in found]


batches = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), max_size=8)


@given(batches, st.sampled_from([1, 5, 2_000]))
def test_batches_of_a_bundle_are_one_and_keep_rows_order_and_times(
    sizes: list[tuple[int, int]], many: int
) -> None:
    items, first = [], 0
    for rows, partition in sizes:
        items.append(events(first, rows, partition))
        first += rows
    alone = [m for item in items for m in bundle(_ToMessages(CLEAN, Output.CLEAN, None), [item])]
    known, publish._MANY_ROWS = publish._MANY_ROWS, many  # type: ignore[misc]
    try:
        together = bundle(_ToMessages(CLEAN, Output.CLEAN, None), items)
    finally:
        publish._MANY_ROWS = known  # type: ignore[misc]
    assert [value for m in together for value in m.values] == [value for m in alone for value in m.values]
    assert [key for m in together for key in m.keys] == [key for m in alone for key in m.keys]
    for times in ("committed_us", "appended_ms"):
        found = np.frombuffer(b"".join(getattr(m, times) for m in together), np.int64)
        assert found.tolist() == list(range(first))
    if many == 2_000:
        assert len(together) == bool(items)


def test_rows_with_other_columns_are_messages_of_their_own() -> None:
    plain, more = events(0, 2, 0), events(2, 1, 0)
    more = more.append_column("kept_value", pa.array([1.5]))
    step = _ToMessages(TOPICS[Output.CONFLICTS], Output.CONFLICTS, None)
    assert [len(m) for m in bundle(step, [plain, more, plain])] == [4, 1]
    assert bundle(step, []) == []
