"""Configuration spaces of our own making through lspci -vv and through the program."""
import json
import os
import re
import shutil
import subprocess

import pytest

from tree import GIB, MEMORY64, Config, Tree, endpoint, root_port

HAWCTL = os.environ["HAWCTL"]
pytestmark = pytest.mark.skipif(not shutil.which("lspci"), reason="no lspci (package pciutils)")

FUNCTIONS = {
    "0000:00:01.0": root_port(),
    "0000:00:02.0": root_port(acs=False),
    "0000:01:00.0": endpoint().sriov(64, 7),
    "0000:02:00.0": endpoint(0x10DE, 0x2204, 0x030000).extended(0x000F, b"\x20\0\0\x80").extended(0x001B, b"\x06\x14\1\0")
                    .extended(0x0013, b"\0\0\0\0\x40\0\0\0\x20\0\0\0").rebar(1, (256, 512, 16384)),
    "0000:03:00.0": Config(0x8086, 0x100E, 0x020000),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("lspci")
    tree, dump = Tree(tmp / "tree"), ""
    tree.base()
    for address, config in FUNCTIONS.items():
        tree.pci(address, config, bars=[(1, 0x4000000000, GIB, MEMORY64)])
        dump += f"{address[5:]} Class: test\n"
        dump += "".join(f"{i:02x}: {config.bytes[i:i + 16].hex(' ')}\n" for i in range(0, len(config.bytes), 16)) + "\n"
    (tmp / "dump").write_text(dump)
    text = subprocess.run(["lspci", "-D", "-vv", "-nn", "-F", tmp / "dump"], check=True, capture_output=True, text=True).stdout
    theirs = {block.split()[0]: block for block in text.strip().split("\n\n")}
    ours = json.loads(subprocess.run([HAWCTL, "devices", f"--root={tmp}/tree", "--json=short"], check=True, capture_output=True).stdout)
    return {device["address"]: device for device in ours}, {a if a.startswith("0000:") else "0000:" + a: b for a, b in theirs.items()}


@pytest.mark.parametrize("address", FUNCTIONS)
def test_function(both, address):
    ours, theirs = both[0][address], both[1][address]
    ids = re.search(r"\[([0-9a-f]{4}):([0-9a-f]{4})\]", theirs)
    assert (ours["vendorId"], ours["deviceId"]) == ("0x" + ids.group(1), "0x" + ids.group(2))
    for key, words in (("ats", "Address Translation Service"), ("pasid", "Process Address Space ID"), ("pri", "Page Request Interface")):
        assert ours[key] is (words in theirs), key
    assert ours["acs"]["present"] is ("Access Control Services" in theirs)
    assert ours["sriov"]["present"] is ("Single Root I/O Virtualization" in theirs)
    port = {"Root Port": 4, "Endpoint": 0}
    said = re.search(r"Express \(v\d\) (Root Port|Endpoint)", theirs)
    assert ours["portType"] == (port[said.group(1)] if said else None)


def test_acs_bits(both):
    control = re.search(r"ACSCtl:\s*(.*)", both[1]["0000:00:01.0"]).group(1)
    on = both[0]["0000:00:01.0"]["acs"]["control"]
    for bit, name in enumerate(("SrcValid", "TransBlk", "ReqRedir", "CmpltRedir", "UpstreamFwd", "EgressCtrl", "DirectTrans")):
        assert (f"{name}+" in control) is bool(on >> bit & 1), name
    assert both[0]["0000:00:01.0"]["acs"]["missing"] == []


def test_numbers(both):
    total = re.search(r"Total VFs: (\d+)", both[1]["0000:01:00.0"])
    assert both[0]["0000:01:00.0"]["sriov"]["totalVfs"] == int(total.group(1))
    sizes = re.search(r"supported: (.*)", both[1]["0000:02:00.0"])
    assert sizes.group(1).split()[-1] == "16GB"
    assert both[0]["0000:02:00.0"]["bars"][0]["resizableMax"] == 16 * GIB
    assert both[0]["0000:02:00.0"]["pasidBits"] == 0x14
