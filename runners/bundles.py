"""What the runners know of each bundle when it is over, for a job that watches itself.

See telemetry.selftrace for why it is read here. Beam has no hook for it, so two of its methods are replaced
while a pipeline runs, and for it alone: the one that sends a bundle to a worker and waits for the reply, and
the one with which a rehearsed stream runs one. And the workers in this process look more often what they are
doing: Beam's look every 0.2 s is too seldom for a bundle that lasts less than some seconds.
"""

import contextlib
import functools
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final
from unittest import mock

from apache_beam.metrics import monitoring_infos as mi
from apache_beam.portability import common_urns
from apache_beam.runners.direct.executor import TransformExecutor
from apache_beam.runners.portability.fn_api_runner.fn_runner import BundleManager
from apache_beam.runners.worker import statesampler
from apache_beam.runners.worker.bundle_processor import DATA_INPUT_URN, DATA_OUTPUT_URN

from telemetry.selftrace import Bundle, Note, Share
from transforms.outcome import RECORDS

#: What a runner adds to a stage, or what is no work.
_NO_STEPS: Final = frozenset({DATA_INPUT_URN, DATA_OUTPUT_URN, common_urns.primitives.FLATTEN.urn})
_SAMPLING_MS: Final = 2


@contextlib.contextmanager
def noted(note: Note | None) -> Iterator[None]:
    """Let ``note`` know of every bundle that ends while the body runs."""
    if note is None:
        yield
        return
    process_bundle, attempt_call = BundleManager.process_bundle, TransformExecutor.attempt_call
    sampler = functools.partial(statesampler.StateSampler, sampling_period_ms=_SAMPLING_MS)

    def process(manager: Any, *args: Any, **kwargs: Any) -> Any:
        begin = time.time_ns()
        try:
            result, splits = process_bundle(manager, *args, **kwargs)
        except Exception as error:
            note(Bundle(begin, time.time_ns(), (), error=type(error).__name__))
            raise
        end = time.time_ns()
        worker = str(manager._worker_handler.worker_id)  # noqa: SLF001  it is in no reply
        stage = manager.bundle_context_manager.process_bundle_descriptor.transforms
        note(Bundle(begin, end, _shares(stage, result.process_bundle.monitoring_infos), worker))
        return result, splits

    def call(executor: Any, metrics: Any, inputs: Any, start: Any, *states: Any) -> Any:
        counted = start.metrics_container  # not ``metrics``: a state keeps that of its first bundle
        before, begin = _records(counted), time.time_ns()
        try:
            result = attempt_call(executor, metrics, inputs, start, *states)
        except Exception as error:
            note(Bundle(begin, time.time_ns(), (), error=type(error).__name__))
            raise
        end = time.time_ns()
        share = _alone(executor, end - begin, _records(counted) - before)
        if share.elements or executor._fired_timers:  # noqa: SLF001  most only tell how late it is
            note(Bundle(begin, end, (share,), is_step=True))
        return result

    with (
        mock.patch.object(BundleManager, "process_bundle", process),
        mock.patch.object(TransformExecutor, "attempt_call", call),
        mock.patch.object(statesampler, "StateSampler", sampler),
    ):
        yield


def _shares(stage: Any, infos: Any) -> tuple[Share, ...]:
    """The transforms of ``stage`` that took or counted anything, or took any time, as a worker reports it."""
    millis: Counter[str] = Counter()
    elements: Counter[str] = Counter()
    records: dict[str, Counter[tuple[str, str]]] = {}
    for info in infos:
        labels = info.labels
        if info.urn == mi.TOTAL_MSECS_URN:
            millis[labels[mi.PTRANSFORM_LABEL]] += mi.extract_counter_value(info)
        elif info.urn == mi.ELEMENT_COUNT_URN:
            elements[labels[mi.PCOLLECTION_LABEL]] += mi.extract_counter_value(info)
        elif info.urn == mi.USER_COUNTER_URN and labels[mi.NAMESPACE_LABEL] == RECORDS:
            counted = records.setdefault(labels[mi.PTRANSFORM_LABEL], Counter())
            _add(counted, labels[mi.NAME_LABEL], mi.extract_counter_value(info))
    shares = []
    for key in _in_order(stage):
        taken = sum(elements[collection] for collection in stage[key].inputs.values())
        if stage[key].spec.urn not in _NO_STEPS and (taken or millis[key] or records.get(key)):
            shares.append(Share(stage[key].unique_name, millis[key] / 1000, taken, records.get(key, {})))
    return tuple(shares)


def _in_order(stage: Any) -> list[str]:
    """The transforms of ``stage``, each after those that feed it, as the elements pass them."""
    makers = {c: key for key, transform in stage.items() for c in transform.outputs.values()}
    found: dict[str, None] = {}

    def visit(key: str) -> None:
        for collection in sorted(stage[key].inputs.values()):
            if collection in makers and makers[collection] not in found:
                visit(makers[collection])
        found.setdefault(key)

    for key in sorted(stage, key=lambda k: str(stage[k].unique_name)):
        visit(key)
    return list(found)


def _alone(executor: Any, nanos: int, records: Counter[tuple[str, str]]) -> Share:
    bundle = executor._input_bundle  # noqa: SLF001
    taken = sum(1 for _ in bundle.get_elements_iterable()) if bundle else 0
    return Share(executor._applied_ptransform.full_label, nanos / 1e9, taken, records)  # noqa: SLF001


def _records(container: Any) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for key, value in container.get_cumulative().counters.items():
        if key.metric.namespace == RECORDS:
            _add(found, key.metric.name, value)
    return found


def _add(records: Counter[tuple[str, str]], name: str, value: int) -> None:
    step, _, result = name.partition("/")
    if value:  # workers report of what they counted in earlier bundles too, as zero
        records[step, result] += value
