"""The guide to a new kind, docs/add-a-kind.md: its example is a kind that finds what it says."""

import re

from security.detectors import Category, Kind, masks
from tests.conftest import ROOT
from tests.security.test_kinds import (
    test_a_kind_finds_its_examples_exactly as check_examples,
)
from tests.security.test_kinds import (
    test_a_kind_leaves_its_misses_alone as check_misses,
)


def test_the_example_of_the_guide_is_found_and_its_misses_are_not() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "add-a-kind.md").read_text(), re.DOTALL)
    kind = eval(code.strip(), {"Kind": Kind, "Category": Category, "masks": masks})  # noqa: S307  our own text
    check_examples(kind)
    check_misses(kind)
