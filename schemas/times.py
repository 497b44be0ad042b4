"""Times as text: ISO 8601, UTC, with microseconds, so that the texts sort as the times do."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso(micros: int) -> str:
    """Epoch microseconds as text."""
    moment = EPOCH + timedelta(microseconds=micros)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
