"""What a PromQL expression asks for: for our own rules and panels, not all of the language."""

import re
from collections.abc import Iterator

_TEXT = re.compile(r'"[^"]*"')
_SELECTOR = re.compile(r"\{([^}]*)\}")
_RANGE = re.compile(r"\[[^\]]*\]|\boffset \w+")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_MATCHER = re.compile(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"')
_CALL = re.compile(r"\b\w+\s*(?=\()")
_WORDS = {"by", "without", "on", "ignoring", "and", "or", "unless", "sum", "max", "min", "avg", "bool"}


def metrics_of(expression: str) -> set[str]:
    """The names of series."""
    rest = _TEXT.sub("", expression)
    for pattern in (_SELECTOR, _RANGE, _GROUPING, _CALL):
        rest = pattern.sub(" ", rest)
    return set(re.findall(r"\b[a-zA-Z_]\w*", rest)) - _WORDS


def matchers_of(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Labels, and the values that are asked for; alternatives of a regular expression one by one."""
    for selector in _SELECTOR.findall(expression):
        for label, kind, value in _MATCHER.findall(selector):
            yield label, set(value.split("|")) if "~" in kind else {value}


def labels_of(expression: str) -> set[str]:
    """Labels by which is grouped; ``le`` is every histogram's."""
    names = {name.strip() for group in _GROUPING.findall(expression) for name in group.split(",")}
    return names - {"le", ""}
