"""draw → public network addresses and hardware addresses, and what looks like them."""

import ipaddress
from typing import Final

from security.evaluation.case import Value
from security.evaluation.draw import Draw


def ip_address(draw: Draw) -> Value:
    """An address that routers of the internet know, of version 4 or 6, with a port or a mask now and then."""
    if draw.chance(0.65):
        while True:
            address = ipaddress.IPv4Address(draw.randrange(1 << 24, 224 << 24))
            if address.is_global:
                break
        text, origin = str(address), "v4"
    else:
        text, origin = _v6(draw)
    if draw.chance(0.2):
        tail = draw.choice((f":{draw.randrange(1024, 65_000)}", "/32", f":{draw.randrange(1, 1000)}"))
        if origin == "v4":
            return Value(text=text + tail, matter=((0, len(text)),), origin="v4 with tail")
        port = f"[{text}]:{draw.randrange(1, 65_000)}"
        return Value(text=port, matter=((1, 1 + len(text)),), origin="v6 with port")
    return Value(text=text, origin=origin)


def _v6(draw: Draw) -> tuple[str, str]:
    start = draw.choice(("2a00", "2a02", "2600", "2001:4", "2400", "2804", "2c0f", "2003", "2606"))
    first = start if ":" not in start else start + draw.hex(2)
    words = [*first.split(":"), *(draw.hex(4) for _ in range(8 - len(first.split(":"))))]
    if draw.chance(0.5):
        at = draw.randint(2, 5)
        words[at : at + 3] = ["0"] * 3
    address = ipaddress.IPv6Address(":".join(words))
    return draw.choice(
        ((str(address), "v6"), (address.exploded, "v6 full"), (str(address).upper(), "v6 capitals"))
    )


def no_ip_address(draw: Draw) -> Value:
    """Private, local and documentation addresses, versions of four parts, times with colons, C++ scopes."""
    text = draw.choice(
        (
            f"10.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(256)}",
            f"192.168.{draw.randrange(256)}.{draw.randrange(256)}",
            f"172.{draw.randint(16, 31)}.{draw.randrange(256)}.{draw.randrange(256)}",
            f"127.0.0.{draw.randrange(1, 255)}",
            f"169.254.{draw.randrange(256)}.{draw.randrange(256)}",
            "0.0.0.0",  # noqa: S104
            "255.255.255.255",
            f"fe80::{draw.hex(4)}:{draw.hex(4)}",
            f"fd{draw.hex(2)}:{draw.hex(4)}::{draw.randrange(1, 99)}",
            "::1",
            f"{draw.randrange(300, 999)}.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(256)}",
            f"{draw.randint(10, 23)}:{draw.randint(10, 59)}:17:{draw.randrange(100, 999)}",
            "std::vector::size",
            f"1.2.3.{draw.randrange(256)}.{draw.randrange(99)}",
            f"OID 1.3.6.1.4.1.{draw.digits(5)}.{draw.randrange(9)}.{draw.randrange(9)}",
            f"fe80::{draw.hex(4)}",
        )
    )
    return Value(text=text)


IP_KEYS: Final = (
    "ip", "client_ip", "remote_addr", "ip_address", "source_ip", "x_forwarded_for", "peer", "remote_ip",
    "src", "addr", "true_client_ip", "visitor_ip", "last_login_ip", "host_ip",
)  # fmt: skip
IP_LABELS: Final = (
    "IP", "ip", "client", "from", "remote address", "rhost", "Adresse IP", "IP-Adresse", "peer", "src",
)  # fmt: skip
IP_SENTENCES: Final = (
    "Failed password for root from «v» port «pid» ssh2",
    '«v» - - [«nginx»] "«method» «path» HTTP/1.1» «status» «size»', "Accepted publickey for deploy from «v»",
    "connection from «v» closed", "«v»", "blocked «v» after 5 attempts", "Invalid user admin from «v»",
    "rate limit exceeded for «v»", "X-Forwarded-For: «v», «private»", "peer «v» reset",
    "[client «v»] AH01630: client denied by server configuration", "geoip lookup «v» -> DE",
    "TLS handshake error from «v»",
)  # fmt: skip


def mac_address(draw: Draw) -> Value:
    """A hardware address of one card, neither of a group nor of documentation, in the four common ways."""
    first = draw.randrange(256) & 0b1111_1110
    pairs = [f"{first:02x}", *(draw.hex(2) for _ in range(5))]
    if draw.chance(0.5):
        pairs = [pair.upper() for pair in pairs]
    whole = "".join(pairs)
    way = draw.choice(("colons", "colons", "dashes", "dots", "bare"))
    text = {
        "colons": ":".join(pairs),
        "dashes": "-".join(pairs),
        "dots": ".".join(whole[at : at + 4] for at in (0, 4, 8)),
        "bare": whole,
    }[way]
    return Value(text=text, origin=way, bare=way in {"colons", "dashes"})


def no_mac_address(draw: Draw) -> Value:
    """Groups, zeros, longer rows of pairs, fingerprints, times."""
    pairs = [draw.hex(2) for _ in range(20)]
    text = draw.choice(
        (
            "ff:ff:ff:ff:ff:ff",
            "00:00:00:00:00:00",
            "FF-FF-FF-FF-FF-FF",
            ":".join(pairs),
            ":".join(pairs[:16]),
            "-".join(pairs[:5]),
            f"{draw.randint(10, 23)}:{draw.randint(10, 59)}:{draw.randint(10, 59)}",
            " ".join(pairs[:16]),
        )
    )
    return Value(text=text)


MAC_KEYS: Final = (
    "mac", "mac_address", "hw_addr", "ether", "device_mac", "bssid", "chaddr", "wifi_mac", "client_mac",
    "hwaddr",
)  # fmt: skip
MAC_LABELS: Final = (
    "MAC", "mac", "HWaddr", "ether", "BSSID", "MAC-Adresse", "lladdr", "adresse MAC", "hardware address",
)  # fmt: skip
MAC_SENTENCES: Final = (
    "DHCPDISCOVER from «v» via eth0", "DHCPACK on «private» to «v» via br0", "station «v» associated", "«v»",
    "STA «v» IEEE 802.11: disassociated", "arp: «private» is-at «v»", "device «v» joined",
    "port 7 learned «v».", "wlan0: authenticate with «v»",
)  # fmt: skip
