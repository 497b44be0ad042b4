"""Forms → templates: an online miner after Drain (He, Zhu, Zheng, Lyu: Drain, an online log parsing approach
with fixed depth tree, ICWS 2017).

As Drain does, it looks for a line among the templates with its number of tokens only, takes it in or makes a
template of it, and forgets the text. It differs in what makes two lines one. Drain joins a line to the most
similar template if their share of equal tokens is above a threshold; no threshold tells ``order created``
from ``user bob``. Here a place becomes a value's when enough different words were seen there with all other
tokens the same (``EVIDENCE``; the fewer others, the more words), or when one of them can only be a value
(see :mod:`logs.shapes`). So the tree's second level, by leading tokens, is not needed either.

Templates are found by hashes: a sum over the tokens, from which any place can be taken out. A new form costs
one look a set of places that templates of its length have values at, and one a token; a known one a look into
a dictionary. The same forms in the same order give the same templates. The id of a template is the hash of
its text with the places of values in it: the same in every shard, and after a restart.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
import numpy as np

from logs.forms import form_of, tokens_of, with_values
from logs.hashedforms import Places, Template, hash_of, terms_of, total_of, without
from logs.shapes import NUMBER, VALUE

#: So many different words make a place a value's, by how many words the others are: none, 1, 2, 3 or more.
EVIDENCE: Final = (10**9, 16, 8, 5)
#: So many, if they have numbers in them.
EVIDENCE_NUMBERED: Final = 3

_VERSION: Final = 1
_SLOTS_A_TEMPLATE: Final = 16
_MOST_WORDS: Final = 200_000


class MinerStateError(ValueError):
    """A snapshot is of a version that is not known, or none at all."""


class Found(NamedTuple):
    """A template that was not known; ``replaces``: ids of the ones that it stands for from now on.

    ``shape``: the place of the shape in which it was found, among those that were learned together.
    """

    id: str
    text: str
    replaces: tuple[str, ...]
    shape: int


class _Snapshot(msgspec.Struct, array_like=True):
    version: int
    forms: list[str]


class Miner:
    """Templates of one stream of shapes.

    ``most_templates``: beyond, those that were not seen for longest are forgotten. ``cache_bytes``: of shapes
    whose template is known without a look.
    """

    def __init__(self, most_templates: int = 4096, cache_bytes: int = 8_000_000) -> None:
        self._most = most_templates
        self._cache_bytes = cache_bytes
        self._clear()

    def _clear(self) -> None:
        self._known: OrderedDict[int, Template] = OrderedDict()  # by total; the last used last
        self._slots: OrderedDict[int, list[Template]] = OrderedDict()  # by total without one place
        self._places: dict[int, Places] = {}  # by length
        self._lengths: dict[int, dict[str, Template]] = {}  # by length, then by id
        self._cache: OrderedDict[str, Template] = OrderedDict()  # by shape
        self._cached = 0
        self._by_id: dict[str, Template] = {}
        self._shape = 0
        self._words: dict[str, int] = {}
        self._found: list[Found] = []
        self._forms: list[str] = []

    def learn(self, shapes: Iterable[str]) -> list[str]:
        """The id of the template of each shape, in their order, as it is known once all are learned."""
        templates = []
        for self._shape, shape in enumerate(shapes):
            templates.append(self._of_shape(shape))
        return [_last(template).id for template in templates]

    def found(self) -> list[Found]:
        """The templates that are new since this was last asked."""
        found, self._found = self._found, []
        return found

    def forms(self) -> list[str]:
        """The forms that were new since this was last asked: whoever replays them is where this miner is."""
        forms, self._forms = self._forms, []
        return forms

    def replay(self, forms: Iterable[str]) -> None:
        """Learn forms that another miner has learned."""
        for form in forms:
            self._of_form(form)
        self.found()
        self.forms()

    def dump(self) -> bytes:
        """A snapshot: the forms of the templates, the last used last."""
        forms = [template.form for template in self._known.values()]
        return msgspec.msgpack.encode(_Snapshot(_VERSION, forms))

    def load(self, data: bytes) -> None:
        """Go on where a miner was that gave the snapshot; raises :class:`MinerStateError`."""
        try:
            snapshot = msgspec.msgpack.decode(data, type=_Snapshot)
        except msgspec.DecodeError as error:
            raise MinerStateError("no snapshot of templates") from error
        if snapshot.version != _VERSION:
            raise MinerStateError(f"snapshot of version {snapshot.version}, known is {_VERSION}")
        self._clear()
        self.replay(snapshot.forms)

    def text(self, template_id: str) -> str | None:
        """The text of a template; ``None`` if it is not known."""
        template = self._by_id.get(template_id)
        return None if template is None else template.shown

    def __len__(self) -> int:
        return len(self._known)

    def _of_shape(self, shape: str) -> Template:
        template = self._remembered(shape)
        if template is None:
            form = form_of(shape)
            template = self._remembered(form) or self._of_form(form)
            self._remember(form, template)
            self._remember(shape, template)
        self._known.move_to_end(template.total)
        return template

    def _remembered(self, text: str) -> Template | None:
        template = self._cache.get(text)
        if template is None:
            return None
        template = _last(template)
        if template.gone:
            return None
        self._cache.move_to_end(text)
        return template

    def _remember(self, text: str, template: Template) -> None:
        if text not in self._cache:
            self._cached += len(text)
        self._cache[text] = template
        while self._cached > self._cache_bytes:
            self._cached -= len(self._cache.popitem(last=False)[0])

    def _of_form(self, form: str) -> Template:
        tokens = tokens_of(form)
        terms = self._terms(tokens)
        total = total_of(terms)
        template = self._known.get(total) or self._among(len(tokens), total, terms)
        if template is not None:
            self._known.move_to_end(template.total)
            return template
        self._forms.append(form)
        template = self._add(Template(form, tokens, terms), ())
        while len(self._known) > self._most:
            self._forget(self._known.popitem(last=False)[1])
        return template

    def _among(self, length: int, total: int, terms: np.ndarray) -> Template | None:
        """The template with the most words that a form is one of; of equals the one with the lowest id."""
        places = self._places.get(length)
        if places is None:
            return None
        found = [self._known[t] for t in places.totals(total, terms) if t in self._known]
        return min(found, key=lambda template: (-template.words, template.id), default=None)

    def _add(self, template: Template, replaced: tuple[str, ...]) -> Template:
        """Know ``template``; give it, or the one that takes it in."""
        self._known[template.total] = template
        self._found.append(Found(template.id, template.shown, replaced, self._shape))
        self._by_id[template.id] = template
        self._lengths.setdefault(len(template.tokens), {})[template.id] = template
        if template.values.any() and template.words:
            length = len(template.tokens)
            self._places.setdefault(length, Places(length)).add(template.values)
        for place in range(len(template.tokens)):
            others = template.words - (not template.values[place])
            if others == 0:
                continue
            alike = self._alike(template, place)
            if len(alike) >= _needed(template.tokens[place], others):
                return self._merge(alike, template, place)
        return template

    def _alike(self, template: Template, place: int) -> list[Template]:
        """The templates that differ from ``template`` at ``place`` alone, and itself."""
        key = without(template, place)
        slot = [t for t in self._slots.pop(key, ()) if t.into is None and not t.gone]
        slot.append(template)
        self._slots[key] = slot
        if len(self._slots) > self._most * _SLOTS_A_TEMPLATE:
            self._slots.popitem(last=False)
        return slot

    def _merge(self, alike: list[Template], template: Template, place: int) -> Template:
        """One template, with a value at ``place``, for all of ``alike``."""
        tokens = (*template.tokens[:place], VALUE, *template.tokens[place + 1 :])
        terms = self._terms(tokens)
        whole = self._known.get(total_of(terms))
        parts = [part for part in alike if part is not whole]
        self._taken_out(parts)
        if whole is None:
            whole = Template(with_values(template.form, tokens, VALUE), tokens, terms)
            alike = [t for t in self._lengths[len(tokens)].values() if _is_one_of(t.tokens, tokens)]
            parts += self._taken_out(alike)
            for part in parts:
                part.into = whole
            return self._add(whole, tuple(sorted(part.id for part in parts)))
        for part in parts:
            part.into = whole
        replaced = tuple(sorted(part.id for part in parts))
        self._found.append(Found(whole.id, whole.shown, replaced, self._shape))
        return whole

    def _taken_out(self, templates: list[Template]) -> list[Template]:
        for template in templates:
            self._forget(template)
            self._known.pop(template.total, None)
            template.gone = False
        return templates

    def _forget(self, template: Template) -> None:
        template.gone = True
        self._by_id.pop(template.id, None)
        self._lengths[len(template.tokens)].pop(template.id, None)
        if template.values.any() and template.words:
            self._places[len(template.tokens)].remove(template.values)

    def _terms(self, tokens: tuple[str, ...]) -> np.ndarray:
        """A number of 64 bits a token and place."""
        if len(self._words) > _MOST_WORDS:
            self._words.clear()
        words = self._words
        hashes = [words.get(token) or words.setdefault(token, hash_of(token)) for token in tokens]
        return terms_of(np.array(hashes, np.uint64))


def _needed(token: str, others: int) -> int:
    """So many templates that differ in one place, where one has ``token``, make that a value's place."""
    if token == VALUE:
        return 2
    return EVIDENCE_NUMBERED if NUMBER in token else EVIDENCE[min(others, len(EVIDENCE) - 1)]


def _is_one_of(tokens: tuple[str, ...], template: tuple[str, ...]) -> bool:
    return all(wanted in (VALUE, token) for token, wanted in zip(tokens, template, strict=True))


def _last(template: Template) -> Template:
    while template.into is not None:
        template = template.into
    return template
