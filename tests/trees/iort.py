"""IORT bytes (Arm DEN0049, revisions E.b and later): nodes refer to each other by name."""
import struct

from tree import acpi_table

HEADER = 48  # the first node's place in the table


def mapping(target, first=0, count=0x10000, output=0, single=False):
    return (first, count, output, target, single)


def node(kind, revision, body, *mappings, name=None):
    """A mapping's target is another node's name."""
    return (kind, revision, body, mappings, name)


def its(*ids, name="its"):
    return node(0, 1, struct.pack(f"<I{len(ids)}I", len(ids), *ids), name=name)


def named_component(path, *mappings, flags=0, limit=64, name=None):
    body = struct.pack("<IQB", flags, 0, limit) + path.encode() + b"\0"
    return node(1, 4, body + bytes(-len(body) % 4), *mappings, name=name)


def root_complex(segment, *mappings, limit=64, ats=0, pasid=0, flags=0, name=None):
    return node(2, 4, struct.pack("<QIIBHBI", 1, ats, segment, limit, pasid, 0, flags), *mappings, name=name)


def smmu(base, *mappings, model=0, flags=0, span=0x20000, name=None):
    """SMMUv1 and v2."""
    return node(3, 3, struct.pack("<QQIIIIIII", base, span, model, flags, 60, 0, 76, 0, 76) + bytes(16), *mappings, name=name)


def smmuv3(base, *mappings, model=0, flags=0, name=None):
    return node(4, 4, struct.pack("<QIIQIIIIIII", base, flags, 0, 0, model, 0, 0, 0, 0, 0, 0), *mappings, name=name)


def pmcg(base, target, name=None):
    """Of a performance monitor; target: of its unit."""
    return node(5, 2, (struct.pack("<QI", base, 0), target, struct.pack("<Q", 0)), name=name)


def rmr(flags, descriptors, *mappings, name=None):
    """descriptors: (base, length); flags bit 0: remapping permitted."""
    body = struct.pack("<III", flags, len(descriptors), 28)
    body += b"".join(struct.pack("<QQI", base, length, 0) for base, length in descriptors)
    return node(6, 3, body, *mappings, name=name)


def iort(*nodes, revision=5):
    def size(each):
        body = each[2]
        return 16 + (len(body[0]) + 4 + len(body[2]) if isinstance(body, tuple) else len(body)) + 20 * len(each[3])
    places, offset = {}, HEADER
    for each in nodes:
        places[each[4]] = offset
        offset += size(each)
    content = b""
    for number, each in enumerate(nodes):
        kind, version, body, mappings, _ = each
        if isinstance(body, tuple):
            body = body[0] + struct.pack("<I", places[body[1]]) + body[2]
        content += struct.pack("<BHBIII", kind, size(each), version, number, len(mappings), 16 + len(body) if mappings else 0) + body
        for first, count, output, target, single in mappings:
            content += struct.pack("<IIIII", first, count - 1, output, places[target], int(single))
    table = bytearray(acpi_table(b"IORT", struct.pack("<III", len(nodes), HEADER, 0) + content))
    table[8] = revision
    table[9] = (table[9] - sum(table)) & 0xFF
    return bytes(table)


def known_to_iasl():
    """One node of each kind that iasl 20200925 knows."""
    return (its(0, 1), smmuv3(0x9050000, mapping("its"), name="v3"), smmu(0x2B400000, mapping("its"), model=3, name="v2"),
            root_complex(0, mapping("v3", count=0x8000), mapping("v2", 0x8000, 0x8000, 0x10000), limit=40, ats=1),
            root_complex(1, mapping("its")), named_component("\\_SB.DMA0", mapping("v2", count=1, output=0x100, single=True), limit=36),
            pmcg(0x2B420000, "v2"))


def each_kind():
    return iort(*known_to_iasl(), rmr(1, [(0x50000000, 0x100000), (0x60000000, 0x10000)], mapping("v3", count=1, output=0x10, single=True)))
