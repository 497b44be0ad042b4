"""What keeps an endless source of timers alive: elements, and a watermark that never ends.

On the Flink runner the input of a pipeline ends at once, and its watermark is then at the end of time: timers
of event time would all fire, and state would be emptied. A splittable DoFn that puts its end off, once a day,
holds the watermark before that; behind it, a timer of event time that is due later still holds it for real.
"""

from collections.abc import Iterable
from typing import Any, Final

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms import userstate
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Duration, Timestamp

from transforms.ending import LAST_CALL

#: Where the watermark of :class:`Endless` stays, and when timers are due that hold one: never, that is.
FOR_EVER: Final = Timestamp(int(LAST_CALL) - 7 * 24 * 3600)
_HOLD_UNTIL: Final = Timestamp(int(LAST_CALL) - 3 * 24 * 3600)
_PUT_OFF: Final = Duration(24 * 3600)


class _Once(RestrictionProvider):
    def initial_restriction(self, element: Any) -> OffsetRange:
        return OffsetRange(0, 2**62)

    def create_tracker(self, restriction: OffsetRange) -> OffsetRestrictionTracker:
        return OffsetRestrictionTracker(restriction)

    def restriction_size(self, element: Any, restriction: OffsetRange) -> int:
        return 1

    def truncate(self, element: Any, restriction: OffsetRange) -> None:
        """Nothing is left to do when the pipeline is drained."""
        return None


_RESTRICTION: Final = beam.DoFn.RestrictionParam(_Once())
_ESTIMATOR: Final = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider())


class Endless(beam.DoFn):
    """Hand on each element once, and never end."""

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element: Any,
        tracker: Any = _RESTRICTION,
        estimator: Any = _ESTIMATOR,
    ) -> Iterable[Any]:
        estimator.set_watermark(FOR_EVER)
        begin = tracker.current_restriction().start
        tracker.try_claim(begin)
        if begin == 0:
            yield element
        tracker.defer_remainder(_PUT_OFF)


def hold_watermark(timer: Any, milliseconds: int) -> None:
    """Hold the watermark there with a timer of event time; epoch milliseconds, negative: at the beginning."""
    _set(timer, "hold", _HOLD_UNTIL, milliseconds)


def wake_now(timer: Any, milliseconds: int) -> None:
    """Let a timer of processing time fire at once, which holds the watermark there until it has.

    One that is ``set`` holds it where it was set from, which is the beginning of time for a timer that was
    first set by an impulse. Flink does not heed it; Prism does.
    """
    _set(timer, "", Timestamp.now(), milliseconds)


def _set(timer: Any, tag: str, fire: Timestamp, hold_ms: int) -> None:
    """The protocol has a field for the hold, but ``set`` of Beam's Python API has no parameter."""
    at = MIN_TIMESTAMP if hold_ms < 0 else Timestamp(micros=hold_ms * 1000)
    made = userstate.Timer(
        user_key=timer._key,  # noqa: SLF001  there is no other way in
        dynamic_timer_tag=tag,
        windows=(timer._window,),  # noqa: SLF001
        clear_bit=False,
        fire_timestamp=fire,
        hold_timestamp=at,
        paneinfo=timer._paneinfo,  # noqa: SLF001
    )
    timer._timer_coder_impl.encode_to_stream(made, timer._output_stream, True)  # noqa: SLF001
    timer._output_stream.maybe_flush()  # noqa: SLF001
