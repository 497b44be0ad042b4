"""The reference of kinds is what the declarations say."""

from pathlib import Path

from security.detectors import ALL, Category
from security.detectors.reference import reference
from tests.conftest import ROOT


def test_the_reference_is_made_from_the_declarations() -> None:
    written = Path(ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert written == reference(), "renew it: python -m security.detectors.reference > docs/kinds.md"


def test_every_kind_is_in_the_reference() -> None:
    text = reference()
    assert all(f"| `{kind.name}` |" in text for kind in ALL)


def test_there_are_at_least_150_kinds_of_secrets() -> None:
    assert len({kind.name for kind in ALL if kind.category is Category.SECRET}) >= 150
