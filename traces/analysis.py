"""A whole trace → its summary and its calls; the history learns from it afterwards.

Critical path, self times, likely root cause and the decision to keep it, in one pass over the tree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.spans import Span
from schemas.traces import PathSection, TraceSummary
from traces.criticalpath import Piece, Semantics, path_of
from traces.history import History
from traces.rootcause import is_slow, root_cause
from traces.selftime import self_times_of
from traces.tailsampler import Rules, decide
from traces.tree import Tree, tree_of


@dataclass(frozen=True, slots=True)
class Analysis:
    """How traces are looked at."""

    semantics: Semantics = "jaeger"
    rules: Rules = field(default_factory=Rules)

    def of(self, spans: Sequence[Span], history: History, now_ns: int) -> tuple[TraceSummary, Tree]:
        """The summary and the tree of the trace that ``spans`` form; ``history`` learns from it.

        What the trace is judged by is the history before it. There is at least one span. ``now_ns``: how far
        event time has come; what lies beyond tells of a wrong clock and does not make the history older.
        """
        tree = tree_of(spans)
        history.advance(min(max(tree.ends), now_ns))
        self_ns = self_times_of(tree)
        summary = self._summary(tree, self_ns, history)
        for place, span in enumerate(spans):
            history.observe(
                span, tree.ends[place] - tree.starts[place], self_ns[place], is_root=place == tree.root
            )
        return summary, tree

    def _summary(self, tree: Tree, self_ns: Sequence[int], history: History) -> TraceSummary:
        spans, root = tree.spans, tree.spans[tree.root]
        duration = tree.ends[tree.root] - tree.starts[tree.root]
        known = history.of(root.service, root.name)
        path = path_of(tree, self.semantics)
        errors = sum(span.error for span in spans)
        by_service: Counter[str] = Counter()
        for span, own in zip(spans, self_ns, strict=True):
            by_service[span.service] += own
        orphans = tree.orphans()
        return TraceSummary(
            trace_id=root.trace_id,
            service=root.service,
            operation=root.name,
            start_ns=root.start_ns,
            duration_ns=duration,
            whole=root.parent_id is None and not orphans,
            spans=len(spans),
            orphans=orphans,
            errors=errors,
            services=sorted(by_service),
            critical_path=[_section(spans, piece) for piece in path],
            self_ns=dict(sorted(by_service.items())),
            root_cause=root_cause(
                tree, path, self_ns, history, slow=is_slow(known, duration, self.rules.slow_ns)
            ),
            sampling=decide(
                root.trace_id, failed=errors > 0, duration_ns=duration, root=known, rules=self.rules
            ),
        )


def _section(spans: Sequence[Span], piece: Piece) -> PathSection:
    span = spans[piece.place]
    return PathSection(span.span_id, span.service, span.name, piece.start_ns, piece.end_ns)
