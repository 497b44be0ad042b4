"""A job traces and measures itself, if its settings say so: ``otlp_endpoint`` and ``metrics_file``.

    job ─┬─ preflight
         ├─ build graph
         ├─ run ─┬─ bundle ─┬─ DoFn
         │       │          └─ DoFn …
         │       └─ bundle …
         └─ summarise, act, take over

This module is what jobs and runners see of it, and all that is loaded when it is off. How each step is
measured: the runner is asked, and no step is touched. Beam's workers time each transform of a bundle and
count its elements anyway, and send both to the runner with the bundle's end, from other processes too; a job
that watches itself reads the reply before the runner throws it away (runners.bundles). Wrapping the
DoFns' ``start_bundle`` and ``finish_bundle`` would tell less: the transforms of a fused bundle all begin and
end with it. It costs some hundred calls a job and not one an element. Records are rows, which Beam does not
know, so ``transforms.outcome.count`` also counts them as metrics of Beam's.

The transforms of a fused bundle take turns, batch by batch. Their spans stand one after another instead, in
the order of the stage, each as long as its transform worked: lengths and what the job waited for are true,
the times at which they begin are not. Beam samples these lengths, every 2 ms in workers of this process, in
others the longer a bundle the seldomer, up to 0.2 s; what was not seen is the bundle's own. A rehearsed
stream has bundles of one transform, timed exactly.

What spans and metrics tell: names of steps, counts, times, kinds of errors. No text that comes with data, and
so no message of an error either.
"""

import contextlib
import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from telemetry.selftrace_job import Watch

_NANOS: Final = 1e9


class Share(NamedTuple):
    """What one transform did in a bundle; ``records``: by step and result, where it counts them."""

    transform: str
    seconds: float
    elements: int
    records: Mapping[tuple[str, str], int]


class Bundle(NamedTuple):
    """A bundle as the runner saw it: the shares of its transforms in the order of the stage.

    ``worker``: which one of the runner's had it. ``error``: the kind of error that ended it. ``is_step``: it
    is nothing but its one share.
    """

    begin_ns: int
    end_ns: int
    shares: tuple[Share, ...]
    worker: str = ""
    error: str | None = None
    is_step: bool = False

    @property
    def seconds(self) -> float:
        """How long the runner waited for it."""
        return (self.end_ns - self.begin_ns) / _NANOS


Note = Callable[[Bundle], None]


class Told(Protocol):
    """The settings that count here."""

    @property
    def otlp_endpoint(self) -> str | None:
        """Where the trace goes."""

    @property
    def metrics_file(self) -> str | None:
        """Where the metrics go."""

    @property
    def runner(self) -> str:
        """Where the job runs."""


Run = TypeVar("Run", bound=Callable[..., dict[str, Any]])

_watch: ContextVar["Watch | None"] = ContextVar("watch", default=None)


def watched(job: str) -> Callable[[Run], Run]:
    """Let the runs of ``job``, which take settings and give a summary, watch themselves if these say so."""

    def decorate(run: Run) -> Run:
        @functools.wraps(run)
        def watching(settings: Told, *args: Any, **kwargs: Any) -> dict[str, Any]:
            if settings.otlp_endpoint is None and settings.metrics_file is None:
                return run(settings, *args, **kwargs)
            from telemetry.selftrace_job import watch_job

            with watch_job(job, settings) as watch:
                token = _watch.set(watch)
                try:
                    summary = run(settings, *args, **kwargs)
                finally:
                    _watch.reset(token)
                watch.note_summary(summary)
            return summary

        return cast(Run, watching)

    return decorate


def part(name: str) -> contextlib.AbstractContextManager[None]:
    """A part of the job: a span of its own, if the job watches itself."""
    watch = _watch.get()
    return contextlib.nullcontext() if watch is None else watch.part(name)


def note() -> Note | None:
    """Who wants to know of the bundles of the job that runs in this context, from any thread."""
    watch = _watch.get()
    return None if watch is None else watch.note_bundle
