"""Intel hosts. Each function builds one; its docstring says what is odd; `expect` is worked out by hand from the inputs and
the rules of docs/widths.md, `findings` are all that have to appear."""
from tree import GIB, INTEL, MEMORY32, MEMORY64, MSI, dmar, drhd, endpoint, host_bridge, rmrr, root_port, scope

CLIENT_GRAPHICS = (0x1C0000C40660462, 0x29A00F0505E)  # MGAW 39, SAGAW 48
CLIENT_MAIN = (0xD2008C40660462, 0xF050DA)            # MGAW 39, SAGAW 48
SERVER = (0x8D2078C106F0466, 0xF020DF)                # 48 and 48
SAPPHIRE_RAPIDS = (0x19ED008C40780C66, 0x3EE9E86F050DF)  # MGAW 57, SAGAW 48 and 57, first stage with five levels
RAM_16G = [(0x1000, 0x9FFFF), (0x100000, 0x7B7FFFFF), (0x100000000, 0x47FFFFFFF)]
EPT4, EPT5 = 0xF0106334141, 0xF01063341C1  # walk lengths 4; 4 and 5
KVM_NEW = {"ept": "Y", "eptad": "Y"}


def client_46_39(t):
    """CPU 46 bits, IOMMU 39: a GPU's BAR at 0x380000000000 is out of reach, graphics has a unit of its own."""
    t.base(name="client")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept ept_1gb ept_ad")
    t.msrs({0x3A: 5, 0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: EPT4})
    t.kvm("kvm_intel", 46, 46, KVM_NEW)
    t.interrupts(True)
    t.table("DMAR", dmar(39, drhd(0xFED90000, False, scope(1, 0, (2, 0))), drhd(0xFED91000), rmrr(0x7B800000, 0x7FFFFFFF, scope(1, 0, (2, 0)))))
    t.memory(RAM_16G, [(0x7B800000, 0x7FFFFFFF, "Reserved")])
    t.vtd("dmar0", 0xFED90000, *CLIENT_GRAPHICS, ["0000:00:02.0"])
    t.vtd("dmar1", 0xFED91000, *CLIENT_MAIN, ["0000:00:00.0", "0000:00:01.0", "0000:01:00.0"])
    t.pci("0000:00:00.0", host_bridge())
    t.pci("0000:00:01.0", root_port(), driver="pcieport")
    t.pci("0000:00:02.0", endpoint(0x8086, 0x3E92, 0x030000), driver="i915", bars=[(0, 0xA0000000, 16 << 20, MEMORY64)])
    t.pci("0000:01:00.0", endpoint(0x10DE, 0x1B80, 0x030000), driver="vfio-pci", below="0000:00:01.0",
          bars=[(0, 0xC0000000, 16 << 20, MEMORY32), (1, 0x380000000000, 16 * GIB, MEMORY64)])
    t.group(0, ["0000:00:02.0"], [(0x7B800000, 0x7FFFFFFF, "direct-relaxable"), MSI])
    t.group(1, ["0000:00:00.0"])
    t.group(2, ["0000:00:01.0", "0000:01:00.0"])


client_46_39.expect = {
    "widths.cpuPhysicalBits.value": 46, "widths.cpuPhysicalBits.provenance": "measured",
    "widths.hostPhysicalBits.value": 46, "widths.guestPhysicalBits.value": 46, "widths.guestMappableBits.value": 46,
    "widths.iovaBits.value": 39, "widths.safeGuestBits.value": 46, "widths.safeGuestBitsWithDevices.value": 39,
    "iommus.0.secondStageBits.value": 39, "iommus.0.firstStageBits.value": None, "iommus.0.firstStageBits.reason": "not-applicable",
    "iommus.1.iovaBits.value": 39, "iommus.1.firmwareUnit": 1, "iommus.1.pciDeviceCount": 3,
    "groups.0.assignable": True, "groups.1.assignable": False, "groups.1.assignableReason": "bridges-only",
    "groups.2.assignable": True, "groups.2.isolated": True,
    "groups.0.usableIova": [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0x7fffffffff"}],
    "usableIova": [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0x7fffffffff"}],
    "devices.3.bars.1.size": 16 * GIB, "devices.3.bars.1.start": "0x380000000000", "devices.3.group": 2,
    "devices.3.parent": "0000:00:01.0", "devices.3.iommu": "dmar1", "firmware.dmar.table.hostAddressWidth": 39,
    "memory.ramTop.value": "0x480000000", "paging.secondLevel.levels.value": 4, "host.virtualised": "none",
}
client_46_39.findings = {"iommu-narrower-than-cpu", "mgaw-below-sagaw", "bar-above-iova"}


def sapphire_rapids(t):
    """Two units whose first-stage tables reach one bit less than the second stage, 56 for 57; 6.12 gives VFIO the second."""
    t.base(name="spr")
    t.cpuid(INTEL, 52, linear=57, vmx=True, la57=True)
    t.cpuinfo(INTEL, 52, 57, flags="fpu lm vmx ept la57", vmx_flags="ept ept_1gb ept_ad ept_5level")
    t.msrs({0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: EPT5})
    t.kvm("kvm_intel", 52, 52, KVM_NEW)
    t.interrupts(True)
    t.table("DMAR", dmar(52, drhd(0xFBFFC000, False, scope(1, 0, (3, 0))), drhd(0xFBFFE000)))
    t.memory(RAM_16G)
    for i, base in enumerate((0xFBFFC000, 0xFBFFE000)):
        t.vtd(f"dmar{i}", base, *SAPPHIRE_RAPIDS, [f"0000:00:0{i + 3}.0"], "6:0")
        t.pci(f"0000:00:0{i + 3}.0", endpoint().acs().sriov(64, 4), driver="ice", bars=[(0, 0x200000000000 + i * GIB, 64 << 20, MEMORY64)])
        t.group(i, [f"0000:00:0{i + 3}.0"])
    # The first has four virtual functions; the second had, and its own configuration space was copied then.
    for n in range(4):
        t.pci(f"0000:10:00.{n}", endpoint(device=0x1889), driver="iavf")
        t.link(f"sys/devices/pci0000:00/0000:10:00.{n}/physfn", "../0000:00:03.0")


sapphire_rapids.expect = {
    "widths.cpuPhysicalBits.value": 52, "widths.guestMappableBits.value": 52, "widths.iovaBits.value": 57,
    "widths.linearBits.value": 57, "paging.la57.enabled.value": True, "paging.hostLevels.value": 5,
    "paging.page1G.value": True, "paging.secondLevel.page1G.value": True,
    "paging.secondLevel.levels.value": 5, "iommus.0.secondStageBits.value": 57, "iommus.0.firstStageBits.value": 56,
    "iommus.1.iovaBits.value": 57, "iommus.0.version.major.value": 6, "iommus.0.decoded.ecap.SMTS": 1,
    "widths.safeGuestBitsWithDevices.value": 52, "devices.0.sriov.totalVfs": 64, "devices.0.sriov.numVfs": 4, "devices.1.sriov.numVfs": 0,
}
sapphire_rapids.findings = set()


def sierra_forest(t, kernel, guest):
    t.base(kernel=kernel, name="srf")
    t.cpuid(INTEL, 52, vmx=True)
    t.cpuinfo(INTEL, 52, flags="fpu lm vmx ept", vmx_flags="ept ept_1gb ept_ad")
    t.msrs({0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: EPT4})
    t.kvm("kvm_intel", 52, guest, KVM_NEW)
    t.interrupts(True)
    t.table("DMAR", dmar(52, drhd(0xFBFFC000)))
    t.memory(RAM_16G)
    t.vtd("dmar0", 0xFBFFC000, 0x19ED008C40780C66, 0xF020DF, ["0000:00:03.0"])
    t.pci("0000:00:03.0", endpoint(), driver="ice")
    t.group(0, ["0000:00:03.0"])


def sierra_forest_new_kernel(t):
    """52-bit CPU with four-level EPT; KVM says that it maps 48."""
    sierra_forest(t, "6.12.95", 48)


sierra_forest_new_kernel.expect = {
    "widths.guestPhysicalBits.value": 52, "widths.guestMappableBits.value": 48, "widths.guestMappableBits.provenance": "measured",
    "widths.safeGuestBits.value": 48, "widths.iovaBits.value": 57, "paging.kvm.guestPhysBitsOffered.value": True,
}
sierra_forest_new_kernel.findings = {"guest-mappable-below-physical"}


def sierra_forest_old_kernel(t):
    """The same under a kernel before 6.10: KVM says nothing, the EPT register does."""
    sierra_forest(t, "6.1.192", 0)


sierra_forest_old_kernel.expect = {
    "widths.guestPhysicalBits.value": 52, "widths.guestMappableBits.value": 48, "widths.guestMappableBits.provenance": "derived",
    "paging.kvm.guestPhysBitsOffered.value": False, "paging.secondLevel.levels.value": 4,
}
sierra_forest_old_kernel.findings = {"guest-mappable-below-physical", "old-kernel-no-guest-phys-bits"}


def xeon_mktme(t):
    """TME with 6 KeyID bits, 2 of them for TDX: 52 bits become 46 for the host, guests keep 52."""
    t.base(name="mktme")
    t.cpuid(INTEL, 52, vmx=True, tme=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept tme", vmx_flags="ept")
    t.msrs({0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: EPT5, 0x982: 3 | 6 << 32 | 2 << 36})
    t.kvm("kvm_intel", 52, 52, KVM_NEW | {"tdx": "Y"})
    t.interrupts(True)
    t.table("DMAR", dmar(52, drhd(0xFBFFC000)))
    t.memory(RAM_16G)
    t.vtd("dmar0", 0xFBFFC000, 0x19ED008C40780C66, 0xF020DF, ["0000:00:03.0"])
    t.pci("0000:00:03.0", endpoint())
    t.group(0, ["0000:00:03.0"])


xeon_mktme.expect = {
    "widths.cpuPhysicalBits.value": 52, "widths.hostPhysicalBits.value": 46, "widths.guestPhysicalBits.value": 52,
    "encryption.bitsTaken.value": 6, "encryption.bitsTaken.provenance": "measured", "encryption.tme.enabled.value": True,
    "encryption.mktme.keyIdBits.value": 6, "encryption.tdx.keyIdBits.value": 2, "encryption.tdx.enabled.value": True,
    "encryption.sme.capable.value": False,
}
xeon_mktme.findings = {"encryption-takes-bits"}


def rmrr_nic(t):
    """A management controller's RMRR on a NIC: VFIO refuses it. The RMRR lies in RAM besides."""
    t.base(name="rmrr")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, KVM_NEW)
    t.interrupts(True)
    t.table("DMAR", dmar(46, drhd(0xFBFFC000), rmrr(0x791F6000, 0x791F9FFF, scope(1, 2, (0, 0)))))
    t.memory(RAM_16G)
    t.vtd("dmar0", 0xFBFFC000, *SERVER, ["0000:00:01.0", "0000:02:00.0"])
    t.pci("0000:00:01.0", root_port(), driver="pcieport")
    t.pci("0000:02:00.0", endpoint(0x14E4, 0x1657), driver="tg3", below="0000:00:01.0")
    t.group(7, ["0000:00:01.0"])
    t.group(8, ["0000:02:00.0"], [(0x791F6000, 0x791F9FFF, "direct"), MSI])


rmrr_nic.expect = {
    "groups.1.id": 8, "groups.1.assignable": False, "groups.1.assignableReason": "direct-region",
    "groups.1.usableIova": [{"start": "0x0", "end": "0x791f5fff"}, {"start": "0x791fa000", "end": "0xfedfffff"},
                            {"start": "0xfef00000", "end": "0xffffffffffff"}],
    "firmware.dmar.table.reservedRegions.0.limit": "0x791f9fff", "widths.iovaBits.value": 48,
    "reservedIova": [{"start": "0x791f6000", "end": "0x791f9fff"}, {"start": "0xfee00000", "end": "0xfeefffff"}],
}
rmrr_nic.findings = {"rmrr-device-not-assignable", "rmrr-in-ram"}


def isa_bridge_group(t):
    """The PCH's functions share a group with the ISA bridge, which maps the first 16 MiB (relaxable)."""
    t.base(name="isa", cmdline="intel_iommu=on iommu=pt")
    t.cpuid(INTEL, 39, vmx=True, gigabyte_pages=False)
    t.cpuinfo(INTEL, 39, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 39, 39, KVM_NEW)
    t.interrupts(True)
    t.table("DMAR", dmar(39, drhd(0xFED91000)))
    t.memory(RAM_16G)
    t.vtd("dmar0", 0xFED91000, *CLIENT_MAIN, ["0000:00:1f.0", "0000:00:1f.3"])
    t.pci("0000:00:1f.0", endpoint(0x8086, 0xA305, 0x060100, multifunction=True))
    t.pci("0000:00:1f.3", endpoint(0x8086, 0xA348, 0x040300, multifunction=True), driver="snd_hda_intel")
    t.group(11, ["0000:00:1f.0", "0000:00:1f.3"], [(0, 0xFFFFFF, "direct-relaxable"), MSI], kind="identity")


isa_bridge_group.expect = {
    "host.kernelParameters": "intel_iommu=on iommu=pt", "paging.page1G.value": False,
    "groups.0.type": "identity", "groups.0.assignable": True, "groups.0.isolated": True,
    "groups.0.reservedRegions.0": {"start": "0x0", "end": "0xffffff", "type": "direct-relaxable"},
    "groups.0.usableIova.0": {"start": "0x0", "end": "0xfedfffff"},
    "reservedIova": [{"start": "0xfee00000", "end": "0xfeefffff"}],
}
isa_bridge_group.findings = {"mgaw-below-sagaw"}


def firmware_only(t):
    """VT-d in firmware, switched off on the command line."""
    t.base(name="fw", cmdline="intel_iommu=off quiet")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, KVM_NEW)
    t.table("DMAR", dmar(46, drhd(0xFBFFC000)))
    t.memory(RAM_16G)
    t.pci("0000:00:03.0", endpoint())


firmware_only.expect = {
    "host.kernelParameters": "intel_iommu=off",
    "widths.iovaBits.value": None, "widths.iovaBits.reason": "absent", "widths.safeGuestBitsWithDevices.value": None,
    "iommus": [], "groups": [], "firmware.dmar.table.units.0.base": "0xfbffc000", "devices.0.group": None,
}
firmware_only.findings = {"iommu-firmware-only"}


def no_iommu_vmx_locked(t):
    """No IOMMU at all, and firmware locked VMX off: CPUID has it, the kernel took it out, no KVM."""
    t.base(name="locked")
    t.cpuid(INTEL, 39, vmx=True)
    t.cpuinfo(INTEL, 39, flags="fpu lm")
    t.memory(RAM_16G)


no_iommu_vmx_locked.expect = {
    "widths.guestPhysicalBits.value": None, "widths.guestPhysicalBits.reason": "absent", "paging.kvm.loaded.value": False,
    "paging.virtualisation.capable.value": True, "paging.virtualisation.enabled.value": False, "firmware.dmar.reason": "absent",
}
no_iommu_vmx_locked.findings = {"iommu-absent", "kvm-absent", "vmx-locked-by-firmware"}


def hybrid(t):
    """Cores that do not agree on the width: the smaller one is published."""
    t.base(name="hybrid")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, [46, 46, 42, 42], flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, KVM_NEW)
    t.interrupts(True)
    t.memory(RAM_16G)
    t.table("DMAR", dmar(46, drhd(0xFBFFC000)))
    t.vtd("dmar0", 0xFBFFC000, *SERVER, ["0000:00:03.0"])
    t.pci("0000:00:03.0", endpoint())
    t.group(0, ["0000:00:03.0"])


hybrid.expect = {"widths.hostPhysicalBits.value": 42, "widths.cpuinfoMinBits.value": 42, "widths.cpuinfoMaxBits.value": 46,
                 "host.cpus.value": 4}
hybrid.findings = {"cpus-differ"}


def mixed_units_no_remapping(t):
    """An old server: a 36-bit and a 48-bit unit, interrupts not remapped, RAM above what the narrow one reaches."""
    t.base(kernel="5.10.0", name="mixed", cmdline="intremap=off")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, KVM_NEW)
    t.interrupts(False)
    t.table("DMAR", dmar(46, drhd(0xFBFFC000), drhd(0xFBFFE000, False, scope(1, 0, (4, 0)))))
    t.memory([(0x100000, 0x7FFFFFFF), (0x100000000, 0x17FFFFFFFF)])
    t.vtd("dmar0", 0xFBFFC000, 0xC9008020E30272, 0x1000, ["0000:00:03.0"])
    t.vtd("dmar1", 0xFBFFE000, *SERVER, ["0000:00:04.0"])
    t.pci("0000:00:03.0", endpoint())
    t.pci("0000:00:04.0", endpoint())
    t.group(0, ["0000:00:03.0"])
    t.group(1, ["0000:00:04.0"])


mixed_units_no_remapping.expect = {
    "iommus.0.iovaBits.value": 36, "iommus.1.iovaBits.value": 48, "widths.iovaBits.value": 36, "groups.0.iovaBits": 36,
    "groups.1.iovaBits": 48, "groups.1.assignable": False, "groups.1.assignableReason": "no-interrupt-remapping",
    "iommus.1.interruptRemapping.capable.value": True, "iommus.1.interruptRemapping.enabled.value": False,
}
mixed_units_no_remapping.findings = {"iommu-units-differ", "iommu-narrower-than-cpu", "interrupt-remapping-off", "ram-above-iova", "mgaw-below-sagaw"}


def no_acs_bridge(t):
    """Two cards below root ports without ACS: one group, and the port is named."""
    t.base(name="noacs")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, KVM_NEW | {"ept": "N"})
    t.interrupts(True)
    t.table("DMAR", dmar(46, drhd(0)))
    t.memory(RAM_16G)
    t.vtd("dmar0", 0xFBFFC000, *SERVER, ["0000:00:01.0", "0000:01:00.0", "0000:02:00.0"])
    t.pci("0000:00:01.0", root_port(acs=False), driver="pcieport")
    t.pci("0000:01:00.0", endpoint().rebar(0, (256, 512, 8192)), below="0000:00:01.0", bars=[(0, 0xD0000000, 256 << 20, MEMORY64)])
    t.pci("0000:02:00.0", endpoint(), below="0000:00:01.0")
    t.group(1, ["0000:00:01.0", "0000:01:00.0", "0000:02:00.0"])


no_acs_bridge.expect = {
    "groups.0.isolated": False, "groups.0.missingAcs": "0000:00:01.0", "groups.0.assignable": True,
    "devices.0.acs.missing": ["SV", "RR", "CR", "UF"], "devices.1.bars.0.resizableMax": 8 * GIB,
    "widths.guestMappableBits.value": 46, "paging.secondLevel.enabled.value": False,
    "firmware.dmar.table.linuxRefuses": True,
}
no_acs_bridge.findings = {"group-not-isolated", "second-level-paging-off", "dmar-fault"}

HOSTS = [client_46_39, sapphire_rapids, sierra_forest_new_kernel, sierra_forest_old_kernel, xeon_mktme, rmrr_nic,
         isa_bridge_group, firmware_only, no_iommu_vmx_locked, hybrid, mixed_units_no_remapping, no_acs_bridge]
