"""name in snake case → as the languages of this world write names."""

from collections.abc import Callable
from typing import Final

from security.evaluation.draw import Draw


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


STYLES: Final[dict[str, Callable[[str], str]]] = {
    "snake": str,
    "camel": _camel,
    "pascal": _pascal,
    "upper": str.upper,
    "kebab": lambda name: name.replace("_", "-"),
    "header": lambda name: "-".join(word.capitalize() for word in name.split("_")),
    "title": lambda name: name.replace("_", " ").capitalize(),
}
#: Before a name, as whose it is. In snake case.
_OWNERS: Final = (
    "user", "customer", "billing", "contact", "new", "primary", "app", "client", "req", "old", "my",
)  # fmt: skip


def styled(draw: Draw, name: str, styles: tuple[str, ...], owned: float = 0.25) -> str:
    """The name in one of the styles, sometimes with whose it is before it."""
    if draw.chance(owned):
        name = f"{draw.some(_OWNERS)}_{name}"
    return STYLES[draw.choice(styles)](name)
