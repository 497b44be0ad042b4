"""What a Beam worker reports of work that failed → the same, redacted.

A worker prints the exception with its stack, logs it, and sends it to its runner, where it is kept and shown.
Steps do not raise on data, but a bug may quote it. From a worker whose runner has gone, since the job is
stopped, bundles are taken away while it works at them: that they fail then is told to nobody but the runner.
"""

import functools
import traceback
from collections.abc import Callable
from typing import Any

from apache_beam.portability.api import beam_fn_api_pb2 as api
from apache_beam.runners.worker.sdk_worker import SdkHarness

from pipelines.ownlogs import redacted
from telemetry.logs import FAILED


class WorkFailed(Exception):  # noqa: N818  who looks for the error in a report is to find the one that was raised
    """The text is the stack of what was raised, redacted."""


def redact_failures() -> None:
    """Let the workers of this process report failures redacted. A second call changes nothing."""
    known = SdkHarness._execute  # noqa: SLF001  there is no hook for it
    if hasattr(known, "__wrapped__"):
        return

    @functools.wraps(known)
    def execute(harness: SdkHarness, task: Callable[[], Any], request: Any) -> None:
        def guarded() -> Any:
            try:
                return task()
            except Exception:  # noqa: BLE001  whatever it was, the worker reports it
                shown = "\n" + _shown(traceback.format_exc().rstrip())
                if not harness._alive:  # noqa: SLF001  it says so nowhere else
                    return api.InstructionResponse(instruction_id=request.instruction_id, error=shown)
                raise WorkFailed(shown) from None

        known(harness, guarded, request)

    SdkHarness._execute = execute  # noqa: SLF001


def _shown(stack: str) -> str:
    try:
        return redacted(stack)
    except Exception:  # noqa: BLE001  what cannot be redacted is not shown
        return FAILED
