"""AMD and Hygon hosts, guests, and a container. See hosts_intel.py."""
from tree import AMD, HT, HYGON, INTEL, MEMORY64, MSI, dmar, drhd, endpoint, host_bridge, ivhd, ivmd, ivrs

EFR = 0x206D73EF22254ADE  # HATS 2, GATS 0, GT
EFR_5LEVEL = 0x25BF732FA2295AFE  # GATS 1
RAM = [(0x100000, 0x7FFFFFFF), (0x100000000, 0x207FFFFFFF)]
USABLE_HT = [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0xfcffffffff"},
             {"start": "0x10000000000", "end": "0xffffffffffffffff"}]


def epyc(t, name, bits, features=f"{EFR:x}:0", msr=1 << 23, **cpuid):
    """48-bit EPYC with AMD-Vi; cpuinfo shows `bits`."""
    t.base(name=name)
    t.cpuid(AMD, 48, family=(25, 1, 1), svm=True, npt=True, sme=True, sev=True, c_bit=51, reduction=5, **cpuid)
    t.cpuinfo(AMD, bits, flags="fpu lm svm npt sme sev")
    t.msrs({0xC0010010: msr, 0xC0010015: 1, 0xC0010114: 0})
    t.kvm("kvm_amd", 48, 48, {"npt": "Y", "sev": "Y"})
    t.interrupts(True)
    t.table("IVRS", ivrs(ivhd(0x10, 2, 0xFEB80000), ivhd(0x11, 2, 0xFEB80000, EFR), ivhd(0x40, 2, 0xFEB80000, EFR)))
    t.memory(RAM)
    t.amdvi("ivhd0", features, ["0000:00:01.0"])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], [MSI, HT], kind="DMA")


def epyc_sme(t):
    """SME switched on in firmware: 48 bits become 43, guests keep 48."""
    epyc(t, "sme", 43)


epyc_sme.expect = {
    "widths.cpuPhysicalBits.value": 48, "widths.hostPhysicalBits.value": 43, "widths.guestPhysicalBits.value": 48,
    "widths.safeGuestBits.value": 48, "encryption.sme.enabled.value": True, "encryption.bitsTaken.value": 5,
    "encryption.cBit.value": 51, "encryption.paReduction.value": 5, "widths.iovaBits.value": 64,
    "groups.0.usableIova": USABLE_HT, "firmware.ivrs.table.units.0.type": 64, "iommus.0.registers.efr.value": f"0x{EFR:x}",
}
epyc_sme.findings = {"encryption-takes-bits", "cpu-narrower-than-usual", "hypertransport-hole"}


def epyc_hole_ivmd(t):
    """Encryption capable and off; an IVMD keeps memory for a device; the features file in the older order."""
    epyc(t, "ivmd", 48, features=f"10:{EFR_5LEVEL:x}", msr=0)
    t.table("IVRS", ivrs(ivhd(0x11, 2, 0xFEB80000, EFR_5LEVEL), ivmd(0x21, 8, 0x10, 0xCCD3D000, 0x26000)))
    t.pci("0000:00:02.0", endpoint())
    t.group(1, ["0000:00:02.0"], [(0xCCD3D000, 0xCCD62FFF, "direct"), MSI, HT])


epyc_hole_ivmd.expect = {
    "widths.hostPhysicalBits.value": 48, "encryption.sme.capable.value": True, "encryption.sme.enabled.value": False,
    "encryption.bitsTaken.value": 0, "iommus.0.registers.efr.value": f"0x{EFR_5LEVEL:x}", "iommus.0.registers.efr2.value": "0x10",
    "iommus.0.firstStageBits.value": 47, "groups.1.assignableReason": "direct-region", "devices.1.iommu": None,
    "groups.1.iovaBits": None, "firmware.ivrs.table.memoryBlocks.0.length": 0x26000,
}
epyc_hole_ivmd.findings = {"hypertransport-hole", "rmrr-device-not-assignable"}


def amd_no5lvl(t):
    """A 52-bit host booted with no5lvl: nested tables have four levels and map 48 bits."""
    t.base(name="no5lvl", cmdline="no5lvl", kernel="6.1.192")
    t.cpuid(AMD, 52, linear=57, family=(25, 0x11, 1), svm=True, npt=True, la57=True)
    t.cpuinfo(AMD, 52, flags="fpu lm svm npt")
    t.kvm("kvm_amd", 52, 0, {"npt": "Y"})
    t.interrupts(True)
    t.table("IVRS", ivrs(ivhd(0x11, 2, 0xFEB80000, EFR)))
    t.memory(RAM)
    t.amdvi("ivhd0", f"{EFR:x}", ["0000:00:01.0"])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], [MSI, HT])


amd_no5lvl.expect = {
    "widths.guestPhysicalBits.value": 52, "widths.guestMappableBits.value": 48, "widths.guestMappableBits.provenance": "derived",
    "paging.la57.capable.value": True, "paging.la57.enabled.value": False, "paging.hostLevels.value": 4,
    "iommus.0.registers.efr2.value": None, "iommus.0.registers.efr2.reason": "unsupported-kernel",
}
amd_no5lvl.findings = {"guest-mappable-below-physical", "five-level-capable-but-off", "old-kernel-no-guest-phys-bits", "hypertransport-hole"}


def hygon(t):
    """Encryption on; the kernel's Hygon code subtracts nothing, so /proc/cpuinfo still says 48. The MSR is not readable."""
    t.base(name="hygon")
    t.cpuid(HYGON, 48, family=(24, 1, 1), svm=True, npt=True, sme=True, sev=True, c_bit=47, reduction=5)
    t.cpuinfo(HYGON, 48, flags="fpu lm svm npt sme sev")
    t.write("hawd/reasons", "permission dev/cpu/0/msr\n")
    t.kvm("kvm_amd", 48, 48, {"npt": "Y", "sev": "N"})
    t.interrupts(True)
    t.table("IVRS", ivrs(ivhd(0x11, 2, 0xFEB80000, EFR)))
    t.memory(RAM)
    t.amdvi("ivhd0", f"{EFR:x}:0", ["0000:00:01.0"])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], [MSI, HT])


hygon.expect = {
    "widths.hostPhysicalBits.value": 43, "widths.hostPhysicalBits.provenance": "assumed", "widths.cpuinfoMinBits.value": 48,
    "encryption.bitsTaken.value": None, "encryption.bitsTaken.reason": "permission",
}
hygon.findings = {"hypertransport-hole", "profile-incomplete"}


def amd_svm_disabled(t):
    """SVM off in firmware, no IVRS checksum: Linux refuses the table."""
    t.base(name="svmdis")
    t.cpuid(AMD, 48, family=(23, 0x71, 0), svm=True, npt=True)
    t.cpuinfo(AMD, 48, flags="fpu lm")
    table = bytearray(ivrs(ivhd(0x11, 2, 0xFEB80000, EFR)))
    table[9] ^= 1
    t.table("IVRS", bytes(table))
    t.memory(RAM)


amd_svm_disabled.expect = {"paging.virtualisation.enabled.value": False, "firmware.ivrs.table.checksumValid": False,
                           "firmware.ivrs.table.linuxRefuses": True, "widths.iovaBits.value": None}
amd_svm_disabled.findings = {"svm-disabled-by-firmware", "kvm-absent", "ivrs-fault", "iommu-firmware-only"}


def guest(t, name):
    t.base(name=name)
    t.cpuid(INTEL, 40, vmx=True, hypervisor="KVMKVMKVM")
    t.cpuinfo(INTEL, 40, flags="fpu lm vmx ept hypervisor", vmx_flags="ept")
    t.kvm("kvm_intel", 40, 40, {"ept": "Y"})
    t.interrupts(True)
    t.memory([(0x100000, 0x7FFFFFFF)])
    t.pci("0000:00:00.0", host_bridge())
    t.pci("0000:00:01.0", endpoint(0x1AF4, 0x1041), driver="virtio-pci")


def guest_intel_iommu(t):
    """A guest with QEMU's intel-iommu, caching mode on, 39 bits."""
    guest(t, "vtd")
    t.table("DMAR", dmar(39, drhd(0xFED90000)))
    t.vtd("dmar0", 0xFED90000, 0xD2008C22260286, 0xF00F5A, ["0000:00:00.0", "0000:00:01.0"])
    t.group(0, ["0000:00:00.0"])
    t.group(1, ["0000:00:01.0"])


guest_intel_iommu.expect = {"host.virtualised": "kvm", "iommus.0.cachingMode.value": True, "widths.iovaBits.value": 39,
                            "widths.cpuPhysicalBits.value": 40}
guest_intel_iommu.findings = {"virtualised-host", "cpu-narrower-than-usual", "iommu-caching-mode", "iommu-narrower-than-cpu"}


def guest_amd_iommu(t):
    """A guest with QEMU's amd-iommu: features 29d3, NpCache set."""
    guest(t, "amdvi")
    t.table("IVRS", ivrs(ivhd(0x10, 8, 0xFED80000), info=0x202800))
    t.amdvi("ivhd0", "0:29d3", ["0000:00:00.0", "0000:00:01.0"], cap=0x1F03000F)
    t.group(0, ["0000:00:00.0"], [MSI, HT])
    t.group(1, ["0000:00:01.0"], [MSI, HT])


guest_amd_iommu.expect = {"iommus.0.registers.efr.value": "0x29d3", "iommus.0.firstStageBits.value": None,
                          "iommus.0.cachingMode.value": True, "widths.iovaBits.value": 64}
guest_amd_iommu.findings = {"virtualised-host", "cpu-narrower-than-usual", "iommu-caching-mode", "hypertransport-hole"}


def guest_virtio_iommu(t):
    """A guest with virtio-iommu, whose width is in no file."""
    guest(t, "virtio")
    t._unit("virtio0", {}, ["0000:00:01.0"], "pci0000:00/0000:00:01.0/virtio0/iommu")
    t.group(0, ["0000:00:01.0"], [(0x8000000, 0x80FFFFF, "msi")])


guest_virtio_iommu.expect = {"iommus.0.kind": "virtio", "iommus.0.iovaBits.value": None, "iommus.0.iovaBits.reason": "absent",
                             "groups.0.iovaBits": None, "groups.0.bitsReason": "absent", "groups.0.usableIova": []}
guest_virtio_iommu.findings = {"virtualised-host", "cpu-narrower-than-usual", "iommu-width-unknown", "msi-window-in-low-memory"}


def shadow_paging(t):
    """A cloud machine: /dev/kvm by another backend, neither VMX nor SVM, no IOMMU."""
    t.base(name="pvm")
    t.cpuid(AMD, 48, guest=48, family=(25, 1, 1), hypervisor="KVMKVMKVM")
    t.cpuinfo(AMD, 48, flags="fpu lm hypervisor")
    t.kvm("kvm_pvm", 48, 0)
    t.memory([(0x100000, 0x7FFFFFFF)])


shadow_paging.expect = {
    "paging.kvm.backend": "kvm_pvm", "paging.secondLevel.kind": "none", "paging.secondLevel.capable.value": False,
    "widths.guestPhysicalBits.value": 48, "widths.guestMappableBits.value": 48, "widths.guestMappableBits.provenance": "derived",
}
shadow_paging.findings = {"virtualised-host", "second-level-paging-off", "iommu-absent"}


def unreadable(t):
    """An ordinary user in a container: nothing but /proc/cpuinfo and CPUID, everything else refused."""
    t.base(name="container")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", parameters={"ept": "Y"}, answers=False)
    t.pci("0000:00:03.0", endpoint(), privileged=False)
    t.write("proc/iomem", "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n")
    t.write("hawd/reasons", "".join(f"permission {p}\n" for p in (
        "dev/kvm", "dev/cpu/0/msr", "sys/firmware/acpi/tables/DMAR", "sys/firmware/acpi/tables/IVRS")))


unreadable.expect = {
    "widths.hostPhysicalBits.value": 46, "widths.guestPhysicalBits.value": 46, "widths.guestPhysicalBits.provenance": "derived",
    "widths.guestMappableBits.value": 46, "firmware.dmar.reason": "permission", "memory.ramTop.value": None,
    "memory.ramTop.reason": "hidden", "devices.0.configReason": "permission", "devices.0.acs.present": None,
    "devices.0.sriov.present": None, "paging.secondLevel.levels.value": None,
}
unreadable.findings = {"profile-incomplete", "iommu-absent"}


def bare(t):
    """A tree with next to nothing in it: every number is unknown, none is zero."""
    t.write("hawd/format", "hawd-capture/1\n")


bare.expect = {
    "widths.cpuPhysicalBits.value": None, "widths.cpuPhysicalBits.reason": "absent", "widths.hostPhysicalBits.value": None,
    "widths.iovaBits.reason": "ambiguous", "paging.page1G.value": None,
    "host.kernel": None, "host.virtualised": None, "host.cpus.value": None, "devicesReason": "absent", "groupsReason": "absent",
    "memory.ramTop.value": None, "paging.kvm.loaded.value": None, "mediatedDevicesReason": "absent",
}
# There is no /sys/class: whether the kernel uses an IOMMU is not known.
bare.findings = set()


def mediated_devices(t):
    """A GPU of i915's with two virtual ones, whose BARs are its own, and one of a driver that tells no sizes."""
    t.base(name="mediated")
    t.cpuid(INTEL, 39, vmx=True)
    t.cpuinfo(INTEL, 39, flags="fpu lm vmx ept", vmx_flags="ept")
    t.interrupts(True)
    t.pci("0000:00:02.0", endpoint(0x8086, 0x3E92, 0x030000), driver="i915",
          bars=((0, 0x6000000000, 16 << 20, 0x00140204), (2, 0x4000000000, 256 << 20, MEMORY64), (4, 0x3000, 64, 0x40101)))
    t.pci("0000:00:03.0", endpoint(), driver="vendor")
    for uuid, parent, kind in (("f50aab10-7cc8-11e9-a94b-6b9d8245bfc1", "0000:00:02.0", "i915-GVTg_V5_8"), ("00000000-0000-0000-0000-000000000100", "0000:00:03.0", "vendor-7"),
                               ("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001", "0000:00:02.0", "i915-GVTg_V5_4")):
        above = f"sys/devices/pci0000:00/{parent}"
        t.write(f"{above}/mdev_supported_types/{kind}/device_api", "vfio-pci\n")
        t.directory(f"{above}/{uuid}")
        t.link(f"{above}/{uuid}/mdev_type", f"../mdev_supported_types/{kind}")
        t.link(f"sys/bus/mdev/devices/{uuid}", f"../../../devices/pci0000:00/{parent}/{uuid}")
    t.write("sys/devices/pci0000:00/0000:00:03.0/mdev_supported_types/vendor-7/name", "Vendor 7Q\n")


mediated_devices.expect = {
    "mediatedDevicesReason": None, "mediatedDevices.0.uuid": "00000000-0000-0000-0000-000000000100", "mediatedDevices.0.typeName": "Vendor 7Q",
    "mediatedDevices.0.bars": [], "mediatedDevices.0.barsReason": "absent", "mediatedDevices.1.type": "i915-GVTg_V5_4",
    "mediatedDevices.1.parent": "0000:00:02.0", "mediatedDevices.1.barsReason": None, "mediatedDevices.2.uuid": "f50aab10-7cc8-11e9-a94b-6b9d8245bfc1",
    "mediatedDevices.2.bars": [{"index": 0, "size": 16 << 20, "is64bit": True, "prefetchable": False},
                               {"index": 2, "size": 256 << 20, "is64bit": True, "prefetchable": True}],
}
mediated_devices.findings = {"iommu-absent", "kvm-absent"}

HOSTS = [epyc_sme, epyc_hole_ivmd, amd_no5lvl, hygon, amd_svm_disabled, guest_intel_iommu, guest_amd_iommu,
         guest_virtio_iommu, shadow_paging, unreadable, bare, mediated_devices]
