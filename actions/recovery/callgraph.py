"""(caller, callee) pairs → which services a service reaches, and which reach it."""

from collections.abc import Iterable


class CallGraph:
    """Who calls whom, directly or through others. May hold circles."""

    def __init__(self, edges: Iterable[tuple[str, str]] = ()) -> None:
        callees: dict[str, set[str]] = {}
        for caller, callee in edges:
            callees.setdefault(caller, set()).add(callee)
        self._below = {caller: _reached(caller, callees) for caller in callees}
        self._above: dict[str, set[str]] = {}
        for caller, reached in self._below.items():
            for callee in reached:
                self._above.setdefault(callee, set()).add(caller)

    def below(self, service: str) -> frozenset[str]:
        """The services that ``service`` calls, directly or through others; not itself."""
        return frozenset(self._below.get(service, ()))

    def above(self, service: str) -> frozenset[str]:
        """The services that call ``service``, directly or through others; not itself."""
        return frozenset(self._above.get(service, ()))

    def most_downstream(self, services: Iterable[str]) -> frozenset[str]:
        """Those of ``services`` that call none of the others; of a circle, all that are in it."""
        found = frozenset(services)
        return frozenset(s for s in found if all(s in self.below(other) for other in found & self.below(s)))


def _reached(start: str, callees: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = callees.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached - {start}
