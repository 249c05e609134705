"""Domains of Xen: dom0, where Xen says what the host is, and guests. Xen's lines and numbers are those of Xen 4.17 (its source, and the log
of a machine); the widths are by its rules: xen/arch/x86/cpu-policy.c, xen/arch/x86/include/asm/paging.h, xen/drivers/passthrough."""
import hosts_xen_guests
from tree import AMD, INTEL, MEMORY32, MEMORY64, dmar, drhd, endpoint, host_bridge, ivhd, ivrs, rmrr, root_port, scope

XEN, KVM = "XenVMMXenVMM", "KVMKVMKVM\0\0\0"
DOM0_MEMORY = [(0x100000, 0x40060FFF)]
MACHINE = [(0xFEC00000, 0xFEC00FFF, "Reserved"), (0x80000000, 0xAFFFFFFF, "PCI Bus 0000:00")]
# Bits: hvm, pv, directio, hap, shadow, shared page tables.
ALL, NO_IOMMU, PV_ONLY, NO_HAP = 0x1F, 0x1B, 0x12, 0x17


def leaf(number, eax=0, ebx=0, ecx=0, edx=0):
    return f"   0x{number:08x} 0x00: eax=0x{eax:08x} ebx=0x{ebx:08x} ecx=0x{ecx:08x} edx=0x{edx:08x}\n"


def answers(capabilities=ALL, max_mfn=0x13FFFF, options="", regions="reserved none\n", policies=""):
    return ("version 4.17\nextra-version .5\ncapabilities xen-3.0-x86_64 hvm-3.0-x86_64\n"
            f"command-line {options}\nsysctl 0x00000015\n"
            f"physinfo capabilities 0x{capabilities:08x} max-mfn 0x{max_mfn:016x} total-pages 1048443\n" + regions + policies)


AMD_LOG = """
AMD-Vi: IOMMU Extended Features:
AMD-Vi: Disabled HAP memory map sharing with IOMMU
AMD-Vi: IOMMU 0 Enabled.
I/O virtualisation enabled
 - Dom0 mode: Relaxed
Interrupt remapping enabled
HVM: ASIDs enabled.
HVM: SVM enabled
HVM: Hardware Assisted Paging (HAP) detected
HVM: HAP page sizes: 4kB, 2MB, 1GB
"""


def dom0_amd(t, sme=False, **cpuid):
    """An AMD CPU: CPUID instructions of a PV domain go to the hardware, the kernel asks Xen."""
    t.base(name="dom0")
    t.cpuid(AMD, 48, family=(25, 1, 1), svm=True, npt=True, sme=sme, sev=sme, c_bit=51 if sme else 0, reduction=5 if sme else 0, **cpuid)
    t.cpuinfo(AMD, 43 if sme else 48, flags="fpu lm")
    t.xen("PV")
    t.memory(DOM0_MEMORY, MACHINE)
    t.table("IVRS", ivrs(ivhd(0x10, 8, 0xFED80000)))
    t.pci("0000:00:00.0", host_bridge())
    t.pci("0000:00:05.0", endpoint(), driver="pciback", bars=[(0, 0x800000000, 1 << 31, MEMORY64)])
    t.pci("0000:00:07.0", endpoint(), driver="e1000e", bars=[(0, 0x80000000, 1 << 17, MEMORY32)])
    t.pciback("0000:00:05.0")


def xen_dom0_pv_amd(t):
    """The machine has 5 GiB up to 0x140000000, dom0 1 GiB. HVM guests get 48 bits of a 48-bit CPU."""
    dom0_amd(t)
    t.xen_answers(answers(options="iommu=verbose"), AMD_LOG)


xen_dom0_pv_amd.expect = {
    "host.virtualised": "none", "host.cpus.value": None, "host.cpus.reason": "xen",
    "xen.role": "dom0", "xen.domainType": "pv", "xen.version": "4.17.5", "xen.hap.value": True, "xen.passthroughHvm.value": True,
    "xen.maxAddress.value": "0x140000000", "xen.reservedRegions": [], "xen.reservedReason": None,
    "widths.cpuPhysicalBits.value": 48, "widths.hostPhysicalBits.value": 48, "widths.guestPhysicalBits.value": 48,
    "widths.guestMappableBits.value": 48, "widths.iovaBits.value": 48, "widths.safeGuestBitsWithDevices.value": 48,
    "paging.virtualisation.enabled.value": True, "paging.secondLevel.enabled.value": True, "paging.secondLevel.levels.value": 4,
    "paging.kvm.loaded.reason": "xen", "groupsReason": "xen", "memory.ramTop.value": "0x140000000",
    "iommus.0.name": "amdvi0", "iommus.0.kind": "amd-vi", "iommus.0.iovaBits.value": 48,
    "iommus.0.interruptRemapping.enabled.value": True, "iommus.0.registers.address.value": "0xfed80000",
    "devices.0.assignableWhy": "bridges-only", "devices.1.assignable": True, "devices.1.iommu": "amdvi0",
    "devices.2.assignable": False, "devices.2.assignableWhy": "not-handed-over",
}
xen_dom0_pv_amd.findings = {"xen-controls-host", "hypertransport-hole"}


def xen_dom0_pv_sme(t):
    """Xen subtracts the five bits of the leaf from its own width, in SYSCFG or not; guests with HAP keep 48."""
    dom0_amd(t, sme=True)
    t.xen_answers(answers(), AMD_LOG)


xen_dom0_pv_sme.expect = {
    "widths.cpuPhysicalBits.value": 48, "widths.hostPhysicalBits.value": 43, "widths.guestPhysicalBits.value": 48,
    "encryption.bitsTaken.value": 5, "encryption.sme.enabled.reason": "xen",
}
xen_dom0_pv_sme.findings = {"xen-controls-host", "hypertransport-hole", "encryption-takes-bits", "cpu-narrower-than-usual"}


VTD_LOG = """
[VT-D]Host address width 39
[VT-D]found ACPI_DMAR_DRHD:
[VT-D]drhd->address = fed90000 iommu->reg = ffff82c000a1c000
[VT-D]cap = d2008c222f0686 ecap = f00f4a
Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB
Intel VT-d Snoop Control enabled.
Intel VT-d Interrupt Remapping enabled.
Intel VT-d Shared EPT tables enabled.
I/O virtualisation enabled
Interrupt remapping enabled
HVM: ASIDs enabled.
VMX: Supported advanced features:
HVM: VMX enabled
HVM: Hardware Assisted Paging (HAP) detected
HVM: HAP page sizes: 4kB, 2MB, 1GB
"""
REGIONS = ("reserved 0000:00:02.0 0x0000000000060000 16\nreserved 0000:00:03.0 0x0000000000070000 16\n"
           "reserved 0000:00:04.0 0x0000000000070000 16\nreserved all 0x0000000000060000 16\nreserved all 0x0000000000070000 16\n")


def dom0_intel(t, cpuid=None, **more):
    """A 46-bit CPU. The unit's CAP has MGAW 0x2f (48 bits), SAGAW 6 (three and four levels) and CM. Xen has renamed the DMAR."""
    t.base(name="dom0-intel")
    t.cpuid(INTEL, 46, **(cpuid or {}))
    t.cpuinfo(INTEL, 46, flags="fpu lm hypervisor")
    t.xen("PV", **more)
    t.memory(DOM0_MEMORY, MACHINE)
    table = bytearray(dmar(46, drhd(0xFED90000), rmrr(0x60000000, 0x6000FFFF, scope(1, 0, (2, 0)))))
    table[:4] = b"RMAD"
    t.table("RMAD", bytes(table))
    for slot in range(2, 5):
        t.pci(f"0000:00:0{slot}.0", endpoint(), driver="pciback", bars=[(0, 0x80000000 + (slot << 20), 1 << 20, MEMORY32)])
    t.pciback("0000:00:02.0", "0000:00:03.0", "0000:00:04.0")


def xen_dom0_pv_intel(t):
    """CPUID faults: Xen answers instructions, too, and passes the width of an Intel CPU on. Two devices share an RMRR."""
    dom0_intel(t, {"hypervisor": XEN})
    t.xen_answers(answers(capabilities=ALL | 0x20, regions=REGIONS), VTD_LOG)


xen_dom0_pv_intel.expect = {
    "host.virtualised": None, "widths.cpuPhysicalBits.value": 46, "widths.guestPhysicalBits.value": 46, "widths.iovaBits.value": 48,
    "widths.safeGuestBitsWithDevices.value": 46, "xen.sharedPageTables.value": True, "iommus.0.name": "vtd0",
    "iommus.0.registers.cap.value": "0xd2008c222f0686", "iommus.0.firmwareUnit": 0, "iommus.0.pciDeviceCount": 3,
    "xen.reservedRegions.0": {"start": "0x60000000", "end": "0x6000ffff", "device": "0000:00:02.0"},
    "xen.reservedRegions.2": {"start": "0x70000000", "end": "0x7000ffff", "device": "0000:00:04.0"},
    "devices.0.assignable": True, "devices.1.assignableWhy": "shared-region", "devices.2.assignableWhy": "shared-region",
    "firmware.dmar.table.hostAddressWidth": 46,
}
xen_dom0_pv_intel.findings = {"xen-controls-host", "xen-region-shared", "iommu-caching-mode"}


def xen_dom0_quiet_log(t):
    """Without iommu=verbose the log has no register of a VT-d unit: its width is unknown, and so is that with devices."""
    dom0_intel(t)
    t.xen_answers(answers(), "Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB\nI/O virtualisation enabled\nInterrupt remapping disabled\n")


xen_dom0_quiet_log.expect = {
    "host.virtualised": "none", "iommus.0.iovaBits.reason": "xen", "widths.iovaBits.reason": "xen", "widths.safeGuestBits.value": 46,
    "widths.safeGuestBitsWithDevices.reason": "xen", "iommus.0.interruptRemapping.enabled.value": False,
}
xen_dom0_quiet_log.findings = {"xen-controls-host", "iommu-width-unknown", "interrupt-remapping-off"}


def xen_dom0_pvh(t):
    """Xen intercepts CPUID and shows neither VMX nor the tables of IOMMUs. Its raw policy has the hardware's 52 bits; guests get what four
    levels map, 48."""
    t.base(name="dom0-pvh")
    t.cpuid(INTEL, 48, hypervisor=XEN)
    t.cpuinfo(INTEL, 48, flags="fpu lm hypervisor")
    t.xen("PVH")
    t.memory(DOM0_MEMORY, MACHINE)
    t.pci("0000:00:05.0", endpoint())
    raw = "policy raw\n" + leaf(0, 0xD, 0x756E6547, 0x6C65746E, 0x49656E69) + leaf(1, 0x806F8, 0, 1 << 5, 1 << 6) + leaf(7, 0, 0, 1 << 16) + \
        leaf(0x80000000, 0x80000008) + leaf(0x80000001, 0, 0, 0, 1 << 29 | 1 << 26) + leaf(0x80000008, 52 | 57 << 8)
    hvm = "policy hvm-max\n" + leaf(0x80000008, 52 | 48 << 8)
    t.xen_answers(answers(policies=raw + hvm), VTD_LOG.replace("cap = d2008c222f0686", "cap = d2008c40390686"))


xen_dom0_pvh.expect = {
    "host.virtualised": "none", "widths.cpuPhysicalBits.value": 52, "widths.hostPhysicalBits.value": 52, "widths.guestPhysicalBits.value": 48,
    "widths.guestMappableBits.value": 48, "widths.iovaBits.value": 48, "paging.virtualisation.capable.value": True,
    "paging.hostLevels.value": 4, "xen.domainType": "pvh",
}
xen_dom0_pvh.findings = {"xen-controls-host", "iommu-caching-mode"}


def xen_dom0_silent(t):
    """Nothing but what the kernel shows: Xen was not asked. What CPUID says of the CPU holds; all else of the host is Xen's."""
    dom0_amd(t)


xen_dom0_silent.expect = {
    "host.virtualised": "none", "widths.cpuPhysicalBits.value": 48, "widths.guestPhysicalBits.value": None,
    "widths.guestPhysicalBits.reason": "xen", "widths.iovaBits.reason": "xen", "paging.virtualisation.enabled.reason": "xen",
    "paging.kvm.loaded.reason": "xen", "memory.ramTop.reason": "xen", "iommusReason": "xen", "iommus": [], "xen.reservedReason": "xen",
    "devices.1.assignable": None, "devices.1.assignableWhy": "unreadable",
}
xen_dom0_silent.findings = {"xen-controls-host", "xen-not-asked"}


def xen_dom0_iommu_off(t):
    """iommu=off: Xen says so. The IVRS that dom0 still sees is no reason to look into firmware setup."""
    dom0_amd(t)
    t.xen_answers(answers(NO_IOMMU, options="iommu=off"), "HVM: SVM enabled\nHVM: Hardware Assisted Paging (HAP) detected\nI/O virtualisation disabled\n")


xen_dom0_iommu_off.expect = {
    "widths.iovaBits.reason": "absent", "iommus": [], "iommusReason": None, "devices.1.assignable": False,
    "devices.1.assignableWhy": "no-iommu",
    "findings.0.remedy": "Remove iommu=off from Xen's command line (GRUB_CMDLINE_XEN in /etc/default/grub, then update-grub and reboot).",
}
xen_dom0_iommu_off.findings = {"xen-controls-host", "xen-iommu-off"}


def xen_dom0_pv_only(t):
    """Xen in a virtual machine without SVM."""
    dom0_amd(t, hypervisor=KVM)
    t.xen_answers(answers(PV_ONLY & ~0x10), "")


xen_dom0_pv_only.expect = {
    "devices.1.assignable": False, "devices.1.assignableWhy": None,
    "host.virtualised": "kvm", "widths.guestPhysicalBits.reason": "not-applicable", "paging.virtualisation.enabled.value": False,
}
xen_dom0_pv_only.findings = {"xen-controls-host", "xen-hvm-off", "virtualised-host"}


def xen_dom0_no_hap(t):
    """Shadow paging: page numbers in 32 bits, 44 bits of addresses."""
    dom0_amd(t)
    t.xen_answers(answers(NO_HAP, options="hap=0"), AMD_LOG.replace("(HAP) detected", "(HAP) detected but disabled").replace("HVM: HAP page", "x"))


xen_dom0_no_hap.expect = {
    "widths.guestPhysicalBits.value": 44, "widths.guestPhysicalBits.provenance": "assumed", "paging.secondLevel.capable.value": True,
    "paging.secondLevel.enabled.value": False,
}
xen_dom0_no_hap.findings = {"xen-controls-host", "hypertransport-hole", "xen-hap-off"}


def xen_dom0_vtd_on_amd(t):
    """As an emulator has it. The unit of VT-d is what decides that a shared RMRR is refused."""
    dom0_amd(t)
    t.xen_answers(answers(regions="reserved 0000:00:05.0 0x0000000000070000 16\nreserved 0000:00:07.0 0x0000000000070000 16\n"
                                  "reserved all 0x0000000000070000 16\n"), VTD_LOG)


xen_dom0_vtd_on_amd.expect = {
    "iommus.0.kind": "intel-vtd", "devices.1.assignableWhy": "shared-region", "devices.2.assignableWhy": "shared-region",
}
xen_dom0_vtd_on_amd.findings = {"xen-controls-host", "xen-region-shared", "iommu-caching-mode"}


def xen_dom0_ivmd(t):
    """AMD's units have no such rule: an IVMD for many devices is no reason."""
    dom0_amd(t)
    t.xen_answers(answers(regions="reserved 0000:00:05.0 0x0000000000070000 16\nreserved 0000:00:07.0 0x0000000000070000 16\n"), AMD_LOG)


xen_dom0_ivmd.expect = {"devices.1.assignable": True, "devices.2.assignableWhy": "not-handed-over"}
xen_dom0_ivmd.findings = {"xen-controls-host", "hypertransport-hole"}


def xen_dom0_old(t):
    """Xen 4.14.3 gives a guest all bits of a 52-bit CPU, of which its tables map 48, and knows no regions of AMD's units. Its own width
    is the CPU's."""
    dom0_amd(t, sme=True)
    t.cpuid(AMD, 52, family=(25, 0x11, 1), svm=True, npt=True, sme=True, sev=True, c_bit=51, reduction=6)
    t.cpuinfo(AMD, 52, flags="fpu lm")
    t.xen("PV", version="4.14.3")
    t.xen_answers(answers().replace("4.17", "4.14").replace("extra-version .5", "extra-version .3"), AMD_LOG)


xen_dom0_old.expect = {
    "xen.version": "4.14.3", "widths.cpuPhysicalBits.value": 52, "widths.hostPhysicalBits.value": 52, "widths.guestPhysicalBits.value": 52,
    "widths.guestMappableBits.value": 48, "widths.safeGuestBits.value": 48, "xen.reservedReason": "xen", "encryption.bitsTaken.value": 0,
}
xen_dom0_old.findings = {"xen-controls-host", "hypertransport-hole", "guest-mappable-below-physical", "iommu-narrower-than-cpu"}


def xen_dom0_refused(t):
    """A user without privilege: what Xen would say is unknown by permission, and the finding names the collector."""
    dom0_amd(t)
    t.write("hawd/reasons", "permission dev/xen/privcmd\n")


xen_dom0_refused.expect = {
    "widths.guestPhysicalBits.reason": "permission", "xen.reservedReason": "permission", "iommusReason": "permission",
    "devices.1.assignableWhy": "unreadable",
}
xen_dom0_refused.findings = {"xen-controls-host", "profile-incomplete"}


def xen_dom0_scope(t):
    """The RMRR's scope names a second function, which is not there: Xen counts it."""
    dom0_intel(t)
    table = bytearray(dmar(46, drhd(0xFED90000), rmrr(0x60000000, 0x6000FFFF, scope(1, 0, (2, 0)), scope(1, 0, (9, 0)))))
    table[:4] = b"RMAD"
    t.table("RMAD", bytes(table))
    t.xen_answers(answers(regions="reserved 0000:00:02.0 0x0000000000060000 16\n"), VTD_LOG)


xen_dom0_scope.expect = {"devices.0.assignableWhy": "shared-region", "devices.1.assignable": True}
xen_dom0_scope.findings = {"xen-controls-host", "xen-region-shared", "iommu-caching-mode"}


def two_units(t, log):
    """vtd0 has 00:02.0 and 39 bits (MGAW 0x26, SAGAW 2), vtd1 all else and 48 bits."""
    dom0_intel(t)
    table = bytearray(dmar(46, drhd(0xFED90000, False, scope(1, 0, (2, 0))), drhd(0xFED91000)))
    table[:4] = b"RMAD"
    t.table("RMAD", bytes(table))
    t.xen_answers(answers(options="iommu=verbose"), log)


TWO_UNITS_LOG = """
[VT-D]drhd->address = fed90000 iommu->reg = ffff82c000a1c000
[VT-D]cap = d2008c22260206 ecap = f00f4a
[VT-D]drhd->address = fed91000 iommu->reg = ffff82c000a1e000
[VT-D]cap = d2008c222f0606 ecap = f00f4a
Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB
Intel VT-d iommu 1 supported page sizes: 4kB, 2MB, 1GB
I/O virtualisation enabled
"""


def xen_dom0_two_units(t):
    """Each device has the width of its unit; the host's is the lower one."""
    two_units(t, TWO_UNITS_LOG)


xen_dom0_two_units.expect = {
    "iommus.0.iovaBits.value": 39, "iommus.1.iovaBits.value": 48, "widths.iovaBits.value": 39,
    "devices.0.iommu": "vtd0", "devices.1.iommu": "vtd1", "devices.2.iommu": "vtd1",
}
xen_dom0_two_units.findings = {"xen-controls-host", "iommu-narrower-than-cpu", "iommu-units-differ"}


def xen_dom0_lost_lines(t):
    """The ring has lost the first unit: the registers that are left are those of the second, by its address."""
    two_units(t, TWO_UNITS_LOG.strip().split("\n", 2)[2])


xen_dom0_lost_lines.expect = {
    "iommus.0.iovaBits.reason": "xen", "iommus.0.registers.cap.reason": "xen", "iommus.1.iovaBits.value": 48,
    "iommus.1.registers.address.value": "0xfed91000", "widths.iovaBits.reason": "xen",
}
xen_dom0_lost_lines.findings = {"xen-controls-host", "iommu-width-unknown"}


def xen_dom0_lost_lines_pvh(t):
    """The same where dom0 has no DMAR: nothing says whose registers are left."""
    two_units(t, TWO_UNITS_LOG.strip().split("\n", 2)[2])
    t.xen("PVH")
    (t.root / "sys/firmware/acpi/tables/RMAD").unlink()


xen_dom0_lost_lines_pvh.expect = {
    "iommus.0.iovaBits.reason": "xen", "iommus.1.iovaBits.reason": "xen", "widths.iovaBits.reason": "xen",
}
xen_dom0_lost_lines_pvh.findings = {"xen-controls-host", "iommu-width-unknown"}


def xen_dom0_off_word(t):
    """Xen takes a false word in any place of the list (parse_iommu_param())."""
    dom0_amd(t)
    t.xen_answers(answers(NO_IOMMU, options="iommu=verbose,disable"), "I/O virtualisation disabled\n")


xen_dom0_off_word.expect = xen_dom0_iommu_off.expect
xen_dom0_off_word.findings = {"xen-controls-host", "xen-iommu-off"}


def xen_dom0_unknown_interface(t):
    """A Xen whose sysctls have another version: it answers what needs none (version, regions), and its log is read."""
    dom0_amd(t)
    t.xen_answers("version 4.23\nextra-version .0\ncapabilities xen-3.0-x86_64 hvm-3.0-x86_64\ncommand-line \n"
                  "physinfo-reason unsupported-kernel\nreserved none\n", "HVM: SVM enabled\n")


xen_dom0_unknown_interface.expect = {
    "xen.version": "4.23.0", "xen.hvm.value": True, "xen.hap.reason": "xen", "xen.maxAddress.reason": "xen", "xen.reservedReason": None,
    "widths.guestPhysicalBits.reason": "xen", "iommusReason": "xen", "devices.1.assignable": None, "devices.1.assignableWhy": "unreadable",
    "findings.0.summary": "Xen did not say what this host is: what its log does not say of this host is unknown",
}
xen_dom0_unknown_interface.findings = {"xen-controls-host", "xen-not-asked"}


HOSTS = [xen_dom0_old, xen_dom0_unknown_interface, xen_dom0_refused, xen_dom0_scope, xen_dom0_two_units, xen_dom0_lost_lines, xen_dom0_lost_lines_pvh,
         xen_dom0_off_word, xen_dom0_vtd_on_amd, xen_dom0_ivmd, xen_dom0_pv_amd, xen_dom0_pv_sme, xen_dom0_pv_intel,
         xen_dom0_quiet_log, xen_dom0_pvh, xen_dom0_silent, xen_dom0_iommu_off, xen_dom0_pv_only,
         xen_dom0_no_hap] + hosts_xen_guests.HOSTS
