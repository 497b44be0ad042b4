"""WriteStore as a step of a pipeline: counts that add up, letters without content."""

from pathlib import Path

import apache_beam as beam
import msgspec
from apache_beam.testing.util import assert_that, equal_to

from connectors.logstores.store import Store, StoreKind
from connectors.logstores.write import WriteStore
from schemas.letters import DeadLetter
from tests.connectors.logbatches import batch, record
from tests.connectors.logserver import log_server


def test_counts_and_letters(tmp_path: Path) -> None:
    with log_server() as server:
        server.refuses = lambda text: 400 if "secret thing" in text else 0
        batches = [
            batch([record(at) for at in range(50)]),
            batch([record(at) for at in range(40, 60)]),
            batch([record(7, body="secret thing")], partition=1),
        ]
        store = Store(kind=StoreKind.ELASTICSEARCH, url=server.url, request_bytes=9_000)
        with beam.Pipeline() as pipeline:
            stored = pipeline | beam.Create(batches, reshuffle=False) | WriteStore(store=store)
            sums = stored.tally | beam.CombinePerKey(sum)
            assert_that(
                sums,
                equal_to(
                    [
                        (("store", "otlp_logs", 0, "passed", ""), 60),
                        (("store", "otlp_logs", 0, "duplicate", ""), 10),
                        (("store", "otlp_logs", 1, "dead", "store_refused"), 1),
                    ]
                ),
                "counts",
            )
            _ = (
                stored.dead
                | beam.Map(msgspec.json.encode)
                | beam.Map(bytes.decode)
                | beam.io.WriteToText(str(tmp_path / "dead"), shard_name_template="")
            )
        assert len(server.stored) == 60
    letter = msgspec.json.decode((tmp_path / "dead").read_bytes(), type=DeadLetter)
    assert (letter.id, letter.offset, letter.reason) == ("otlp_logs-1-7-0", 7, "store_refused")
    assert letter.row is None
    assert letter.size
    assert "secret" not in (tmp_path / "dead").read_text()
