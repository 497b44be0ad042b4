"""draw → national ids of Asia, Africa and Oceania."""

from datetime import date, timedelta
from typing import Final

from security.evaluation.draw import Draw
from security.evaluation.nationalid import LETTERS, NONE, ONE, TWO, Id, born, spelt


def _chinese(draw: Draw) -> str:
    area = draw.choice(("110101", "310104", "440305", "510107", "330106", "420111", "320102", "610103"))
    day = date(1950, 1, 1) + timedelta(days=draw.randrange(19_000))
    return f"{area}{day:%Y%m%d}{draw.randrange(1000):03d}"


def _nik(draw: Draw) -> str:
    day = date(1960, 1, 1) + timedelta(days=draw.randrange(14_000))
    area = draw.choice(("317401", "327301", "357801", "517101"))
    return f"{area}{day:%d%m%y}{draw.randint(1, 9999):04d}"


IDS: Final = (
    Id(
        "au_tfn",
        "au.tfn",
        spelt("[d8]"),
        ONE,
        ("### ### ###", "#########"),
        ("tfn", "tax_file_number"),
        ("TFN", "Tax File Number"),
    ),
    Id(
        "in_aadhaar",
        "in_.aadhaar",
        spelt("2[d10]", "5[d10]", "9[d10]"),
        ONE,
        ("#### #### ####", "############", "####-####-####"),
        ("aadhaar", "aadhaar_number", "uidai", "aadhar"),
        ("Aadhaar", "Aadhaar No.", "आधार", "UIDAI"),
    ),
    Id(
        "in_pan",
        "in_.pan",
        spelt("[U3]P[U1][d4]", "[U3]C[U1][d4]"),
        LETTERS,
        ("##########",),
        ("pan", "pan_number", "pan_card"),
        ("PAN", "PAN card", "Permanent Account Number"),
    ),
    Id(
        "cn_resident_id",
        "cn.ric",
        _chinese,
        (*ONE, "X"),
        ("##################",),
        ("id_card", "sfz", "idcard_no", "resident_id"),
        ("身份证", "身份证号", "ID card"),
        ("##################",),
    ),
    Id(
        "jp_my_number",
        "jp.in_",
        spelt("[d11]"),
        ONE,
        ("############", "#### #### ####"),
        ("my_number", "kojin_bango", "individual_number"),
        ("マイナンバー", "個人番号", "My Number"),
    ),
    Id(
        "kr_rrn",
        "kr.rrn",
        born("%y%m%d|-1[d5]"),
        ONE,
        ("##############",),
        ("rrn", "jumin", "resident_number"),
        ("주민등록번호", "RRN", "resident registration number"),
        ("##############",),
    ),
    Id(
        "za_id",
        "za.idnr",
        born("%y%m%d|[d4]08"),
        ONE,
        ("#############", "###### #### ###"),
        ("id_number", "sa_id", "rsa_id"),
        ("ID number", "SA ID", "RSA ID no."),
    ),
    Id(
        "tr_tckn",
        "tr.tckimlik",
        spelt("1[d8]", "3[d8]", "5[d8]"),
        TWO,
        ("###########",),
        ("tckn", "tc_kimlik", "kimlik_no"),
        ("TCKN", "T.C. Kimlik No", "kimlik no"),
    ),
    Id(
        "il_id",
        "il.idnr",
        spelt("0[d7]", "2[d7]", "3[d7]"),
        ONE,
        ("#########",),
        ("teudat_zehut", "israeli_id", "tz"),
        ("תעודת זהות", "Teudat Zehut", "ת.ז."),
    ),
    Id(
        "nz_ird",
        "nz.ird",
        spelt("4[d7]", "8[d7]", "10[d6]"),
        ONE,
        ("###-###-###", "#########"),
        ("ird", "ird_number"),
        ("IRD number", "IRD"),
    ),
    Id(
        "th_pin",
        "th.pin",
        spelt("1[d11]", "3[d11]"),
        ONE,
        ("# #### ##### ## #", "#############"),
        ("thai_id", "citizen_id"),
        ("เลขบัตรประชาชน", "Thai ID"),
    ),
    Id(
        "id_nik",
        "id.nik",
        _nik,
        NONE,
        ("################",),
        ("nik", "no_ktp", "ktp"),
        ("NIK", "KTP", "No. KTP"),
    ),
    Id(
        "pk_cnic",
        "pk.cnic",
        spelt("3[d11]"),
        ONE,
        ("#####-#######-#", "#############"),
        ("cnic", "cnic_no"),
        ("CNIC", "CNIC No."),
        ("#####-#######-#",),
    ),
)
