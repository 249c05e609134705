"""How MSIs that are not isolated, or perhaps not, are told of on arm64: what VFIO does, and no advice to do what is done already."""
import json
import os
import subprocess

import pytest

import hosts_arm
import hosts_smmu
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
UNIT = "smmu3.0x0000000009050000"


def said(tmp_path, build, *arguments):
    if not (tmp_path / "tree").exists():
        build(Tree(tmp_path / "tree"))
    done = subprocess.run([HAWCTL, arguments[0], f"--root={tmp_path}/tree", *arguments[1:]], capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "80"})
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def finding(tmp_path, build, name):
    return [f for f in json.loads(said(tmp_path, build, "describe", "-j"))["findings"] if f["id"] == name]


def check(tmp_path, build):
    answer = json.loads(said(tmp_path, build, "check", "-j", "--", "qemu-system-aarch64", "-accel", "kvm", "-cpu", "host", "-M", "virt-10.0,gic-version=3",
                             "-m", "4G", "-device", f"vfio-pci,host={hosts_smmu.DEVICE}"))
    return answer, [f for f in answer["findings"] if "isolated" in f["summary"]]


def test_allowed(tmp_path):
    """The parameter is set: it is no advice to set it, and the check has nothing against the group."""
    found, = finding(tmp_path, hosts_smmu.gicv2m_allowed, "interrupt-remapping-off")
    assert found["summary"] == f"MSIs are not isolated: a guest with a device behind {UNIT} can raise any interrupt of the host"
    assert "=1" not in found["remedy"] and "allow_unsafe_interrupts=0 forbids it" in found["remedy"]
    assert check(tmp_path, hosts_smmu.gicv2m_allowed)[1] == []
    assert "remapped" not in said(tmp_path, hosts_smmu.gicv2m_allowed, "status") + said(tmp_path, hosts_smmu.gicv2m_allowed, "groups")


def test_not_allowed(tmp_path):
    found, = finding(tmp_path, hosts_smmu.gicv2m, "interrupt-remapping-off")
    assert found["summary"] == f"MSIs are not isolated: devices behind {UNIT} cannot be assigned"
    assert "vfio_iommu_type1.allow_unsafe_interrupts=1" in found["remedy"]
    refused, = check(tmp_path, hosts_smmu.gicv2m)[1]
    assert refused["summary"] == "its MSIs are not isolated: VFIO rejects the assignment"
    assert "firmware" not in refused["remedy"] and "vfio_iommu_type1.allow_unsafe_interrupts=1" in refused["remedy"]
    assert "no: MSIs not isolated" in said(tmp_path, hosts_smmu.gicv2m, "groups")


@pytest.mark.parametrize("build,why", [(hosts_smmu.no_msi_in_use, "none uses an MSI"), (hosts_smmu.its_of_another_segment, "none uses an MSI"),
                                       (hosts_smmu.unknown_chip_beside_its, "MSIs have an unknown controller")])
def test_unknown(tmp_path, build, why):
    found, = finding(tmp_path, build, "msi-isolation-unknown")
    assert found["subject"] == UNIT and found["severity"] == "warning"
    assert found["summary"] == f"It is unknown whether devices behind {UNIT} can be assigned: {why}"
    assert ("to its own driver" in found["remedy"]) == (why == "none uses an MSI")
    assert "unknown: MSI isolation" in said(tmp_path, build, "groups")
    answer, refused = check(tmp_path, build)
    assert refused == [] and answer["verdict"] != "safe"


def test_unknown_is_allowed(tmp_path):
    """vfio_iommu_type1 takes the group whatever its controller is; what /dev/iommu asks is not known of it."""
    def build(t):
        hosts_smmu.no_msi_in_use(t)
        t.write("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n")
        t.write("sys/module/iommufd/parameters/allow_unsafe_interrupts", "N\n")
    assert finding(tmp_path, build, "msi-isolation-unknown") == []
    assert check(tmp_path, build)[0]["verdict"] == "safe"
    through = json.loads(said(tmp_path, build, "check", "-j", "--", "qemu-system-aarch64", "-accel", "kvm", "-cpu", "host", "-M", "virt-10.0,gic-version=3",
                              "-m", "4G", "-object", "iommufd,id=i0", "-device", f"vfio-pci,host={hosts_smmu.DEVICE},iommufd=i0"))
    assert through["missing"] == ["whether MSIs are isolated, which /dev/iommu requires"] and through["verdict"] == "warning"


def test_iommufd_allowed(tmp_path):
    """Its own parameter is set."""
    def build(t):
        hosts_smmu.no_msi_in_use(t)
        for module in "vfio_iommu_type1", "iommufd":
            t.write(f"sys/module/{module}/parameters/allow_unsafe_interrupts", "Y\n")
    through = json.loads(said(tmp_path, build, "check", "-j", "--", "qemu-system-aarch64", "-accel", "kvm", "-cpu", "host", "-M", "virt-10.0,gic-version=3",
                              "-m", "4G", "-object", "iommufd,id=i0", "-device", f"vfio-pci,host={hosts_smmu.DEVICE},iommufd=i0"))
    assert through["missing"] == [] and through["verdict"] == "safe"


@pytest.mark.parametrize("build", [hosts_arm.ampere_like, hosts_arm.gb10_like])
def test_nothing_to_say(tmp_path, build):
    assert finding(tmp_path, build, "msi-isolation-unknown") == []
