"""The command line as a person meets it: help, settings, and one clear line for whatever is wrong."""

import dataclasses
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines import cli, settings
from pipelines.settings import SettingError, Settings
from tests.captures import event, series, write_lines
from tests.conftest import ROOT, SAMPLE

LINES = [series(0, "pod-1:cpu"), *(event(i, minute=i, at=i) for i in range(3))]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "in.jsonl", LINES)


def traceo(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines", *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRACEO_")} | {
        "PYTHONPATH": str(ROOT)
    }
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment, **options
    )


def check_one_line(done: subprocess.CompletedProcess[str], *parts: str, code: int = 1) -> None:
    assert done.returncode == code, done.stderr
    (message,) = done.stderr.strip().splitlines()
    assert message.startswith("traceo: ")
    assert "Traceback" not in done.stdout
    for part in parts:
        assert part in message


def test_the_help_of_the_logs_job_names_it_as_it_is_called() -> None:
    said = " ".join(traceo("run", "logs", "--help").stdout.split())
    assert "(default: traceo-logs)" in said
    assert "(default: traceo-ingest)" not in said


def test_a_run_shows_what_became_of_the_records_and_what_to_do_next(tmp_path: Path, capture: Path) -> None:
    done = traceo("run", "ingest", "--input", capture, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "3 records of events" in done.stdout
    assert "every record is" in done.stdout
    assert "report.html" in done.stdout.replace("\n", "")  # a path may be longer than a line
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["valid_events"] == 3
    assert (tmp_path / "out" / "report.html").is_file()
    again = traceo("report", "--output", tmp_path / "out")
    assert (again.returncode, again.stdout.startswith("wrote ")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "parts", "code"),
    [
        (["run", "ingest", "--input", "nosuch.jsonl"], ["nosuch.jsonl", "No such file"], 1),
        (["run", "ingest"], ["--input", "nothing to read"], 1),
        (
            ["run", "ingest", "--input", "{in}", "--runner", "nosuch"],
            ["--runner", "'nosuch'", "known: direct"],
            1,
        ),
        (["run", "ingest", "--input", "{in}", "--nosuch", "1"], ["--nosuch", "--help"], 2),
        (["run", "ingest", "--input", "{in}", "--batch-rows", "0"], ["--batch-rows", "the least is 1"], 1),
        (
            ["run", "ingest", "--input", "{in}", "--batch-rows", "x"],
            ["--batch-rows", "not a whole number"],
            1,
        ),
        (["run", "ingest", "--input", "{in}", "--shards", "nan"], ["--shards", "not a whole number"], 1),
        (
            ["run", "ingest", "--input", "{in}", "--horizon-seconds", "inf"],
            ["--horizon-seconds", "the most is"],
            1,
        ),
        (["run", "ingest", "--input", ""], ["--input", "does not name"], 1),
        (
            ["run", "ingest", "--input", "{in}", "--direct_num_workers=abc"],
            ["--direct_num_workers", "abc"],
            2,
        ),
        (["run", "ingest", "--input", "{in}", "--contract-file", "no.json"], ["no.json", "No such file"], 1),
        (["run", "ingest", "--input", "{in}", "--seal-key-file", "no.key"], ["seal_key_file", "no.key"], 1),
        (["run", "ingest", "--input", "{in}", "--config", "no.toml"], ["--config", "no.toml"], 1),
        (["run", "ingest", "--input", "{in}", "--output", "{in}"], ["in.jsonl"], 1),
        (["run", "replay", "--input", "{in}"], ["--input", "earlier result"], 1),
        (["report", "--output", "nosuch"], ["nosuch", "holds no result"], 1),
        (["report", "--nosuch"], ["--nosuch"], 2),
        (["bench", "--rounds", "0"], ["--rounds", "the least is 1"], 2),
        (["--nosuch"], ["--nosuch"], 2),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path, capture: Path, arguments: list[str], parts: list[str], code: int
) -> None:
    filled = [a.replace("{in}", str(capture)) for a in arguments]
    check_one_line(traceo(*filled, cwd=tmp_path), *parts, code=code)
    assert not (tmp_path / "out" / "summary.json").exists()


def test_damage_in_the_middle_leaves_the_old_result_as_it_was(tmp_path: Path, capture: Path) -> None:
    output = tmp_path / "out"
    assert traceo("run", "ingest", "--input", capture, "--output", output).returncode == 0
    before = {p: p.read_bytes() for p in output.rglob("*") if p.is_file()}
    broken = write_lines(tmp_path / "broken.jsonl", [*LINES, b"hello"])
    check_one_line(
        traceo("run", "ingest", "--input", broken, "--output", output), "broken.jsonl:5: no record"
    )
    assert {p: p.read_bytes() for p in output.rglob("*") if p.is_file()} == before


def test_ctrl_c_ends_with_one_line_and_takes_nothing_over(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pipelines",
        "run",
        "ingest",
        "--input",
        str(SAMPLE),
        "--batch-rows",
        "200",
    ]
    job = subprocess.Popen(
        [*command, "--output", str(tmp_path / "out")], cwd=ROOT, stdout=-3, stderr=subprocess.PIPE, text=True
    )
    give_up = time.monotonic() + 60
    while not any((tmp_path / "out" / ".staging").glob("*/*.parquet")):
        assert time.monotonic() < give_up
        assert job.poll() is None
        os.sched_yield()
    job.send_signal(signal.SIGINT)
    _, message = job.communicate(timeout=60)
    assert (job.returncode, message) == (1, "traceo: interrupted; nothing was taken over\n")
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".traceo"]


@pytest.mark.parametrize("content", ["x", "{}"])
def test_a_summary_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "summary.json").write_text(content)
    check_one_line(traceo("report", "--output", tmp_path), str(tmp_path), "run the job again")


def test_a_name_in_brackets_is_shown_as_it_is(tmp_path: Path, capture: Path) -> None:
    done = traceo("run", "ingest", "--input", capture, "--output", tmp_path / "o[/red]")
    assert (done.returncode, done.stderr) == (0, "")
    assert "o[/red]/report.html" in done.stdout.replace("\n", "")


def test_an_input_without_events_says_which_topics_it_has(tmp_path: Path, capture: Path) -> None:
    done = traceo("run", "ingest", "--input", capture, "--output", tmp_path / "out", "--events-table", "a.b")
    assert done.returncode == 0
    assert "db.metrics.events" in done.stdout
    assert "--events-table" in done.stdout


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path, capture: Path) -> None:
    check_one_line(traceo("run", "ingest", "--input", capture, "--output", tmp_path), "holds other files")
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_disk_that_is_full_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the write fails in the same place."""
    capture = write_lines(
        tmp_path / "big.jsonl",
        [series(0, "pod-1:cpu"), *(event(i, minute=i % 60, seq=i) for i in range(4000))],
    )

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = traceo("run", "ingest", "--input", capture, "--output", tmp_path / "out", preexec_fn=small_disk)
    check_one_line(done, "File too large")
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".traceo"]


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="needs the package util-linux"
)
def test_a_folder_without_rights_is_named(tmp_path: Path, capture: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    command = [
        sys.executable,
        "-m",
        "pipelines",
        "run",
        "ingest",
        "--input",
        str(capture),
        "--output",
        str(closed / "out"),
    ]
    if os.geteuid() == 0:  # root may write anywhere, unless it gives that right up
        command = ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    check_one_line(done, "Permission denied", "closed")


def test_options_of_beam_are_passed_on(tmp_path: Path, capture: Path) -> None:
    done = traceo("run", "ingest", "--input", capture, "--output", tmp_path / "out", "--direct_num_workers=2")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("job", ["ingest", "replay", "traces"])
def test_help_names_every_setting_of_the_job(capsys: pytest.CaptureFixture[str], job: str) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(["run", job, "--help"])
    assert raised.value.code == 0
    text = capsys.readouterr().out
    assert "TRACEO_" in text
    shown = set(re.findall(r"--[a-z-]+", text))
    for setting in dataclasses.fields(Settings):
        assert ("--" + setting.name.replace("_", "-") in shown) == (job in setting.metadata["jobs"])


def test_every_setting_belongs_to_a_job() -> None:
    for setting in dataclasses.fields(Settings):
        assert set(setting.metadata["jobs"]) <= {"ingest", "replay", "traces", "backfill", "logs"}
        assert setting.metadata["jobs"], setting.name


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert cli.main(["run"]) == 2
    assert "run a job" in capsys.readouterr().out


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    config = tmp_path / "traceo.toml"
    config.write_text('shards = 2\nbatch_rows = 7\nstreaming = true\ninput = ["a", "b"]\n')
    environment = {"TRACEO_SHARDS": "3", "TRACEO_BATCH_ROWS": "8", "TRACEO_STREAMING": "no"}
    chosen = settings.load({"shards": "4", "batch_rows": None}, environment, str(config))
    assert (chosen.shards, chosen.batch_rows, chosen.streaming) == (4, 8, False)
    assert (chosen.input, chosen.horizon_seconds) == (("a", "b"), 3600.0)
    assert settings.load({}, {"TRACEO_CONFIG": str(config), "TRACEO_INPUT": "x:y"}).input == ("x", "y")
    ranges = "t/0=1:5,t/1=2:6"
    assert settings.load({}, {"TRACEO_OFFSETS": ranges}).offsets == ("t/0=1:5", "t/1=2:6")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nosuch = 1", "unknown setting 'nosuch'"),
        ("shards =", "no TOML"),
        ("shards = 0", "shards: 0 is too small"),
        ('streaming = "maybe"', "neither true nor false"),
        ("input = 5", "does not name files"),
        ("output = 5", "not a text"),
        ("batch_rows = 1.9", "not a whole number"),
        ("batch_rows = true", "not a whole number"),
        ("horizon_seconds = nan", "not a number"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    config = tmp_path / "own.toml"
    config.write_text(text)
    with pytest.raises(SettingError, match=problem) as raised:
        settings.load({}, {}, str(config))
    assert "own.toml" in str(raised.value)


@pytest.mark.parametrize("job", ["traces", "replay"])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--input", "kafka://127.0.0.1:1/t"], "reads files and folders, and no topics"),
        (["--input", ".", "--runner", "flink"], "runs on the local runner; name direct"),
    ],
)
def test_a_job_of_files_says_so_of_topics(
    job: str, flags: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", job, *flags, "--output", str(tmp_path / "out")]) == 1
    assert f"the {job} job {said}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
