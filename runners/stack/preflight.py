"""What is looked at before anything is started; a trouble is one line that names the fix."""

from collections.abc import Sequence

from runners.stack import health, process
from runners.stack.component import Component
from runners.stack.errors import StackError
from runners.stack.settings import HOST, StackSettings, as_values, flag, remembered


def settings_are_kept(settings: StackSettings, components: Sequence[Component]) -> None:
    """A stack that runs keeps its settings. Raises :class:`StackError`."""
    old, new = remembered(settings.state), as_values(settings)
    changed = [f"{name} {value}" for name, value in old.items() if value != new.get(name)]
    if changed and any(process.alive(process.recorded(one.record)) for one in components):
        raise StackError(
            f"{settings.state}: a stack runs there with {', '.join(changed)}; "
            f"stop it first: traceo stack down --state {settings.state}"
        )


def ports_are_free(settings: StackSettings, waiting: Sequence[Component]) -> None:
    """Of those that do not run yet. Raises :class:`StackError`."""
    for one in waiting:
        if process.alive(process.recorded(one.record)):
            continue
        for port in one.ports:
            if why := health.trouble(HOST, settings.ports[port]):
                raise StackError(
                    f"port {settings.ports[port]} of {one.name}: {why}; move it with --{flag(port)}, "
                    "or all of them with --port-offset"
                )
