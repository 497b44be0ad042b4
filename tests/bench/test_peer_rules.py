"""The peers do the same job: their rules give the truth's classes, and mask what ours masks."""

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from connectors.recordfiles import find_files, read_files
from security.detectors import KINDS, redact_text
from tests.bench.peers.sampling import Sample, figures
from tests.conftest import SAMPLE

PEERS = Path(__file__).parent / "peers"


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    spec = importlib.util.spec_from_file_location("peer_rules", PEERS / "rules.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_event_at_a_time_gives_the_classes_of_the_truth(rules: ModuleType) -> None:
    truth = json.loads((SAMPLE / "truth.json").read_text())["expected"]
    reasons: Counter[str] = Counter()
    refused: set[tuple[str, int]] = set()
    events, declared = [], set()
    for records in read_files(find_files([str(SAMPLE)]), 32_768):
        if records.topic.endswith(".metrics.series"):
            declared |= set(map(rules.read_series, records.values))
        for item in (
            map(rules.read_event, records.values) if records.topic.endswith(".metrics.events") else ()
        ):
            if item is None:
                continue
            if "reason" not in item:
                events.append(item)
            elif item.get("seq") is None:
                reasons[item["reason"]] += 1
            else:
                refused.add((item["reason"], item["seq"]))
    assert sum(reasons.values()) == truth["undecodable"]
    assert Counter(reason for reason, _ in refused) == truth["invalid_by_reason"]
    unknown = {event["seq"] for event in events if event["metric_id"] not in declared}
    assert len(unknown) == truth["unknown_series"]
    keys = {(e["metric_id"], e["timestamp"]) for e in events if e["seq"] not in unknown}
    assert len(keys) == truth["valid_events"]


SECRETS = {
    "database_url": "at postgres://ann:secret@db.internal/app for now",
    "jwt": "bearer eyJhbGciOi.eyJzdWIiOi.abc_def-1",
    "api_key": "key AKIAABCDEFGHIJKLMNOP of ours",
    "password": '{"password": "hunter2", "user": "x"}',
    "email": "ask jane.doe@example.com",
    "credit_card": "card 4111 1111 1111 1111 was charged",
    "ssn": "ssn 123-45-6789",
    "phone": "call 415-555-2671 or +44 20 7946 0958",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_eight_redactions_mask_what_ours_mask(rules: ModuleType, kind: str) -> None:
    masked = rules.redact(SECRETS[kind])
    assert masked == redact_text(SECRETS[kind], Counter())
    assert masked != SECRETS[kind]


@pytest.mark.parametrize(
    "text", ["ts-order-5f55b6cf68-77cfw:cpu_usage", "33.33.33.116", '{"n": 1795491284600}']
)
def test_what_is_harmless_stays(rules: ModuleType, text: str) -> None:
    assert rules.redact(text) == text


def test_figures_leave_out_the_start_and_the_tail() -> None:
    looks = [(0, 0, 5), (1, 100, 6), (2, 600, 8), (3, 1000, 9), (9, 1000, 30)]
    samples = [Sample(at, {"clean": written}, cpu, 0.0) for at, written, cpu in looks]
    got = figures(samples, "clean", 2000)
    assert (got.seconds, got.records_per_second, got.cores) == (2, 900, 1.5)
    assert got.cpu_us_per_record == pytest.approx(3 / 1800 * 1e6)


def test_the_peers_modules_are_no_packages_that_hide_the_real_ones() -> None:
    """Folders named as the peers must not be importable in their place."""
    for peer in ("bytewax", "quix"):
        assert not (PEERS / peer / "__init__.py").exists()
    assert str(PEERS) not in sys.path
