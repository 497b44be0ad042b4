"""Connections of other processes, cut as a network would: nobody is asked, and no firewall is needed.

A connection is found by the inode of its socket, taken over by a copy of its descriptor, and shut down: to
both sides it looks as if the other one had hung up.
"""

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_PIDFD_GETFD: Final = 438
_SYSCALL: Final = ctypes.CDLL(None, use_errno=True).syscall


def cut(pids: Iterable[int], port: int) -> int:
    """Cut all connections of ``pids`` to ``port``, wherever that listens; how many were cut."""
    inodes = set(_inodes(port))
    found = 0
    for pid in pids:
        for descriptor in _descriptors(pid, inodes):
            found += _shut(pid, descriptor)
    return found


def _inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):  # Java's sockets are of IPv6, whatever they speak
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[2].rpartition(":")[2], 16) == port:
                yield fields[9]


def _descriptors(pid: int, inodes: set[str]) -> Iterator[int]:
    with contextlib.suppress(OSError):  # it has ended
        for entry in Path("/proc", str(pid), "fd").iterdir():
            with contextlib.suppress(OSError):
                if entry.readlink().name.removeprefix("socket:[").removesuffix("]") in inodes:
                    yield int(entry.name)


def _shut(pid: int, descriptor: int) -> bool:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        copy = _SYSCALL(_PIDFD_GETFD, process, descriptor, 0)
    finally:
        os.close(process)
    if copy < 0:
        raise OSError(ctypes.get_errno(), f"descriptor {descriptor} of process {pid} cannot be copied")
    with socket.socket(fileno=copy) as connection, contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
        return True
    return False
