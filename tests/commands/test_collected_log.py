"""The collector's copy of the kernel's log: what it once had stays known until the next boot, also when the kernel's ring has lost it."""
import json
import os
import pathlib
import subprocess

import pytest

import hosts_smmu
from hosts_smmu import STAGE_2, smmuv3
from tree import Tree

HAWCTL, COLLECT = os.environ["HAWCTL"], pathlib.Path(os.environ["HAWD"]).parent / "hawd-collect"
KVM, VHE = "kvm [1]: IPA Size Limit: 52 bits", "kvm [1]: VHE mode initialized successfully"
UNIT, NEWER = smmuv3(STAGE_2), smmuv3(STAGE_2, 40)
LIMIT = 64 * 1024


@pytest.fixture
def collected(tmp_path):
    """Collects with a log, and returns the copy."""
    hosts_smmu.smmuv3_stage_2(Tree(tmp_path / "tree"))
    (tmp_path / "private").mkdir()

    def collect(*lines):
        (tmp_path / "tree/hawd/kernel-log").write_text("".join(line + "\n" for line in lines))
        subprocess.run([COLLECT, f"--root={tmp_path}/tree", f"--output={tmp_path}/private", "--kernel-log"], check=True)
        return (tmp_path / "private/hawd/kernel-log").read_text().splitlines()
    return collect


def test_lines_stay(collected, tmp_path):
    assert collected(UNIT, KVM, VHE) == [UNIT, KVM, VHE]
    assert collected(VHE) == [UNIT, KVM, VHE]
    assert collected() == [UNIT, KVM, VHE]
    # A driver that was bound again: the last line of a device counts.
    assert collected(VHE, NEWER) == [UNIT, KVM, VHE, NEWER]
    assert collected(NEWER) == [UNIT, KVM, VHE, NEWER]
    assert collected(UNIT) == [KVM, VHE, NEWER, UNIT]


def test_width_stays(collected, tmp_path):
    """44 bits of a second stage do not turn into 48 that are assumed."""
    collected(UNIT, VHE)
    collected(VHE)
    (tmp_path / "tree/hawd/kernel-log").write_bytes((tmp_path / "private/hawd/kernel-log").read_bytes())
    shown = json.loads(subprocess.run([HAWCTL, "describe", f"--root={tmp_path}/tree"], capture_output=True, check=True).stdout)
    assert shown["iommus"][0]["iovaBits"]["value"] == 44 and shown["iommus"][0]["iovaBits"]["provenance"] == "derived"


def test_copy_is_limited(collected):
    """Of more than a reader takes the last lines remain, and the new ones always do."""
    old = [f"virtio_iommu virtio{i}: input address: 39 bits" for i in range(1200)]
    assert collected(*old) == old
    new = [f"virtio_iommu virtio{i}: input address: 48 bits" for i in range(300)]
    kept = collected(*new)
    assert kept[-300:] == new and kept[:-300] == old[-len(kept) + 300:] and len(kept) > 300
    size = sum(len(line) + 1 for line in kept)
    assert LIMIT - 100 < size <= LIMIT


def test_copy_is_only_of_lines_that_matter(collected, tmp_path):
    collected(KVM)
    with open(tmp_path / "private/hawd/kernel-log", "a", encoding="ascii") as copy:
        copy.write("something else\n")
    assert collected(UNIT) == [KVM, UNIT]


def test_no_lines_no_copy(collected, tmp_path):
    with pytest.raises(FileNotFoundError):
        collected()
