"""Numbers that the states of Europe give to persons."""

from typing import Final

from security.detectors.kind import Kind
from security.detectors.national_east import EAST
from security.detectors.national_north import NORTH
from security.detectors.national_west import WEST

EUROPE: Final[tuple[Kind, ...]] = (*NORTH, *WEST, *EAST)
