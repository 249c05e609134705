"""A FUSE file system that answers for its root directory and for nothing in it: who looks there waits until it goes."""
import contextlib
import ctypes
import os
import struct
import threading

import pytest

LIBC = ctypes.CDLL(None, use_errno=True)
GETATTR, INIT = 3, 26
MNT_DETACH = 2


def answer(fd, unique, body):
    os.write(fd, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)


def serve(fd):
    while True:
        try:
            request = os.read(fd, 1 << 17)
        except OSError:
            return
        _, opcode, unique = struct.unpack_from("<IIQ", request)
        if opcode == INIT:
            answer(fd, unique, struct.pack("<IIIIHHII", 7, 23, 0, 0, 12, 9, 4096, 1) + bytes(36))
        elif opcode == GETATTR:
            times = struct.pack("<QQQQQQIII", 1, 0, 0, 0, 0, 0, 0, 0, 0)
            answer(fd, unique, struct.pack("<QII", 60, 0, 0) + times + struct.pack("<IIIIIII", 0o40755, 2, 0, 0, 0, 4096, 0))


@contextlib.contextmanager
def mounted(place):
    """For everybody. Skips the test where that may not be mounted."""
    try:
        fd = os.open("/dev/fuse", os.O_RDWR)
    except OSError as error:
        pytest.skip(f"/dev/fuse: {error.strerror}")
    options = f"fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other"
    if LIBC.mount(b"deaf", os.fsencode(place), b"fuse", 0, options.encode()) < 0:
        os.close(fd)
        pytest.skip(f"no FUSE to be mounted: {os.strerror(ctypes.get_errno())}")
    threading.Thread(target=serve, args=(fd,), daemon=True).start()
    os.stat(place)
    try:
        yield place
    finally:
        LIBC.umount2(os.fsencode(place), MNT_DETACH | 1)
        os.close(fd)
