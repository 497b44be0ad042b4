"""The runner of rehearsed streams: Beam's BundleBasedDirectRunner, which knows watermarks, with one mend.

Beam's own takes the last bundle of a stateful step that came, and not the first, so that a stream's
elements overtake each other as no real runner lets them. That is mended while a pipeline runs, and for it
alone.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Any
from unittest import mock

from apache_beam.runners.direct import executor
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner


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
    with mock.patch.object(executor, "_SerialEvaluationState", _SerialInOrder):
        yield
