"""Names and addresses in lines, and lines that hold none."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors.kind import Tier
from security.model import Mode, ModelTier

TIER = ModelTier.load()
OFF = ModelTier.load(mode=Mode.OFF)

NAMED = (
    "user ‹Maria Gonzalez› logged in from 10.0.0.7",
    "Order 4711 created for ‹Thomas Baker›",
    "Payment of 12.50 EUR from ‹Claire Dubois› was declined",
    '{"customer":{"fullName":"‹Anna Kowalska›","tier":"gold"}}',
    "customer_name=‹Jürgen Schneider›, status=active",
    "Patient ‹Giulia Ferrari› admitted to ward 3",
    "Dear ‹Mr. Henderson›, your appointment is confirmed",
    "first_name=‹Oliver› last_name=‹Wright›",
    "assigned to ‹Lars Johansson› by ‹Emma Nielsen›",
    "Kunde ‹Sabine Hoffmann› angelegt",
    "Пользователь ‹Иван Петров› вошёл в систему",
    "Ο χρήστης ‹Γιώργος Παπαδόπουλος› συνδέθηκε",
    "Welcome back, ‹Sig.ra Giulia Ferrari›!",
    "approved by ‹Univ.Prof. Thomas Baker B.Sc.› on Monday",
    "customer ‹Claire Dubois de la Tour› called about order 12",
    '<insured no="7"><name>‹Thomas Okwudili-Brandström›</name><plan>gold</plan></insured>',
    "967;‹Jiří Černá›;box@orange.example;active",
    "544,‹石川 太郎›,box@mail.example",
    "Signed-off-by: ‹Lukas Kaufmann› <lukas@kaufmann.example>",
    "WARN CustomerController : Hello ‹Bogdan Ionescu›! Your code is on the way",
    "policy holder ‹Jing Xu› not found",
    "notify ‹長谷川美咲› 様",
    'got "name":[{"use":"official","family":"‹Kaufmann›","given":["‹Matthias›","‹Paul›"]}] from x',
    '<Data Name="FirstName">‹Zdeněk›</Data>',
    "KeyError: 'no manager found for ‹Bambang Hartono›'",
    "Employee of the month is ‹Sione Tuilagi›!",
    "Visitor badge printed at North (host: ‹Sunita Chaturvedi›)",
    "com.acme.DuplicateEmployee: Employee with name '‹Faridah binti Ismail›' exists",
    "RFID ED6A9BBA => ‹Cormac O'Sullivan›",
)
ADDRESSED = (
    "shipping_address=‹221 Baker Street, London›",
    "Order 99 will be sent to ‹742 Maple Avenue, Springfield, IL 62704›",
    '{"address":"‹12 rue Victor Hugo, 69002 Lyon›"}',
    "Lieferadresse: ‹Hauptstraße 14, 10115 Berlin›",
    "deliver to ‹P.O. Box 4410, Denver, CO 80202›",
    "Indirizzo di spedizione: ‹Via Garibaldi 22, 20121 Milano (MI)›",
    "адрес=‹ул. Ленина, д. 5, кв. 12›",
    "住所: ‹東京都渋谷区渋谷2-21-1›",
)
HARMLESS = (
    "Spring Boot started in 4.2 seconds",
    "Thread Pool 7 exhausted in Order Service",
    "Tue Mar 14 09:26:53 2026 Garbage Collector finished",
    "startStation=shanghai, endStation=nanjing",
    "train from Su Zhou to Shang Hai delayed",
    "X-Forwarded-For: 10.0.0.1, Content-Type: application/json",
    "at com.example.orders.OrderController.create(OrderController.java:42)",
    "SELECT name FROM customers WHERE id = 7",
    "username=root action=login status=OK",
    "bind address 0.0.0.0:8080 already in use",
    "config name: DirectTicketAllocationProportion",
    "502 Bad Gateway from upstream",
    "Verification succeeded for blk_-1608999687919862906",
    "route [New York Penn, London Kings Cross] refreshed",
    "Calvin Kubelytics Gateway restarted by KubeLytics",
    "DHCPDISCOVER from 00:11:43:e3:ba:c3 via eth1: network A: no free leases",
    "pod checkout-7d9f8c6b5-x2x9k evicted from ip-10-0-3-12",
    "From: Order Service <noreply@shop.example>",
    "x,Order Service,noreply@shop.example",
    "Dear Customer Support, the queue is full",
    "on behalf of Service Account",
    "assigned task to Worker Thread 5",
    'theme "font":{"family":"Roboto","size":12}',
    '10.0.0.9 "GET / HTTP/1.1" 200 17 "-" "Mozilla/5.0 (Macintosh; Intel Mac OS X 11_3_1) AppleWebKit/605.1"',
    '"user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X)"',
    "Mozilla/5.0%20(Macintosh;%20Intel%20Mac%20OS%20X%2010.9;%20rv:27.0)",
    "CEF:0|Acme|Mail|1.0|7|File|3|fname=summer.txt suser=jo01",
    "Display Name:\t-\nUser Principal Name:\t-",
    "tests=AWL,BAYES_50,SPF_VALID,HTML_MESSAGE",
    "built connection 18 for PARIS-ALEXANDER_CAM:10.2.2.2/404",
    "FOREIGN KEY (jail) REFERENCES jails ON DELETE CASCADE, UNIQUE (jail)",
)


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its marks, and where what was between them is."""
    spans, plain = [], ""
    for part in text.split("‹"):
        value, closed, rest = part.partition("›")
        if closed:
            spans.append((len(plain), len(plain) + len(value)))
        plain += value + rest
    return plain, spans


def covers(found: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return sum(max(0, min(end, b) - max(start, a)) for a, b in found) >= 0.8 * (end - start)


@pytest.mark.parametrize(
    ("line", "kind"),
    [*((line, "person_name") for line in NAMED), *((line, "postal_address") for line in ADDRESSED)],
)
def test_a_name_or_an_address_is_found_where_it_is(line: str, kind: str) -> None:
    text, spans = marked(line)
    found = [one for one in TIER.find([text])[0] if one.kind.name == kind]
    places = [(one.start, one.end) for one in found]
    assert all(covers(places, *span) for span in spans), (text, places)
    assert all(any(covers([span], *place) for span in spans) for place in places), (text, places)
    assert all(one.tier is Tier.MODEL and 0 < one.confidence <= 1 for one in found)


@pytest.mark.parametrize("line", HARMLESS)
def test_what_software_is_made_of_is_no_person(line: str) -> None:
    assert TIER.find([line]) == [[]]


def test_a_model_that_is_off_finds_nothing_and_reads_no_file() -> None:
    tier = ModelTier.load(Path("none.npz"), mode=Mode.OFF)
    assert tier.find(["user Maria Gonzalez logged in"]) == [[]]
    assert tier.kinds == ()


def test_escaped_line_breaks_of_json_are_no_part_of_words() -> None:
    text = '{"message":"Regards,\\nThomas Baker\\nACME"}'
    (found,) = TIER.find([text])
    assert [text[one.start : one.end] for one in found] == ["Thomas Baker"]


def test_a_name_far_into_a_long_line_is_found() -> None:
    text = "x=1 " * 50_000 + "customer_name=Thomas Baker " + "y=2 " * 50_000
    (found,) = TIER.find([text])
    assert [text[one.start : one.end] for one in found] == ["Thomas Baker"]


def test_the_lines_that_are_worth_a_look_are_told_apart_where_they_lie_end_to_end() -> None:
    lines = [f"{marked(line)[0]}\n".encode() for line in (*HARMLESS, *NAMED, *HARMLESS, *ADDRESSED)]
    ends = list(itertools.accumulate(map(len, lines)))
    rows = set(TIER.rows(b"".join(lines), ends))
    assert rows >= {
        *range(len(HARMLESS), len(HARMLESS) + len(NAMED)),
        *range(len(lines) - len(ADDRESSED), len(lines)),
    }
    assert lines.index(b"Thread Pool 7 exhausted in Order Service\n") not in rows
    assert list(OFF.rows(b"".join(lines), ends)) == []


PIECES = ("John", "Smith", "street", "12", "name=", "für", "李", "\ud800", " ", ",", "\n")
LINES = st.lists(
    st.one_of(
        st.sampled_from([marked(line)[0] for line in (*NAMED, *ADDRESSED, *HARMLESS)]),
        st.text(max_size=80),
        st.lists(st.sampled_from(PIECES)).map("".join),
    ),
    max_size=12,
)  # fmt: skip


@given(LINES)
def test_findings_are_inside_in_order_and_apart(lines: list[str]) -> None:
    found = TIER.find(lines)
    assert len(found) == len(lines)
    for text, ours in zip(lines, found, strict=True):
        end = 0
        for one in ours:
            assert end <= one.start < one.end <= len(text)
            end = one.end


@given(LINES)
def test_many_texts_give_what_each_gives_alone(lines: list[str]) -> None:
    assert TIER.find(lines) == [TIER.find([line])[0] for line in lines]


@given(LINES)
def test_a_line_that_is_not_worth_a_look_holds_nothing(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    data = [f"{line}\n".encode("utf-8", "surrogatepass") for line in lines]
    rows = set(TIER.rows(b"".join(data), list(itertools.accumulate(map(len, data)))))
    assert {row for row, found in enumerate(TIER.find(lines)) if found} <= rows
