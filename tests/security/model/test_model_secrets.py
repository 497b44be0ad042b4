"""Secret or harmless: values by their looks and the names before them."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors.kind import Category, Kind, Tier
from security.detectors.masks import named
from security.detectors.scan import Finding
from security.model import Candidate, Mode, ModelTier
from security.model.secrets import name_before

TIER = ModelTier.load()
BASE62 = string.ascii_letters + string.digits
LOOSE = Kind(
    name="generic_secret",
    title="A value that a pattern is not sure of",
    category=Category.SECRET,
    pattern="never",
    mask=named("loose"),
    confidence=0.6,
    matches=(),
)


def drawn(length: int, seed: int, alphabet: str = BASE62) -> str:
    """A value as a generator of keys makes it, the same in every run."""
    rng = random.Random(seed)  # noqa: S311  they are to be the same in every run
    return "".join(rng.choice(alphabet) for _ in range(length))


SECRETS = [
    *(Candidate(drawn(40, seed), "api_key") for seed in range(20)),
    *(Candidate(drawn(32, seed), "client_secret") for seed in range(20)),
    *(Candidate(drawn(32, seed, "0123456789abcdef"), "secret_key") for seed in range(20)),
    *(Candidate(drawn(43, seed, BASE62 + "-_"), "accessToken") for seed in range(20)),
]
HARMLESS = [
    Candidate("9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de", "sha256"),
    Candidate("d41d8cd98f00b204e9800998ecf8427e", "etag"),
    Candidate("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "request_id"),
    Candidate("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    Candidate("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk", "image"),
    Candidate("order-service-production-v2", "key"),
    Candidate("com.example.auth.TokenProviderFactory", "token"),
    Candidate("/var/lib/kubelet/pods/volumes/secrets", "path"),
    Candidate("${CLIENT_SECRET}", "client_secret"),
    Candidate("expired", "token"),
    Candidate("AbstractAuthenticationProcessingFilter", "class"),
    Candidate("checkout-7d9f8c6b5-x2x9k", "pod"),
]


def test_drawn_values_with_the_names_of_secrets_are_secret() -> None:
    assert sum(likely > 0.5 for likely in TIER.decide(SECRETS)) >= 0.97 * len(SECRETS)


@pytest.mark.parametrize("candidate", HARMLESS, ids=lambda one: f"{one.name}={one.value[:24]}")
def test_hashes_ids_pictures_paths_and_places_are_harmless(candidate: Candidate) -> None:
    assert TIER.decide([candidate])[0] < 0.5


def test_drawn_values_that_stand_alone_are_found_and_hashes_are_not() -> None:
    values = [drawn(48, seed) for seed in range(40)]
    texts = [f"recorded {value} with object 9b74c9897bac770ffc029102a200c5de9b74c989" for value in values]
    found = TIER.find(texts)
    hits = [[(one.start, one.end, one.tier) for one in ours] for ours in found if ours]
    assert len(hits) >= 0.85 * len(values)
    assert all(ours == [(9, 57, Tier.MODEL)] for ours in hits)
    alone = [one for ours in found for one in ours if one.kind.name == "generic_secret"]
    unsure = [ours for ours in ModelTier.load(mode=Mode.UNSURE).find(texts) if ours]
    assert len(alone) >= len(hits) - 2 >= len(unsure)  # one or the other looks as if it were announced


@pytest.mark.parametrize(
    "before",
    [
        "ssh-ed25519 ",
        "Server host key: SHA256:",
        "x-goog-hash: md5=",
        "acme.example. 3600 IN DNSKEY 257 3 13 ",
        '{"kty":"RSA","n":"',
        "-----BEGIN CERTIFICATE-----\nMIIB\n",
        "certificate-authority-data: ",
        "DKIM-Signature: v=1; bh=",
        'ETag: W/"',
        "src: url(data:font/woff2;base64,",
    ],
)
def test_what_everybody_may_know_is_no_secret(before: str) -> None:
    value = next(one for seed in range(40) if TIER.find([f"rejected {(one := drawn(48, seed))}"]) != [[]])
    assert TIER.find([before + value]) == [[]]
    assert TIER.find([f"rejected {value} {before}"]) != [[]]


def test_what_a_pattern_is_unsure_of_is_decided_and_what_it_is_sure_of_stands() -> None:
    key = drawn(40, 3)
    text = f"token={key} token=order-service-production-v2"
    places = [(6, 46), (53, len(text))]
    assert [text[a:b] for a, b in places] == [key, "order-service-production-v2"]
    unsure = [Finding(a, b, LOOSE, 0.6) for a, b in places]
    assert [(one.start, one.tier) for one in TIER.surer(text, unsure)] == [(6, Tier.MODEL)]
    sure = [one._replace(confidence=0.95) for one in unsure]
    assert TIER.surer(text, sure) == sure
    assert ModelTier.load(mode=Mode.OFF).surer(text, unsure) == unsure


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("level=info api_key=", "api_key"),
        ('{"clientSecret": "', "clientSecret"),
        ('{\\"auth.token\\":\\"', "auth.token"),
        ("using bearer ", "bearer"),
        ("", ""),
        ("== ", ""),
    ],
)
def test_the_name_before_a_value_is_read_as_it_is_written(before: str, name: str) -> None:
    assert name_before(before + "value", len(before)) == name


CANDIDATES = st.builds(Candidate, st.text(max_size=80), st.text(max_size=20))


@given(st.lists(st.one_of(CANDIDATES, st.sampled_from(SECRETS + HARMLESS)), max_size=80))
def test_a_batch_is_decided_as_each_alone(candidates: list[Candidate]) -> None:
    likely = TIER.decide(candidates)
    assert all(0 <= one <= 1 for one in likely)
    assert likely == [TIER.decide([candidate])[0] for candidate in candidates]
