"""What our own processes log: the command by its flags, a worker on Flink, and what nobody catches."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from pipelines import cli
from runners.flink.rest import _PYTHON_ERROR
from tests.conftest import ROOT

COMMAND = """
import logging, sys
logging.warning("a handler of whoever warned while modules were imported")
from pipelines import cli, ingest

def run(settings, rest):
    logging.getLogger("x").warning("to jane.roe@example.com")
    logging.getLogger("x").info("info")
    logging.getLogger("apache_beam.x").error("of the runner")
    raise ValueError("no jane.roe@example.com")

ingest.run = run
sys.argv[1:] = ["run", "ingest", "--input", "samples/trainticket", *sys.argv[1:]]
sys.exit(cli.main())
"""

WORKER = """
import json, logging, os, sys
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.worker import sdk_worker_main
from runners.flink.profile import Profile, options

logging.basicConfig(format="%(message)s")  # as Beam's handler formats
arguments = [o.argument for o in options(Profile(job_name="j", job_endpoint="h:1", workers="w:2"))]
chosen = PipelineOptions(arguments).get_all_options(drop_default=True)
environment = {
    "PIPELINE_OPTIONS": json.dumps({f"beam:option:{name}:v1": value for name, value in chosen.items()}),
    "CONTROL_API_SERVICE_DESCRIPTOR": 'url: "localhost:1"',
}
sdk_worker_main.create_harness(environment, dry_run=True)
logging.getLogger("x").warning("to %s", "jane.roe@example.com")
try:
    raise ValueError("no jane.roe@example.com")
except ValueError:
    logging.getLogger("x").exception("failed")

import pipelines.workererrors, queue, types
from apache_beam.portability.api import beam_fn_api_pb2 as api
from apache_beam.runners.worker.sdk_worker import SdkHarness

def fail():
    raise LookupError("row of jane.roe@example.com")

pipelines.workererrors.redact_failures()
harness = types.SimpleNamespace(_responses=queue.Queue(), _alive=True)
request = api.InstructionRequest(instruction_id="1")
SdkHarness._execute(harness, lambda: api.InstructionResponse(instruction_id="fine"), request)
SdkHarness._execute(harness, fail, request)
print(harness._responses.get().instruction_id)
print(harness._responses.get().error)
harness._alive = False
SdkHarness._execute(harness, fail, request)
print("stopped:", harness._responses.get().error)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_bug_is_logged_without_what_it_quotes() -> None:
    done = run(COMMAND, "--log-format", "json")
    assert done.returncode == 1
    (bug,) = lines(done.stderr)
    assert bug["attributes"]["exception.type"] == "ValueError"
    assert bug["attributes"]["exception.message"].startswith("no j***@")
    assert "jane" not in done.stderr
    assert bug["resource"]["service.name"] == "traceo"


def test_verbose_shows_the_runner_and_a_level_what_it_says() -> None:
    verbose = lines(run(COMMAND, "--log-format", "json", "--verbose").stderr)
    assert {"info", "of the runner"} <= {line["body"] for line in verbose}
    done = run(COMMAND, "--log-level", "warning")
    assert "WARN  x: to j***@" in done.stderr
    assert "of the runner" not in done.stderr
    assert "INFO" not in done.stderr
    assert "jane" not in done.stderr


def test_a_command_that_is_called_leaves_the_callers_log_as_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    before = (set(root.handlers), root.level, sys.excepthook)
    assert cli.main(["run", "ingest", "--input", "/nowhere", "--log-format", "json", "--verbose"]) == 1
    assert (set(root.handlers), root.level, sys.excepthook) == before
    assert "/nowhere" in capsys.readouterr().err


def test_what_is_no_level_or_form_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for flag, value in (("--log-level", "loud"), ("--log-format", "xml")):
        with pytest.raises(SystemExit):
            cli.main(["run", "ingest", flag, value])
        assert f"argument {flag}: invalid choice: '{value}'" in capsys.readouterr().err


def test_a_worker_on_flink_sends_its_runner_nothing_that_is_not_redacted() -> None:
    done = run(WORKER)
    assert done.returncode == 0, done.stderr
    assert "to j***@" in done.stderr
    assert "ValueError: no j***@" in done.stderr
    working, stopped = done.stdout.split("stopped:")
    assert "LookupError" in stopped
    assert done.stderr.count("LookupError") == 2  # printed and logged, while it works
    fine, *failure = working.splitlines()
    assert fine == "fine"
    assert _PYTHON_ERROR.findall("\n".join(failure))[-1] == "LookupError: row of j***@example.com"
    assert any("in fail" in line for line in failure)
    assert "jane" not in done.stderr + done.stdout
