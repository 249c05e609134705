"""Hosts beyond guests.py: several units of unequal width, virtual functions, IOMMUs that are off, bridges."""
from guests import GPU, base, capability, intel
from tree import INTEL, MEMORY64, dmar, drhd, endpoint, root_port

ECAP = 0xF050DA
MIB, GIB = 1 << 20, 1 << 30


def card(address, size=16 * GIB, driver="vfio-pci", at=0x380000000000):
    """One 64-bit BAR, and where that is all of it, no port to share."""
    return (address, driver, ((1, at, size, MEMORY64),))


def units(raw, *functions):
    """(width, function) each: a unit and a group of its own."""
    def build(t):
        base(t, INTEL, raw, None, None, False)
        t.table("DMAR", dmar(raw, *(drhd(0xFED90000 + 0x1000 * i) for i in range(len(functions)))))
        for i, (width, function) in enumerate(functions):
            t.vtd(f"dmar{i}", 0xFED90000 + 0x1000 * i, capability(width), ECAP, [function[0]])
        t.pci("0000:00:01.0", root_port(), driver="pcieport")
        for i, (_, (address, driver, bars)) in enumerate(functions):
            t.pci(address, endpoint(0x10DE, 0x2204, 0x030000, multifunction=True), driver=driver, below="0000:00:01.0", bars=bars)
            t.group(i, [address])
    return build


def off(t):
    """Firmware has a DMAR, and the kernel was told intel_iommu=off."""
    base(t, INTEL, 46, None, None, False)
    t.write("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 intel_iommu=off\n")
    t.table("DMAR", dmar(46, drhd(0xFED91000)))
    t.pci("0000:00:01.0", root_port(), driver="pcieport")
    t.pci(GPU[0], endpoint(0x10DE, 0x2204, 0x030000), driver="nvidia", below="0000:00:01.0", bars=GPU[2])


def no_remapping(t):
    """VT-d 48 bits without interrupt remapping (an X58 board): VFIO refuses every group."""
    intel(46, 48)(t)
    t.write("sys/kernel/irq/0/chip_name", "IO-APIC\n")


def functions_of(t):
    """A network card with two of eight virtual functions on, each in a group of its own."""
    base(t, INTEL, 46, None, None, False)
    names = ["0000:01:00.0", "0000:01:10.0", "0000:01:10.2"]
    t.table("DMAR", dmar(46, drhd(0xFED91000)))
    t.vtd("dmar0", 0xFED91000, capability(48), ECAP, names)
    t.pci(names[0], endpoint().sriov(8, 2), driver="ixgbe", bars=[(0, 0x380000000000, MIB, MEMORY64)])
    for i, name in enumerate(names[1:]):
        t.pci(name, endpoint(), driver="vfio-pci", bars=[(0, 0x380000100000 + i * 16384, 16384, MEMORY64)])
        t.link(f"sys/devices/pci0000:00/{name}/physfn", "../0000:01:00.0")
        t.link(f"sys/devices/pci0000:00/{names[0]}/virtfn{i}", f"../{name}")
    for i, name in enumerate(names):
        t.group(i, [name])


def with_port(t):
    """A root port without ACS: it and the card below it are one group."""
    base(t, INTEL, 46, None, None, False)
    names = ["0000:00:01.0", "0000:01:00.0"]
    t.table("DMAR", dmar(46, drhd(0xFED91000)))
    t.vtd("dmar0", 0xFED91000, capability(48), ECAP, names)
    t.pci(names[0], root_port(acs=False), driver="pcieport")
    t.pci(names[1], endpoint(0x10DE, 0x2204, 0x030000), driver="vfio-pci", below=names[0], bars=GPU[2])
    t.group(0, names)
