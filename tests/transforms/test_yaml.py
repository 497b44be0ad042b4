"""Beam YAML composes the steps by name, with plain values as their settings."""

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.util import assert_that
from apache_beam.yaml.yaml_provider import InlineProvider
from apache_beam.yaml.yaml_transform import YamlTransform

import transforms
from tests.captures import event
from tests.transforms.test_steps import is_exactly, records

#: A step with several outputs gives them in the order of its NamedTuple: out0 is what goes on.
GRAPH = """
type: composite
input: {records: records}
transforms:
  - {type: DecodeChanges, name: Decode, input: records, config: {max_value_bytes: 2000}}
  - {type: DropReplays, name: Replays, input: Decode.out0}
  - {type: Redact, name: Redact, input: Replays.out0}
  - {type: SplitChanges, name: Split, input: Redact.out0}
  - {type: CheckContract, name: Contract, input: Split.out0}
  - {type: DropDuplicates, name: Duplicates, input: Contract.out0, config: {shards: 2, horizon_seconds: 60}}
  - {type: ToRows, name: Rows, input: Duplicates.out0}
output: {clean: Rows, dead: Contract.out1}
"""


def test_the_path_is_composed_in_yaml() -> None:
    providers = {
        name: InlineProvider({name: getattr(transforms, name)})
        for name in transforms.__all__
        if name not in ("Outcome", "CheckReferences", "FindGaps", "Validate")
    }
    options = PipelineOptions(pickle_library="cloudpickle")
    lines = [
        event(0, lsn=5),
        event(1, lsn=5),
        event(2, lsn=6, value=None),
        event(3, lsn=7),
        event(4, value=3.0, minute=1),
    ]
    with beam.Pipeline(runner=FnApiRunner(), options=options) as p:
        source = p | beam.Create([records(*lines)])
        out = {"records": source} | YamlTransform(GRAPH, providers=providers)
        shown = out["clean"] | beam.Map(lambda row: (row["seq"], row["value"]))
        assert_that(shown, is_exactly((0, 1.0), (4, 3.0)), label="clean")
        assert_that(out["dead"] | beam.Map(lambda d: d.reason), is_exactly("value_null"), label="dead")
