"""Hosts and guests for the checks: one of each kind, every argument moving one thing."""
from tree import AMD, HT, INTEL, MEMORY32, MEMORY64, MSI, dmar, drhd, endpoint, root_port

GIB = 1 << 30
CAP = 0x8D2078C106F0466
KVM = {"ept": "Y", "eptad": "Y"}


def capability(bits):
    """VT-d CAP with that MGAW (21:16) and every page-table depth up to it (SAGAW 12:8)."""
    sagaw = 2 | (4 if bits > 39 else 0) | (8 if bits > 48 else 0)
    return CAP & ~(0x3F << 16) & ~(0x1F << 8) | (bits - 1) << 16 | sagaw << 8


def parameters(vendor, sev=False, snp=False, tdx=False):
    """What KVM's module offers confidential guests."""
    if vendor == INTEL:
        return KVM | ({"tdx": "Y"} if tdx else {})
    return {"npt": "Y"} | ({"sev": "Y"} if sev else {}) | ({"sev_es": "Y", "sev_snp": "Y"} if snp else {})


def base(t, vendor, raw, cpuinfo, mappable, la57, hypervisor=None, tdx=False, **encryption):
    t.base(name="host")
    t.cpuid(vendor, raw, linear=57 if la57 else 48, vmx=vendor == INTEL, svm=vendor == AMD, npt=vendor == AMD, la57=la57,
            hypervisor=hypervisor, tme=tdx, **encryption)
    t.cpuinfo(vendor, cpuinfo or raw, 57 if la57 else 48, flags="fpu pae lm pdpe1gb vmx ept" if vendor == INTEL else "fpu pae lm pdpe1gb svm npt",
              **({"vmx_flags": "ept ept_1gb ept_ad"} if vendor == INTEL else {}))
    t.interrupts(True)
    t.memory([(0x1000, 0x9FFFF), (0x100000, 0x7FFFFFFF), (0x100000000, 0x207FFFFFFF)])
    if vendor == INTEL:
        t.msrs({0x3A: 5, 0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: 0xF01063341C1 if la57 else 0xF0106334141})
    t.kvm("kvm_intel" if vendor == INTEL else "kvm_amd", raw, mappable or raw,
          parameters(vendor, encryption.get("sev"), encryption.get("snp"), tdx))


def devices(t, functions, groups, regions):
    """Functions below one port: (address, driver, BARs); groups: lists of them."""
    t.pci("0000:00:01.0", root_port(), driver="pcieport")
    for address, driver, bars in functions:
        t.pci(address, endpoint(0x10DE, 0x2204, 0x030000, multifunction=True), driver=driver, below="0000:00:01.0", bars=bars)
    for number, members in enumerate(groups):
        t.group(number, members, regions)


GPU_BARS = ((0, 0xC0000000, 16 << 20, MEMORY32), (1, 0x380000000000, 16 * GIB, MEMORY64), (3, 0x380400000000, 32 << 20, MEMORY64))
GPU = ("0000:01:00.0", "vfio-pci", GPU_BARS)


def intel(raw, iova=None, cpuinfo=None, mappable=None, la57=False, functions=(GPU,), groups=None, regions=(MSI,), hypervisor=None,
          tdx=False):
    def build(t):
        base(t, INTEL, raw, cpuinfo, mappable, la57, hypervisor, tdx)
        names = [f[0] for f in functions]
        t.table("DMAR", dmar(raw, drhd(0xFED91000)))
        if iova:
            t.vtd("dmar0", 0xFED91000, capability(iova), 0xF050DA, names)
        devices(t, functions, groups or [names] if iova else [], regions)
    return build


def amd(raw=48, cpuinfo=None, regions=(MSI, HT), **encryption):
    """Six-level host tables (HATS 2 of EFR bits 11:10): 64 bits less the holes."""
    def build(t):
        base(t, AMD, raw, cpuinfo, None, False, family=(25, 1, 1), **encryption)
        t.amdvi("ivhd0", "246577efa2254afa:0", [GPU[0]])
        devices(t, (GPU,), [[GPU[0]]], regions)
    return build


def bar(size, index=1, ram=False, is64=True, prefetchable=True):
    return {"index": index, "size": size, "is64bit": is64, "prefetchable": prefetchable} | ({"ram": True} if ram else {})


def device(*sizes, name="gpu", assigned=True, ram=False, **more):
    return {"name": name, "assigned": assigned, "bars": [bar(s, 2 * i, ram) for i, s in enumerate(sizes)]} | more


def ovmf(version="202311", **more):
    return {"kind": "ovmf", "version": version} | more


def seabios(version):
    return {"kind": "seabios", "version": version}


def guest(ram="16GiB", bits=None, limit=None, machine="pc-q35-9.0", model=None, firmware=None, devs=(), memory=None, cpu=None, **more):
    """bits: "host", a number, or nothing at all."""
    document = {"schema": "hawd-guest/1", "name": "guest", "machine": machine, "accelerator": "kvm", "memory": {"ram": ram} | (memory or {}),
                "firmware": firmware or ovmf(), "devices": list(devs)}
    document["cpu"] = {"model": model or ("host" if bits == "host" else "Skylake-Server")} | ({"physBits": bits} if bits else {}) | \
        ({"hostPhysBitsLimit": limit} if limit else {}) | (cpu or {})
    if machine != "cloud-hypervisor":
        document["vmmVersion"] = "9.2.0"
    else:
        document |= {"vmm": "cloud-hypervisor", "vmmVersion": "50.0"}
        del document["cpu"]["model"]
    return document | more
