"""Counts of every step → whether every record that left a step arrived at the next, to the last record."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from connectors.sinks import FileWritten
from schemas.names import NOTES, SPANS_TOPIC, Output, Result, Step
from schemas.steps import BESIDE, is_events_topic, steps_of

#: ((step, topic, partition, result, reason), records), as the tally file holds them.
Tally = list[tuple[tuple[str, str, int, str, str], int]]

#: Where the records of a result are written.
_WRITTEN: Final = {
    Result.DEAD: Output.DEAD,
    Result.CHANGE: Output.CHANGES,
    Result.DUPLICATE: Output.DUPLICATES,
    Result.CONFLICT: Output.CONFLICTS,
    Result.LATE_SPAN: Output.LATE_SPANS,
}

#: What is told beside the records, all partitions together.
_TOLD: Final = {
    Result.ANOMALY: Output.VERDICTS,
    Result.LOSS: Output.LOSSES,
    Result.NOTICE: Output.NOTICES,
}


class Line(msgspec.Struct, frozen=True):
    """One step of one partition: records in, and what became of them."""

    step: str
    topic: str
    partition: int
    records_in: int
    records_out: dict[str, int]

    @property
    def difference(self) -> int:
        """Records that are not accounted for; below 0: more came out than went in."""
        return self.records_in - sum(self.records_out.values())

    def problem(self) -> str:
        """The difference in words."""
        return (
            f"{self.step}, {self.topic}/{self.partition}: {self.records_in} in,"
            f" {sum(self.records_out.values())} accounted for"
        )


def reconcile(
    tally: Tally,
    files: Sequence[FileWritten],
    read: Mapping[tuple[str, int], int],
    events_table: str,
    *,
    with_spans: bool = False,
) -> list[Line]:
    """A line for each step and partition, and one for what was written of each output.

    ``read``: records that the source gave, by (topic, partition). ``with_spans``: events go through the join.
    """
    results: dict[tuple[str, str, int], Counter[str]] = {}
    for (step, topic, partition, result, _), records in tally:
        if result not in NOTES:
            results.setdefault((step, topic, partition), Counter())[result] += records
    lines = []
    for (topic, partition), records in sorted(read.items()):
        arriving = records
        for step in steps_of(topic, events_table, with_spans=with_spans):
            out = results.get((step, topic, partition), Counter())
            if arriving or out:
                lines.append(Line(step, topic, partition, arriving, dict(out)))
            if step not in BESIDE:
                arriving = out[Result.PASSED]
        lines += _written(topic, partition, arriving, results, files, events_table)
    lines += _ended(tally)
    for result, output in _TOLD.items():
        told = sum(records for (_, _, _, of, _), records in tally if of == result)
        rows = sum(f.rows for f in files if f.output == output)
        if told or rows:
            lines.append(Line(Step.WRITE, "(all)", 0, told, {str(output): rows}))
    return lines


def _ended(tally: Tally) -> list[Line]:
    """A line for each partition of ends of transactions: each of their tables was judged, or sent before."""
    ended: Counter[tuple[str, int]] = Counter()
    judged: dict[tuple[str, int], Counter[str]] = {}
    for (step, topic, partition, result, _), records in tally:
        if result == Result.ENDED:
            ended[topic, partition] += records
        elif step == Step.TRANSACTIONS and result not in NOTES:
            judged.setdefault((topic, partition), Counter())[result] += records
    return [
        Line(
            Step.TRANSACTIONS,
            topic,
            partition,
            ended[topic, partition],
            dict(judged.get((topic, partition), {})),
        )
        for topic, partition in sorted(ended.keys() | judged.keys())
    ]


def _written(
    topic: str,
    partition: int,
    passed: int,
    results: Mapping[tuple[str, str, int], Counter[str]],
    files: Sequence[FileWritten],
    events_table: str,
) -> list[Line]:
    expected: Counter[str] = Counter()
    for (_, of_topic, of_partition), out in results.items():
        if (of_topic, of_partition) == (topic, partition):
            for result, output in _WRITTEN.items():
                expected[str(output)] += out[result]
    if topic != SPANS_TOPIC:  # spans end in the join
        expected[str(Output.CLEAN if is_events_topic(topic, events_table) else Output.TABLES)] += passed
    lines = []
    for name, records in expected.items():
        rows = sum(f.partitions.get(f"{topic}/{partition}", 0) for f in files if f.output == name)
        if records or rows:
            lines.append(Line(Step.WRITE, topic, partition, records, {name: rows}))
    return lines
