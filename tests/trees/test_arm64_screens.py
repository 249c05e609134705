"""What hawctl prints of arm64 hosts fits into 80 columns, and is of arm64."""
import os
import subprocess
import unicodedata

import pytest

import hosts_arm
import hosts_smmu
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
VERBS = ["status", "iommus", "groups", "regions", "devices", "map", "models"]
VIRT = ["--", "qemu-system-aarch64", "-accel", "kvm", "-cpu", "host", "-M", "virt-10.0,gic-version=3", "-m", "4G", "-device", "vfio-pci,host=0000:00:01.0"]


def run(*arguments):
    done = subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                          env=os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "80"})
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def tree(tmp_path, build, name="tree"):
    build(Tree(tmp_path / name))
    return f"--root={tmp_path}/{name}"


@pytest.mark.parametrize("build", [*hosts_arm.HOSTS, hosts_smmu.smmuv3_without_log, hosts_smmu.no_msi_in_use, hosts_smmu.virtio_iommu,
                                   hosts_smmu.smmuv2], ids=lambda build: build.__name__)
def test_columns(tmp_path, build):
    root = tree(tmp_path, build)
    for verb in VERBS:
        wide = [line for line in run(verb, root).splitlines() if sum(not unicodedata.combining(c) for c in line) > 80]
        assert wide == [], verb


def test_units(tmp_path):
    shown = run("iommus", tree(tmp_path, hosts_arm.ampere_like)).splitlines()
    assert shown[0].split() == ["UNIT", "KIND", "BITS", "OAS", "ISOLATED", "DEVICES", "WHY"]
    assert shown[1].split()[:6] == ["smmu3.0x000023ffe0000000", "arm-smmu-v3", "48", "48", "yes", "2"]


def test_unknown_width(tmp_path):
    """Without KVM's limit the guest has an unknown width, not one of 0 bits."""
    root = tree(tmp_path, hosts_arm.device_tree_virt)
    assert " 0 address bits" not in run("check", root, *VIRT) and "at 0 bits" not in run("fit", root, "--bar=1GiB", *VIRT)
