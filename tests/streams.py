"""Streams for tests of single steps: on the one runner of Beam that knows watermarks in one process."""

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.runners.runner import PipelineResult


class _Stream(beam.Pipeline):
    def run(self, test_runner_api: bool | str = False) -> PipelineResult:
        """Run without a rehearsal of the graph's portable form, which would compress all that is streamed."""
        return super().run(test_runner_api)


def streaming() -> beam.Pipeline:
    """A pipeline whose sources are streams, such as TestStream."""
    return _Stream(runner=BundleBasedDirectRunner(), options=PipelineOptions(["--streaming"]))
