"""Invalidations → removed answers: each id once."""

from collections.abc import Iterable

from actions.cache.store import AnswerCache
from actions.ledger import Ledger
from actions.times import iso
from schemas.actions import ActionRecord, ActionResult, Invalidation


class InvalidationExecutor:
    """Apply invalidations to a cache, and keep account in ``ledger``; its ``counts`` say how it went."""

    def __init__(self, cache: AnswerCache, ledger: Ledger) -> None:
        self._cache = cache
        self._ledger = ledger
        self.removed = 0

    def execute(self, invalidation: Invalidation) -> ActionResult:
        """Remove what it reaches, unless that was done before for all of its changes.

        A run that ends amid a window, and the next one that goes on there, give one id twice.
        """
        at = iso(invalidation.last_committed_us)
        if self._ledger.repeated(invalidation.id, at):
            return ActionResult.REPEATED
        removed = self._cache.apply(invalidation)
        self.removed += removed
        self._ledger.record(
            ActionRecord(
                id=invalidation.id,
                action=f"invalidate {invalidation.scope}",
                targets=(invalidation.key,),
                at=at,
                result=ActionResult.APPLIED,
                reason=f"{invalidation.cause}: {removed} answers removed",
            )
        )
        return ActionResult.APPLIED

    def execute_all(self, invalidations: Iterable[Invalidation]) -> int:
        """Execute all; how many answers were removed."""
        before = self.removed
        for invalidation in invalidations:
            self.execute(invalidation)
        return self.removed - before
