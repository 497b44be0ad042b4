"""The kinds that no pattern can find: a model decides."""

from typing import Final

from security.detectors.kind import Category, Kind, Rank
from security.detectors.masks import PASSWORD, named

#: RE2 that matches nothing: what these kinds are is not written as a pattern.
NEVER: Final = r"[^\x00-\x{10FFFF}]"

PERSON_NAME: Final = Kind(
    name="person_name",
    title="Name of a person",
    category=Category.PII,
    pattern=NEVER,
    mask=named("person_name"),
    confidence=0.5,
    rank=Rank.LOOSE - 1,
    matches=(),
)
POSTAL_ADDRESS: Final = Kind(
    name="postal_address",
    title="Postal address",
    category=Category.PII,
    pattern=NEVER,
    mask=named("postal_address"),
    confidence=0.5,
    rank=Rank.LOOSE + 1,
    matches=(),
)
GENERIC_SECRET: Final = Kind(
    name="generic_secret",
    title="Value of high entropy that is no hash, no identifier and no path",
    category=Category.SECRET,
    pattern=NEVER,
    mask=named("secret"),
    confidence=0.5,
    rank=Rank.LOOSE - 2,
    matches=(),
)

ANNOUNCED_PASSWORD: Final = Kind(
    name="announced_password",
    title="Password that what stands around it announces",
    category=Category.SECRET,
    pattern=NEVER,
    mask=PASSWORD,
    confidence=0.5,
    rank=Rank.LOOSE - 1,
    family="password",
    matches=(),
)
ANNOUNCED_TOKEN: Final = Kind(
    name="announced_token",
    title="Token, key or code that what stands around it announces",
    category=Category.SECRET,
    pattern=NEVER,
    mask=named("secret"),
    confidence=0.5,
    rank=Rank.LOOSE - 1,
    family="api_key",
    matches=(),
)

MODEL_KINDS: Final = (PERSON_NAME, POSTAL_ADDRESS, GENERIC_SECRET, ANNOUNCED_PASSWORD, ANNOUNCED_TOKEN)
