"""The digest does not depend on files, row groups or order, and is what its definition says."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import digest

IDS = st.sampled_from(["a", "a b", "ab", "a\u00e9", "b", "-", "zz"])
KEYS = st.lists(st.tuples(IDS, st.integers(0, 10**15)), max_size=40)


def written(folder: Path, keys: list[tuple[str, int]], name: str) -> Path:
    ids = pa.array([metric_id for metric_id, _ in keys], pa.string()).dictionary_encode()
    times = pa.array([micros for _, micros in keys], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"metric_id": ids, "timestamp": times}), folder / name, row_group_size=7)
    return folder / name


@given(keys=KEYS, cut=st.integers(0, 40), group_rows=st.integers(1, 9))
def test_it_is_the_digest_of_the_sorted_lines(
    tmp_path_factory: pytest.TempPathFactory, keys: list[tuple[str, int]], cut: int, group_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("clean")
    files = [written(folder, keys[:cut], "1.parquet"), written(folder, keys[cut:], "2.parquet")]
    lines = sorted(f"{metric_id}\t{micros}\n".encode() for metric_id, micros in keys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "_GROUP_ROWS", group_rows)
        assert digest.keys_sha256(files) == hashlib.sha256(b"".join(lines)).hexdigest()
    assert sorted(folder.iterdir()) == files


def test_of_nothing_it_is_the_digest_of_nothing() -> None:
    assert digest.keys_sha256([]) == hashlib.sha256(b"").hexdigest()
