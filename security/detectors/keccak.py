"""Keccak-256 as Ethereum has it: the padding of the first proposal, and not that of SHA-3 (FIPS 202)."""

from typing import Final

_LANE: Final = (1 << 64) - 1
_RATE: Final = 136  # bytes that a permutation takes in


def _turned(lane: int, by: int) -> int:
    by %= 64
    return ((lane << by) | (lane >> (64 - by))) & _LANE if by else lane


def _constants() -> tuple[int, ...]:
    """Of the 24 rounds, by the shift register of the specification (section 1.2 of the Keccak reference)."""
    register, found = 1, []
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return tuple(found)


_ROUNDS: Final = _constants()


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    for constant in _ROUNDS:
        parity = [a ^ b ^ c ^ d ^ e for a, b, c, d, e in lanes]
        spread = [parity[(x + 4) % 5] ^ _turned(parity[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ spread[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _turned(current, (step + 1) * (step + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & _LANE & row[(x + 2) % 5])
        lanes[0][0] ^= constant
    return lanes


def keccak_256(message: bytes) -> bytes:
    """The hash of ``message``, 32 bytes."""
    padded = bytearray(message + b"\1" + b"\0" * (_RATE - 1 - len(message) % _RATE))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for place in range(_RATE // 8):
            word = int.from_bytes(padded[start + 8 * place : start + 8 * place + 8], "little")
            lanes[place % 5][place // 5] ^= word
        lanes = _permuted(lanes)
    return b"".join(lanes[place][0].to_bytes(8, "little") for place in range(4))
