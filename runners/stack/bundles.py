"""Bundles of jars: what a pom file in ``java/`` asks for, in a folder named after what it was made from."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from runners.stack import versions
from runners.stack.settings import StackSettings

_HERE: Final = Path(__file__).with_name("java")
_STAMP_DIGITS: Final = 12


def pom(bundle: str) -> Path:
    """The pom file of a bundle."""
    return _HERE / f"{bundle}.xml"


def folder(settings: StackSettings, bundle: str) -> Path:
    """Where its jars are, or will be; another one as soon as a version that it names changes."""
    return settings.lib / "java" / f"{bundle}-{_stamp(bundle)}"


def jars(settings: StackSettings, bundle: str) -> list[str]:
    """The jars of a bundle, always in one order: an archive of classes is good for that alone."""
    return sorted(str(jar) for jar in folder(settings, bundle).glob("*.jar"))


@cache
def _stamp(bundle: str) -> str:
    text = pom(bundle).read_text(encoding="utf-8")
    named = {name: versions.java()[name] for name in re.findall(r"\$\{([^}]+)\}", text)}
    sources = [source.read_text(encoding="utf-8") for source in sorted(_HERE.glob("*.java"))]
    made_from = repr((text, sorted(named.items()), sources if bundle == "flink" else []))
    return hashlib.sha256(made_from.encode()).hexdigest()[:_STAMP_DIGITS]
