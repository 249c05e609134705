"""Tables of our own making, with every structure, through Intel's iasl and through the program."""
import json
import os
import re
import shutil
import struct
import subprocess

import pytest

import iort
from tree import acpi_table, dmar, drhd, ivhd, ivmd, ivrs, rmrr, scope, structure

HAWCTL = os.environ["HAWCTL"]
pytestmark = pytest.mark.skipif(not shutil.which("iasl"), reason="no iasl (package acpica-tools)")


def disassemble(table, tmp_path):
    """iasl's lines as (offset, field, value), in order."""
    (tmp_path / "table.dat").write_bytes(table)
    subprocess.run(["iasl", "-d", "table.dat"], cwd=tmp_path, check=True, capture_output=True)
    lines = (tmp_path / "table.dsl").read_text(encoding="latin-1").splitlines()
    found = [re.match(r"\[([0-9A-F]{3,})h.*?\]\s*(.*?) : ([0-9A-F ]+|.*)$", line) for line in lines]
    return [(m.group(2).strip(), m.group(3).strip()) for m in found if m]


def decode(kind, table, tmp_path):
    (tmp_path / "ours").write_bytes(table)
    done = subprocess.run([HAWCTL, "decode", kind, tmp_path / "ours", "--json=short"], check=True, capture_output=True)
    return json.loads(done.stdout)


def values(lines, field):
    return [int(value.split()[0], 16) for name, value in lines if name == field]


def test_dmar(tmp_path):
    table = dmar(46, drhd(0xFBFFC000, False, scope(1, 0x17, (2, 0), (0, 1)), scope(4, 0, (31, 0), enumeration=3)), drhd(0xFBFFE000),
                 rmrr(0x791F6000, 0x791F9FFF, scope(1, 2, (0, 0))),
                 structure(2, struct.pack("<BBH", 1, 0, 1) + scope(2, 0, (1, 0))),
                 structure(3, struct.pack("<IQI", 0, 0xFBFFC000, 7)),
                 structure(4, bytes(3) + b"\x05\\_SB.PCI0.I2C0\0"), flags=7)
    lines, ours = disassemble(table, tmp_path), decode("dmar", table, tmp_path)
    assert ours["faults"] == [] and ours["checksumValid"]
    assert [ours["hostAddressWidth"] - 1] == values(lines, "Host Address Width")
    assert ours["flags"]["raw"] == values(lines, "Flags")[0]
    assert [int(u["base"], 16) for u in ours["units"]] == values(lines, "Register Base Address")
    assert [int(r["base"], 16) for r in ours["reservedRegions"]] == values(lines, "Base Address")[:1]
    assert [int(r["limit"], 16) for r in ours["reservedRegions"]] == values(lines, "End Address (limit)")
    assert [a["proximityDomain"] for a in ours["affinity"]] == values(lines, "Proximity Domain")
    assert [d["deviceNumber"] for d in ours["namespaceDevices"]] == values(lines, "Device Number")
    assert ours["namespaceDevices"][0]["name"].replace("\\x5c", "\\") == "\\_SB.PCI0.I2C0"
    scopes = [s for group in ("units", "reservedRegions", "rootPortAts") for item in ours[group] for s in item["scopes"]]
    assert [s["type"] for s in scopes] == values(lines, "Device Scope Type")
    assert [s["enumerationId"] for s in scopes] == values(lines, "Enumeration ID")
    assert [s["bus"] for s in scopes] == values(lines, "PCI Bus Number")
    paths = [[int(x, 16) for x in value.split(",")] for name, value in lines if name == "PCI Path"]
    assert [hop for s in scopes for hop in s["path"]] == paths


def test_ivrs(tmp_path):
    entries = b"\3\x08\0\0\4\xff\xff\0" + bytes([0x48, 0, 0, 0, 0x21, 0xA0, 0, 1]) + bytes([0x42, 1, 2, 0, 0, 3, 4, 0])
    table = ivrs(ivhd(0x10, 2, 0xFEB80000, features=0x80048F6F, entries=entries), ivhd(0x11, 2, 0xFEB80000, 0x206D73EF22254ADE, entries=entries),
                 ivmd(0x21, 8, 0x300, 0xCCD3D000, 0x26000))
    lines, ours = disassemble(table, tmp_path), decode("ivrs", table, tmp_path)
    assert ours["checksumValid"] and [u["type"] for u in ours["units"]] == [0x11]
    assert [int(b["base"], 16) for b in ours["blocks"]] == values(lines, "Base Address")
    # "Subtable Type" is followed by the name of the type: IVHDs first, then the IVMD.
    kinds = values(lines, "Subtable Type")
    assert [b["type"] for b in ours["blocks"]] + [m["type"] for m in ours["memoryBlocks"]] == kinds
    assert [e["type"] for b in ours["blocks"] for e in b["entries"]] == values(lines, "Entry Type") or values(lines, "Entry Type") == []
    assert int(ours["memoryBlocks"][0]["start"], 16) == values(lines, "Start Address")[0]
    assert ours["memoryBlocks"][0]["length"] == values(lines, "Memory Length")[0]


def test_iort(tmp_path):
    """iasl 20200925 writes the table's revision 1 and no RMR."""
    table = iort.iort(*iort.known_to_iasl(), revision=1)
    lines, ours = disassemble(table, tmp_path), decode("iort", table, tmp_path)
    assert ours["faults"] == [] and ours["checksumValid"]
    nodes = sorted(ours["units"] + ours["rootComplexes"] + ours["namedComponents"] + ours["itsGroups"], key=lambda node: node["offset"])
    assert [ours["nodeCount"]] == values(lines, "Node Count") and ours["nodes"] == len(nodes) + ours["performanceMonitors"]
    assert [node["revision"] for node in nodes if "revision" in node] == values(lines, "Revision")[2:-1]  # the table's, the ITS group's; PMCG's
    assert [int(u["base"], 16) for u in ours["units"]] == values(lines, "Base Address")
    assert [int(u["span"], 16) for u in ours["units"] if u["type"] == "smmu"] == values(lines, "Span")
    assert [u["model"] for u in ours["units"]] == values(lines, "Model")
    assert [int(u["vatos"], 16) for u in ours["units"] if u["type"] == "smmu-v3"] == values(lines, "VATOS Address")
    assert [c["atsAttribute"] for c in ours["rootComplexes"]] == values(lines, "ATS Attribute")
    assert [c["segment"] for c in ours["rootComplexes"]] == values(lines, "PCI Segment Number")
    assert [n["memoryAddressLimit"] for n in nodes if "memoryAddressLimit" in n] == values(lines, "Memory Size Limit")
    assert [c["name"].replace("\\x5c", "\\") for c in ours["namedComponents"]] == [value.strip('"') for name, value in lines if name == "Device Name"]
    assert [i["id"] for g in ours["itsGroups"] for i in g["its"]] == values(lines, "Identifiers")
    mappings = [m for node in nodes for m in node.get("mappings", [])]
    assert [int(m["inputBase"], 16) for m in mappings] == values(lines, "Input base")
    assert [m["count"] - 1 for m in mappings] == values(lines, "ID Count")
    assert [int(m["outputBase"], 16) for m in mappings] == values(lines, "Output Base")
    assert [m["outputReference"] for m in mappings] == values(lines, "Output Reference")


def test_wrong_checksum(tmp_path):
    table = bytearray(acpi_table(b"DMAR", bytes([45, 1]) + bytes(10) + drhd(0xFBFFC000)))
    table[9] ^= 1
    (tmp_path / "table.dat").write_bytes(table)
    said = subprocess.run(["iasl", "-d", "table.dat"], cwd=tmp_path, check=False, capture_output=True)
    assert b"checksum" in (said.stdout + said.stderr).lower()
    assert decode("dmar", bytes(table), tmp_path)["checksumValid"] is False
