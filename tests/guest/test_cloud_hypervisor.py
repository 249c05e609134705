"""Where Cloud Hypervisor's guests have their memory and BARs. Worked out by hand from its source (tag v53.0: vm-allocator/src/address.rs,
vmm/src/device_manager.rs create_mmio_allocators(), vmm/src/memory_manager.rs, pci/src/vfio.rs allocate_bars(); releases by the tags that
contain a change): the area for BARs ends 64 KiB and 1 MiB below the end of the width, and the highest place that is aligned is taken."""
import json

import pytest

from forms import refused
from guests import GIB, amd, device, guest, intel, ovmf
from place import rules

MIB = 1 << 20
ASSIGNED = {"address": "0000:01:00.0", "assigned": True}


def cloud(ram="8GiB", version="53.0", firmware=None, devs=(ASSIGNED,), **more):
    return guest(ram=ram, machine="cloud-hypervisor", firmware=firmware or {"kind": "none"}, devs=devs, **more) | {"vmmVersion": version}


def ranges(answer, kind):
    return [(int(r["start"], 16), int(r["end"], 16) + 1) for r in answer["layout"]["ranges"] if r["kind"] == kind]


def test_top_down(place):
    """46 bits: the area ends at 0x3fffffef0000. The BAR of 16 GiB is below it at a multiple of 16 GiB, the one of 32 MiB above that."""
    answer = place.check(intel(46, 48), cloud())
    assert ranges(answer, "bar") == [(0x3FF800000000, 0x3FFC00000000), (0x3FFFFC000000, 0x3FFFFE000000)]
    assert answer["verdict"] == "safe"


def test_before_52(place):
    """The area has whole times 4 GiB from the end of memory on: 9 GiB and 0x3ffd times 4 GiB."""
    assert ranges(place.check(intel(46, 48), cloud(version="51.0")), "bar") == [(0x3FF800000000, 0x3FFC00000000), (0x3FFF3E000000, 0x3FFF40000000)]


def test_segments(place):
    """Each of two has 0x1ffe times 4 GiB: the first ends at 0x200040000000."""
    first = place.check(intel(46, 48), cloud(pciSegments=[{}, {}]))
    assert ranges(first, "bar") == [(0x1FFC00000000, 0x200000000000), (0x20003E000000, 0x200040000000)]


def test_second_segment(place):
    answer = place.check(intel(46, 48), cloud(pciSegments=[{}, {}], devs=[ASSIGNED | {"pciSegment": 1}]))
    assert ranges(answer, "bar") == [(0x3FF800000000, 0x3FFC00000000), (0x3FFFFC000000, 0x3FFFFE000000)]


def test_weights(place):
    """One to three: 0x0fff times 4 GiB end at 0xfff00000000 + 9 GiB."""
    answer = place.check(intel(46, 48), cloud(pciSegments=[{}, {"mmio64Weight": 3}]))
    assert ranges(answer, "bar") == [(0x0FFC00000000, 0x100000000000), (0x10013E000000, 0x100140000000)]


@pytest.mark.parametrize("version,sme,bits", [("52.0", True, 43), ("52.0", False, 46), ("53.0", True, 46)])
def test_encryption(place, version, sme, bits):
    """EPYC: 48 bits in CPUID, of which SME would take 5. Until 52 they are subtracted, switched on or not; 53 does not look."""
    answer = place.check(amd(48, **({"sme": True, "reduction": 5} if sme else {})), cloud(version=version))
    assert answer["layout"]["physBits"] == bits
    assert answer["layout"]["guestPhysBits"] == (bits if version == "53.0" else None)


def test_hypertransport(place):
    """64 TiB of area with AMD's hole below 1 TiB in it, and no BAR near."""
    answer = place.check(amd(), cloud())
    assert answer["verdict"] == "safe", answer["findings"]


def test_in_the_hole(place):
    """40 bits: the BAR of 16 GiB is at 0xf800000000, the one of 32 MiB at 0xfffc000000, which ends the VMM."""
    answer = place.check(amd(), cloud(maxPhysBits=40))
    assert ranges(answer, "bar") == [(0xF800000000, 0xFC00000000), (0xFFFC000000, 0xFFFE000000)]
    assert rules(answer, "unsafe") == ["R9"]
    assert "--cpus max_phys_bits=" in next(f["option"] for f in answer["findings"] if f["rule"] == "R9")


@pytest.mark.parametrize("fatal,verdict", [({}, "unsafe"), ({"p2pFatal": True}, "unsafe"), ({"p2pFatal": False}, "warning")])
def test_out_of_reach(place, fatal, verdict):
    """39 bits of IOMMU: vfio_p2p_dma is on unless it is said to be off."""
    answer = place.check(intel(46, 39), cloud(**fatal))
    assert rules(answer, verdict) == ["R4"] and answer["verdict"] == verdict


def test_peer_to_peer_is_no_option_before_52(place):
    answer = place.check(intel(46, 39), cloud(version="51.0"))
    assert next(f["option"] for f in answer["findings"] if f["rule"] == "R4") == "--cpus max_phys_bits=39"


def test_before_firmware_moves_them(place):
    """OVMF puts the BARs right behind memory, in reach; the VMM had to map them at the top before it started."""
    answer = place.check(intel(46, 39), cloud(firmware=ovmf("202402")))
    assert ranges(answer, "bar") == [(0x400000000, 0x800000000), (0x800000000, 0x802000000)]
    assert rules(answer, "unsafe") == ["R4"]
    found, = (f for f in answer["findings"] if f["rule"] == "R4")
    assert "0x3ff800000000" in found["numbers"] and found["option"] == "--cpus max_phys_bits=39"


def test_moved_out_of_reach(place):
    """Four BARs of 128 GiB: the fourth comes to lie in AMD's hole, the VMM keeps the old place: it goes on without peer-to-peer."""
    answer = place.check(amd(), cloud(ram="384GiB", firmware=ovmf("202402"), devs=[device(128 * GIB, name=f"gpu{i}") for i in range(4)]))
    assert rules(answer, "unsafe") == [] and "R9" in rules(answer, "warning")


def test_hotplug(place):
    """From the next 128 MiB on."""
    answer = place.check(intel(46, 48), cloud(ram="8256MiB", memory={"max": "9280MiB"}, devs=()))
    assert ranges(answer, "hotplug") == [(9 * GIB + 128 * MIB, 10 * GIB + 128 * MIB)]


@pytest.mark.parametrize("more, summary, numbers", [
    # 36 bits: 54 GiB from 9 GiB on; the device has a BAR of 16 GiB and a small one.
    ({"devs": (device(64 * GIB, name="card"),)}, "Cloud Hypervisor's device area", "1 device needs 64 GiB with alignment, the window has 55"),
    # 13 times 4 GiB by five: two times 4 GiB for the first segment.
    ({"pciSegments": [{}, {"mmio64Weight": 4}]}, "the device area of PCI segment 0", "the segment has 8 GiB of"),
    ({"pciSegments": [{"mmio64Weight": 4}, {}], "devs": ({**ASSIGNED, "pciSegment": 1},)}, "the device area of PCI segment 1", "the segment has"),
])
def test_full(place, more, summary, numbers):
    found, = (f for f in place.check(intel(36, 48), cloud(**more))["findings"] if f["rule"] == "R7")
    assert found["verdict"] == "unsafe" and found["summary"] == f"the 64-bit BARs do not fit into {summary}"
    assert numbers in found["numbers"]


def test_pmem(place):
    """6 GiB at a multiple of 2 MiB below 0x3fffffef0000. No assigned device is told of it; a kernel with KASLR may not map it."""
    answer = place.check(intel(46, 48), cloud(pmem=[{"size": "6GiB"}]))
    assert ranges(answer, "pmem") == [(0x3FFE7FE00000, 0x3FFFFFE00000)]
    assert rules(answer, "unsafe") == [] and rules(answer, "warning") == ["R11"]
    assert ranges(answer, "bar") == [(0x3FF800000000, 0x3FFC00000000), (0x3FFE7C000000, 0x3FFE7E000000)]


@pytest.mark.parametrize("number,full", [(31, False), (32, True)])
def test_places_of_a_segment(place, number, full):
    """32, of which one is the host bridge's."""
    answer = place.check(intel(46, 48), cloud(devs=[{"name": f"d{i}", "bars": [{"size": 4096, "is64bit": True}]} for i in range(number)]))
    assert ("R1" in rules(answer, "unsafe")) is full


@pytest.mark.parametrize("bits,unsafe", [(39, []), (None, ["R5"])])
def test_behind_its_iommu(place, bits, unsafe):
    """Nothing is mapped but what the guest asks for, which is up to 64 bits wide unless iommu_address_width says less."""
    viommu = {"kind": "virtio"} | ({"awBits": bits} if bits else {})
    answer = place.check(intel(46, 39), cloud(devs=[ASSIGNED | {"behindViommu": True}], viommu=viommu))
    assert rules(answer, "unsafe") == unsafe and rules(answer, "warning") == []
    assert all(f["summary"] == "the guest may use addresses that the host's IOMMU does not support" for f in answer["findings"] if f["rule"] == "R5")


def test_beside_its_iommu(place):
    answer = place.check(intel(46, 39), cloud(devs=[ASSIGNED | {"behindViommu": False}], viommu={"kind": "virtio"}))
    assert rules(answer, "unsafe") == ["R4"]


@pytest.mark.parametrize("release,fatal,unsafe", [("6.12.1", None, ["R12"]), ("6.12.1", False, []), ("6.18.9-arch1", None, ["R12"]), ("6.19.0", None, []),
                                                  ("7.1.0", None, []), ("6.8.0-1030-nvidia", None, [])])
def test_iommufd(place, release, fatal, unsafe):
    """docs/vfio.md: kernels before 6.19 do not map BARs there; NVIDIA's do."""
    def build(t):
        intel(46, 48)(t)
        t.write("proc/version", f"Linux version {release} (x@y) #1\n")
        t.write("proc/sys/kernel/osrelease", release + "\n")
    answer = place.check(build, cloud(devs=[ASSIGNED | {"iommufd": True}], **({} if fatal is None else {"p2pFatal": fatal})))
    assert rules(answer, "unsafe") == unsafe


def test_moves(place):
    """A device that is plugged in on AMD's takes the top: the hole is further down."""
    other = place.host(amd(), "other")
    answer = place.check(amd(), cloud(devs=()), f"--for={other}")
    assert not [f for t in answer["targets"] for f in t["hotplug"]["findings"] if f["verdict"] != "info" and "BARs" in f["summary"]]


@pytest.mark.parametrize("document,words", [
    ({"pciSegments": [{}], "machine": "q35"}, "pciSegments"), ({"machine": "cloud-hypervisor", "pmem": [{"size": 1, "pciSegment": 1}]}, "pmem.0.pciSegment"),
    ({"machine": "cloud-hypervisor", "devices": [{"pciSegment": 3}], "pciSegments": [{}, {}]}, "devices.0.pciSegment"),
])
def test_refused(document, words):
    assert words in refused("-", text=json.dumps({"schema": "hawd-guest/1", "memory": {"ram": 1 << 30}} | document))
