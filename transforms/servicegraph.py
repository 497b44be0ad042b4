"""Calls between services, as AnalyseTraces finds them → the service graph by window."""

from dataclasses import dataclass

import apache_beam as beam

from schemas.traces import Edge
from traces.calls import Calls
from traces.servicegraph import EdgeKey, edge
from transforms.callsums import SumCalls
from transforms.coders import register_struct

register_struct(Edge)


@dataclass(kw_only=True)
class ServiceGraph(beam.PTransform):
    """The edges between services; see :mod:`traces.servicegraph`.

    In a stream the row of a window comes ``lateness_seconds`` after its end, by the watermark; what comes
    later makes rows of its own, which add up.
    """

    window_seconds: float = 60.0
    lateness_seconds: float = 60.0

    def expand(self, calls: beam.PCollection) -> beam.PCollection:
        return (
            calls
            | "Sum" >> SumCalls(window_seconds=self.window_seconds, lateness_seconds=self.lateness_seconds)
            | "Rows" >> beam.Map(_row, int(self.window_seconds * 1e9)).with_output_types(Edge)
        )


def _row(item: tuple[EdgeKey, Calls], window_ns: int) -> Edge:
    return edge(*item, window_ns)
