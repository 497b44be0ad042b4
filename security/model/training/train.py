"""Packages and a seed → the model and its card; the same versions and seed give the same bytes."""

import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from security.model.announced import Announced, AnnouncedWeights
from security.model.names import Least, Names
from security.model.secrets import Secrets, SecretWeights
from security.model.sequence import Sequences, Weights
from security.model.store import packed, save
from security.model.tier import Thresholds
from security.model.training.announcedset import (
    HARMLESS,
    SECRET,
    AnnouncedExamples,
    announced_lines,
    fitted_announced,
    harmless_lines,
)
from security.model.training.corpus import EVERY, HELD_OUT, TRAINED, UNSEEN, Corpus
from security.model.training.fit import Examples, fitted_sequences, fitted_words, untrained
from security.model.training.measure import measured, measured_announced, measured_secrets
from security.model.training.secretset import examples, fitted_secrets
from security.model.training.vocabulary import PACKAGES, Vocabulary, vocabulary


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is trained on.

    ``fills``: of each carrier of secrets; ``files``: of sources to read, all if None; ``pool``: names of a
    locale; ``every``: which word of a list.
    """

    seed: int = 1
    lines: int = 230_000
    epochs: int = 7
    values: int = 20_000
    fills: int = 6
    held_out: int = 12_000
    pool: int = 700
    files: int | None = None
    every: int = 1


_BY_CARRIERS: Final = "announced_by_carriers_never_trained_on"
#: What a trial run takes: seconds, and a model of no use.
TRIAL: Final = Plan(lines=300, epochs=1, values=300, fills=1, held_out=100, pool=20, files=40, every=20)
_LIMITS: Final = (
    "A name that no word before it announces is found only if it has two words with capitals.",
    "Streets, titles of works and companies that are named after people look like people.",
    "Scripts without capitals, and locales whose addresses faker lacks, are known less well.",
    "Lines are generated: shares on other people's lines are lower than on these.",
    "A secret by its looks alone is found only if capitals, small letters and digits are mixed.",
)


def train(path: Path, plan: Plan, say: Callable[[str], None] = lambda _text: None) -> dict[str, Any]:
    """Train, measure, and write ``path`` (`.npz`) and its card beside it; the card."""
    with threadpool_limits(1):  # sums in one order, so that the bytes are the same
        say("reading words and lines of packages")
        words = _thinned(vocabulary(plan.files), plan.every)
        say(f"learning {len(words.first):,} first and {len(words.last):,} last names among other words")
        table = fitted_words(words, plan.seed)
        sequences = Sequences(untrained(*table))
        say(f"drawing {plan.lines:,} lines")
        corpus = Corpus(words, plan.seed, plan.pool)
        drawn = Examples(sequences)
        for line in corpus.lines(plan.lines, TRAINED, seed=plan.seed + 1):
            drawn.add(line)
        say("learning what names and addresses stand between")
        weights = Weights(*table, *fitted_sequences(sequences, drawn, plan.seed, plan.epochs))
        say("learning secrets and harmless values")
        secrets = fitted_secrets(words, plan.values, plan.seed)
        say("measuring")
        measures = _measures(plan, corpus, weights, secrets)
        say(f"learning what announces secrets, by {len(SECRET) + len(HARMLESS):,} carriers")
        announced = _announced(plan, corpus)
        held_out = [line for line, _ in announced_lines(corpus, 2, plan.seed + 7, held_out=True)]
        least = Thresholds().announced
        measures[_BY_CARRIERS] = measured_announced(Announced(announced, least), held_out)
        card = _card(plan, words, measures)
        say("learning the names that were held back, for the model that is stored")
        weights = weights._replace(
            **dict(zip(("table", "scale", "bias"), fitted_words(words, plan.seed, EVERY), strict=True))
        )
        content = packed(weights, secrets, announced)
        save(path, content, card)
    return {**card, "bytes": len(content)}


def _announced(plan: Plan, corpus: Corpus) -> AnnouncedWeights:
    drawn = AnnouncedExamples()
    for line, carrier in announced_lines(corpus, plan.fills, plan.seed + 5, held_out=False):
        drawn.add(line, carrier)
    for line in harmless_lines(corpus, plan.lines // 2, plan.seed + 6):
        drawn.add(line, line.text)
    return fitted_announced(drawn, plan.seed, plan.epochs)


def _thinned(words: Vocabulary, every: int) -> Vocabulary:
    return Vocabulary(**{one.name: getattr(words, one.name)[::every] for one in fields(words)})


def _measures(plan: Plan, corpus: Corpus, weights: Weights, secrets: SecretWeights) -> dict[str, Any]:
    names = Names(weights, Least())
    unseen = list(corpus.lines(plan.held_out // 3, UNSEEN, seed=plan.seed + 3))
    values = examples(corpus.vocabulary, plan.values // 4, plan.seed + 4)
    return {
        "templates_never_trained_on": measured(
            names, list(corpus.lines(plan.held_out, HELD_OUT, seed=plan.seed + 2))
        ),
        "names_never_trained_on_either": measured(names, unseen)["kinds"],
        "secret_at_half": measured_secrets(Secrets(secrets), values, 0.5),
        "secret_alone": measured_secrets(Secrets(secrets), values, Thresholds().alone),
    }


def _card(plan: Plan, words: Vocabulary, measures: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": "Names of persons, postal addresses and secrets in log lines; secret or harmless for values",
        "plan": asdict(plan),
        "data": {
            "first_names": len(words.first),
            "last_names": len(words.last),
            "places": len(words.places),
            "common_words": len(words.common),
            "technical_words": len(words.technical),
            "lines_of_sources": len(words.lines),
            "carriers_of_secrets": len(SECRET),
            "carriers_without": len(HARMLESS),
            "sources": ["python", *PACKAGES],
            "names_and_addresses": "faker",
        },
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("numpy", "scipy", "scikit-learn", "faker")},
        },
        "measures": measures,
        "limits": list(_LIMITS),
    }
