"""When a step wakes that holds events until the watermark has passed them: seldom, where it has a backlog.

A wake is a bundle of its own: the runner tells a timer only when the bundle before, in which it was set, has
ended. After an outage of an hour a step that woke for each second would need 3,600 of them, one after the
other, before it had caught up, however soon the events themselves were read.
"""

from typing import Final

#: Steps wake at whole seconds, each time for all that is due by then.
GRANULE_MS: Final = 1000
_PARTS: Final = 8
#: Rows of a bundle, about: all that is let go at once is one transaction of the sink.
_MOST_ROWS: Final = 50_000


def wake_ms(oldest_ms: int, newest_ms: int, hold_ms: int, rows: int) -> int:
    """When (epoch milliseconds) to let go of what has been held for ``hold_ms``.

    ``oldest_ms``, ``newest_ms``: times of the ``rows`` that are held. Where these are much further apart than
    the hold, an eighth of the rest is let go together, but not much more than a bundle should have: of a
    backlog, that is, or while one partition is behind the others. So an event waits no longer than an eighth
    of the time that the events are apart, and the number of wakes grows with the rows and with the logarithm
    of the time.
    """
    span_ms = newest_ms - oldest_ms
    together_ms = min((span_ms - hold_ms) // _PARTS, span_ms * _MOST_ROWS // max(1, rows))
    until_ms = oldest_ms + hold_ms + max(0, together_ms - GRANULE_MS)
    return until_ms // GRANULE_MS * GRANULE_MS + GRANULE_MS
