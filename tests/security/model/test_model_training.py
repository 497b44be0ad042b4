"""Training: the same seed and versions give the same bytes; what is drawn is marked where it is."""

import random
from pathlib import Path

import pytest

from pipelines.cli import main
from security.model.store import load
from security.model.training.addresses import LANGUAGES, written
from security.model.training.announcedset import (
    HARMLESS,
    SECRET,
    AnnouncedExamples,
    announced_lines,
    harmless_lines,
    is_held_out,
)
from security.model.training.corpus import ADDRESS, HELD_OUT, PERSON, TRAINED, Corpus, Marked, share
from security.model.training.measure import wilson
from security.model.training.secretset import examples
from security.model.training.vocabulary import Vocabulary, vocabulary


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary(most_files=40)


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        path = tmp_path / f"{name}.npz"
        assert main(["train", "redaction-model", "--trial", "--seed", seed, "--output", str(path)]) == 0
        load(path)
        made.append((path.read_bytes(), path.with_suffix(".json").read_text()))
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.parametrize("flags", [["--seed", "-1"], ["--lines", "0"], ["--output", "model.pkl"]])
def test_what_cannot_be_trained_is_said_before_it_takes_long(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "redaction-model", *flags]) == 1
    assert flags[0] in capsys.readouterr().err


def test_lists_hold_names_places_and_words_and_lines_name_nobody(words: Vocabulary) -> None:
    assert {"Maria", "Иван"} <= set(words.first)
    assert {"Smith", "Müller"} <= set(words.last)
    assert {"return", "value"} <= set(words.common)
    assert len(words.lines) > 1000
    assert not any("©" in line or "@" in line for line in words.lines)


def test_lines_are_marked_where_their_names_and_addresses_are(words: Vocabulary) -> None:
    lines = list(Corpus(words, 1, pool=20).lines(400, TRAINED, seed=2))
    assert lines == list(Corpus(words, 1, pool=20).lines(400, TRAINED, seed=2))
    labels = {label for line in lines for _, _, label in line.spans}
    assert labels == {PERSON, ADDRESS}
    assert 0.4 < sum(bool(line.spans) for line in lines) / len(lines) < 0.7
    for line in lines:
        assert bool(line.spans) <= bool(line.locale)
        ends = [0, *(end for _, end, _ in line.spans)]
        assert all(end <= start < stop for end, (start, stop, _) in zip(ends, line.spans, strict=False))
        assert "{" not in "".join(line.text[start:end] for start, end, _ in line.spans)


def test_templates_that_are_measured_with_are_not_trained_on(words: Vocabulary) -> None:
    assert not HELD_OUT.templates & TRAINED.templates
    assert 0 not in TRAINED.words
    assert share("Smith") == share("smith") < 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_have_a_number_and_no_open_slot(language: str) -> None:
    rng = random.Random(3)  # noqa: S311  of addresses
    for _ in range(50):
        address, street = written(language, rng, ", ")
        assert any(map(str.isdigit, address))
        assert street in address
        assert "{" not in address


def test_values_are_half_secret_and_none_has_an_open_slot(words: Vocabulary) -> None:
    drawn = examples(words, 500, 1)
    assert 0.4 < sum(label for _, label in drawn) / len(drawn) < 0.6
    assert len({candidate.value for candidate, _ in drawn}) > 400
    assert drawn == examples(words, 500, 1)


def test_carriers_are_filled_and_marked_where_their_secrets_are(words: Vocabulary) -> None:
    corpus = Corpus(words, 1, pool=20)
    drawn = list(announced_lines(corpus, 1, 3, held_out=True))
    assert drawn == list(announced_lines(Corpus(words, 1, pool=20), 1, 3, held_out=True))
    assert {carrier for _, carrier in drawn} == set(filter(is_held_out, (*SECRET, *HARMLESS)))
    lines = [line for line, _ in drawn]
    assert {label for line in lines for _, _, label in line.spans} == {1, 2}
    for line in lines:
        assert "‹" not in line.text
        assert all(line.text[start:end].strip() for start, end, _ in line.spans)


def test_a_carrier_is_trained_on_or_measured_with_and_has_a_secret_or_none() -> None:
    held_out = [carrier for carrier in SECRET if is_held_out(carrier)]
    assert 0.08 < len(held_out) / len(SECRET) < 0.17
    assert not set(SECRET) & set(HARMLESS)
    assert all("‹" in carrier for carrier in SECRET)


def test_lines_without_a_secret_have_no_mark(words: Vocabulary) -> None:
    lines = list(harmless_lines(Corpus(words, 1, pool=20), 100, 4))
    assert len(lines) == 100
    assert not any(line.spans for line in lines)


def test_of_what_is_learnt_a_secret_with_its_prefix_is_one_and_nearly_all_of_one_is_left_out() -> None:
    examples = AnnouncedExamples()
    text = "the token is whsec_Zt4kQ9xW2mVb7LpR, name=jane"
    start = text.index("Zt4k")
    examples.add(Marked(text, ((start, start + 16, 2),), ""), text)
    _, labels = examples.arrays()
    assert sorted(labels.tolist())[-1] == 2
    assert labels.tolist().count(2) == 1


def test_of_a_feature_that_few_carriers_have_nothing_is_learnt() -> None:
    examples = AnnouncedExamples()
    for number in range(9):
        line = Marked("token=Zt4kQ9xW2mVb7LpR1", (), "")
        examples.add(line, f"common {number}")
    examples.add(Marked("secret sesame: Zt4kQ9xW2mVb7LpR1", (), ""), "one of its kind")
    matrix, labels = examples.arrays()
    assert matrix.shape[0] == len(labels) > 9
    assert matrix[0].data.all()
    assert 0 < matrix[len(labels) - 1].data.mean() < 1  # its looks are common, its words are not


def test_an_interval_holds_its_share_and_narrows_with_more_values() -> None:
    few, many = wilson(9, 10), wilson(900, 1000)
    for share_, low, high in (few, many):
        assert 0 <= low <= share_ <= high <= 1
    assert many[2] - many[1] < few[2] - few[1]
    assert wilson(95, 100) == [0.95, 0.8882, 0.9785]  # as Wilson's formula gives by hand
