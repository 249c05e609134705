"""Guests on arm64 hosts: what the host's interrupt controller and its firmware keep from assigned devices, in the host's words."""
import pytest

from guests import device, guest
from place import rules
from tree import MSI_WINDOW, endpoint

RMR = (0x50000000, 0x500FFFFF, "direct")
ASSIGNED = {"address": "0000:00:01.0", "assigned": True}


def host(kernel="6.12.107", regions=(MSI_WINDOW,), chip="ITS-MSI"):
    def build(t):
        t.base(name="arm", architecture="aarch64", kernel=kernel)
        t.write("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\n")
        t.kvm_arm(44)
        t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
        t.write("sys/kernel/irq/40/chip_name", chip + "\n")
        t.smmu(0x9050000, ["0000:00:01.0"])
        t.pci("0000:00:01.0", endpoint(), driver="vfio-pci")
        t.group(0, ["0000:00:01.0"], regions)
        t.write("proc/iomem", "40000000-13fffffff : System RAM\n")
    return build


def tcg(**more):
    """An emulated x86 guest, whose memory starts at 0."""
    return guest(bits=40, model="qemu64", accelerator="tcg", cpu={"vendor": "amd"}, devs=[ASSIGNED], **more)


@pytest.mark.parametrize("kernel,verdict", [("6.12.107", "unsafe"), ("6.1.0", "warning")])
def test_reserved_by_firmware(place, kernel, verdict):
    """An RMR of IORT: newer kernels reject the device."""
    answer = place.check(host(kernel, regions=(MSI_WINDOW, RMR)), tcg(ram="64MiB"))
    found, = (f for f in answer["findings"] if f["rule"] == "R6" and "reserves" in f["numbers"])
    assert found["verdict"] == verdict and "0x50000000-0x500fffff" in found["numbers"]
    assert "RMRR" not in str(answer) and "IVMD" not in str(answer) and "legacy USB" not in str(answer)


def test_no_such_guests(place):
    answer = place.check(host(), guest(bits=40, devs=[device(1 << 20)]))
    refused, = (f for f in answer["findings"] if f["rule"] == "R12" and f["verdict"] == "unsafe")
    assert "aarch64" in refused["numbers"]
