"""What is known of the series of a shard, and the scores of their samples, in the order of their times.

A sample is scored when all that belongs before it has been: at once if it comes within one and a half
intervals of the series' last one; if something is missing before it, when the newest sample of the shard is
``lateness`` later, or the input has ended. So nobody waits but for a hole, and the scores do not depend on
the order in which samples come, as long as none is later than that. One that comes when a later one has
been scored is late.

Memory a series: its history (4 or 8 bytes a sample), 16 bytes beside it, and its id. A series that has been
silent for a day is forgotten.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from anomaly.detector import Detector, dtype_of

_HOLE: Final = 1.5  # intervals between two samples of a series with nothing missing between them
_SILENT_US: Final = 24 * 3600 * 1_000_000
_ROWS: Final = 8192  # that are scored at a time: a sample's history is copied for it
_NEVER: Final = -(2**62)

NORMAL, ANOMALY, WARM_UP, LATE, WAITING = range(5)


class Judged(NamedTuple):
    """Of each sample; all of shape (rows,). ``label``: one of the constants above."""

    label: np.ndarray
    score: np.ndarray
    expected: np.ndarray


@dataclass(slots=True)
class Update:
    """Scored samples, in order: what to tell another :class:`SeriesStates` for it to know the same."""

    slot: np.ndarray
    time_us: np.ndarray
    value: np.ndarray


class Before(NamedTuple):
    """Before each of some samples: how many of its series; the last of these are ``histories[place[i]]``."""

    known: np.ndarray
    histories: np.ndarray
    place: np.ndarray


class SeriesStates:
    """The histories of the series of a shard."""

    def __init__(self, detector: Detector, *, interval_us: int, lateness_us: int) -> None:
        self._detector = detector
        self._hole_us = _HOLE * interval_us
        self._lateness_us = lateness_us
        self.slots: dict[str, int] = {}
        self.frontier_us = _NEVER
        self._last_us = np.empty(0, np.int64)
        self._count = np.empty(0, np.int64)
        self._dtype = dtype_of(detector)
        self._history = np.empty((0, detector.history), self._dtype)

    @property
    def values(self) -> int:
        """Samples that are kept, at most."""
        return len(self.slots) * self._detector.history

    def slots_of(self, names: list[str]) -> np.ndarray:
        """The slot of each name; new ones are made."""
        slots = self.slots
        found = np.array([slots.setdefault(name, len(slots)) for name in names], np.int64)
        more = len(slots) - len(self._count)
        if more > 0:
            more = max(more, len(self._count))  # doubled, so that growing costs nothing to speak of
            self._last_us = np.concatenate((self._last_us, np.full(more, _NEVER)))
            self._count = np.concatenate((self._count, np.zeros(more, np.int64)))
            unknown = np.full((more, self._detector.history), np.nan, self._dtype)
            self._history = np.concatenate((self._history, unknown))
        return found

    def judge(
        self, slot: np.ndarray, time_us: np.ndarray, value: np.ndarray, *, ended: bool
    ) -> tuple[Judged, Update]:
        """Score what can be scored of all samples that have not been, those that waited among them."""
        judged = Judged(np.full(len(slot), WAITING), np.zeros(len(slot)), np.zeros(len(slot)))
        self.frontier_us = max(self.frontier_us, int(time_us.max(initial=_NEVER)))
        late = time_us <= self._last_us[slot]
        judged.label[late] = LATE
        open_ = np.flatnonzero(~late)
        order = open_[np.lexsort((time_us[open_], slot[open_]))]
        if not ended:
            order = order[self._ready(slot[order], time_us[order])]
        update = Update(slot[order], time_us[order], value[order])
        before = self.learn(update)
        values = update.value.astype(self._dtype, copy=False)
        for start in range(0, len(order), _ROWS):
            rows, chunk = order[start : start + _ROWS], slice(start, start + _ROWS)
            scores = self._detector.score(before.histories[before.place[chunk]], values[chunk])
            warm = before.known[chunk] >= self._detector.warm_up
            label = np.where(scores.score > self._detector.threshold, ANOMALY, NORMAL)
            judged.label[rows] = np.where(warm, label, WARM_UP)
            judged.score[rows], judged.expected[rows] = scores
        return judged, update

    def _ready(self, slot: np.ndarray, time_us: np.ndarray) -> np.ndarray:
        """Which samples, sorted by series and time, have nothing missing before them or waited enough."""
        first = np.diff(slot, prepend=-1) != 0
        before = np.where(first, self._last_us[slot], np.roll(time_us, 1))
        ready = (time_us - before <= self._hole_us) | (time_us <= self.frontier_us - self._lateness_us)
        blocked = np.cumsum(~ready)
        starts = np.flatnonzero(first)
        at_start: np.ndarray = (blocked - ~ready)[starts]
        free: np.ndarray = blocked == np.repeat(at_start, np.diff(starts, append=len(slot)))
        return free

    def learn(self, update: Update) -> Before:
        """Add samples, sorted by series and time; what came before each of them."""
        width, rows = self._detector.history, len(update.slot)
        starts = np.flatnonzero(np.diff(update.slot, prepend=-1))
        lengths = np.diff(starts, append=rows)
        series = update.slot[starts]
        # Each series' history and new samples lie one after the other; a sample's history is a window of it.
        offsets = np.concatenate(([0], np.cumsum(lengths + width)))
        flat = np.empty(offsets[-1], self._dtype)
        begins = offsets[:-1]
        flat[begins[:, None] + np.arange(width)] = self._history[series]
        nth = np.arange(rows) - np.repeat(starts, lengths)
        place = np.repeat(begins, lengths) + nth
        flat[place + width] = update.value
        windows = np.lib.stride_tricks.sliding_window_view(flat, width) if rows else flat.reshape(0, width)
        before = Before(self._count[update.slot] + nth, windows, place)
        ends = offsets[1:]
        self._history[series] = windows[ends - width] if rows else self._history[series]
        self._count[series] += lengths
        self._last_us[series] = update.time_us[starts + lengths - 1]
        return before

    def forget_silent(self) -> bool:
        """Forget series without a sample for a day before the newest of the shard; whether there were any.

        The slots of the others are renumbered.
        """
        used = len(self.slots)
        alive = self._last_us[:used] >= self.frontier_us - _SILENT_US
        if alive.all():
            return False
        kept = [name for name, living in zip(self.slots, alive.tolist(), strict=True) if living]
        self.slots = {name: slot for slot, name in enumerate(kept)}
        self._last_us, self._count = self._last_us[:used][alive], self._count[:used][alive]
        self._history = self._history[:used][alive]
        return True

    def dump(self) -> tuple[list[str], int, bytes, bytes, bytes]:
        """All that is known, for :meth:`load`."""
        used = len(self.slots)
        return (
            list(self.slots),
            self.frontier_us,
            self._last_us[:used].tobytes(),
            self._count[:used].tobytes(),
            self._history[:used].tobytes(),
        )

    def load(self, dumped: tuple[list[str], int, bytes, bytes, bytes]) -> None:
        """Know what :meth:`dump` told."""
        names, self.frontier_us, last_us, count, history = dumped
        self.slots = {name: slot for slot, name in enumerate(names)}
        self._last_us = np.frombuffer(last_us, np.int64).copy()
        self._count = np.frombuffer(count, np.int64).copy()
        self._history = np.frombuffer(history, self._dtype).reshape(-1, self._detector.history).copy()
