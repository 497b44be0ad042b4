"""``traceo train redaction-model``: packages and a seed → the model of the detectors, and its card."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from security.model.store import DEFAULT


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Where to, and of how much."""
    parser.description = (
        "Train the model of the detectors from what packages ship. The same seed and versions"
        " give the same bytes. Needs the packages of the extra 'dev'."
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--output", default=str(DEFAULT), metavar="FILE.npz", help="(default: the one in use)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--lines", type=int, metavar="N", help="lines to draw (default: 230000)")
    parser.add_argument("--trial", action="store_true", help="a minute's run, to see that it works")


class TrainingError(Exception):
    """A model cannot be trained here: the message says what is missing."""


def run(arguments: argparse.Namespace) -> int:
    """Train and write; the exit code. Raises `TrainingError` when faker is missing or a number is wrong."""
    if arguments.seed < 0 or (arguments.lines is not None and arguments.lines < 1):
        raise TrainingError("--seed: the least is 0; --lines: the least is 1")
    output = Path(arguments.output)
    if output.suffix != ".npz" or not output.parent.is_dir():
        raise TrainingError(f"--output {output}: name a file .npz in a folder that exists")
    try:
        from security.model.training.train import TRIAL, Plan, train
    except ModuleNotFoundError as error:
        raise TrainingError(f"{error.name} is missing; install the extra: pip install -e '.[dev]'") from error
    plan = replace(TRIAL if arguments.trial else Plan(), seed=arguments.seed)
    if arguments.lines is not None:
        plan = replace(plan, lines=arguments.lines)
    card = train(output, plan, say=lambda text: print(text, flush=True))
    _show(output, card)
    return 0


def _show(output: Path, card: dict[str, Any]) -> None:
    for name, measure in card["measures"]["templates_never_trained_on"]["kinds"].items():
        recall, precision = measure["recall"], measure["precision"]
        print(
            f"{name}: recall {recall[0]:.1%} ({recall[1]:.1%} to {recall[2]:.1%}),"
            f" precision {precision[0]:.1%} ({precision[1]:.1%} to {precision[2]:.1%})"
            f" on {measure['values']:,} values"
        )
    print(f"wrote {output} ({card['bytes']:,} bytes) and {output.with_suffix('.json')}")
