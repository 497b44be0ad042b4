"""Prism's process: it is found, it is kept on loopback, it ends with its job, and what it refuses is said."""

import os
import stat
import sys
from pathlib import Path

import pytest

from runners.prism import server
from runners.prism.job import what_was_raised
from runners.prism.server import PrismError, find, serving

FAKE = """#!{python}
import json, os, socket, sys, time
open({note!r}, "w").write(str(os.getpid()) + " " + " ".join(sys.argv[1:]))
{body}
"""
SERVES = """
listening = socket.create_server(({host!r}, 0), family=socket.{family})
print(json.dumps({{"msg": "Serving JobManagement", "endpoint": f"localhost:{{listening.getsockname()[1]}}"}}))
sys.stdout.flush()
time.sleep(600)
"""


def program(folder: Path, body: str) -> Path:
    """A program in the place of prism; it notes its id and arguments in ``folder``/note."""
    path = folder / "prism"
    path.write_text(FAKE.format(python=sys.executable, note=str(folder / "note"), body=body))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_it_runs_while_it_is_needed_and_no_longer(tmp_path: Path) -> None:
    ours = program(tmp_path, SERVES.format(host="127.0.0.1", family="AF_INET"))
    with serving(ours, tmp_path / "log") as endpoint:
        pid, arguments = (tmp_path / "note").read_text().split(" ", 1)
        assert Path(f"/proc/{pid}").exists()
        assert endpoint.startswith("127.0.0.1:")
        assert "--serve_http=false" in arguments
        assert "--idle_shutdown_timeout" in arguments  # what outlives us ends by itself
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(("host", "family"), [("0.0.0.0", "AF_INET"), ("::", "AF_INET6")])  # noqa: S104
def test_one_that_listens_on_every_address_is_refused(tmp_path: Path, host: str, family: str) -> None:
    open_one = program(tmp_path, SERVES.format(host=host, family=family))
    with (
        pytest.raises(PrismError, match=r"listens on every address.*scripts/prism"),
        serving(open_one, tmp_path / "log"),
    ):
        pass
    assert not Path(f"/proc/{(tmp_path / 'note').read_text().split()[0]}").exists()


def test_one_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    broken = program(tmp_path, "sys.exit('panic: no port')")
    with pytest.raises(PrismError, match=r"does not start; see .*log"), serving(broken, tmp_path / "log"):
        pass
    assert "panic: no port" in (tmp_path / "log").read_text()


def test_the_one_that_was_built_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(PrismError, match=r"build it with scripts/prism, or name it: --prism"):
        find()
    built = tmp_path / "traceo" / f"prism-{server.VERSION}"
    built.parent.mkdir()
    built.touch()
    assert find() == built
    with pytest.raises(PrismError, match=r"--prism: .* is not a program"):
        find(str(tmp_path / "traceo"))


def test_the_script_builds_the_version_that_is_looked_for() -> None:
    script = (Path(server.__file__).parents[2] / server.BUILD).read_text()
    assert f"\nversion={server.VERSION}\n" in script


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "Traceback (most recent call last):\n  File …\nconnectors.errors.InputError: t partition 0: gone "
            "[while running 'ReadRecords/Poll']\n",
            "t partition 0: gone",
        ),
        ("process failed: Traceback …\\nValueError: no\\n", "ValueError: no"),
        ("control connection lost\nmore", "control connection lost"),
    ],
)
def test_a_failure_is_one_line(text: str, line: str) -> None:
    assert what_was_raised(text) == line
