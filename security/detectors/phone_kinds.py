"""Telephone numbers: the declared entries; :mod:`security.detectors.phones` says what is one."""

from typing import Final

from security.detectors import masks, phones
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import BLANKS, DASHES, bounded, named, phrases

_AREA: Final = r"[2-9]\d{2}"
_NORTH_AMERICAN: Final = (
    rf"(?:(?:\({_AREA}\)[ -]?|{_AREA}[-.]){_AREA}[-. ]\d{{4}}|\({_AREA}\)[ -]?{_AREA}\d{{4}})"
)
_EXTENSION: Final = r"(?:[ ,;]{0,2}(?i:x|ext\.?|extension)[ .:]?\d{1,6})?"
_GROUPS: Final = (
    rf"(?:(?:[.{BLANKS}{DASHES}]{{0,2}}|[+]|%20)(?:\(\d{{1,5}}\)|\(\d+(?:[ .-]\d+)+\)"
    r"|/?\d{1,12})){1,6}"
)
_INTERNATIONAL: Final = rf"(?:\(\+[1-9]\d{{0,2}}\)|(?:\+|%2[bB]|\\+u002[bB])\s?[1-9]\d{{0,2}}){_GROUPS}"
_DIALLED: Final = (
    rf"(?:\+\d[\d{BLANKS}]*\(\d[\d./{BLANKS}{DASHES}]{{5,}}\d\)"
    rf"|(?:\\+u002[bB])?[+(]{{0,2}}\d[\d()./+{BLANKS}{DASHES}]{{3,20}}\d)"
)
#: What a telephone exchange dials through: ``SIP/trunk/+49…``.
_TRUNK: Final = r"(?i:sip|iax2|dahdi|local|trunk)/(?:[\w.-]+/)?"
_PHONE_NAMES: Final = (
    "phone",
    "phone number",
    "phonenumber",
    "phone no",
    "telephone",
    "tel",
    "tel no",
    "telno",
    "tele",
    "mobile",
    "mobile phone",
    "mobile number",
    "mobile no",
    "cellphone",
    "cell phone",
    "cell number",
    "cell",
    "contact number",
    "contact no",
    "msisdn",
    "whatsapp",
    "fax",
    "fono",
    "phone nr",
    "phone nbr",
    "mob",
    "mob no",
    "mobil nr",
    "mobiltelefon",
    "handynr",
    "telefonnr",
    "telefoonnr",
    "telefonní číslo",
    "telefonszám",
    "número de teléfono",
    "numero de telefono",
    "número de telefone",
    "numero di telefono",
    "numéro de téléphone",
    "numer telefonu",
    "nr telefonu",
    "phone home",
    "phone work",
    "phone mobile",
    "sms to",
    "sms sent to",
    "sms recipient",
    "tel. kom",
    "tel. mob",
    "tel. kontaktowy",
    "tel. domowy",
    "tel. móvil",
    "tel. fijo",
    "tel. cell",
    "tél. portable",
    "tél. mobile",
    "tel. priv",
    "tel. mobil",
    "callerid",
    "caller id num",
    "calling number",
    "called number",
    "calling party",
    "called party",
    "calling party number",
    "called party number",
    "dest number",
    "destination number",
    "caller id",
    "caller number",
    "phone2",
    "telefon",
    "telefonnummer",
    "tel nr",
    "handy",
    "handynummer",
    "mobil",
    "mobilnummer",
    "rufnummer",
    "rückruf",
    "festnetz",
    "téléphone",
    "telephone portable",
    "portable",
    "tél",
    "teléfono",
    "telefono",
    "móvil",
    "movil",
    "celular",
    "cellulare",
    "telemóvel",
    "telefone",
    "telefoon",
    "telefoonnummer",
    "mobiel",
    "telefonnumer",
    "telefonu",
    "komórka",
    "matkapuhelin",
    "puhelin",
    "puh",
    "gsm",
    "tlf",
    "тел",
    "телефон",
    "телефона",
    "моб",
    "мобильный",
    "τηλέφωνο",
    "τηλ",
    "電話",
    "電話番号",
    "携帯",
    "携帯電話",
    "电话",
    "联系电话",
    "手机",
    "手机号",
    "手机号码",
    "手機",
    "전화",
    "전화번호",
    "휴대폰",
    "연락처",
    "هاتف",
    "جوال",
    "טלפון",
    "נייד",
    "โทร",
    "โทรศัพท์",
    "फ़ोन",
    "मोबाइल",
    "telefonszáma",
    "mobilszám",
    "mobiltelefonszám",
    "telepon",
    "nomor telepon",
    "no telepon",
    "nomor hp",
    "no hp",
    "nombor telefon",
    "no telefon",
    "telefon bimbit",
    "hp no",
    "điện thoại",
    "số điện thoại",
    "sđt",
    "di động",
    "telefón",
    "telefónne číslo",
    "mobilní telefon",
    "broj telefona",
    "broj mobitela",
    "mobitel",
    "telefoni",
    "номер телефона",
    *(
        f"телефон {whose}"
        for whose in "клиента абонента контакта получателя покупателя пациента заказчика".split()
    ),
    "контактный телефон",
    "teléfono de contacto",
    "téléphone modifié",
    "téléphone de contact",
    "telefono di contatto",
    "telefone de contato",
    "мобільний",
    "номер телефону",
    "telefono cellulare",
    "numero di cellulare",
    "numero cellulare",
    "numéro de portable",
    "numéro de mobile",
    "gsm nummer",
    "gsm no",
    "mobielnummer",
    "mobiel nummer",
    "mobilnr",
    "mobiltlf",
    "tlf nr",
    "telefonnr.",
    "puhelinnumero",
    "matkapuhelinnumero",
    "telefoninumber",
    "tālrunis",
    "telefonas",
    "κινητό",
    "رقم الهاتف",
    "رقم الجوال",
    "موبايل",
    "מספר טלפון",
    "เบอร์โทร",
    "เบอร์โทรศัพท์",
    "มือถือ",
    "मोबाइल नंबर",
    "फ़ोन नंबर",
    "電話號碼",
    "手機號碼",
    "携帯番号",
    "핸드폰",
    "휴대전화",
    "cep telefonu",
    "cep tel",
    "cep no",
    "gsm numarası",
    "telefon numarası",
    "phone1",
    "contact phone",
    "contact mobile",
    "contact tel",
    "emergency phone",
    "home phone",
    "work phone",
    "office phone",
    "landline",
    "mobile no.",
    "mobile num",
    "whatsapp message to",
    "whatsapp number",
    "whatsapp no",
    "telegram phone",
    "text message to",
    "text sent to",
    "sms notification to",
    "verification code sent to",
    "message sent to",
    "sms delivered to",
    "sms failed to",
    "sms queued to",
    "dialed number",
    "recipient phone",
    "recipient number",
    "customer phone",
    "user phone",
    "subscriber number",
    "subscriber no",
    "calling line",
    "cli number",
    "tel mobile",
    "tél mobile",
    "tel perso",
    "teléfono móvil",
    "telefono movil",
    "teléfono celular",
    "nro de telefono",
    "nro telefono",
    "nr tel",
    "numer tel",
    "tel kom",
    "tel mob",
    "sími",
    "farsími",
    "símanúmer",
    "wa id",
    "whatsapp id",
    "subscription id data",
    "شماره موبایل",
    "شماره تلفن",
    "شماره تماس",
    "تلفن",
    "رقم هاتف",
    "หมายเลขโทรศัพท์",
    "फोन",
    "फोन नंबर",
    "ফোন",
    "மொபைல்",
    "連絡電話",
    "聯絡電話",
    "行動電話",
    "ご連絡先",
)
_PHONE_HINT: Final = (
    r"(?i:phone|telephone|mobile|cell|fax|whatsapp|msisdn|telef|handy|mobil|rufnummer|r\x{fc}ckruf"
    r"|festnetz|portable"
    r"|t\x{e9}l|tel\x{e9}f|caller[ _-]?id|m\x{f3}vil|movil|celular|tele?m"
    r"|kom\x{f3}rka|fono|mob|puhelin|puh\W|gsm|tlf|tel|contact[ _-]?n"
    r"|sms[ _-]?(?:sent[ _-]?)?to|sms[ _-]?recipient|call(?:ing|ed)[ _-]?(?:num|party)"
    r"|dest(?:ination)?[ _-]?number"
    r"|telepon|điện thoại|di động|sđt|nomor hp|no[_ ]hp|hp[_ ]no|mobitel|t\x{101}lrunis|landline|message to"
    r"|(?:text|message) sent to|sms (?:notification|delivered|failed|queued) to|cep[_ ](?:tel|no)|κινητ"
    r"|subscriber n|s\x{ed}m|wa_id|subscription-id-data|(?:recipient|customer) number|cli number"
    r"|тел|моб|τηλ)"
    r"[\w\x{c0}-\x{24f}]{0,12}[^a-zA-Z\d\n]{0,16}"
    r"(?i:(?:numbers?|no|nr|n\x{b0}|num|home|work|mobile|kom"
    r"|de contact[oe]?|di contatto|de contato|modifi\x{e9}"
    r"|kontaktowy|domowy|m\x{f3}vil|fijo|portable|priv|is|was|to|rejected value)"
    r"[^a-zA-Z\d\n]{1,6}){0,2}[+(]{0,2}\d"
)
_PHONE_HINT_ELSEWHERE: Final = (
    "(?:電話|携帯|电话|手机|手機|전화|휴대|핸드폰|연락처|هاتف|جوال|موبايل|موبایل|تلفن|تماس|טלפון|נייד|โทร|มือถือ"
    "|फ़ोन|फोन|मोबाइल|ফোন|மொபைல்|連絡先)"
)
_CALL_NAMES: Final = (
    "call",
    "called",
    "calling",
    "caller",
    "callback",
    "call back",
    "call me at",
    "call me on",
    "call us at",
    "dial",
    "dialed",
    "dialled",
    "dialing",
    "ivr",
    "call from",
    "call to",
    "sms from",
    "ring",
    "text",
    "texted",
    "sms",
    "reach me at",
    "reach at",
    "contact",
    "ph",
    "anruf",
    "anrufer",
    "appel",
    "appelez",
    "llame al",
    "llamar al",
    "chiamare",
    "bel",
    "zadzwoń",
    "reachable at",
    "reachable on",
    "reach him at",
    "reach her at",
    "call me back on",
    "call me back at",
    "call him on",
    "call her on",
    "my number is",
    "number is",
    "erreichbar unter",
    *(f"{how} unter" for how in ("rückruf", "gewünscht", "erbeten", "zurückrufen", "anruf", "anrufen")),
    "called back on",
    "call back on",
    "ring me on",
    "ring me at",
    "text me on",
    "text me at",
    "zu erreichen unter",
    "joignable au",
    "rappeler au",
    "raggiungibile al",
    "richiamare al",
    "bereikbaar op",
    "terugbellen op",
    "localizable en",
    "llamar a",
    "ligar para",
    "uppringd på",
    "ring mig på",
    "nås på",
    "ringes op på",
    "oppringt på",
    "pod numerem",
    "na numer",
    "на номер",
    "по номеру",
    "за номером",
    "номером",
    "致電",
    "致电",
    "来电",
    "拨打",
)
_CALL_HINT: Final = (
    r"(?i:call|called|calling|caller|back|me at|me on|us at|dial|dialed|dialled|dialing|ivr"
    r"|call from|call to|sms from"
    r"|ring|text|texted|sms|reach at"
    r"|contact|ph|anruf|anrufer|appel|appelez|llame al|llamar al|chiamare|bel|zadzwo\x{144}"
    r"|reachable (?:at|on)|number is|(?:erreichbar|erreichen|r\x{fc}ckruf|gew\x{fc}nscht|erbeten|anruf(?:en)?"
    r"|zur\x{fc}ckrufen) unter|(?:joignable|rappeler) au"
    r"|(?:raggiungibile|richiamare) al|(?:bereikbaar|terugbellen) op|localizable en|llamar a|ligar para"
    r"|(?:uppringd|mig|n\x{e5}s|op|oppringt) p\x{e5}|pod numerem|na numer|номеру?|номером"
    r"|致電|致电|来电|拨打)"
    r"[^a-zA-Z\d\n]{1,4}[+(]{0,2}\d{2,5}[^a-zA-Z:=,;]"
)


#: What is said before a number that somebody calls, or is called on, in other words and languages.
_SAID_BEFORE: Final = phrases(
    "rang, phoned, reached on, reach on, voicemail on, voicemail at, call them on, call her at, call him "
    "at, call her back on, call him back on, text her on, ring her on, ring him on, new number, new "
    "number is, mobile to, number on file, hlr lookup, ab heute unter, neue nummer, unter der nummer, "
    "unter der rufnummer, anrufen auf, appelé du, appelle du, appelle le, appeler le, appeler au, "
    "rappeler le, joindre au, contacter au, nouveau numéro, numéro de contact, llama al, marque al, "
    "marques al, marcar al, contesta el, llamó del, llamó desde, llamando al, nuevo número, ligou de, "
    "ligue para, contactado para, novo número, chiama il, chiamato dal, chiami il, nuovo numero, op "
    "nummer, gebeld door, bel naar, bel me op, zadzwonić na, dzwonić na, dzwoni z, z numeru, nowy numer, "
    "na čísle, na číslo, z čísla, volejte, zavolejte na, volala z, volal z, hívható, számon, sunați la, "
    "sunati la, sună la, apelați, ring tilbake på, ringte fra, svar på, på nummer, på numret, nytt "
    "nummer, nyt nummer, soita, numeroon, numerosta, helista, numbril, numbrilt, arayın, numarasından, "
    "kendisine, звонить, звоните, позвоните, перезвонить, перезвоните, звонил с, звонила с, пишу с, "
    "строго на, с номера, новый номер, дзвоніть, зателефонуйте, з номера, новий номер, обадете се на, "
    "καλέστε, στον αριθμό, τον αριθμό, اتصل على, التواصل على, الاتصال على, على الرقم, الرقم, رقمه, "
    "رقمها, "
    "שיחה מ, התקשר, התקשרה, מספר, تماس با, شماره جدید, شماره, नंबर, नया नंबर, कॉल, নম্বর, নম্বরে, எண், "
    "నంబర్, നമ്പർ, ನಂಬರ್, نمبر, نیا نمبر, เบอร์, โทรกลับ, gọi, gọi lại, gọi số, hubungi, telpon, tawagan, "
    "tumawag, 請打, 请打, 拨, 撥, 号码, 號碼, 번호, piga, skakel, gebel, kira daga, ስልክ, በስልክ, දුරකථන, "
    "ఫోన్, ഫോൺ, "
    "ಫೋನ್, ફોન, ਫ਼ੋਨ, கைபேசி, தொலைபேசி, মোবাইল, موبائل, утас, ტელეფონი, հեռախոս, հեռ, ໂທ, ទូរស័ព្ទ, "
    "ဖုန်း, ctcm, ctc"
)


#: Names of numbers on a line of a telephone exchange.
_LINE_NAMES: Final = (
    "caller",
    "callee",
    "ani",
    "dnis",
    "dialed",
    "dialled",
    "to number",
    "from number",
    "calling no",
    "called no",
)


PHONES: Final[tuple[Kind, ...]] = (
    Kind(
        name="phone",
        title="Telephone number without groups, by what it is called on a line",
        category=Category.PII,
        pattern=named(_LINE_NAMES, r"(?P<value>[+]?\d{10,13})\b"),
        hints=(
            r"(?i:caller|callee|ani|dnis|diall?ed|(?:to|from)[_ ]?number|call(?:ing|ed)[_ ]?no)"
            r"[^a-zA-Z0-9\n]{1,6}[+]?\d{10}",
        ),
        not_before=r"\w.:-",
        check=phones.is_on_a_line,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("ani=‹4155552671› dnis=‹8005552671›", '"to_number":"‹4155552671›"', "caller=‹4155552671›"),
        misses=("caller=1415555267", "ani=4155552671234567", "caller: 1700000000", "piani=4155552671"),
    ),
    Kind(
        name="phone",
        title="Telephone number with the code of its country",
        category=Category.PII,
        pattern=bounded(
            rf"{_INTERNATIONAL}{_EXTENSION}"
            rf"|00[1-9]\d{{0,2}}(?:[ +./-]\(?\d{{1,9}}\)?){{1,6}}{_EXTENSION}"
            rf"|001-\d{{3}}-\d{{3}}-\d{{4}}{_EXTENSION}",
            r"0-9A-Za-z_.+(/@*^-",
            rf"|[\pL.,:] \(|{_TRUNK}",
        ),
        not_before=r"\w-",
        hints=(
            r"(?:\+|%2[bB]|\\+u002[bB])\s?[1-9][\d .()/\x{a0}+-]{6}",
            r"00[1-9]\d{0,2}[ +./-]\(?\d[\d +./()-]{4}",
        ),
        within=phones.international,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 1,
        family="phone",
        matches=(
            "‹+4915112345678›",
            "call ‹+44 20 7946 0958›.",
            "‹+49 (0)30 1234567›",
            "‹0049 30 1234567›",
            "‹001-415-555-2671x123›",
            "tel:‹+33612345678›",
            'Dial("SIP/1227", "SIP/trunk/‹+3215602970›")',
            "Daniel Boulay (‹+351211094090›) unreachable",
            "536,‹(+375) 29 631 09 73›,sms",
        ),
        misses=("+1.23456789", "2023-01-29T08:41:09.074694Z", "@@ -1,5 +12345 @@", "a+12345678901", "+0800"),
    ),
    Kind(
        name="phone",
        title="Telephone number of North America, by its grouping",
        category=Category.PII,
        pattern=rf"(?:\+?1[-. ]?)?{_NORTH_AMERICAN}{_EXTENSION}",
        not_after=r"\w.+(/-",
        not_before=r"\w-",
        hints=(rf"1?{_NORTH_AMERICAN}",),
        check=phones.is_north_american,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("call ‹(415) 555-2671›", "‹1-800-555-0199›", "‹415.555.2671› ext", "‹(415)555-2671 x12›"),
        misses=("2023-01-29T08:41:09.074694Z", "115-555-2671", "911-555-2671", "415-555-26711"),
    ),
    Kind(
        name="phone",
        title="Telephone number of a country, by its grouping",
        category=Category.PII,
        pattern=r"\d{1,5}(?:[ .-][0-9a-fA-F]{2,8})+",
        not_after=r"\w.+(/:-",
        not_before=r"\w-",
        hints=(
            r"0[1-9](?:[ .-]\d{2}){4}",
            r"[2-9]\d{2} [2-9]\d{2} \d{4}",
            r"0[1-9]\d{0,3} \d{3,4} \d{3,4}",
            r"0[1-9]\d{3} \d{6}",
        ),
        within=phones.of_a_run,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("appelé ‹06 12 34 56 78›", "‹212 555 2671›", "‹020 7946 0958›", "‹07700 900123›"),
        misses=("00 01 02 03 04 05 06 07", "512 256 1024", "415 555 2671 12", "0644 1000 1000"),
    ),
    Kind(
        name="phone",
        title="Telephone number as it is dialled inside a country",
        category=Category.PII,
        pattern=(
            rf"\(0\d{{1,5}}\)[ -]?\d{{2,5}}(?:[ -]?\d{{2,5}}){{0,3}}{_EXTENSION}"
            rf"|0[1-9]\d{{0,2}}-\d{{3,4}}-\d{{4}}"
            rf"|01\d-\d{{3,4}}-\d{{4}}|\([1-9]\d\) ?9?\d{{4}}-\d{{4}}"
        ),
        not_after=r"\w.+(/-",
        not_before=r"\w-",
        hints=(r"\(0\d{1,5}\)[ -]?\d", r"0[1-9]\d{0,2}-\d{3,4}-\d{4}", r"\([1-9]\d\) ?9?\d{4}-\d{4}"),
        check=lambda value: (
            phones.is_brazilian(value)
            if value[1] in "123456789" and value[0] == "("
            else phones.has_trunk_prefix(value)
        ),
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=(
            "‹(020) 7946 0958›",
            "‹03-3224-5111›",
            "‹090-1234-5678›",
            "‹(11) 91234-5678›",
            "‹(02) 9374 4000›",
        ),
        misses=("01-29-2023", "(0) 123 456", "(00) 1234-5678"),
    ),
    Kind(
        name="phone",
        title="Telephone number, by the name before it",
        category=Category.PII,
        pattern=named(_PHONE_NAMES, rf"(?P<value>{_DIALLED}{_EXTENSION})"),
        hints=(
            _PHONE_HINT,
            _PHONE_HINT_ELSEWHERE,
            r"(?i:phone|mobile|tel|fax|cell|caller)[^\n]{0,12}[vV]alue\W{1,6}[+(]?\d",
        ),
        not_before=r"\w:",
        check=phones.is_called_one,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 2,
        family="phone",
        matches=(
            "phone=‹5551234›",
            "Telefon: ‹030/1234567›",
            '"mobileNumber": "‹09171234567›"',
            "tél. ‹01.23.45.67.89›",
            "手机号: ‹13800138000›",
            "userPhone='‹98765 43210›'",
            "tel. kom. ‹12 094 21 20›",
            "CallingPartyNumber=‹4915112345678›",
        ),
        misses=(
            "phone: 2023-01-29 08:41:09",
            "telemetry 12345678",
            "phone=12.5",
            "mobile: 10.11.12.13",
            "phone_id=123456789",
            "tel=0",
        ),
    ),
    Kind(
        name="phone",
        title="Telephone number that is called",
        category=Category.PII,
        pattern=named((*_CALL_NAMES, *_SAID_BEFORE), rf"(?P<value>{_DIALLED}{_EXTENSION})"),
        hints=(
            _CALL_HINT,
            rf"(?i:{'|'.join(_SAID_BEFORE)})[^a-zA-Z\d\n]{{0,4}}[+(]{{0,2}}\d{{1,5}}[^a-zA-Z:=,;]",
        ),
        not_before=r"\w:",
        check=phones.is_dialled,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 1,
        family="phone",
        matches=(
            "please call ‹030 1234567›",
            "texted ‹98765 43210› twice",
            "caller=‹01 23 45 67 89›",
            "mum reached on ‹07700 900123›, dad not",
            "звоните ‹8 912 345-67-89› до шести",
            "vil ha svar på ‹22 12 34 56› i dag",
        ),
        misses=("call 12345678 ms", "call 2023-01-29 08:41:09", "ring 0 1 2 3 4 5 6 7 8"),
    ),
)
