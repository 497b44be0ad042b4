"""Times as actions carry them: see schemas.times."""

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.times import EPOCH, iso

__all__ = ["iso", "micros_of"]

_MICROSECOND: Final = timedelta(microseconds=1)


def micros_of(text: str) -> int:
    """Epoch microseconds of an ISO 8601 text; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // _MICROSECOND
