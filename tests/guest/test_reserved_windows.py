"""Guests of x86 with an assigned device on hosts of arm64: the kernel's MSI window lies in their RAM. Expected values: QEMU 10.0
(qemu-system-x86_64, q35, TCG) in such a host starts with -m 128M and not with -m 129M."""
import hosts_arm
import hosts_other
import pytest
from guests import device, guest
from place import rules

WINDOW = "overlaps the reserved region 0x8000000-0x80fffff (msi)"


def with_width(t):
    hosts_arm.arm64_smmuv3(t)
    t.kernel_log("arm-smmu-v3 arm-smmu-v3.0.auto: ias 48-bit, oas 48-bit (features 0x00008305)")


@pytest.mark.parametrize("build", [hosts_arm.arm64_smmuv3, with_width, hosts_other.guest_virtio_iommu], ids=lambda build: build.__name__)
@pytest.mark.parametrize("address", ["0000:00:01.0", None])
@pytest.mark.parametrize("ram,meets", [("128MiB", False), ("129MiB", True), ("4GiB", True)])
def test_msi_window(place, build, address, ram, meets):
    """The window alone decides, also where the width is unknown."""
    assigned = device(16 << 20, **({"address": address} if address else {}))
    answer = place.check(build, guest(ram=ram, accelerator="tcg", model="qemu64", cpu={"vendor": "amd"}, devs=[assigned]))
    met = [f for f in answer["findings"] if f["numbers"].endswith(WINDOW)]
    assert [f["verdict"] for f in met] == ["unsafe"] * meets, answer["findings"]
    if meets:
        assert met[0]["rule"] in rules(answer, "unsafe")
