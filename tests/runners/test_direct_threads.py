"""Workers that are threads send whole elements: nothing flushes them by a clock."""

from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.runners.worker import data_plane

from runners import direct


def test_no_stream_of_a_worker_is_flushed_by_a_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decision 26 says what happens where one is."""
    timed: list[int] = []
    begin = data_plane.TimeBasedBufferingClosableOutputStream.__init__

    def noted(stream: Any, *arguments: Any, **more: Any) -> None:
        timed.append(1)
        begin(stream, *arguments, **more)

    monkeypatch.setattr(data_plane.TimeBasedBufferingClosableOutputStream, "__init__", noted)
    written = tmp_path / "sums"

    def graph(pipeline: beam.Pipeline) -> None:
        pairs = pipeline | beam.Create([(n % 3, n) for n in range(1000)])
        sums = pairs | beam.GroupByKey() | beam.MapTuple(lambda key, values: f"{key} {sum(values)}")
        _ = sums | beam.io.WriteToText(str(written), shard_name_template="")

    options = ("--direct_num_workers=2", "--direct_running_mode=multi_threading")
    direct.run(graph, streaming=False, spill_folder=tmp_path / "spill", beam_options=options)
    assert timed == []
    assert sorted(written.read_text().split("\n")[:-1]) == [
        f"{key} {sum(range(key, 1000, 3))}" for key in range(3)
    ]
