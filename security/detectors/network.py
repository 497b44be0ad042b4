"""Addresses and numbers of devices, which lead to their users."""

import ipaddress
import re
from typing import Final

from stdnum import imei, imsi

from security.detectors import checks, masks
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import bounded, named, spelled

_DOTTED: Final = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
#: Dotted numbers that are versions, object identifiers, or nodes of a cluster; no value, so never found.
_NO_ADDRESS: Final = (
    r"[\w.+-]*(?i:version|release|firmware|driver|build|\bver\.?|\brev|\boid|\bv)s?[\s\"':=#(]{0,5}v?\d+(?:\.\d+)+"
    r"|(?i:upgrad|downgrad|install|unpack|configure|migrat|remove|trigproc)[a-z]*\s[^\n]{0,70}?\s"
    r"\d+(?:\.\d+){3}\S*(?:\s+(?:(?i:to|->|over)\s+)?\(?\d+(?:\.\d+)+\S*)?"
    r"|(?i:updat|status)[a-z]*\s[^\n]{0,70}?\s(?:\S+:\w+\s)?\d+(?:\.\d+){3}\S*\s+(?:(?i:to|->|over)\s+)?\(?"
    r"\d+(?:\.\d+)+\S*|status [a-z-]+ \S+:\w+ \d+(?:\.\d+){3}\S*"
    r"|[\w.+-]*(?i:node[._]?name|k8s\.node|pod[._]?ip|cluster[._]?ip)[^\d\n]{0,30}\d+(?:\.\d+){3}"
    r"|(?:[A-Z][\w.+-]*|(?i:curl|wget|okhttp|nginx|apache|envoy|node|go|java|python|ruby|php|openssl|grpc)[\w.+-]*)"
    r"/\d+(?:\.\d+){3}(?:[^\d:.]|$)"
)
_GROUP_MACS: Final = ("01005E", "0180C2", "3333")  # of no device: multicast (IANA; IEEE 802.1D)
_NAMED: Final = r"|[g-zG-Z_]\w*:|(?i:mac):"  # a name before a colon, and no groups of hexadecimal digits
_MAC_DIGITS: Final = 12
_DASHED: Final = "[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-"
_IPV6_GROUPS: Final = (
    r"(?::[0-9a-fA-F]{0,4}){1,6}(?::[0-9a-fA-F]{1,4}|::|:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})"
)


#: Kept for examples (RFC 5737, RFC 3849). Whoever writes one into a log stands for somebody.
_EXAMPLES: Final = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)


def is_public_address(value: str) -> bool:
    """Whether ``value`` is an address of the Internet that can be somebody's (IANA's special registries)."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address) and address.packed.endswith(b"\0\0\0"):
        return False  # a network, or a version
    if any(address in network for network in _EXAMPLES):
        return True
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_device_mac(value: str) -> bool:
    """Whether ``value`` is the address of one device: not of all, none, a group; nor a date in groups."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", value).upper()
    if len(digits) != _MAC_DIGITS or len(set(digits)) == 1 or digits.startswith(_GROUP_MACS):
        return False
    return ":" in value or not digits.isdigit()


NETWORK: Final[tuple[Kind, ...]] = (
    Kind(
        name="ip_address",
        title="Public address of the Internet, version 4",
        category=Category.PII,
        pattern=_NO_ADDRESS + "|" + bounded(rf"{_DOTTED}(?:[.+~-]\w)?", r"\pL\pN_.+-"),
        hints=(_DOTTED,),
        not_before=r"\w",
        check=is_public_address,
        mask=masks.named("ip_address"),
        rank=Rank.NUMBER - 1,
        matches=(
            "from ‹8.8.4.4› port 22",
            "peer ‹203.0.113.7›:51234 closed",
            "host.example/‹93.184.216.34›:9092",
            '"clientIp":"‹93.184.216.34›"',
            "block ‹93.184.216.0›/24.",
            "::ffff:‹93.184.216.34›",
        ),
        misses=(
            "10.0.0.1 172.16.4.4 192.168.1.1 127.0.0.1 169.254.0.1 100.64.1.1",
            "224.0.0.1 0.0.0.0 255.255.255.255",
            "version 1.2.3.4",
            'clientVersion="91.2.3.4"',
            "v91.2.3.4 lib-91.2.3.4.jar lib_91.2.3.4-2 91.2.3.4-SNAPSHOT",
            "OID 1.3.6.1.4.1.311",
            "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36 Edg/120.3.2.61",
            "upgrade libc:amd64 91.2.3.4 91.2.3.5",
            '"k8s.node.name","value":{"stringValue":"33.33.33.167"}',
        ),
    ),
    Kind(
        name="ip_address",
        title="Public address of the Internet, version 6",
        category=Category.PII,
        pattern=bounded(rf"[23][0-9a-fA-F]{{3}}{_IPV6_GROUPS}", r"\pL\pN_:.-", _NAMED),
        hints=(r"[23][0-9a-fA-F]{3}:(?::|[0-9a-fA-F]{1,4}:(?::|[0-9a-fA-F]{1,4}:))",),
        not_before=r"\w",
        check=is_public_address,
        mask=masks.named("ip_address"),
        rank=Rank.NUMBER - 1,
        matches=(
            "from ‹2a02:8109:9ac0:1a2b::15›: reset",
            "[‹2606:2800:220:1:248:1893:25c8:1946›]:443",
            "‹2a00:1450:4001:81b::200e›/64",
        ),
        misses=("fe80::1 fd00::12 ::1 ff02::1", "[29/Jan/2023:08:41:09 +0000]", "3f2a::g"),
    ),
    Kind(
        name="mac_address",
        title="Address of a network interface (IEEE 802)",
        category=Category.PII,
        pattern=bounded(
            r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?::[0-9A-Fa-f]{1,2})?"
            r"|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?:-[0-9A-Fa-f])?"
            r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f])?",
            r"\pL\pN_.:-",
            _NAMED,
        ),
        hints=(
            r"[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:",
            _DASHED,
            r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}",
        ),
        not_before=r"\w-",
        check=is_device_mac,
        mask=masks.named("mac_address"),
        rank=Rank.NUMBER,
        matches=(
            "DHCPACK to ‹3c:22:fb:9a:1b:0e›: ok",
            "‹3C-22-FB-9A-1B-0E›",
            "vlan 12 ‹3c22.fb9a.1b0e› dynamic",
            "MAC=‹00:16:3e:12:34:56›",
        ),
        misses=(
            "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff 33:33:00:00:00:01",
            "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
            "app-23-01-29-08-41-09",
            "2a02:8109:9ac0:1a2b:aa:bb:cc:dd",
        ),
    ),
    Kind(
        name="mac_address",
        title="Address of a network interface, by the name before it",
        category=Category.PII,
        pattern=named(
            (
                "mac",
                "mac address",
                "mac addr",
                "mac adresse",
                "adresse mac",
                "hwaddr",
                "hw addr",
                "hw address",
                "chaddr",
                "lladdr",
                "lladdr is",
                "hardware address",
                "client mac",
                "device mac",
                "physical address",
                "bssid",
                "ether",
                "ethernet address",
            ),
            r"(?P<value>[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2})\b",
        ),
        hints=(
            r"(?i:mac|addr|adress|bssid|ether)\w{0,8}\W{1,10}(?:(?i:is|to)\s)?[0-9A-Fa-f]{12}",
            _DASHED,
            r"(?i:bssid)[^\n]{1,8}[0-9A-Fa-f]{2}",
        ),
        not_before=r"\w:-",
        check=lambda value: (
            is_device_mac(value) or (value.replace("-", "").isdigit() and checks.is_plain(value))
        ),
        mask=masks.named("mac_address"),
        rank=Rank.NAMED + 1,  # above what ends with "sid"
        matches=(
            "bssid=‹F0:18:98:76:B5:A5›",
            "mac=‹3c22fb9a1b0e›",
            "deviceMac:‹00-06-21-32-87-10›",
            '"macAddress":"‹3C22FB9A1B0E›"',
        ),
        misses=("hmac=3c22fb9a1b0e", "mac: ffffffffffff"),
    ),
    Kind(
        name="imei",
        title="Number of a mobile device (IMEI)",
        category=Category.PII,
        pattern=r"\d{15}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d|\d{8}[ -]\d{6}[ -]\d",
        hints=("(?i:imei)",),
        not_after=r"\w.-",
        not_before=r"\w-",
        check=checks.both(checks.is_plain, imei.is_valid),
        before=spelled("imei", "imei number", "imei1", "imei2"),
        after=("imei",),
        needs_context=True,
        mask=masks.named("imei"),
        rank=Rank.NUMBER + 1,
        fields=r"(?:.*[^a-z0-9])?imei(?:[^a-z0-9]?(?:number|num|no))?\d?",
        matches=("IMEI: ‹356868004141206›", "imei=‹35-686800-414120-6›", '"imei": "‹356868004141206›"'),
        misses=("IMEI: 356868004141207", "356868004141206"),
    ),
    Kind(
        name="imsi",
        title="Number of a subscriber of a mobile network (IMSI)",
        category=Category.PII,
        pattern=r"\d{14,15}",
        hints=("(?i:imsi)",),
        not_after=r"\w.",
        not_before=r"\w-",
        check=imsi.is_valid,
        before=spelled("imsi", "imsi number"),
        after=("imsi",),
        needs_context=True,
        mask=masks.named("imsi"),
        rank=Rank.NUMBER + 1,
        fields=r"(?:.*[^a-z0-9])?imsi",
        matches=("IMSI ‹310150123456789›", "imsi=‹262011234567890›", "imsi-‹310150123456789›"),
        misses=("IMSI 000150123456789", "310150123456789"),
    ),
)
