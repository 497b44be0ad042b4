"""A worker that tells the runner nothing of its bundles gives what any worker gives."""

import subprocess
import sys

from tests.conftest import ROOT

#: In a process of its own: Beam stays changed in it.
PROGRAM = """
import apache_beam as beam
from apache_beam.runners.worker.bundle_processor import BundleProcessor
from apache_beam.testing.util import assert_that, equal_to
from runners.stack.boot import lighten_bundles

lighten_bundles()
assert BundleProcessor.monitoring_infos(None) == []
with beam.Pipeline() as pipeline:
    sums = pipeline | beam.Create([("a", 1), ("b", 2), ("a", 3)]) | beam.CombinePerKey(sum)
    assert_that(sums, equal_to([("a", 4), ("b", 2)]))
"""


def test_bundles_without_metrics_give_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
