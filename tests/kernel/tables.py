"""ACPI tables that take the place of QEMU's: the kernel reads them from an archive in front of the initramfs
(Documentation/admin-guide/acpi/initrd_table_override.rst) where they have QEMU's names and a later revision."""
import socket
import struct
import subprocess
import time

import image
from qmp import Qmp

GIOSUP, GATS = 1 << 48, 3 << 12
MEMORY = 64 << 20


def dump(qemu, arguments, signature, tmp):
    """A table as the firmware leaves it in the memory of a machine that has nothing to boot."""
    path, memory = tmp / "qmp", tmp / "memory"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(60)
        with subprocess.Popen([*qemu, "-accel", "tcg", "-m", str(MEMORY >> 20), "-nodefaults", "-no-user-config", "-display", "none",
                               *arguments, "-qmp", f"unix:{path}"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as machine:
            try:
                with listener.accept()[0] as connection:
                    return find(Qmp(connection), signature.encode(), memory)
            finally:
                machine.kill()
                path.unlink()


def find(monitor, signature, memory):
    for _ in range(120):
        monitor.execute("pmemsave", val=0, size=MEMORY, filename=str(memory))
        content = memory.read_bytes()
        at = content.find(signature)
        while at >= 0:
            size, = struct.unpack_from("<I", content, at + 4)
            table = content[at:at + size]
            if 36 < size < 4096 and sum(table) & 0xFF == 0:
                return table
            at = content.find(signature, at + 1)
        time.sleep(0.25)
    raise AssertionError(f"no {signature} in the machine's memory")


def renewed(table, body):
    """The table with another body, one revision later."""
    fresh = bytearray(table[:36]) + body
    struct.pack_into("<I", fresh, 4, len(fresh))
    struct.pack_into("<I", fresh, 24, struct.unpack_from("<I", fresh, 24)[0] + 1)
    fresh[9] = 0
    fresh[9] = -sum(fresh) & 0xFF
    return bytes(fresh)


def blocks(body):
    """Offsets of an IVRS' blocks in its body: type, flags, length."""
    at = 12
    while at + 4 <= len(body):
        kind, _, size = struct.unpack_from("<BBH", body, at)
        yield kind, at
        at += max(size, 4)


def ivrs(table, guest_tables=False, hatdis=False, vasize=None, memory=()):
    """guest_tables: EFR says that there are page tables in the guest's format; memory: (device, start, length)."""
    body = bytearray(table[36:])
    for kind, at in blocks(body):
        if kind == 0x11:
            attributes, efr = struct.unpack_from("<IQ", body, at + 20)
            if guest_tables:
                efr = efr & ~GATS | GIOSUP
            struct.pack_into("<IQ", body, at + 20, attributes | int(hatdis), efr)
    if vasize:
        info, = struct.unpack_from("<I", body)
        struct.pack_into("<I", body, 0, info & ~(0x7F << 15) | vasize << 15)
    for device, start, length in memory:
        body += struct.pack("<BBHHHQQQ", 0x21, 7, 32, device, 0, 0, start, length)
    return renewed(table, bytes(body))


def dmar(table, *regions):
    """With an RMRR for each (slot, start, end): an endpoint of bus 0."""
    body = bytearray(table[36:])
    for slot, start, end in regions:
        body += struct.pack("<HHHHQQ", 1, 32, 0, 0, start, end) + struct.pack("<BBHBBBB", 1, 8, 0, 0, 0, slot, 0)
    return renewed(table, bytes(body))


def archive(tmp, name, table):
    tree = tmp / "tables"
    place = tree / "kernel/firmware/acpi"
    place.mkdir(parents=True)
    (place / f"{name}.aml").write_bytes(table)
    image.pack(tree, tmp / "tables.cpio")
    return tmp / "tables.cpio"
