"""How far a backfill is, and how long the rest takes if it goes on like this."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from pipelines.backfill.plan import Piece, Plan, What

_ENOUGH: Final = 0.05  # of the work, to estimate the rest
_TOLD: Final = {
    What.EVERYTHING: "everything",
    What.CATALOGUE: "the catalogue",
    What.EVENTS: "events",
    What.BESIDE: "anomalies, gaps and what they set in motion, over all pieces",
}


class Estimate:
    """Of ``plan``, whose pieces ``done`` an earlier run has done: these say nothing of how fast this one is.

    ``clock``: seconds that only rise.
    """

    def __init__(self, plan: Plan, done: Iterable[int], clock: Callable[[], float] = time.monotonic) -> None:
        self._plan = plan
        self._done_before = sum(plan.pieces[number].rows for number in done)
        self._rows = 0
        self._clock = clock
        self._began = clock()

    def did(self, piece: Piece) -> None:
        """``piece`` is done."""
        self._rows += piece.rows

    def line(self, number: int) -> str:
        """What is to be done, and what is done, before a piece is begun."""
        piece, pieces = self._plan.pieces[number], len(self._plan.pieces)
        text = f"piece {number + 1} of {pieces}: {_TOLD[piece.what]}"
        if piece.what is not What.BESIDE:
            text += f", about {piece.rows:,} records"
        done = self._done_before + self._rows
        if not done:
            return text
        text += f"; {done / self._plan.rows:.0%} done"
        if self._rows > self._plan.rows * _ENOUGH:
            left = (self._plan.rows - done) * (self._clock() - self._began) / self._rows
            text += f", about {_duration(left)} left"
        return text


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
