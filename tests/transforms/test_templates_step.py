"""MineTemplates: what the miner says, whatever the batches are; retries, restarts and silence."""

from collections import Counter
from typing import Any

import pytest

from logs.drain import Miner
from logs.templates import mine
from tests.bench.templates import last
from tests.logs.beamruns import Found, run
from tests.logs.labelled import lines
from tests.logs.logbatches import batch_of, parts, record
from transforms import templates
from transforms.templates import MineTemplates

LINES = lines(1200, statements=4, seed=3)
ROWS = [record(line.text, at / 10, service=line.service) for at, line in enumerate(LINES)]


def resolved(found: Found) -> dict[int, str]:
    """The template of each record as a reader sees it who follows what is replaced."""
    into = {old: new["id"] for new in found["templates"] for old in new["replaces"]}
    rows = {row["offset"]: row["template"] for batch in found["ok"] for row in batch}
    return {offset: last(template, into) for offset, template in rows.items()}


@pytest.fixture(scope="module")
def whole() -> Found:
    return run([batch_of(ROWS)], MineTemplates(shards=2))


def test_every_record_leaves_with_a_template_that_was_told(whole: Found) -> None:
    assert whole["tally"] and sum(n for _, n in whole["tally"]) == len(ROWS)
    told = {template["id"] for template in whole["templates"]}
    assert set(resolved(whole).values()) <= told
    assert len(resolved(whole)) == len(ROWS)


@pytest.mark.parametrize(("size", "streaming", "repeat"), [(100, False, 1), (64, True, 0)])
def test_the_templates_do_not_depend_on_how_the_input_was_cut(
    whole: Found, size: int, streaming: bool, repeat: int
) -> None:
    step = MineTemplates(shards=2, streaming=streaming)
    found = run(parts(ROWS, size), step, streaming=streaming, repeat=repeat)
    assert resolved(found) == resolved(whole)
    assert {t["id"]: t["text"] for t in found["templates"]} == {
        t["id"]: t["text"] for t in whole["templates"]
    }


def test_it_is_the_pure_miner_a_shard() -> None:
    found = run([batch_of(ROWS)], MineTemplates(shards=1))
    pure = mine(Miner(), batch_of(ROWS))
    assert [row["template"] for row in found["ok"][0]] == pure.batch.column("template").to_pylist()


def test_a_snapshot_takes_the_place_of_what_was_learned_one_by_one(
    whole: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "_LOG_FORMS", 5)
    monkeypatch.setattr(templates.ShardMemories, "open", _rebuilt)
    found = run(parts(ROWS, 100), MineTemplates(shards=2))
    assert Counter(resolved(found).values()) == Counter(resolved(whole).values())


def _rebuilt(self: Any, shard: Any, nonce: Any, rebuild: Any) -> Any:
    """As after a restart before every batch: the memory is made of the state."""
    return rebuild()


def test_records_of_no_service_go_on_too() -> None:
    rows = [record(f"job {i} done", i, service=None if i % 2 else "a") for i in range(6)]
    found = run([batch_of(rows)], MineTemplates(parameters=True))
    every = [row for batch in found["ok"] for row in batch]
    assert len(every) == 6
    assert len({row["template"] for row in every}) == 1
    assert sorted(row["parameters"][0] for row in every) == list("012345")


def test_a_silent_shard_is_forgotten() -> None:
    day = 24 * 3600
    rows = [record("hello world", 0), record("hello world", 1), record("hello world", 30 * day)]
    found = run(parts(rows, 1), MineTemplates(streaming=True), streaming=True)
    assert [template["text"] for template in found["templates"]] == ["hello world"] * 2
