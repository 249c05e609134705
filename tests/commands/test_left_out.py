"""What root reads and nobody needs stays out of what goes on: captures of both forms, and the collector's copy for the service."""
import json
import os
import pathlib
import subprocess

import pytest

import hosts_intel
from tree import Tree, endpoint

HAWCTL, HAWD = os.environ["HAWCTL"], os.environ["HAWD"]
# A device's serial number, the word of a vital product data access, the kernel's addresses, a disk's key.
SERIAL, VPD, KERNEL, KEY = bytes.fromhex("a1b2c3d4e5f60718"), bytes.fromhex("deadbeef"), "1c3d4e000000", "0123456789abcdef-of-a-disk"
DEVICE = "0000:03:00.0"


@pytest.fixture
def tree(tmp_path):
    t = Tree(tmp_path / "tree")
    hosts_intel.rmrr_nic(t)
    config = endpoint(0x8086, 0x1521, 0x020000)
    config.extended(3, SERIAL)
    # Vital product data (capability 3) behind PCI Express.
    config.bytes[0x41] = 0xA0
    config.bytes[0xA0:0xA8] = bytes([3, 0, 0, 0]) + VPD
    t.pci(DEVICE, config, driver="igb")
    (tmp_path / "tree/proc/iomem").write_text(
        "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n" + "".join(f"  {KERNEL[:-4]}{i:04x}-{KERNEL[:-4]}{i:04x} : {name}\n" for i, name in enumerate(
            ("Kernel code", "Kernel rodata", "Kernel data", "Kernel bss", DEVICE))) + "100000000-47fffffff : System RAM\n", encoding="ascii")
    line = tmp_path / "tree/proc/cmdline"
    line.write_text(line.read_text().strip() + f" luks.key={KEY}\n")
    return tmp_path / "tree"


def assert_left_out(text):
    for secret in (SERIAL, VPD, KERNEL[:-4].encode(), KEY.encode()):
        assert secret not in text, secret


def files(path):
    return b"\n".join(p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink())


def describe(root):
    return json.loads(subprocess.run([HAWCTL, "describe", f"--root={root}"], capture_output=True, check=True).stdout)


def test_captures(tree, tmp_path):
    whole = files(tree)
    assert all(secret in whole for secret in (SERIAL, VPD, KERNEL[:-4].encode(), KEY.encode()))
    for output in (f"{tmp_path}/x/", f"{tmp_path}/x.tar.zst"):
        subprocess.run([HAWCTL, "capture", output, f"--root={tree}"], check=True, capture_output=True)
        assert describe(output) == describe(tree)
    assert_left_out(files(tmp_path / "x"))
    assert_left_out(subprocess.run(["zstd", "-dc", tmp_path / "x.tar.zst"], check=True, capture_output=True).stdout)
    assert DEVICE.encode() in subprocess.run(["zstd", "-dc", tmp_path / "x.tar.zst"], check=True, capture_output=True).stdout


def test_collector(tree, tmp_path):
    """And what is there is enough: the profile of a tree with these files is the same."""
    (tmp_path / "private").mkdir()
    subprocess.run([pathlib.Path(HAWD).parent / "hawd-collect", f"--root={tree}", f"--output={tmp_path}/private"], check=True)
    assert (tmp_path / f"private/sys/bus/pci/devices/{DEVICE}/config").stat().st_size > 64
    assert_left_out(files(tmp_path / "private"))
    before = describe(tree)
    for path in (tmp_path / "private").rglob("*"):
        place = tree / path.relative_to(tmp_path / "private")
        if path.is_file() and place.exists():
            place.write_bytes(path.read_bytes())
    assert describe(tree) == before


def test_capture_of_a_capture(tree, tmp_path):
    subprocess.run([HAWCTL, "capture", f"{tmp_path}/x/", f"--root={tree}"], check=True, capture_output=True)
    subprocess.run([HAWCTL, "capture", f"{tmp_path}/y/", f"--root={tmp_path}/x"], check=True, capture_output=True)
    for path in (tmp_path / "x").rglob("*"):
        if path.is_file() and path.name != "format":
            assert path.read_bytes() == (tmp_path / "y" / path.relative_to(tmp_path / "x")).read_bytes()
