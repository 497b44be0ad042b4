"""draw → names, postal addresses and dates of birth of many countries, and what looks like them."""

from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from security.evaluation.case import Value
from security.evaluation.draw import Draw

_LATIN: Final = (
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "no_NO",
    "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "tr_TR", "en_IN", "es_MX", "hr_HR", "vi_VN", "id_ID",
    "en_AU", "fr_CA", "de_CH", "et_EE", "lt_LT", "sk_SK", "sl_SI", "pt_PT", "ga_IE", "yo_NG", "zu_ZA",
    "en_NZ", "fil_PH", "az_AZ",
)  # fmt: skip
_OTHER: Final = (
    "ru_RU", "uk_UA", "bg_BG", "el_GR", "ja_JP", "zh_CN", "zh_TW", "ko_KR", "hi_IN", "th_TH", "ar_AA",
    "fa_IR", "he_IL", "hy_AM", "ka_GE",
)  # fmt: skip
_ADDRESSES: Final = (
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "no_NO",
    "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "tr_TR", "en_IN", "es_MX", "hr_HR", "en_AU", "fr_CA",
    "de_CH", "en_CA", "de_AT", "nl_BE", "ja_JP", "zh_CN", "ko_KR", "ru_RU", "uk_UA", "en_NZ", "pt_PT",
    "id_ID", "sk_SK", "he_IL",
)  # fmt: skip
_EASTERN: Final = ("ja_JP", "zh_CN", "zh_TW", "ko_KR")


@cache
def _faker(locale: str) -> Any:
    from faker import Faker

    fake = Faker(locale)
    if locale == "it_IT":  # its towns come from a set, in another order in each process
        address = next(one for one in fake.get_providers() if hasattr(one, "cities"))
        address.cities = sorted(address.cities)
    return fake


def _seeded(draw: Draw, locale: str) -> Any:
    fake = _faker(locale)
    fake.seed_instance(draw.getrandbits(32))
    return fake


_TITLES: Final = ("Dr.", "Mr.", "Mrs.", "Ms.", "Herr", "Mme", "Prof.", "Sr.")


def _full(draw: Draw, locale: str, first: str, last: str) -> tuple[str, str]:
    """A way of writing a whole name, and the text."""
    if locale in _EASTERN:
        return "family first", f"{last} {first}" if draw.chance(0.3) else f"{last}{first}"
    ways = {
        "plain": f"{first} {last}",
        "comma": f"{last}, {first}",
        "title": f"{draw.choice(_TITLES)} {first} {last}",
        "middle initial": f"{first} {draw.choice('ABCDEFGHJKLMNPRST')}. {last}",
        "initial": f"{first[0]}. {last}",
        "capitals": f"{first} {last}".upper(),
        "small": f"{first} {last}".lower(),
        "hyphen": f"{first} {last}-{last[::-1].title() if len(last) < 3 else last}",  # noqa: PLR2004
    }
    way = draw.choice(("plain", "plain", "plain", *ways))
    return way, ways[way]


_FIRST_KEYS: Final = (
    "first_name", "given_name", "firstname", "vorname", "prenom", "nombre", "forename", "fname",
)  # fmt: skip
_LAST_KEYS: Final = (
    "last_name", "surname", "family_name", "lastname", "nachname", "nom", "apellido", "lname",
)  # fmt: skip


def person_name(draw: Draw) -> Value:
    """A name of a locale: whole in a field or a sentence, or its parts in fields of their own."""
    locale = draw.some(_LATIN) if draw.chance(0.75) else draw.some(_OTHER)
    fake = _seeded(draw, locale)
    first, last = fake.first_name(), fake.last_name()
    if draw.chance(0.2):
        keys = draw.some(_FIRST_KEYS), draw.some(_LAST_KEYS)
        text = f"{first} {last}"
        parts = ((keys[0], first, True), (keys[1], last, True))
        return Value(text=text, origin=f"{locale}|parts", fields=parts)
    if draw.chance(0.08):
        return Value(
            text=last, origin=f"{locale}|last", keys=_LAST_KEYS, labels=("last name", "surname"), bare=False
        )
    way, text = _full(draw, locale, first, last)
    shown = way not in {"small", "capitals"}
    return Value(text=text, origin=f"{locale}|{way}", bare=shown)


NAME_KEYS: Final = (
    "full_name", "customer_name", "name", "patient_name", "employee_name", "recipient_name",
    "cardholder_name", "display_name", "contact_person", "passenger_name", "beneficiary", "account_holder",
    "contact_name", "owner_name", "billing_name", "author", "cardholder", "nombre_completo", "real_name",
    "assignee",
)  # fmt: skip
NAME_LABELS: Final = (
    "name", "Name", "full name", "customer", "patient", "Kunde", "client", "cliente", "passenger", "ФИО",
    "имя", "姓名", "氏名", "employee", "contact", "Ansprechpartner", "nom", "nombre", "cardholder",
    "recipient", "customer name",
)  # fmt: skip
NAME_SENTENCES: Final = (
    "Welcome back, «v»!", "Dear «v», your order has shipped", "customer «v» called support",
    "patient «v» admitted to ward 3", "Order «int» placed by «v»", "assigned to «v»",
    "ticket opened by «v» at «iso»", "signed by «v»", "Hello «v»,", "Kunde «v» hat storniert",
    "le client «v» a annulé", "el cliente «v» llamó", "invoice for «v» generated", "employee «v» left",
    "passenger «v» checked in", "«v» has joined the meeting", "meeting with «v» moved",
    "message from «v»: ok", "prescription for «v» refilled", "approved by «v»", "cardholder «v» declined",
    "user «v» created", "contact «v» merged", "客户«v»已注册", "клиент «v» зарегистрирован",
    "hired «v» as engineer", "refund issued to «v»",
)  # fmt: skip

_PRODUCTS: Final = (
    "Spring Boot", "Thread Pool", "Jackson Mapper", "Apache Tomcat", "Visual Studio", "Bad Request",
    "Null Pointer", "Read Timeout", "Black Friday", "New York", "Green Mile", "Page Not Found",
    "Internal Server Error", "Amazon Linux", "Node Exporter", "Circuit Breaker", "Load Balancer",
    "Kafka Streams", "Hazelcast Node", "Grace Period", "Dead Letter", "Shang Hai", "San Francisco",
    "Nan Jing", "Health Check", "Summer Sale", "Premium Plan", "Blue Shirt", "Docker Desktop", "Mark Sweep",
    "Jersey Servlet", "Phoenix Channel", "Jenkins Agent", "Ruby Gem", "Crystal Reports", "Oracle Database",
    "Victoria Metrics", "Default Executor", "Unit Price", "Max Retries", "Will Restart",
)  # fmt: skip


def no_person_name(draw: Draw) -> Value:
    """Products, errors and places of two words with capitals."""
    return Value(
        text=draw.some(_PRODUCTS),
        keys=(
            "component", "product", "event_name", "status_text", "service", "title", "module", "plan",
            "state", "city",
        ),
        labels=("component", "module", "product", "starting", "state", "event", "category"),
        sentences=(
            "Starting «v» on port 8080", "«v» initialised in «ms» ms", "Waiting for «v»",
            "upgraded «v» to «version»", "HTTP 500 «v»", "loading module «v»",
            "train to «v» departs at 10:15", "«v» is healthy", "added «v» to cart",
        ),
    )  # fmt: skip


def _street(fake: Any) -> str:
    return str(fake.street_address()).replace("\n", " ")


def postal_address(draw: Draw) -> Value:
    """Street, number, postcode and town: in one line, in several, in fields. The town alone may be read."""
    locale = draw.some(_ADDRESSES)
    fake = _seeded(draw, locale)
    street, code, city = _street(fake), str(fake.postcode()), str(fake.city())
    if locale in _EASTERN:  # written without spaces, the largest part first
        return Value(text=str(fake.address()).replace("\n", " "), origin=f"{locale}|line")
    if draw.chance(0.25):
        keys = (
            draw.choice(
                ("street", "address_line1", "street_address", "address1", "strasse", "shipping_street")
            ),
            draw.choice(("zip", "postal_code", "postcode", "zip_code", "plz")),
            draw.choice(("city", "town", "locality", "ort")),
        )
        parts = ((keys[0], street, True), (keys[2], city, False), (keys[1], code, True))
        return Value(text=street, origin=f"{locale}|fields", fields=parts)
    text = draw.choice(
        (
            f"{street}, {code} {city}",
            f"{street}, {city} {code}",
            f"{street}, {city}, {code}",
            f"{street} {code} {city}",
            f"{street}, {code} {city}".upper(),
            f"{street}\n{code} {city}",
            f"{street} / {code} {city}",
        )
    )
    if "\n" in text and draw.chance(0.5):
        text = text.replace("\n", ", ")
    start = text.index(code) if code in text else text.index(code.upper())
    return Value(text=text, matter=((0, len(street)), (start, start + len(code))), origin=f"{locale}|line")


ADDRESS_KEYS: Final = (
    "address", "shipping_address", "billing_address", "home_address", "delivery_address", "postal_address",
    "mailing_address", "residence", "adresse", "direccion", "indirizzo", "customer_address", "ship_to",
)  # fmt: skip
ADDRESS_LABELS: Final = (
    "address", "Address", "shipping address", "Adresse", "Anschrift", "dirección", "indirizzo", "endereço",
    "адрес", "地址", "住所", "adres", "lives at", "ship to", "deliver to", "billing address", "Lieferadresse",
)  # fmt: skip
ADDRESS_SENTENCES: Final = (
    "shipping order «int» to «v»", "parcel delivered to «v»", "geocoding «v» took «ms»ms",
    "customer moved to «v»", "courier arrived at «v»", "invalid delivery address «v»",
    "Lieferung an «v» zugestellt", "livraison à «v» retardée", "label printed for «v»",
    "pickup from «v» at 10:30", "resident at «v»", "address «v» could not be verified",
)  # fmt: skip


def no_postal_address(draw: Draw) -> Value:
    """Numbers with words that are no place to live."""
    text = draw.choice(
        (
            f"line {draw.randrange(500)}, column {draw.randrange(90)}",
            f"{draw.randrange(100)} items in cart",
            f"version {draw.randrange(9)}, build {draw.digits(5)}",
            f"{draw.randrange(90)} downloads, {draw.randrange(9)} failed",
            f"room {draw.randrange(9)}, floor {draw.randrange(9)}",
            f"step {draw.randrange(20)} of {draw.digits(2)}",
            f"{draw.digits(5)} records in {draw.digits(3)} seconds",
            f"queue {draw.randrange(9)} depth {draw.digits(5)}",
            f"partition {draw.randrange(40)} offset {draw.digits(5)}",
        )
    )
    return Value(text=text)


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def _date(draw: Draw, day: date) -> str:
    month = _MONTHS[day.month - 1]
    return draw.choice(
        (
            f"{day:%Y-%m-%d}",
            f"{day:%Y-%m-%d}",
            f"{day:%d.%m.%Y}",
            f"{day:%m/%d/%Y}",
            f"{day:%d/%m/%Y}",
            f"{day:%d-%m-%Y}",
            f"{day:%Y/%m/%d}",
            f"{day:%Y%m%d}",
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"{day.day:02d}-{month[:3]}-{day.year}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.day}.{day.month}.{day.year}",
            f"{day.month}/{day.day}/{day:%y}",
            f"{month[:3]} {day.day} {day.year}",
            f"{day:%Y-%m-%d}T00:00:00Z",
        )
    )


def date_of_birth(draw: Draw) -> Value:
    """A day of the last ninety years; only a word before it says what it is."""
    text = _date(draw, date(1935, 1, 1) + timedelta(days=draw.randrange(27_000)))
    matter = ((0, 10),) if text.endswith("T00:00:00Z") else ()
    form = "".join("9" if char.isdigit() else "a" if char.isalpha() else char for char in text)
    return Value(text=text, matter=matter, origin=form, bare=False)


def no_date_of_birth(draw: Draw) -> Value:
    """Days of other things."""
    return Value(
        text=_date(draw, date(2015, 1, 1) + timedelta(days=draw.randrange(4000))),
        keys=(
            "created_at", "order_date", "expires", "delivery_date", "valid_until", "release_date", "due",
            "updated_on",
        ),
        labels=("created", "due", "expires", "ordered on", "released", "valid until"),
        sentences=(
            "batch for «v» started", "report of «v» ready", "certificate expires «v»", "departs «v» 10:15",
        ),
    )  # fmt: skip


BIRTH_KEYS: Final = (
    "dob", "date_of_birth", "birth_date", "birthday", "geburtsdatum", "date_naissance", "fecha_nacimiento",
    "birthdate", "patient_dob", "born_on", "data_nascimento", "bday", "geb_datum", "birth_dt",
)  # fmt: skip
BIRTH_LABELS: Final = (
    "DOB", "date of birth", "born", "birthday", "geboren am", "né le", "fecha de nacimiento", "дата рождения",
    "出生日期", "生年月日", "D.O.B.", "Geburtsdatum", "date de naissance", "data di nascita", "birth date",
    "geb.", "born on",
)  # fmt: skip
