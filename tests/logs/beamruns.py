"""Running one step of logs in batch and in a stream, and looking at all that it gives."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from tests import streams

Found = dict[str, list[Any]]
_SILENCE = 3600
_KEPT: dict[tuple[str, str], list[Any]] = {}


def run(
    batches: list[pa.RecordBatch], step: beam.PTransform, *, streaming: bool = False, repeat: int = 0
) -> Found:
    """Everything that ``step`` gives, by the name of the output, as JSON knows it.

    In a stream each batch comes at the time of its last record, and the watermark follows.
    """
    name_of_run = uuid4().hex
    with streams.streaming() if streaming else beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat)) as p:
        source = p | (stream_of(batches) if streaming else beam.Create(batches, reshuffle=False))
        out = source | step
        outputs = out._asdict() if hasattr(out, "_asdict") else {"rows": out}
        for name, items in outputs.items():
            assert_that(items, partial(_keep, (name_of_run, name)), label=name)
    return {name: sorted(map(plain, _KEPT.pop((name_of_run, name))), key=repr) for name in outputs}


def stream_of(batches: Iterable[pa.RecordBatch]) -> Stream:
    """A stream of ``batches``, and a watermark that passes everything in the end."""
    stream = Stream(coder=beam.coders.registry.get_coder(pa.RecordBatch))
    watermark = Timestamp(0)
    for batch in batches:
        at = Timestamp(micros=max(batch.column("timestamp_ns").to_pylist()) // 10**6 * 1000)
        if at - _SILENCE > watermark:  # time goes on when nothing comes
            watermark = at - _SILENCE
            stream = stream.advance_watermark_to(watermark)
        stream = stream.add_elements([TimestampedValue(batch, at)])
        if at > watermark:
            watermark = at
            stream = stream.advance_watermark_to(at)
    return stream.advance_watermark_to(watermark + 7200).advance_watermark_to_infinity()


def _keep(key: tuple[str, str], items: Iterable[Any]) -> None:
    """In this module, which the runner's copy of a function finds again; a list of the test it would copy."""
    _KEPT[key] = list(items)


def plain(item: Any) -> Any:
    """An element as JSON knows it."""
    return item.to_pylist() if isinstance(item, pa.RecordBatch) else msgspec.to_builtins(item)
