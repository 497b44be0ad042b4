"""``traceo redact``: the flags, and what a person is told."""

import argparse
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Final

from pipelines.redactfilter import Filter, findings_writer, open_findings, open_input
from pipelines.setting import SettingError
from pipelines.stdout import discard_rest
from security.detectors import ALL, Category
from security.keys import TOKEN, Keys
from security.loaded import load_redactor
from security.model.kinds import MODEL_KINDS
from security.redactor import Found

_EXIT_OK: Final = 0
_EXIT_FAILED: Final = 1
_EXIT_USAGE: Final = 2
_EXIT_FOUND: Final = 3
_EPILOG: Final = """\
Lines come from FILE or standard input and go to standard output; standard error sums up what was found.
Exit codes: 0 done; 1 failed; 2 wrong flags; 3 --fail-on found something.
In CI:      git log -p | traceo redact --fail-on secret > /dev/null
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What is read, what is looked for, and what is done when it is found."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(run=_run)
    parser.add_argument("file", nargs="?", metavar="FILE", help="(default: standard input)")
    parser.add_argument("--policy", metavar="FILE", help="TOML: what is done with what (docs/redaction.md)")
    parser.add_argument(
        "--findings", metavar="FILE", help="write a JSON line a find: line, start, end, kind …"
    )
    parser.add_argument(
        "--fail-on",
        metavar="NAMES",
        help="exit with 3 if one of these was found: any, categories (pii, pci, phi, secret), or kinds",
    )
    parser.add_argument("--kinds", choices=("all", "basic"), default="all", help="(default: all)")
    parser.add_argument(
        "--model",
        choices=("off", "on", "unsure"),
        help="when the model is asked (default: as the policy says)",
    )
    parser.add_argument("--key-file", metavar="FILE", help="secret of hashes and tokens, in base64")
    parser.add_argument(
        "--source", default="", metavar="NAME", help="the source that rules of the policy name"
    )
    parser.add_argument("--max-line-bytes", type=int, default=1 << 20, metavar="N", help="(default: 1048576)")
    parser.add_argument("--list", action="store_true", help="show all kinds, and read nothing")
    parser.add_argument("--reveal", action="store_true", help="open the tokens of --key-file instead")
    parser.add_argument("--quiet", action="store_true", help="sum up nothing")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        return _list()
    if arguments.reveal:
        return _reveal(arguments)
    wanted = _names_of(arguments.fail_on)
    if wrong := _wrong(arguments, wanted):
        print(f"traceo: {wrong}", file=sys.stderr)
        return _EXIT_USAGE
    redactor = load_redactor(arguments.kinds, arguments.policy, arguments.key_file, arguments.model or "")
    hits: Counter[str] = Counter()
    with _told_plainly(), contextlib.ExitStack() as files:
        lines = files.enter_context(open_input(arguments.file))
        writer = None
        if arguments.findings:
            writer = findings_writer(files.enter_context(open_findings(arguments.findings)))

        def listener(line: int, text: str, found: list[Found]) -> None:
            for one in found:
                kind = one.finding.kind
                if wanted & {"any", kind.name, kind.family, str(kind.category)}:
                    hits[kind.name] += 1
            if writer is not None:
                writer(line, text, found)

        work = Filter(
            redactor, max_line_bytes=arguments.max_line_bytes, source=arguments.source, listener=listener
        )
        work.run(lines, sys.stdout.buffer)
        sys.stdout.flush()
    if not arguments.quiet:
        _sum_up(work)
    if hits:
        print(f"traceo: --fail-on {arguments.fail_on}: {_counts(hits)}", file=sys.stderr)
        return _EXIT_FOUND
    return _EXIT_OK


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """What ends the work before its end is said in a line."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_rest()
        raise SettingError(f"stopped: {error.strerror}; what was written before is not all") from error
    except KeyboardInterrupt:
        raise SettingError("interrupted; what was written before is not all") from None


def _names_of(names: str | None) -> set[str]:
    return set(filter(None, (names or "").split(",")))


def _wrong(arguments: argparse.Namespace, wanted: set[str]) -> str:
    """What is wrong with the flags, and the fix; empty if nothing is."""
    known = {
        "any",
        *map(str, Category),
        *(name for kind in (*ALL, *MODEL_KINDS) for name in (kind.name, kind.family)),
    }
    if arguments.max_line_bytes < 1:
        return "--max-line-bytes: the least is 1"
    if unknown := sorted(wanted - known):
        return f"--fail-on: {unknown[0]!r} is unknown; traceo redact --list shows all kinds"
    if arguments.file and arguments.findings and _is_same(arguments.file, arguments.findings):
        return f"--findings: {arguments.findings} is what is read; name another file"
    return ""


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # one is not there
        return False


def _sum_up(work: Filter) -> None:
    parts = [f"{work.lines:,} lines", f"{work.found.total():,} values masked"]
    if work.dropped:
        parts.append(f"{work.dropped:,} lines dropped")
    if work.cut:
        parts.append(f"{work.cut:,} lines cut")
    text = ", ".join(parts)
    print(f"traceo: {text}: {_counts(work.found)}" if work.found else f"traceo: {text}", file=sys.stderr)


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in found.most_common())


def _list() -> int:
    seen = set()
    for kind in sorted((*ALL, *MODEL_KINDS), key=lambda kind: (kind.category, kind.name)):
        if kind.name not in seen:
            seen.add(kind.name)
            print(f"{kind.category:8}{kind.name:36}{kind.title}")
    return _EXIT_OK


def _reveal(arguments: argparse.Namespace) -> int:
    if arguments.key_file is None:
        raise SettingError("--reveal: name the key that the tokens were made with: --key-file FILE")
    keys = Keys.from_file(arguments.key_file)
    closed = 0
    with _told_plainly(), open_input(arguments.file) as lines:
        for line in lines:
            text = keys.open_all(line.decode(errors="replace"))
            closed += len(TOKEN.findall(text))
            sys.stdout.write(text)
        sys.stdout.flush()
    if closed:
        print(f"traceo: {closed:,} tokens stay as they are: another key made them", file=sys.stderr)
    return _EXIT_FAILED if closed else _EXIT_OK
