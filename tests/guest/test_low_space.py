"""What lies below 4 GiB or in a microvm: kept free behind ports, and windows that a machine has not."""
import pytest

from forms import at, ignored, read, refused
from guests import GIB, guest, intel, ovmf, seabios
from place import rules

MIB = 1 << 20


@pytest.mark.parametrize("firmware", [ovmf(), seabios("1.16.3")])
@pytest.mark.parametrize("count,each,verdict", [
    # q35 has less than 2 GiB for 32-bit BARs: 40 times 64 MiB do not fit, Kata's 4 MiB do.
    (40, 64 * MIB, "unsafe"), (4, 4 * MIB, "safe"), (40, 0, "safe"),
])
def test_reserved_below(place, firmware, count, each, verdict):
    ports = [{"count": count} | ({"mem32Reserve": each} if each else {})]
    answer = place.check(intel(46, 48), guest(bits="host", firmware=firmware, ports=ports))
    assert answer["verdict"] == verdict and ("R7" in rules(answer, "unsafe")) is (verdict == "unsafe")


def test_domain_reserve():
    """libvirt's memReserve is in KiB (formatdomain): 8192 are 8 MiB."""
    text = """<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices>
<controller type='pci' index='1' model='pcie-root-port'><target chassis='1' memReserve='8192'/></controller></devices></domain>"""
    document = read("-", text=text)
    assert ignored(document) == [] and any(port.get("mem32Reserve") == 8 * MIB for port in document["ports"])


def test_reserve_too_large():
    """hw/pci/pci_bridge.c takes less than 4 GiB."""
    assert "expected less than 4 GiB" in refused("--", "-device", "pcie-root-port,id=a,mem-reserve=4G")


# ── microvm ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pcie,windows", [(True, 2), (None, 2), (False, 0)])
def test_microvm_windows(place, pcie, windows):
    """QEMU 7.2's "info mtree": gpex_mmio_window and pcie-mmcfg-mmio only with pcie=on."""
    answer = place.check(intel(46, 48), guest(machine="microvm", bits="host", firmware={"kind": "none"}, pcie=pcie))
    kinds = [r["kind"] for r in answer["layout"]["ranges"]]
    assert sum("window" in kind for kind in kinds) == windows and ("ecam" in kinds) is (windows > 0)


def test_microvm_of_32_bits(place):
    """A 486 with 8 MiB: with PCI Express its window would be 3 to 4 GiB, over the other one; without there is none."""
    for pcie, unsafe in ((True, True), (False, False)):
        place.path = place.path / str(pcie)
        answer = place.check(intel(46, 48), guest(ram=8 * MIB, machine="microvm", model="486", firmware={"kind": "none"}, pcie=pcie))
        assert ("R14" in rules(answer, "unsafe")) is unsafe


def test_microvm_memory_in_the_quarter(place):
    """1000 GiB at 40 bits pass 768 GiB, where the window would begin."""
    document = guest(ram=1000 * GIB, machine="microvm", bits=40, firmware={"kind": "none"})
    assert place.check(intel(46, 48), document | {"pcie": False})["verdict"] == "safe"


def test_microvm_without_a_bus():
    """QEMU 7.2: "No 'PCI' bus found for device"."""
    words = ("-M", "microvm", "-enable-kvm", "-device", "vfio-pci,host=01:00.0")
    assert [note["what"] for note in read("--", *words)["refused"]] == ["-machine microvm"]
    assert "refused" not in read("--", "-M", "microvm,pcie=on", *words[2:])


# ── machine types that set a width, and accelerators ─────────────────────────────────────────────────────


@pytest.mark.parametrize("cpu,noted", [
    ("EPYC", True), ("host", True), ("host,host-phys-bits-limit=39", False), ("EPYC,phys-bits=42", False), ("EPYC,host-phys-bits=on,host-phys-bits-limit=36", False),
])
def test_red_hat(cpu, noted):
    """Their types bring host-phys-bits=on and host-phys-bits-limit=48: what the guest says itself is not missing."""
    assert ignored(read("--", "-M", "pc-q35-rhel9.2.0", "-enable-kvm", "-cpu", cpu)) == ["machine"] * noted


def test_accelerator():
    note, = read("--", "-accel", "hvf", "-m", "1G")["ignored"]
    assert note["what"] == "accelerator" and note["text"].endswith("hvf: the guest's address width under this accelerator is unknown")
    assert at(read("--", "-accel", "kvm"), "accelerator") == "kvm"
