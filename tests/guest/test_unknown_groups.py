"""Groups of arm64 hosts of which it is not known yet whether VFIO takes them: neither safe nor unsafe for that."""
import json

import pytest

import hosts_iort
import hosts_smmu
from guests import guest
from iort import iort, its, mapping, rmr, root_complex, smmuv3
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


LATE = "0000:00:04.0"


def reserved_for_waiting(t):
    """Firmware reserves 1 MiB for a device that has no group yet (requester 0x20)."""
    hosts_iort.acpi_host(t, hosts_iort.table(rmr(0, [(0x50000000, 0x100000)], mapping("one", output=0x20, count=1))))
    t.pci(LATE, endpoint())


def test_memory_reserved_for_a_waiting_device(place):
    """It may be a region of the group to come: no memory that any device can address, and a finding says so."""
    profile = json.loads(run("describe", f"--root={place.host(reserved_for_waiting)}").stdout)
    assert profile["usableIova"] == [{"start": "0x0", "end": "0x7ffffff"}, {"start": "0x8100000", "end": "0x4fffffff"},
                                     {"start": "0x50100000", "end": "0xffffffffffff"}]
    found, = (f for f in profile["findings"] if f["id"] == "rmrr-device-not-assignable")
    assert found["subject"] == LATE and "0x50000000-0x500fffff" in found["detail"] and f"set-override {LATE} vfio-pci" in found["remedy"]
    # The others' regions are known, and have not got it.
    assert all({"start": "0x8100000", "end": "0xffffffffffff"} in group["usableIova"] for group in profile["groups"])


def test_groups_says_what_is_missing(place):
    shown = run("groups", f"--root={place.host(reserved_for_waiting)}", COLUMNS="80").stdout
    assert " ".join(shown.split()).endswith("1 device has no group yet: this kernel makes it when a driver binds ('hawctl devices')")
    assert "no group yet" not in run("groups", f"--root={place.path}/host", "0").stdout


def test_no_group_at_all(place):
    def host(t):
        t.base(name="late", architecture="aarch64", kernel="6.1.0-50-arm64")
        t.arm_kernel()
        t.cpuinfo_arm(0x413FD0C1)
        t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
        t.smmu(0x9050000, [], "arm-smmu-v3.0.auto/iommu")
        for address in hosts_iort.NIC, hosts_iort.DISK:
            t.pci(address, endpoint())
    shown = run("groups", f"--root={place.host(host)}").stdout
    assert shown.startswith("No IOMMU groups.\n2 devices have no group yet")


def test_behind_a_unit_that_is_not_driven(place):
    """By the IORT the other device's requests go to a second unit: no driver gives it a group, and firmware's memory for it concerns
    nobody's."""
    def host(t):
        hosts_iort.acpi_host(t, iort(its(0), smmuv3(0x9050000, mapping("its"), name="one"), smmuv3(0x9070000, mapping("its"), name="two"),
                                     root_complex(0, mapping("one", count=0x20), mapping("two", first=0x20, count=0x100, output=0x20)),
                                     rmr(0, [(0x50000000, 0x100000)], mapping("two", output=0x20, count=1))))
        t.pci(LATE, endpoint())
    answer = place.check(host, asked(LATE))
    assert of_assignment(answer) == ["cannot be assigned: it is not behind an IOMMU"]
    profile = json.loads(run("describe", f"--root={place.path}/host").stdout)
    assert profile["usableIova"] == [{"start": "0x0", "end": "0x7ffffff"}, {"start": "0x8100000", "end": "0xffffffffffff"}]
    assert {f["id"] for f in profile["findings"]} >= {"smmu-not-driven"} and "rmrr-device-not-assignable" not in str(profile["findings"])
    assert "no group yet" not in run("groups", f"--root={place.path}/host").stdout
