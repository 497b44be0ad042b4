"""The runner of rehearsed streams: Beam's BundleBasedDirectRunner, which knows watermarks, with two mends.

Beam's own takes the last bundle of a stateful step that came, and not the first, so that a stream's
elements overtake each other as no real runner lets them. And it inspects the signatures of a step's methods
anew for each bundle, which takes most of the time. Both are mended while a pipeline runs, and for it alone.
"""

import contextlib
import inspect
from collections import deque
from collections.abc import Iterator
from typing import Any
from unittest import mock

import apache_beam as beam
from apache_beam.runners.direct import executor
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.transforms import core, userstate


class RehearsalRunner(BundleBasedDirectRunner):
    """See the module."""

    def run_pipeline(self, pipeline: Any, options: Any) -> Any:
        """Run ``pipeline`` to its end."""
        with _mended():
            result = super().run_pipeline(pipeline, options)
            result.wait_until_finish()
        return result


class _InOrder(deque[Any]):
    """A queue that gives what came first, whichever end is asked for."""

    def pop(self) -> Any:  # type: ignore[override]
        return self.popleft()


class _SerialInOrder(executor._SerialEvaluationState):  # noqa: SLF001  there is no other way in
    def __init__(self, executor_service: Any, scheduled: Any) -> None:
        super().__init__(executor_service, scheduled)
        self.serial_queue = _InOrder()


@contextlib.contextmanager
def _mended() -> Iterator[None]:
    inspect_specs, inspect_arguments = userstate.get_dofn_specs, core.get_function_args_defaults
    specs: dict[type[beam.DoFn], Any] = {}  # what a step declares, its class declares
    arguments: dict[Any, Any] = {}

    def specs_of(dofn: beam.DoFn) -> Any:
        if type(dofn) not in specs:
            specs[type(dofn)] = inspect_specs(dofn)
        return specs[type(dofn)]

    def arguments_of(function: Any) -> Any:
        if not inspect.ismethod(function):
            return inspect_arguments(function)
        if function.__func__ not in arguments:
            arguments[function.__func__] = inspect_arguments(function)
        return arguments[function.__func__]

    with (
        mock.patch.object(executor, "_SerialEvaluationState", _SerialInOrder),
        mock.patch.object(userstate, "get_dofn_specs", specs_of),
        mock.patch.object(core, "get_function_args_defaults", arguments_of),
    ):
        yield
