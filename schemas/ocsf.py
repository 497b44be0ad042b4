"""Detection findings of the Open Cybersecurity Schema Framework (OCSF) 1.3: class 2004, category 2.

Only what is used here. Who and from where are keyed hashes; no text of a log line is in a finding.
"""

from enum import IntEnum
from typing import Final, Literal

import msgspec

OCSF_VERSION: Final = "1.3.0"
PRODUCT: Final = "Traceo Dataflow"


class FindingSeverity(IntEnum):
    """OCSF's severity_id."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class FindingActivity(IntEnum):
    """OCSF's activity_id of a finding."""

    CREATE = 1
    CLOSE = 3


class ObservableType(IntEnum):
    """OCSF's type_id of an observable; the values are keyed hashes of such things."""

    IP_ADDRESS = 2
    USER_NAME = 4
    RESOURCE_UID = 10
    OTHER = 99


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A thing with a name and an id: a tactic, a technique, a resource."""

    name: str
    uid: str


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """A technique of MITRE ATT&CK and its tactic."""

    tactic: Named
    technique: Named
    version: str = "15.1"


class Analytic(msgspec.Struct, frozen=True, kw_only=True):
    """What made the finding; type_id 1: a rule, 3: statistics."""

    uid: str
    name: str
    type_id: int
    type: str


class FindingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. Times are epoch milliseconds."""

    uid: str
    title: str
    desc: str
    types: tuple[str, ...]
    analytic: Analytic
    attacks: tuple[Attack, ...]
    created_time: int
    first_seen_time: int
    last_seen_time: int


class Observable(msgspec.Struct, frozen=True, kw_only=True):
    """Something that tells who or what; ``name`` is its path."""

    name: str
    type_id: int
    type: str
    value: str


class EvidenceData(msgspec.Struct, frozen=True, kw_only=True):
    """A record that speaks for the finding: topic, partition, offset and place; and its trace."""

    record: str
    trace_uid: str | None = None


class OcsfEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """OCSF wraps what is of no other type as data."""

    data: EvidenceData


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What made the finding."""

    name: str = PRODUCT
    vendor_name: str = "Traceo"


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """``uid``: of this event; the same whenever the same finding is told again."""

    uid: str
    version: str = OCSF_VERSION
    product: Product = Product()


class DetectionFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, told when it opens (activity 1) and when it is over (activity 3). Times are epoch ms."""

    activity_id: int
    activity_name: str
    category_uid: Literal[2] = 2
    category_name: Literal["Findings"] = "Findings"
    class_uid: Literal[2004] = 2004
    class_name: Literal["Detection Finding"] = "Detection Finding"
    type_uid: int
    severity_id: int
    severity: str
    status_id: int
    status: str
    time: int
    start_time: int
    end_time: int
    count: int
    message: str
    metadata: Metadata
    finding_info: FindingInfo
    observables: tuple[Observable, ...]
    evidences: tuple[OcsfEvidence, ...]
    resources: tuple[Named, ...]
    is_alert: bool


class SecretSeen(msgspec.Struct, frozen=True, kw_only=True):
    """So many values of a kind of secret were found in a record, as the step that redacts counts them."""

    record: str
    kind: str
    count: int
    service: str
    time_ns: int
