"""ACPI tables that take the place of those of QEMU's firmware, from an archive in front of the initramfs: an IORT (ARM DEN 0049) with
reserved memory and an address limit, and the DSDT with what makes Linux heed them."""
import re
import struct
import subprocess

import image

ITS, ROOT_COMPLEX, SMMU_V3, RMR = 0, 2, 4, 6
SMMU_BASE, SMMU_INTERRUPT = 0x9050000, 106
# The kernel asks the host bridge whether the boot configuration has to be kept: PCI Firmware Specification 3.3, 4.6.5.
BRIDGE = re.compile(r'(If \(\(Arg0 == ToUUID \("e5c937d0-3553-4d7a-9117-ea4d19c3434d"\)[^{]*\{)')
PRESERVE = " If ((Arg2 == 0x05)) { Return (Zero) } "


def renewed(table, body):
    """The header of QEMU's table, a later revision, and this body."""
    fresh = bytearray(table[:36]) + body
    struct.pack_into("<I", fresh, 4, len(fresh))
    struct.pack_into("<I", fresh, 24, struct.unpack_from("<I", fresh, 24)[0] + 1)
    fresh[9] = 0
    fresh[9] = -sum(fresh) & 0xFF
    return bytes(fresh)


def node(kind, revision, body, mappings=(), tail=b""):
    """mappings: (input, count, output, offset of the node that it leads to)."""
    offset = 16 + len(body)
    entries = b"".join(struct.pack("<IIIII", first, count - 1, output, target, 0) for first, count, output, target in mappings)
    whole = body + entries + tail
    return struct.pack("<BHBIII", kind, 16 + len(whole), revision, 0, len(mappings), offset if mappings else 0) + whole


def iort(table, limit, reserved):
    """reserved: (stream, start, length, remappable)."""
    nodes, at = [], 48

    def add(content):
        nonlocal at
        nodes.append(content)
        at += len(content)
        return at - len(content)

    its = add(node(ITS, 1, struct.pack("<II", 1, 0)))
    interrupts = [SMMU_INTERRUPT + n for n in (0, 1, 3, 2)]
    smmu = add(node(SMMU_V3, 4, struct.pack("<QIIQIIIIIII", SMMU_BASE, 1, 0, 0, 0, *interrupts, 0, 0), [(0, 0x10000, 0, its)]))
    add(node(ROOT_COMPLEX, 4, struct.pack("<IBHBIIBHBI", 1, 0, 0, 3, 0, 0, limit, 0, 0, 0), [(0, 0x10000, 0, smmu)]))
    for stream, start, length, remappable in reserved:
        # The descriptor comes behind the one mapping.
        add(node(RMR, 3, struct.pack("<III", remappable, 1, 48), [(0, 1, stream, smmu)], struct.pack("<QQI", start, length, 0)))
    body = struct.pack("<III", len(nodes), 48, 0) + b"".join(nodes)
    fresh = bytearray(renewed(table, body))
    fresh[8] = 5
    fresh[9] = 0
    fresh[9] = -sum(fresh) & 0xFF
    return bytes(fresh)


def dsdt(table, tmp):
    """QEMU's, disassembled and compiled again, with _DSM function 5 of the host bridge."""
    (tmp / "dsdt.dat").write_bytes(table)
    subprocess.run(["iasl", "-d", tmp / "dsdt.dat"], check=True, capture_output=True)
    text = (tmp / "dsdt.dsl").read_text(encoding="utf-8")
    text, changed = BRIDGE.subn(r"\1" + PRESERVE, text)
    assert changed == 1, changed
    text, changed = re.subn(r'(DefinitionBlock \(.*, )0x00000001\)', r"\g<1>0x00000002)", text, count=1)
    assert changed == 1
    (tmp / "dsdt.dsl").write_text(text, encoding="utf-8")
    subprocess.run(["iasl", "-p", tmp / "new", tmp / "dsdt.dsl"], check=True, capture_output=True)
    return (tmp / "new.aml").read_bytes()


def archive(tmp, tables):
    """An uncompressed archive of the tables, by name."""
    place = tmp / "tables/kernel/firmware/acpi"
    place.mkdir(parents=True)
    for name, content in tables.items():
        (place / f"{name}.aml").write_bytes(content)
    image.pack(tmp / "tables", tmp / "tables.cpio")
    return tmp / "tables.cpio"
