"""The documents: their examples run, and their tables name what the code declares."""

import argparse
import dataclasses
import inspect
import re
import shlex
import sys
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

import transforms
from actions.recovery.executor import PlanFile
from pipelines.cli import _Parser, _parser
from schemas import actions, logcontext, ocsf, templates, traces, verdicts
from schemas.actions import ActionRecord, Evidence, Incident, Invalidation, Plan
from schemas.logcontext import LogContext
from schemas.ocsf import DetectionFinding, FindingInfo
from schemas.templates import LogRed, Template, TemplateEvent
from schemas.traces import Edge, PathSection, Red, TraceSummary
from schemas.verdicts import Exemplar, Verdict
from tests.conftest import ROOT

DOCS = ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FIELDS = DOCS / "verdicts-incidents-invalidations.md"

#: Heading of a section → the structs and enums whose names it explains.
EXPLAINED: dict[str, tuple[type, ...]] = {
    "Verdict": (Verdict, Exemplar, verdicts.Label, verdicts.Reason),
    "Incident": (Incident, actions.IncidentState, actions.Severity),
    "RootCause of an incident": (actions.RootCause, actions.MetricKind),
    "Evidence": (Evidence,),
    "Plan": (Plan, PlanFile),
    "Invalidation": (Invalidation, actions.Scope, actions.Cause),
    "ActionRecord": (ActionRecord, actions.ActionResult),
    "TraceSummary": (TraceSummary, PathSection, traces.Sampling, traces.Keep),
    "RootCause of a trace": (traces.RootCause, traces.Cause),
    "Edge": (Edge, traces.CallKind),
    "Red": (Red,),
    "Template": (Template,),
    "TemplateEvent": (TemplateEvent, templates.Novelty),
    "LogRed": (LogRed,),
    "LogContext": (LogContext,),
    "DetectionFinding": (
        DetectionFinding,
        FindingInfo,
        ocsf.Analytic,
        ocsf.Attack,
        ocsf.EvidenceData,
        ocsf.Metadata,
        ocsf.Named,
        ocsf.Observable,
        ocsf.OcsfEvidence,
        ocsf.Product,
    ),
}
_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>continues|file: (?P<file>\w+\.py)) -->\n+)?```python\n(?P<code>.*?)^```$", re.M | re.S
)


class Block(NamedTuple):
    """A block of Python. ``file``: it is a module of that name, which later blocks can import."""

    document: Path
    line: int
    code: str
    continues: bool
    file: str | None


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text()
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(document, line, found["code"], found["mark"] == "continues", found["file"])


def examples() -> Iterator[Any]:
    """Each example: the modules of its document that stand before it, a block, and those that continue it."""
    for document in DOCUMENTS:
        modules: list[Block] = []
        chains: list[list[Block]] = []
        for block in blocks(document):
            if block.file is not None:
                modules.append(block)
                chains.append([*modules])
            elif block.continues:
                chains[-1].append(block)
            else:
                chains.append([*modules, block])
        for chain in chains:
            yield pytest.param(chain, id=f"{document.relative_to(ROOT)}:{chain[-1].line}")


def compiled(block: Block) -> Any:
    """With the lines of the document, so that an error says where it is."""
    return compile("\n" * block.line + block.code, str(block.document), "exec")


@pytest.mark.parametrize("chain", list(examples()))
def test_every_example_runs(chain: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever reads it would: from the repository's folder, with the modules that it shows beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in chain:
        if block.file is not None:
            (tmp_path / block.file).write_text(block.code)
            monkeypatch.delitem(sys.modules, block.file.removesuffix(".py"), raising=False)
        else:
            exec(compiled(block), namespace)  # noqa: S102  the documents are ours
    if chain[-1].file is not None:
        exec(compiled(chain[-1]), namespace)  # noqa: S102
    for name, found in list(namespace.items()):
        if name.startswith("test_"):
            found()
    # The examples assert for themselves, and fail here. One that left something has run.
    assert namespace.keys() - {"__name__", "__builtins__"}


def test_the_examples_are_found() -> None:
    assert len(list(examples())) > 15


def commands(document: Path) -> Iterator[list[str]]:
    """The words after ``traceo`` in the blocks that are of no language."""
    fence: str | None = None
    for line in document.read_text().splitlines():
        if line.startswith("```"):
            fence = line if fence is None else None
        elif fence == "```" and "traceo " in line and not line.startswith("traceo:"):
            words = shlex.split(line, comments=True)
            yield words[next(i for i, word in enumerate(words) if word.endswith("traceo")) + 1 :]


def test_commands_are_found() -> None:
    assert len([words for document in DOCUMENTS for words in commands(document)]) > 10


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_is_one_that_the_command_line_knows(document: Path) -> None:
    for words in commands(document):
        _, unknown = _parser().parse_known_args([word for word in words if word != "--help"])
        assert not unknown, words


def names_of(parser: argparse.ArgumentParser, above: str) -> Iterator[str]:
    assert isinstance(parser, _Parser)
    parser.load()
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, command in action.choices.items():
            yield from names_of(command, f"{above} {name}")
    if not below:
        yield above


def test_the_reference_names_every_command() -> None:
    reference = (DOCS / "reference.md").read_text()
    for name in names_of(_parser(), "traceo"):
        assert f"| `{name}` |" in reference, name


def guide_of(step: str) -> Path | None:
    """The guide that the index names for a step."""
    row = re.search(rf"^\| \[`{step}`\]\(((?:steps/)?[\w-]+\.md)[)#]", (DOCS / "steps.md").read_text(), re.M)
    return DOCS / row[1] if row else None


def cell_of(default: Any) -> str:
    if default in (None, ()):
        return ""
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


STEPS = [name for name in transforms.__all__ if name != "Outcome"]


@pytest.mark.parametrize("name", transforms.__all__)
def test_every_step_has_a_guide(name: str) -> None:
    guide = guide_of(name)
    assert guide is not None and guide.is_file()
    assert re.search(rf"^#+ .*`?{name}`?", guide.read_text(), re.M), f"{guide}: no heading names {name}"


@pytest.mark.parametrize("name", STEPS)
def test_a_guide_names_the_settings_and_outputs_of_its_step(name: str) -> None:
    step = getattr(transforms, name)
    guide = guide_of(name)
    assert guide is not None
    text = guide.read_text()
    for setting in dataclasses.fields(step):
        assert f"| `{setting.name}` | {cell_of(setting.default)} |" in text, (name, setting.name)
    outputs = typing.get_type_hints(step.expand)["return"]
    for output in getattr(outputs, "_fields", ()):
        assert f"`{output}`" in text, (name, output)


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found is not None, heading
    return found[1]


@pytest.mark.parametrize("heading", EXPLAINED)
def test_every_field_and_every_value_is_explained(heading: str) -> None:
    text = section(FIELDS.read_text(), heading)
    for kind in EXPLAINED[heading]:
        names = [str(v) for v in kind] if issubclass(kind, StrEnum) else msgspec.structs.fields(kind)
        for name in names:
            shown = name if isinstance(name, str) else name.encode_name
            assert f"`{shown}`" in text, (heading, kind, shown)


def test_all_structs_that_are_written_are_explained() -> None:
    explained = {kind for kinds in EXPLAINED.values() for kind in kinds}
    for module in (verdicts, actions, traces, templates, logcontext, ocsf):
        declared = {
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if kind.__module__ == module.__name__ and issubclass(kind, msgspec.Struct | StrEnum)
        }
        assert declared - explained <= {traces.TracesOutput, ocsf.SecretSeen}, module
