"""Lag histograms: what prometheus-client would count row by row, and an exemplar of the slowest row."""

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from telemetry.changestream import (
    BACKWARD,
    COMMIT_TO_PROCESSED,
    COMMIT_TO_TOPIC,
    LAG_BUCKETS,
    RECORDS,
    TOPIC_TO_PROCESSED,
)
from telemetry.lag import LagHistograms

AT_MS = 1_795_579_516_000
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def samples(registry: CollectorRegistry) -> dict[str, Any]:
    """Samples by name and bound, as Prometheus would parse them."""
    text = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    found = {}
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                found[sample.name + sample.labels.get("le", "")] = sample
    return found


def batch(commit_lags_us: list[int], append_lag_ms: int = 0) -> tuple[np.ndarray, np.ndarray, int]:
    """Rows that were all processed at one time, and appended a time before."""
    processed_us = AT_MS * 1000
    commit = np.array([processed_us - lag for lag in commit_lags_us], np.int64)
    appended = np.full(len(commit), AT_MS - append_lag_ms, np.int64)
    return commit, appended, processed_us * 1000


@given(st.lists(st.lists(st.integers(0, 7_200_000_000), max_size=30), max_size=4))
def test_the_counts_are_those_of_a_histogram_that_observes_each_row(lags: list[list[int]]) -> None:
    ours, theirs = LagHistograms(), CollectorRegistry()
    reference = Histogram(COMMIT_TO_PROCESSED.name, "x", buckets=LAG_BUCKETS, registry=theirs)
    for batch_lags in lags:
        ours.observe(*batch(batch_lags))
        for lag in batch_lags:
            reference.observe(lag / 1e6)
    found, expected = samples(ours.registry), samples(theirs)
    for name, sample in expected.items():
        assert found[name].value == pytest.approx(sample.value), name


def test_each_lag_is_of_its_own_two_times() -> None:
    lags = LagHistograms()
    commit, appended, processed = batch([900_000, 4_000_000], append_lag_ms=600)
    lags.observe(commit, appended, np.full(2, processed))
    found = samples(lags.registry)
    assert found[f"{COMMIT_TO_TOPIC.name}_sum"].value == pytest.approx(0.3 + 3.4)
    assert found[f"{TOPIC_TO_PROCESSED.name}_sum"].value == pytest.approx(0.6 + 0.6)
    assert found[f"{COMMIT_TO_PROCESSED.name}_sum"].value == pytest.approx(0.9 + 4.0)
    assert found[f"{COMMIT_TO_PROCESSED.name}_bucket1.0"].value == 1
    assert found[f"{COMMIT_TO_PROCESSED.name}_bucket5.0"].value == 2


def test_the_exemplar_is_in_the_bucket_of_the_slowest_row_and_names_the_bundle() -> None:
    lags = LagHistograms()
    lags.observe(*batch([20_000, 4_000_000, 700_000]), TRACE, SPAN)
    lags.observe(*batch([30_000]), TRACE, SPAN)
    exemplars = {
        name: sample.exemplar
        for name, sample in samples(lags.registry).items()
        if sample.exemplar and name.startswith(COMMIT_TO_PROCESSED.name)
    }
    assert {name.partition("bucket")[2] for name in exemplars} == {"5.0", "0.05"}
    slowest = exemplars[f"{COMMIT_TO_PROCESSED.name}_bucket5.0"]
    assert slowest.labels == {"trace_id": TRACE, "span_id": SPAN}
    assert slowest.value == 4.0


def test_without_a_trace_there_is_no_exemplar() -> None:
    lags = LagHistograms()
    lags.observe(*batch([20_000]))
    assert not any(sample.exemplar for sample in samples(lags.registry).values())


def test_clocks_that_disagree_are_counted_and_do_not_make_the_sum_fall() -> None:
    lags = LagHistograms()
    lags.observe(*batch([-5_000_000, -1, 1_000_000]))
    found = samples(lags.registry)
    assert found[f"{BACKWARD.name}_total"].value == 2
    assert found[f"{COMMIT_TO_PROCESSED.name}_sum"].value == 1.0
    assert found[f"{COMMIT_TO_PROCESSED.name}_bucket0.005"].value == 2


def test_kafkas_whole_milliseconds_are_no_clocks_that_disagree() -> None:
    lags = LagHistograms()
    commit = np.array([AT_MS * 1000 + 999], np.int64)  # within the millisecond of the append
    lags.observe(commit, np.array([AT_MS], np.int64), (AT_MS + 2) * 10**6)
    assert samples(lags.registry)[f"{BACKWARD.name}_total"].value == 0


def test_an_empty_batch_is_none() -> None:
    lags = LagHistograms()
    lags.observe(*batch([]))
    assert samples(lags.registry)[f"{COMMIT_TO_TOPIC.name}_count"].value == 0


def test_bundles_of_several_threads_are_all_counted() -> None:
    lags, one = LagHistograms(), batch([20_000] * 50)

    def work() -> None:
        for _ in range(200):
            lags.observe(*one)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert samples(lags.registry)[f"{COMMIT_TO_PROCESSED.name}_count"].value == 4 * 200 * 50


def test_a_worker_adds_its_counters_to_the_registry() -> None:
    lags = LagHistograms()
    RECORDS.counter(lags.registry).labels("decode", "read").inc(7)
    assert samples(lags.registry)["traceo_records_total"].value == 7
