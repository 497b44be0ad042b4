"""Clean events → a few hundred points over time: records by event time, and lag by commit time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from columns.timeline import Course, course_of, merge_courses, points
from transforms.coders import register_struct
from transforms.ending import AtTheEnd

register_struct(Course)


@dataclass(kw_only=True)
class Timeline(beam.PTransform):
    """What the report draws over time; see :mod:`columns.timeline`. Its size does not grow with the input."""

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        return (
            events
            | "Course" >> beam.Map(course_of).with_output_types(Course)
            | "AtTheEnd" >> AtTheEnd()
            | "Sum" >> beam.CombineGlobally(_Merge()).without_defaults()
            | "Points" >> beam.FlatMap(points)
        )


class _Merge(beam.CombineFn):
    def create_accumulator(self) -> Course:
        return Course()

    def add_input(self, total: Course, course: Course) -> Course:
        return merge_courses([total, course])

    def merge_accumulators(self, totals: Iterable[Course]) -> Course:
        return merge_courses(totals)

    def extract_output(self, total: Course) -> Any:
        return total
