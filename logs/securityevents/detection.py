"""What a detection is: one declared entry, with lines that it must and must not find."""

from enum import StrEnum
from typing import NamedTuple


class Sort(StrEnum):
    """What a line tells of."""

    LOGIN_FAILED = "login_failed"
    LOGIN_PASSED = "login_passed"
    PRIVILEGE = "privilege"
    INJECTION = "injection"


class Technique(NamedTuple):
    """A technique of MITRE ATT&CK, and the tactic that it serves."""

    uid: str
    name: str
    tactic_uid: str
    tactic: str


BRUTE_FORCE = Technique("T1110", "Brute Force", "TA0006", "Credential Access")
SPRAYING = Technique("T1110.003", "Password Spraying", "TA0006", "Credential Access")
VALID_ACCOUNTS = Technique("T1078", "Valid Accounts", "TA0001", "Initial Access")
ELEVATION = Technique("T1548", "Abuse Elevation Control Mechanism", "TA0004", "Privilege Escalation")
ACCOUNTS = Technique("T1098", "Account Manipulation", "TA0004", "Privilege Escalation")
EXPLOIT = Technique("T1190", "Exploit Public-Facing Application", "TA0001", "Initial Access")
CREDENTIALS = Technique("T1552", "Unsecured Credentials", "TA0006", "Credential Access")


class Detection(NamedTuple):
    """A kind of line. ``pattern`` is of RE2; its groups ``actor`` and ``source`` say who and from where.

    Lines are looked at together first: a pattern that wants a line's end says ``(?m:$)``.

    ``unless``: a line with this text is another detection's. ``severity``: OCSF's severity_id. ``found``:
    lines that it must find, ``clean``: lines that nothing may find.
    """

    uid: str
    title: str
    sort: Sort
    severity: int
    technique: Technique
    pattern: str
    found: tuple[str, ...]
    clean: tuple[str, ...] = ()
    unless: str | None = None
