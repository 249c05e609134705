"""A server with as many devices as wanted."""
from tree import MEMORY64, MSI, endpoint, root_port


def server(tree, devices):
    """That many functions, eight below each root port, each in a group of its own, behind four units."""
    port, plain = root_port(), endpoint().acs().sriov(8)
    tree.base(name=f"devices{devices}")
    tree.cpuid("GenuineIntel", 46, vmx=True)
    tree.cpuinfo("GenuineIntel", [46] * 64, flags="fpu lm vmx ept", vmx_flags="ept")
    tree.kvm("kvm_intel", 46, 46, {"ept": "Y"})
    tree.memory([(0x100000, 0x7FFFFFFF), (0x100000000, 0x107FFFFFFF)])
    units = [[] for _ in range(4)]
    for i in range(devices):
        domain, bus, slot = i // 2048, i // 8 % 256, i % 8
        address = f"{domain:04x}:{bus:02x}:{slot:02x}.0"
        tree.pci(address, port if slot == 0 else plain, bars=[(0, 0x200000000000 + (i << 20), 1 << 20, MEMORY64)])
        tree.group(i, [address], [MSI])
        units[i % 4].append(address)
    for i, unit in enumerate(units):
        tree.vtd(f"dmar{i}", 0xFBFFC000 + i * 0x2000, 0x8D2078C106F0466, 0xF020DF, unit)
