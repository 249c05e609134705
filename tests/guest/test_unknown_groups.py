"""Groups of arm64 hosts of which it is not known yet whether VFIO takes them: neither safe nor unsafe for that."""
import json

import pytest

import hosts_smmu
from guests import guest
from place import run
from tree import endpoint

WAITING, GROUPED = "0000:00:02.0", hosts_smmu.DEVICE


def asked(device, **more):
    return guest(bits=40, model="qemu64", accelerator="tcg", cpu={"vendor": "amd"}, ram="1GiB", devs=[{"address": device, "assigned": True} | more])


def of_assignment(answer):
    return [f["summary"] for f in answer["findings"] if f["rule"] in ("R6", "R12") and f["verdict"] == "unsafe" and
            ("assigned" in f["summary"] + f["numbers"] or "isolated" in f["summary"]) and "cannot address" not in f["summary"]]


def test_device_without_driver(place):
    answer = place.check(hosts_smmu.device_without_driver, asked(WAITING))
    missing = [m for m in answer["missing"] if WAITING in m]
    assert missing == [f"whether {WAITING} can be assigned (no IOMMU group yet: bind it to vfio-pci, ask again)"]
    assert of_assignment(answer) == [] and answer["verdict"] != "safe"


@pytest.mark.parametrize("release", ["6.15.0-arm64", "7.2.13-arm64"])
def test_kernels_that_make_groups_at_once(place, release):
    """There a device without a group is not behind an IOMMU."""
    def host(t):
        hosts_smmu.device_without_driver(t)
        t.write("proc/sys/kernel/osrelease", release + "\n")
    answer = place.check(host, asked(WAITING))
    assert of_assignment(answer) == ["cannot be assigned: it is not behind an IOMMU"]


def test_device_with_driver(place):
    """It has been asked for its group, and has none."""
    def host(t):
        hosts_smmu.smmuv3_stage_1(t)
        t.pci(WAITING, endpoint(), driver="virtio-pci")
    assert of_assignment(place.check(host, asked(WAITING))) == ["cannot be assigned: it is not behind an IOMMU"]


def test_devices_shows_it(place):
    shown = run("devices", f"--root={place.host(hosts_smmu.device_without_driver)}").stdout
    row, = (line for line in shown.splitlines() if line.startswith(WAITING))
    assert "none yet" in row


@pytest.mark.parametrize("way", [{}, {"iommufd": True}])
def test_unknown_group(place, way):
    """No device uses an MSI, so whether they are isolated is unknown, also to a target that is asked about."""
    profile = place.path / "profile.json"
    profile.write_text(run("describe", f"--root={place.host(hosts_smmu.no_msi_in_use)}").stdout)
    done = run("check", place.guest(asked(GROUPED, **way)), f"--root={place.path}/host", f"--for={profile}", "-j")
    here = json.loads(done.stdout)
    target = here["targets"][0]["offline"]
    for answer in (here, target):
        assert of_assignment(answer) == [] and answer["verdict"] != "safe"
    assert "whether group 0 can be assigned" in here["missing"] and "whether any group can be assigned" in target["missing"]
