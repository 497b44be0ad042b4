"""The benchmark measures what it says: fresh keys, the same bytes for all, every figure written."""

import json
from pathlib import Path

import pytest

from connectors.recordfiles import read_files
from pipelines import bench, ingest
from pipelines.contenders import CONTENDERS, keep_first
from pipelines.multiply import multiply
from pipelines.settings import Settings
from tests.captures import sample_lines, write_lines

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first records of the sample: snapshot, catalogue and some poison."""
    lines = [line for line, _ in zip(sample_lines(), range(9000), strict=False)]
    return write_lines(tmp_path_factory.mktemp("bench") / "small.jsonl", lines)


def test_copies_have_keys_of_their_own(small: Path, tmp_path: Path) -> None:
    one, three = tmp_path / "one.parquet", tmp_path / "three.parquet"
    multiply(str(small), 1, one)
    total = multiply(str(small), 3 * 7000, three)
    assert sum(map(len, read_files([three], 5000))) == total
    single = ingest.run(Settings(input=(str(one),), output=str(tmp_path / "o1")))
    triple = ingest.run(Settings(input=(str(three),), output=str(tmp_path / "o3")))
    copies = triple["records"] // single["records"]
    assert copies >= 3
    for name in ("records", "valid_events", "replays", "application_duplicates", "undecodable", "updates"):
        assert triple[name] == copies * single[name], name


def test_every_figure_is_written(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_HORIZONS", (1000, 20_000))
    monkeypatch.setattr(bench, "_HORIZON_ROWS", 20_000)
    target = tmp_path / "bench.json"
    assert bench.run(str(small), 10_000, 1, str(target), memory=True) == 0
    figures = json.loads(target.read_text())
    rates = {name: figures[f"{name}_records_per_second"] for name in CONTENDERS}
    assert figures["path_to_limit"] == pytest.approx(rates["path"] / rates["limit"], abs=0.002)
    assert figures["path_to_loop"] == pytest.approx(rates["path"] / rates["loop"], abs=0.002)
    assert set(figures["steps_records_per_second"]) >= {"decode", "redact", "contract", "duplicates"}
    assert min(rates.values()) > 0
    assert figures["peak_mib"] > 0


def test_the_plain_loop_finds_the_rows_that_the_contract_refuses(small: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.parquet"
    multiply(str(small), 1, archive)
    summary = ingest.run(Settings(input=(str(archive),), output=str(tmp_path / "out")))
    kept = keep_first(archive)
    assert kept == summary["valid_events"] + summary["unknown_series"]
