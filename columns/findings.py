"""FINDINGS batch → the secrets seen in each record, for whoever judges them."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from schemas.batches import Origin
from schemas.ocsf import SecretSeen
from security.detectors import Category


def secrets_seen(findings: pa.RecordBatch) -> Iterator[SecretSeen]:
    """One for each record and kind."""
    origin = Origin.of(findings)
    names = ("category", "kind", "offset", "place", "source", "timestamp_ns")
    counted: Counter[tuple[object, ...]] = Counter(
        row
        for category, *row_of in zip(*(findings.column(name).to_pylist() for name in names), strict=True)
        if category == Category.SECRET
        for row in [tuple(row_of)]
    )
    for (kind, offset, place, source, time_ns), count in counted.items():
        yield SecretSeen(
            record=f"{origin.topic}/{origin.partition}/{offset}/{place}",
            kind=str(kind),
            count=count,
            service=str(source or ""),
            time_ns=int(str(time_ns or 0)),
        )
