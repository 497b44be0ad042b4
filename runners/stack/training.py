"""Archives of classes (AppCDS): Java servers run once in a scratch folder, and write them as they end.

With them a server starts in half the time. Without them it starts all the same.
"""

import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from runners.stack import jvm
from runners.stack.component import Component
from runners.stack.settings import HOST, PORTS, StackSettings


def untrained(components: Sequence[Component]) -> list[str]:
    """Those whose archive is missing, and was not tried in vain before."""
    return [one.name for one in components if one.bundles and not any(map(Path.exists, _traces(one)))]


def rehearsal(settings: StackSettings) -> StackSettings:
    """The same stack somewhere else, to write archives."""
    scratch = settings.state / "training"
    shutil.rmtree(scratch, ignore_errors=True)
    return replace(settings, state=scratch, lib=settings.lib, ports=dict(_free_ports()), training=True)


def note(components: Sequence[Component]) -> list[str]:
    """Those that have written none: they are not tried again. The others' are for everybody to read."""
    vain = untrained(components)
    for one in components:
        if one.name in vain:
            _traces(one)[1].touch()
        elif one.bundles:
            _traces(one)[0].chmod(0o644)
    return vain


def _traces(one: Component) -> tuple[Path, Path]:
    archive = jvm.archive(one.settings, one.name, one.bundles[0])
    return archive, archive.with_suffix(".vain")


def _free_ports() -> Iterator[tuple[str, int]]:
    with ExitStack() as held:  # all at once, lest one be given twice
        for name in PORTS:
            taken = held.enter_context(socket.socket())
            taken.bind((HOST, 0))
            yield name, taken.getsockname()[1]
