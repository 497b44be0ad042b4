"""``traceo redact``: what goes in comes out, but for what must not be read; and each find is told."""

import base64
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.redactfilter import Filter, findings_writer
from security.loaded import load_redactor
from security.policy import Action, Policy, Rule
from security.redactor import Redactor
from tests.conftest import ROOT

REDACTOR = load_redactor(model="off")
KEY = (
    b"-----BEGIN RSA PRIVATE KEY-----\n"
    + b"MIIEow" * 10
    + b"\n"
    + b"IBAAKC" * 10
    + b"\n-----END RSA PRIVATE KEY-----\n"
)


def filtered(
    data: bytes, redactor: Redactor = REDACTOR, most: int = 1 << 20
) -> tuple[bytes, list[dict[str, Any]], Filter]:
    told, out = io.StringIO(), io.BytesIO()
    work = Filter(redactor, max_line_bytes=most, listener=findings_writer(told))
    work.run(io.BytesIO(data), out)
    return out.getvalue(), [json.loads(line) for line in told.getvalue().splitlines()], work


def test_a_find_is_told_by_line_and_characters() -> None:
    data = 'é clean\nüser jane@example.com, bob@example.com\n{"password": "x y"}\n'.encode()
    out, found, work = filtered(data)
    assert out.decode() == 'é clean\nüser j***@example.com, b***@example.com\n{"password": "[PASSWORD]"}\n'
    lines = data.decode().splitlines()
    told = [(one["line"], lines[one["line"] - 1][one["start"] : one["end"]], one["kind"]) for one in found]
    assert told == [(2, "jane@example.com", "email"), (2, "bob@example.com", "email"), (3, "x y", "password")]
    assert found[2]["field"] == "password" and found[0]["field"] is None
    assert (work.lines, work.found.total()) == (3, 3)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"a", b"a\r\nb\r\n", b"\r\n\r\n", b"a\n\nb", "né\u2028x\x0by\n".encode(), b"a\rb\n"]
)
def test_lines_without_a_find_stay_byte_for_byte(data: bytes) -> None:
    assert filtered(data)[0] == data


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["clean", "a jane@example.com b", "", "é", "x\r", "password=hunter2"]), max_size=12
    )
)
def test_every_line_comes_out_in_its_place(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    out, found, work = filtered(data)
    clean = out.decode().split("\n")
    assert len(clean) == data.decode().count("\n") + 1
    for before, after in zip(data.decode().split("\n"), clean, strict=True):
        assert (before == after) == ("jane" not in before and "hunter2" not in before)
    assert {one["line"] for one in found} == {
        number for number, line in enumerate(lines, start=1) if "jane" in line or "hunter2" in line
    }


def test_a_private_key_over_lines_is_one_find_and_told_line_by_line() -> None:
    out, found, work = filtered(b"before\n" + KEY + b"after a@b.com\n")
    assert out == b"before\n[PRIVATE_KEY]\nafter a***@b.com\n"
    assert [one["line"] for one in found] == [2, 3, 4, 5, 6]
    assert work.found.total() == 2


def test_a_private_key_across_two_reads_is_found() -> None:
    filler = b"x" * 99 + b"\n"
    data = filler * (((1 << 20) - 150) // 100) + KEY + filler
    out, _, _ = filtered(data)
    assert b"MIIEow" not in out and b"[PRIVATE_KEY]" in out


def test_what_is_no_utf8_is_replaced_and_still_looked_at() -> None:
    out, found, _ = filtered(b"\xff\xfe jane@example.com\nclean\n")
    assert out.decode() == "\ufffd\ufffd j***@example.com\nclean\n"
    assert found[0]["start"] == 3


def test_a_line_that_is_too_long_is_cut_with_a_mark_and_the_next_one_is_whole() -> None:
    out, _, work = filtered(b"a" * 5000 + b"\nb a@b.com\n", most=1000)
    cut, after, _ = out.split(b"\n")
    assert cut.startswith(b"aaa") and cut.endswith(b"bytes") and b"[CUT]" in cut and len(cut) < 1100
    assert after == b"b a***@b.com"
    assert work.cut == 1


def test_a_line_that_a_policy_drops_is_gone_and_counted() -> None:
    redactor = Redactor(Policy(rules=(Rule(action=Action.DROP_LINE, kind=("pci",)),)))
    out, found, work = filtered(b"a\ncard 4111 1111 1111 1111\nb\n", redactor)
    assert out == b"a\nb\n"
    assert work.dropped == 1
    assert found[0]["action"] == "drop_line"


def traceo(*arguments: str, data: bytes = b"", folder: Path = ROOT) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "pipelines", "redact", *arguments]
    return subprocess.run(command, input=data, capture_output=True, cwd=folder, check=False, env=None)


def test_the_command_fails_on_what_it_is_told_to_fail_on(tmp_path: Path) -> None:
    found = tmp_path / "found.jsonl"
    done = traceo("--fail-on", "secret", "--findings", str(found), data=b"password=hunter2 a@b.com\n")
    assert done.returncode == 3
    assert done.stdout == b"password=[PASSWORD] a***@b.com\n"
    assert b"1 lines, 2 values masked" in done.stderr and b"--fail-on secret: password 1" in done.stderr
    assert b"hunter2" not in done.stderr + found.read_bytes()
    assert (found.stat().st_mode & 0o777) == 0o600
    assert traceo("--fail-on", "phi,iban", data=b"password=hunter2\n").returncode == 0


def test_tokens_are_opened_by_who_has_the_key(tmp_path: Path) -> None:
    key, policy = tmp_path / "key", tmp_path / "policy.toml"
    key.write_bytes(base64.b64encode(bytes(range(32))))
    policy.write_text('default = "token"\nmodel = "off"\n')
    hidden = traceo("--policy", str(policy), "--key-file", str(key), "--quiet", data=b"to jane@example.com\n")
    assert hidden.stderr == b"" and hidden.stdout.startswith(b"to <email~")
    assert traceo("--reveal", "--key-file", str(key), data=hidden.stdout).stdout == b"to jane@example.com\n"
    key.write_bytes(base64.b64encode(bytes(range(1, 33))))
    closed = traceo("--reveal", "--key-file", str(key), data=hidden.stdout)
    assert (closed.returncode, closed.stdout) == (1, hidden.stdout)
    assert b"1 tokens stay as they are" in closed.stderr


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"to jane@example.com\n")
    done = traceo("--findings", str(log), str(log))
    assert done.returncode == 2 and b"is what is read; name another file" in done.stderr
    assert log.read_bytes() == b"to jane@example.com\n"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(b"to jane@example.com\n", mtime=0), b"compressed by gzip"),
        ("to jane@example.com\n".encode("utf-16"), b"UTF-16"),
    ],
    ids=["gzip", "UTF-16"],
)
def test_what_cannot_be_looked_at_is_refused(tmp_path: Path, data: bytes, says: bytes) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(data)
    for done in (traceo(str(log)), traceo(data=data)):
        assert done.returncode == 1 and done.stdout == b""
        assert says in done.stderr and b"| traceo redact" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("flags", [(), ("--findings", "/dev/full")])
def test_a_full_disk_is_said_in_a_line(flags: tuple[str, ...], unbuffered: str) -> None:
    command = [sys.executable, "-m", "pipelines", "redact", *flags]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/null" if flags else "/dev/full").open("wb") as out:
        done = subprocess.run(
            command,
            input=b"to jane@example.com\n",
            stdout=out,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"traceo: stopped: No space left on device; what was written before is not all\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.log"], "nowhere.log: No such file"),
        (["--fail-on", "emial"], "'emial' is unknown; traceo redact --list"),
        (["--policy", "nowhere.toml"], "nowhere.toml: No such file"),
        (["--reveal"], "name the key that the tokens were made with"),
        (["--max-line-bytes", "0"], "the least is 1"),
        (["--findings", "/nowhere/x"], "--findings: /nowhere/x: No such file"),
        (["--nonsense"], "unknown option '--nonsense'"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], says: str) -> None:
    done = traceo(*arguments)
    assert done.returncode in (1, 2)
    assert says in done.stderr.decode() and done.stderr.count(b"\n") == 1
    assert done.stdout == b""


def test_all_kinds_are_listed() -> None:
    listed = traceo("--list").stdout.decode().splitlines()
    assert len(listed) > 400
    assert any(line.startswith("pii     email ") for line in listed)
