"""draw → lines of logs without personal data and secrets, of which many look as if they had some."""

from typing import Final

from security.evaluation.draw import Draw
from security.evaluation.noise import fill

_LINES: Final[tuple[str, ...]] = ("«comma» INFO [«thread»] «class» - order «uuid» confirmed in «ms» ms",)


def negative(draw: Draw) -> tuple[str, str]:
    """Name of a template, and a line of it."""
    template = draw.choice(_LINES)
    return template[:24], "".join(fill(template, draw))
