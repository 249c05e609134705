"""Guests of QEMU's virt in the forms that users have, through `hawctl check` on an arm64 host. What is expected follows from the rule of hw/arm/virt.c by hand:
2^bits less the window, which starts at a multiple of its size behind memory."""
import json

import pytest

from place import Place, run
from tree import MSI_WINDOW, endpoint

QEMU = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
GPU = "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x00' slot='0x01' function='0x0'/></source></hostdev>"


def host(bits):
    def build(t):
        t.base(name="arm", architecture="aarch64")
        t.chip(11, "GICv3")
        t.write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\n")
        t.kvm_arm(bits)
        t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
        t.smmu(0x9050000, ["0000:00:01.0"])
        t.pci("0000:00:01.0", endpoint())
        t.group(0, ["0000:00:01.0"], [MSI_WINDOW])
        t.write("proc/iomem", "40000000-13fffffff : System RAM\n")
    return build


def domain(memory="<memory unit='GiB'>4</memory>", devices="", inside="", top="", machine="virt-10.0"):
    return (f"<domain type='kvm'{top}><name>t</name>{memory}<vcpu>2</vcpu><os firmware='efi'><type arch='aarch64' machine='{machine}'>hvm</type></os>"
            f"<features><acpi/><gic version='3'/></features><cpu mode='host-passthrough'/><devices>{devices}</devices>{inside}</domain>")


def line(options, memory="4G", machine="virt-10.0,gic-version=3"):
    return f"qemu-system-aarch64 -M {machine} -accel kvm -cpu host -m {memory} -bios QEMU_EFI.fd {options}"


def hole(gib):
    return f"<controller type='pci' index='0' model='pcie-root'><pcihole64 unit='GiB'>{gib}</pcihole64></controller>"


def argument(value):
    return f"<qemu:commandline><qemu:arg value='-machine'/><qemu:arg value='{value}'/></qemu:commandline>"


SLOTS = "<maxMemory slots='8' unit='GiB'>1000</maxMemory><memory unit='GiB'>4</memory>"

# (bits of the host, the guest, verdict, what is said of it, what is left out)
CASES = {
    "line": (44, line(""), "safe", None),
    "domain": (44, domain(), "safe", None),
    # Two thirds of the address space is memory: no window, and no word of QEMU's.
    "line-600-of-40": (40, line("", "600G"), "warning", "leaves out the 64-bit PCI window"),
    "domain-600-of-40": (40, domain("<memory unit='GiB'>600</memory>"), "warning", "leaves out the 64-bit PCI window"),
    "line-slots": (40, line("", "4G,maxmem=1000G,slots=8"), "warning", "leaves out the 64-bit PCI window"),
    "domain-slots": (40, domain(SLOTS), "warning", "leaves out the 64-bit PCI window"),
    "line-size": (40, line("-machine highmem-mmio-size=1T"), "warning", "leaves out the 64-bit PCI window"),
    "domain-size": (40, domain(devices=hole(1024)), "warning", "leaves out the 64-bit PCI window"),
    "domain-argument": (40, domain(top=QEMU, inside=argument("highmem-mmio-size=1T")), "warning", "leaves out the 64-bit PCI window"),
    "line-1T-of-40": (40, line("", "1T"), "unsafe", "its address space is too small for its memory"),
    "domain-1T-of-40": (40, domain("<memory unit='TiB'>1</memory>"), "unsafe", "its address space is too small for its memory"),
    "line-refused": (44, line("", machine="virt,smm=on"), "unsafe", "QEMU rejects -machine smm="),
    "domain-refused": (44, domain().replace("<cpu mode='host-passthrough'/>", "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough'/></cpu>"), "unsafe",
                       "<maxphysaddr>"),
    "line-no-property": (44, line("-machine foo=on"), "unsafe", "QEMU rejects -machine foo="),
    # hawd does not know what it does: nothing is safe.
    "line-unknown": (44, line("-machine gic-version=x-5"), "warning", None),
    "domain-host-model": (44, domain().replace("host-passthrough", "host-model"), "warning", None),
}


def ask(tmp_path, bits, text, *more):
    tmp_path.mkdir(exist_ok=True)
    guest = tmp_path / "guest"
    guest.write_text(text + "\n", encoding="utf-8")
    return run("check", guest, f"--root={Place(tmp_path).host(host(bits))}", *more)


@pytest.mark.parametrize("name", CASES)
def test_verdict(name, tmp_path):
    bits, text, verdict, said = CASES[name]
    done = ask(tmp_path, bits, text, "-j")
    answer = json.loads(done.stdout)
    assert answer["verdict"] == verdict, done.stdout
    assert answer["layout"]["physBits"] == bits
    assert answer["missing"] == {"line-unknown": ["what -machine gic-version=x-5 means"],
                                 "domain-host-model": ["what <cpu mode='host-model'> means"]}.get(name, [])
    if said:
        assert any(said in finding["summary"] for finding in answer["findings"])


# What a remedy says in the guest's own form. A second check (recheck.py) tries each.
REMEDIES = {
    "line-600": (40, line("", "600G"), "-M virt-10.0,gic-version=3,highmem-mmio=off"),
    # 1023 GiB fit behind the first; with a window of 512 GiB and two regions before it, 510.
    "line-1T": (40, line("", "1T"), "-m 522240M"),
    "domain-1T": (40, domain("<memory unit='TiB'>1</memory>"), "<memory unit='KiB'>534773760</memory>"),
    "line-size": (44, line("-machine highmem-mmio-size=16T"), "-machine highmem-mmio-size=8192G"),
    "line-type-size": (44, line("", machine="virt-10.0,highmem-mmio-size=16T"), "-M virt-10.0,highmem-mmio-size=8192G"),
    "domain-600": (40, domain("<memory unit='GiB'>600</memory>"), "<qemu:arg value='highmem-mmio=off'/>"),
    "domain-size": (44, domain(devices=hole(16384)), "<pcihole64 unit='KiB'>8589934592</pcihole64>"),
    "domain-argument": (44, domain(top=QEMU, inside=argument("highmem-mmio-size=16T")), "<qemu:arg value='highmem-mmio-size=8192G'/>"),
}


@pytest.mark.parametrize("name", REMEDIES)
def test_remedy_in_the_guests_form(name, tmp_path):
    bits, text, expected = REMEDIES[name]
    done = ask(tmp_path, bits, text, "-j")
    plan = json.loads(done.stdout)["plan"]
    assert expected in json.dumps(plan, ensure_ascii=False).replace("\\n", "\n"), plan
    if name == "domain-size":
        assert "requires libvirt 12.8" in json.dumps(plan)


def test_site_of_a_vendor(tmp_path):
    """NVIDIA's QEMU has a window of 4 TiB: 8 TiB of addresses are needed for it, of which a host of 42 bits has none. Its own size on a command line wins."""
    site = tmp_path / "site.json"
    site.write_text(json.dumps({"schema": "hawd-guest-defaults/1", "highmemMmioSize": "4TiB"}))
    text = line("", machine="virt-8.2,gic-version=3")
    left_out = [any("leaves out the 64-bit PCI window" in finding["summary"] for finding in json.loads(done.stdout)["findings"])
                for done in (ask(tmp_path / "a", 42, text, f"--defaults={site}", "-j"), ask(tmp_path / "b", 43, text, f"--defaults={site}", "-j"),
                             ask(tmp_path / "c", 42, text, "-j"))]
    assert left_out == [True, False, False]
