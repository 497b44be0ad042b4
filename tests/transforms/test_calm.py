"""What waits, and what does not. That it comes out as it was is seen on Flink (tests/integration/chaos).

Beam's runners in Python have no clock for such a trigger.
"""

import apache_beam as beam
import pyarrow as pa
from apache_beam.coders import registry
from apache_beam.transforms.trigger import AccumulationMode, AfterProcessingTime, Repeatedly
from apache_beam.transforms.window import TimestampCombiner

from transforms.calm import Calm, _each
from transforms.coders import BatchCoder


def pairs(pipeline: beam.Pipeline) -> beam.PCollection:
    batch = pa.RecordBatch.from_pydict({"id": [1]})
    return pipeline | beam.Create([(0, batch)]).with_output_types(tuple[int, pa.RecordBatch])


def test_without_a_time_nothing_waits() -> None:
    one = pairs(beam.Pipeline())
    assert (one | Calm(seconds=0)) is one


def test_pairs_wait_for_a_second_and_hold_the_watermark() -> None:
    pipeline = beam.Pipeline()
    one = pairs(pipeline)
    grouped = (one | Calm(seconds=2)).producer.inputs[0]
    windowing = grouped.producer.inputs[0].windowing
    assert isinstance(windowing.triggerfn, Repeatedly)
    assert isinstance(windowing.triggerfn.underlying, AfterProcessingTime)
    assert windowing.triggerfn.underlying.delay == 2
    assert windowing.accumulation_mode == AccumulationMode.DISCARDING
    assert windowing.timestamp_combiner == TimestampCombiner.OUTPUT_AT_EARLIEST
    pipeline.to_runner_api()  # a delay that is no whole number cannot be translated


def test_what_comes_out_has_the_type_and_so_the_coder_of_what_goes_in() -> None:
    one = pairs(beam.Pipeline())
    calm = one | Calm(seconds=1)
    assert calm.element_type == one.element_type
    assert BatchCoder() in registry.get_coder(calm.element_type).coders()


def test_each_value_of_a_key_is_a_pair_again() -> None:
    assert list(_each(("a", iter([1, 2, 1])))) == [("a", 1), ("a", 2), ("a", 1)]
