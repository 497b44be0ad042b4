"""``traceo redact``: the flags, and what a person is told."""

import argparse
import contextlib
import sys
from collections import Counter
from typing import Any, Final

from pipelines.setting import SettingError

_EXIT_OK: Final = 0
_EXIT_USAGE: Final = 2
_EXIT_FOUND: Final = 3
_EPILOG: Final = """\
Lines come from FILE or standard input and go to standard output; standard error sums up what was found.
Exit codes: 0 done; 1 failed; 2 wrong flags; 3 --fail-on found something.
In CI:      git log -p | traceo redact --fail-on secret > /dev/null
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command with its flags."""
    redact = commands.add_parser(
        "redact",
        help="lines without personal data and secrets",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    redact.add_argument("file", nargs="?", metavar="FILE", help="(default: standard input)")
    redact.add_argument("--policy", metavar="FILE", help="TOML: what is done with what (docs/redaction.md)")
    redact.add_argument(
        "--findings", metavar="FILE", help="write a JSON line a find: line, start, end, kind …"
    )
    redact.add_argument(
        "--fail-on",
        metavar="NAMES",
        help="exit with 3 if one of these was found: any, categories (pii, pci, phi, secret), or kinds",
    )
    redact.add_argument("--kinds", choices=("all", "basic"), default="all", help="(default: all)")
    redact.add_argument(
        "--model",
        choices=("off", "on", "unsure"),
        help="when the model is asked (default: as the policy says)",
    )
    redact.add_argument("--key-file", metavar="FILE", help="secret of hashes and tokens, in base64")
    redact.add_argument(
        "--source", default="", metavar="NAME", help="the source that rules of the policy name"
    )
    redact.add_argument("--max-line-bytes", type=int, default=1 << 20, metavar="N", help="(default: 1048576)")
    redact.add_argument("--list", action="store_true", help="show all kinds, and read nothing")
    redact.add_argument("--reveal", action="store_true", help="open the tokens of --key-file instead")
    redact.add_argument("--quiet", action="store_true", help="sum up nothing")
    redact.set_defaults(command=_run)


def _run(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines.redactfilter import Filter, findings_writer, open_findings, open_input

    if rest:
        print(f"traceo: unknown option {rest[0]!r}; see: traceo redact --help", file=sys.stderr)
        return _EXIT_USAGE
    if arguments.list:
        return _list()
    if arguments.reveal:
        return _reveal(arguments)
    if arguments.max_line_bytes < 1:
        raise SettingError("--max-line-bytes: the least is 1")
    redactor = _redactor(arguments)
    wanted = _wanted(arguments.fail_on)
    hits: Counter[str] = Counter()
    with contextlib.ExitStack() as files:
        lines = files.enter_context(open_input(arguments.file))
        writer = None
        if arguments.findings:
            writer = findings_writer(files.enter_context(open_findings(arguments.findings)))

        def listener(line: int, text: str, found: list[Any]) -> None:
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


def _redactor(arguments: argparse.Namespace) -> Any:
    from security.loaded import load_redactor

    return load_redactor(arguments.kinds, arguments.policy, arguments.key_file, arguments.model or "")


def _wanted(names: str | None) -> set[str]:
    from security.detectors import ALL, Category
    from security.model.kinds import MODEL_KINDS

    wanted = set(filter(None, (names or "").split(",")))
    known = {
        "any",
        *map(str, Category),
        *(name for kind in (*ALL, *MODEL_KINDS) for name in (kind.name, kind.family)),
    }
    if unknown := sorted(wanted - known):
        raise SettingError(f"--fail-on: {unknown[0]!r} is unknown; traceo redact --list shows all kinds")
    return wanted


def _sum_up(work: Any) -> None:
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
    from security.detectors import ALL
    from security.model.kinds import MODEL_KINDS

    seen = set()
    for kind in sorted((*ALL, *MODEL_KINDS), key=lambda kind: (kind.category, kind.name)):
        if kind.name not in seen:
            seen.add(kind.name)
            print(f"{kind.category:8}{kind.name:36}{kind.title}")
    return _EXIT_OK


def _reveal(arguments: argparse.Namespace) -> int:
    from pipelines.redactfilter import open_input
    from security.keys import Keys

    if arguments.key_file is None:
        raise SettingError("--reveal: name the key that the tokens were made with: --key-file FILE")
    keys = Keys.from_file(arguments.key_file)
    with open_input(arguments.file) as lines:
        for line in lines:
            sys.stdout.write(keys.open_all(line.decode(errors="replace")))
    return _EXIT_OK
