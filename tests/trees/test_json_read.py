"""A profile written, read back and written again is the same text: of every host tree, of the machine that runs this, and
of trees whose names and numbers are at their bounds."""
import json
import os
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_other
import hosts_xen
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
ROUNDTRIP = os.environ["JSON_ROUNDTRIP"]
HOSTS = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_xen.HOSTS


def roundtrip(root):
    return subprocess.run([ROUNDTRIP, str(root)], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("build", HOSTS, ids=lambda build: build.__name__)
def test_hosts(build, tmp_path):
    build(Tree(tmp_path))
    done = roundtrip(tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 4000


def test_this_host():
    done = roundtrip("/")
    assert done.returncode == 0, done.stderr


def test_names_at_their_bounds(tmp_path):
    """Member names of 255 bytes that each take four characters to write, a unit's name of 63, a cut group type."""
    t = Tree(tmp_path)
    hosts_intel.client_46_39(t)
    long = "\x01" * 255
    t.link(f"sys/kernel/iommu_groups/2/devices/{long}", "../../../../devices/platform/x")
    t.write("sys/kernel/iommu_groups/2/type", "x" * 100 + "\n")
    t.write("sys/kernel/iommu_groups/2/name", "y" * 100 + "\n")
    t.write("proc/sys/kernel/hostname", "\x1b[31m" * 30 + "\n")
    t.vtd("u" * 63, 0xFED92000, *hosts_intel.CLIENT_MAIN, [])
    document = describe(tmp_path)
    assert "\\x01" * 255 in document["groups"][2]["devices"]
    assert "u" * 63 in [unit["name"] for unit in document["iommus"]]
    done = roundtrip(tmp_path)
    assert done.returncode == 0, done.stderr


def describe(root):
    return json.loads(subprocess.run([HAWCTL, "describe", f"--root={root}", "-j"], check=True, capture_output=True).stdout)


def test_one_number_one_group(tmp_path):
    """The kernel pads no number: "01" is not a second group 1."""
    t = Tree(tmp_path)
    hosts_intel.client_46_39(t)
    t.group("01", ["0000:00:02.0"])
    assert [group["id"] for group in describe(tmp_path)["groups"]] == [0, 1, 2]
    done = roundtrip(tmp_path)
    assert done.returncode == 0, done.stderr


def test_impossible_guest_widths(tmp_path):
    """No guest has addresses of 255 bits, whatever a tree says that KVM answered; and nothing shifts by that much."""
    t = Tree(tmp_path)
    hosts_intel.client_46_39(t)
    t.kvm("kvm_intel", 255, 200)
    widths = describe(tmp_path)["widths"]
    for name in "guestPhysicalBits", "guestMappableBits", "safeGuestBits":
        assert (widths[name]["value"], widths[name]["reason"]) == (None, "malformed")
    assert subprocess.run([HAWCTL, "status", f"--root={tmp_path}"], capture_output=True, check=True).stderr == b""
    done = roundtrip(tmp_path)
    assert done.returncode == 0, done.stderr


def test_impossible_ipa(tmp_path):
    """The same of arm64's answer."""
    t = Tree(tmp_path)
    hosts_arm.arm64_smmuv3(t)
    t.write("hawd/kvm", "api-version 12\ncapability 165 200\n")
    widths = describe(tmp_path)["widths"]
    for name in "guestPhysicalBits", "guestMappableBits", "safeGuestBits":
        assert (widths[name]["value"], widths[name]["reason"]) == (None, "malformed")
    done = roundtrip(tmp_path)
    assert done.returncode == 0, done.stderr
