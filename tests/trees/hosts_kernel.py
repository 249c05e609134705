"""Hosts whose numbers hang on the kernel and its command line: the same registers, other widths. What is expected was asked
of VFIO in emulated machines (tests/kernel) or follows from the kernel's source that profile/kernel-policy.c names."""
from hosts_other import EFR, RAM
from tree import AMD, HT, INTEL, MSI, dmar, drhd, endpoint, host_bridge, ivhd, ivmd, ivrs

# CAP of 48 bits by MGAW and SAGAW; ECAP: QI, IR, EIM with SMTS (43), and SSTS (46), FSTS (47) as named.
CAP48 = 0x8D2078C106F0466
SMTS, SSTS, FSTS = 1 << 43, 1 << 46, 1 << 47
LEGACY = 0xF020DF
BELOW_47 = [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0x7fffffffffff"}]
BELOW_48 = [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0xffffffffffff"}]
FIRST = {"first-stage-halves-aperture"}


def intel(t, kernel, cmdline, ecap, cap=CAP48, more=()):
    t.base(kernel=kernel, cmdline=cmdline, name="vtd")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept ept_1gb")
    t.kvm("kvm_intel", 46, 46, {"ept": "Y"})
    t.interrupts(True)
    t.table("DMAR", dmar(48, drhd(0xFED90000)))
    t.memory(RAM)
    t.vtd("dmar0", 0xFED90000, cap, ecap, ["0000:00:01.0"])
    for n, other in enumerate(more, 1):
        t.vtd(f"dmar{n}", 0xFED90000 + 0x1000 * n, cap, other, [])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"])


def first_stage_only(t):
    """QEMU's intel-iommu with x-flts=on: no second stage in scalable mode, which is on by default."""
    intel(t, "6.12.95+deb13-amd64", "intel_iommu=on", LEGACY | SMTS | FSTS)


first_stage_only.expect = {
    "iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "assumed", "iommus.0.firstStageBits.value": 47,
    "iommus.0.secondStageBits.value": None, "iommus.0.secondStageBits.reason": "not-applicable", "groups.0.usableIova": BELOW_47,
}
first_stage_only.findings = FIRST


def first_stage_sm_on(t):
    """The same, and the command line leaves no doubt."""
    intel(t, "6.1.0-50-amd64", "intel_iommu=on,sm_on", LEGACY | SMTS | FSTS)


first_stage_sm_on.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "derived", "widths.iovaBits.value": 47}
first_stage_sm_on.findings = FIRST


def first_stage_sm_off(t):
    """After hawd's own remedy: VFIO gives 48."""
    intel(t, "6.12.95+deb13-amd64", "intel_iommu=on,sm_off", LEGACY | SMTS | FSTS)


first_stage_sm_off.expect = {
    "iommus.0.iovaBits.value": 48, "iommus.0.iovaBits.provenance": "derived", "iommus.0.firstStageBits.value": None,
    "iommus.0.firstStageBits.reason": "not-applicable", "iommus.0.secondStageBits.value": 48, "groups.0.usableIova": BELOW_48,
}
first_stage_sm_off.findings = set()


def both_stages(t):
    """Up to 6.12 VFIO's domains have the second stage where there are both."""
    intel(t, "6.8.12-4-pve", "intel_iommu=on", LEGACY | SMTS | SSTS | FSTS)


both_stages.expect = {"iommus.0.iovaBits.value": 48, "iommus.0.iovaBits.provenance": "derived", "iommus.0.firstStageBits.value": 47,
                      "groups.0.usableIova": BELOW_48}
both_stages.findings = set()


def both_stages_new_kernel(t):
    """From 7.2 on the first."""
    intel(t, "7.2.13+deb14-amd64", "intel_iommu=on,sm_on", LEGACY | SMTS | SSTS | FSTS)


both_stages_new_kernel.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "derived", "iommus.0.secondStageBits.value": 48}
both_stages_new_kernel.findings = FIRST


def both_stages_vendor_kernel(t):
    """A 5.14 that takes over drivers of later kernels: either way, so the narrower is assumed."""
    intel(t, "5.14.0-570.el9_6.x86_64", "intel_iommu=on,sm_on", LEGACY | SMTS | SSTS | FSTS)


both_stages_vendor_kernel.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "assumed"}
both_stages_vendor_kernel.findings = FIRST


def one_legacy_unit(t):
    """A second unit without scalable mode keeps all from it, in 6.1 and 6.12."""
    intel(t, "6.1.0-50-amd64", "intel_iommu=on", LEGACY | SMTS | FSTS, more=[LEGACY])


one_legacy_unit.expect = {"iommus.0.iovaBits.value": 48, "iommus.0.firstStageBits.value": None}
one_legacy_unit.findings = set()


def amd(t, kernel, cmdline, efr=EFR, table=b"", regions=(MSI, HT)):
    t.base(kernel=kernel, cmdline=cmdline, name="amdvi")
    t.cpuid(AMD, 48, family=(25, 1, 1), svm=True, npt=True)
    t.cpuinfo(AMD, 48, flags="fpu lm svm npt")
    t.kvm("kvm_amd", 48, 48, {"npt": "Y"})
    t.interrupts(True)
    if table is None:
        t.write("hawd/reasons", "permission sys/firmware/acpi/tables/IVRS\n")
    else:
        t.table("IVRS", table or ivrs(ivhd(0x11, 2, 0xFEB80000, efr)))
    t.memory(RAM)
    t.amdvi("ivhd0", f"{efr:x}:0", ["0000:00:01.0"])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], regions)


def below(bits):
    """Below 2^bits without MSI window and HyperTransport's hole."""
    return [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0xfcffffffff"},
            {"start": "0x10000000000", "end": f"0x{(1 << bits) - 1:x}"}]


def amd_pgtbl_v2(t):
    """EFR.GT and GIOSup (48) are there: the canonical half of 48 bits ends VFIO's domains in 6.12."""
    amd(t, "6.12.95+deb13-amd64", "iommu=pt amd_iommu=pgtbl_v2")


amd_pgtbl_v2.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "derived", "widths.iovaBits.value": 47,
                       "iommus.0.secondStageBits.value": 64, "groups.0.usableIova": below(47)}
amd_pgtbl_v2.findings = {"hypertransport-hole", "iommu-narrower-than-cpu"}


def amd_pgtbl_v2_61_pt(t):
    """6.1 falls back to the host table where iommu=pt is asked for."""
    amd(t, "6.1.0-50-amd64", "iommu=pt amd_iommu=pgtbl_v2")


amd_pgtbl_v2_61_pt.expect = {"iommus.0.iovaBits.value": 64, "iommus.0.iovaBits.provenance": "derived", "groups.0.usableIova": below(64)}
amd_pgtbl_v2_61_pt.findings = {"hypertransport-hole"}


def amd_pgtbl_v2_61(t):
    """And ends all domains at 48 bits where it is not."""
    amd(t, "6.1.0-50-amd64", "iommu=nopt amd_iommu=pgtbl_v2")


amd_pgtbl_v2_61.expect = {"iommus.0.iovaBits.value": 48, "iommus.0.iovaBits.provenance": "derived", "groups.0.usableIova": below(48)}
amd_pgtbl_v2_61.findings = {"hypertransport-hole"}


def amd_pgtbl_v2_between(t):
    """6.8: 47 or 48 bits, and nothing tells."""
    amd(t, "6.8.12-4-pve", "iommu=nopt amd_iommu=pgtbl_v2")


amd_pgtbl_v2_between.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "assumed"}
amd_pgtbl_v2_between.findings = {"hypertransport-hole", "iommu-narrower-than-cpu"}


def amd_pgtbl_v2_without_giosup(t):
    """Without GIOSup the kernel falls back."""
    amd(t, "6.12.95+deb13-amd64", "amd_iommu=pgtbl_v2", EFR & ~(1 << 48))


amd_pgtbl_v2_without_giosup.expect = {"iommus.0.iovaBits.value": 64, "groups.0.usableIova": below(64)}
amd_pgtbl_v2_without_giosup.findings = {"hypertransport-hole"}

# IVinfo: VASize (21:15) 48, PASize (14:8) 48, EFRSup.
VASIZE_48 = 48 << 15 | 48 << 8 | 1


def amd_vasize(t):
    """IVinfo.VASize 48 beside six levels of tables: 48 bits from 7.2 on."""
    amd(t, "7.2.13+deb14-amd64", "", table=ivrs(ivhd(0x11, 2, 0xFEB80000, EFR), info=VASIZE_48))


amd_vasize.expect = {"iommus.0.iovaBits.value": 48, "iommus.0.secondStageBits.value": 48, "groups.0.usableIova": below(48)}
amd_vasize.findings = {"hypertransport-hole"}


def amd_vasize_old_kernel(t):
    """6.12 does not look at it."""
    amd(t, "6.12.95+deb13-amd64", "", table=ivrs(ivhd(0x11, 2, 0xFEB80000, EFR), info=VASIZE_48))


amd_vasize_old_kernel.expect = {"iommus.0.iovaBits.value": 64, "iommus.0.iovaBits.provenance": "derived"}
amd_vasize_old_kernel.findings = {"hypertransport-hole"}


def amd_unreadable(t):
    """Without the table nobody knows whether 7.2 has such a limit: not 64 bits."""
    amd(t, "7.2.13+deb14-amd64", "", table=None)


amd_unreadable.expect = {"iommus.0.iovaBits.value": None, "iommus.0.iovaBits.reason": "permission", "iommus.0.secondStageBits.reason": "permission",
                         "iommus.0.firstStageBits.value": 47}
amd_unreadable.findings = {"hypertransport-hole", "iommu-width-unknown", "profile-incomplete"}


def amd_unreadable_old_kernel(t):
    """6.12 looks for none."""
    amd(t, "6.12.95+deb13-amd64", "", table=None)


amd_unreadable_old_kernel.expect = {"iommus.0.iovaBits.value": 64, "iommus.0.iovaBits.provenance": "derived", "iommus.0.secondStageBits.value": 64}
amd_unreadable_old_kernel.findings = {"hypertransport-hole", "profile-incomplete"}


def amd_hatdis(t):
    """IVHD attribute 0 takes the host table away in 7.2: the guest's takes its place."""
    amd(t, "7.2.13+deb14-amd64", "", table=ivrs(ivhd(0x11, 2, 0xFEB80000, EFR, features=1)))


amd_hatdis.expect = {"iommus.0.iovaBits.value": 47, "iommus.0.iovaBits.provenance": "derived", "iommus.0.secondStageBits.value": None,
                     "iommus.0.secondStageBits.reason": "not-applicable", "groups.0.usableIova": below(47)}
amd_hatdis.findings = {"hypertransport-hole", "iommu-narrower-than-cpu"}


def amd_hatdis_old_kernel(t):
    amd(t, "6.12.95+deb13-amd64", "", table=ivrs(ivhd(0x11, 2, 0xFEB80000, EFR, features=1)))


amd_hatdis_old_kernel.expect = {"iommus.0.iovaBits.value": 64, "iommus.0.secondStageBits.value": 64}
amd_hatdis_old_kernel.findings = {"hypertransport-hole"}

UNITY = (0xB0000000, 0xB00FFFFF, "direct")
WITH_UNITY = ivrs(ivhd(0x11, 2, 0xFEB80000, EFR), ivmd(0x21, 7, 8, 0xB0000000, 0x100000))


def amd_unity_old_kernel(t):
    """6.1 assigns a device with an IVMD, and its ranges leave the region out."""
    amd(t, "6.1.0-50-amd64", "", table=WITH_UNITY, regions=(UNITY, MSI, HT))


amd_unity_old_kernel.expect = {"groups.0.assignable": True, "groups.0.assignableReason": None,
                               "groups.0.usableIova": [{"start": "0x0", "end": "0xafffffff"}, {"start": "0xb0100000", "end": "0xfedfffff"},
                                                       *below(64)[1:]]}
amd_unity_old_kernel.findings = {"hypertransport-hole", "direct-mapping-not-kept"}


def amd_unity_between(t):
    amd(t, "6.5.13-6-pve", "", table=WITH_UNITY, regions=(UNITY, MSI, HT))


amd_unity_between.expect = {"groups.0.assignable": None, "groups.0.assignableReason": "direct-region"}
amd_unity_between.findings = {"hypertransport-hole", "rmrr-device-not-assignable"}


def intel_direct_old_kernel(t):
    """Intel's own driver refused then already."""
    intel(t, "6.1.0-50-amd64", "intel_iommu=on", LEGACY)
    (t.root / "sys/kernel/iommu_groups/0/reserved_regions").unlink()
    t.write("sys/kernel/iommu_groups/0/reserved_regions", "".join(f"0x{a:016x} 0x{b:016x} {w}\n" for a, b, w in (UNITY, MSI)))


intel_direct_old_kernel.expect = {"groups.0.assignable": False, "groups.0.assignableReason": "direct-region"}
intel_direct_old_kernel.findings = {"rmrr-device-not-assignable"}


def built_in(t, vendor, ept="Y", npt="Y"):
    """A kernel with KVM and both vendors' parts built in: no holders, and the parameters of both."""
    t.base(kernel="6.12.95", name="built-in")
    t.directory("sys/module/kvm/parameters")
    t.write("sys/module/kvm_intel/parameters/ept", ept + "\n")
    t.write("sys/module/kvm_intel/parameters/tdx", "Y\n")
    t.write("sys/module/kvm_amd/parameters/npt", npt + "\n")
    t.write("sys/module/kvm_amd/parameters/sev", "Y\n")
    t.memory(RAM)
    t.cpuinfo(vendor, 46 if vendor == INTEL else 48, flags="fpu lm" if vendor == INTEL else "fpu lm svm npt sev")


def built_in_without_vmx(t):
    """Neither part found its hardware: there is no KVM, whatever the parameters say."""
    built_in(t, INTEL)
    t.cpuid(INTEL, 46)


built_in_without_vmx.expect = {
    "paging.kvm.loaded.value": False, "paging.kvm.backend": None, "paging.secondLevel.kind": "none",
    "paging.secondLevel.enabled.value": False, "paging.secondLevel.capable.value": False,
    "widths.guestPhysicalBits.value": None, "widths.guestMappableBits.value": None, "widths.safeGuestBits.value": None,
}
built_in_without_vmx.findings = {"kvm-absent", "iommu-absent"}


def built_in_shadow(t):
    """kvm_amd.npt=0: shadow paging, by AMD's parameter and not by Intel's."""
    built_in(t, AMD, npt="N")
    t.cpuid(AMD, 48, family=(25, 1, 1), svm=True, npt=True, sme=True, sev=True, c_bit=51, reduction=5)
    t.write("proc/cpuinfo", (t.root / "proc/cpuinfo").read_text().replace("48 bits physical", "43 bits physical"))
    t.write("sys/class/misc/kvm/dev", "10:232\n")
    t.write("hawd/kvm", "api-version 12\n" + t.leaf(0x80000008, (43 | 48 << 8, 0, 0, 0)))


built_in_shadow.expect = {
    "paging.kvm.loaded.value": True, "paging.kvm.backend": "kvm_amd", "paging.secondLevel.kind": "npt",
    "paging.secondLevel.enabled.value": False, "widths.guestMappableBits.value": 43, "encryption.sev.enabled.value": True,
}
built_in_shadow.findings = {"second-level-paging-off", "iommu-absent", "encryption-takes-bits", "cpu-narrower-than-usual"}


def kvm_alone(t):
    """kvm.ko without a vendor's module on a CPU that has VMX: no /dev/kvm, no widths."""
    t.base(name="alone")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept", vmx_flags="ept")
    t.directory("sys/module/kvm/holders")
    t.memory(RAM)


kvm_alone.expect = {"paging.kvm.loaded.value": False, "paging.kvm.backend": None, "widths.guestPhysicalBits.value": None,
                    "paging.secondLevel.enabled.value": None}
kvm_alone.findings = {"kvm-absent", "iommu-absent"}


def virtio(t, log=None, devices=("0000:00:01.0",), name="0000:00:05.0"):
    t.base(name="virtio")
    t.cpuid(INTEL, 46, vmx=True, hypervisor="KVMKVMKVM")
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept hypervisor", vmx_flags="ept")
    t.kvm("kvm_intel", 46, 46, {"ept": "Y"})
    t.interrupts(False)
    t.memory(RAM)
    t.pci("0000:00:00.0", host_bridge())
    t.pci("0000:00:01.0", endpoint(0x1AF4, 0x1041), driver="virtio-pci")
    t._unit(name, {}, devices, "pci0000:00/0000:00:05.0/virtio3/iommu")
    for n, device in enumerate(devices):
        t.group(n, [device])
    if log is not None:
        t.write("hawd/kernel-log", log)


def virtio_width_in_log(t):
    """The kernel names the unit by its virtio device, sysfs by its PCI function; another unit's line is not its."""
    virtio(t, "virtio_iommu virtio0: input address: 64 bits\nvirtio_iommu virtio3: input address: 39 bits\n")


virtio_width_in_log.expect = {
    "iommus.0.iovaBits.value": 39, "iommus.0.iovaBits.provenance": "measured", "iommus.0.secondStageBits.reason": "not-applicable",
    "widths.iovaBits.value": 39, "groups.0.iovaBits": 39,
    "groups.0.usableIova": [{"start": "0x0", "end": "0xfedfffff"}, {"start": "0xfef00000", "end": "0x7fffffffff"}],
    "groups.0.assignable": False, "groups.0.assignableReason": "no-interrupt-remapping",
}
virtio_width_in_log.findings = {"virtualised-host", "interrupt-remapping-off", "iommu-narrower-than-cpu"}


def virtio_log_refused(t):
    virtio(t)
    t.write("hawd/reasons", "permission dev/kmsg\n")


virtio_log_refused.expect = {"iommus.0.iovaBits.value": None, "iommus.0.iovaBits.reason": "permission", "groups.0.bitsReason": "permission"}
virtio_log_refused.findings = {"virtualised-host", "interrupt-remapping-off", "iommu-width-unknown", "profile-incomplete"}


def virtio_without_devices(t):
    """A unit with nothing behind it: no parameter makes a device assignable."""
    virtio(t, "virtio_iommu virtio3: input address: 48 bits\n", devices=())


virtio_without_devices.expect = {"iommus.0.iovaBits.value": 48, "iommus.0.deviceCount": 0, "widths.iovaBits.value": None, "groups": []}
virtio_without_devices.findings = {"virtualised-host", "iommu-without-devices"}


def unsafe_by_iommufd(t):
    """Interrupts are not remapped; iommufd's parameter allows that, vfio_iommu_type1's does not."""
    intel(t, "6.12.95+deb13-amd64", "intel_iommu=on", LEGACY & ~8)
    t.interrupts(False)
    t.write("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n")
    t.write("sys/module/iommufd/parameters/allow_unsafe_interrupts", "Y\n")
    t.write("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "131072\n")


unsafe_by_iommufd.expect = {"host.dmaEntryLimit.value": 131072, "host.unsafeInterruptsType1.value": False, "host.unsafeInterruptsIommufd.value": True,
                            "groups.0.assignable": False, "groups.0.assignableReason": "no-interrupt-remapping"}
unsafe_by_iommufd.findings = {"interrupt-remapping-off"}

HOSTS = [first_stage_only, first_stage_sm_on, first_stage_sm_off, both_stages, both_stages_new_kernel, both_stages_vendor_kernel,
         one_legacy_unit, amd_pgtbl_v2, amd_pgtbl_v2_61_pt, amd_pgtbl_v2_61, amd_pgtbl_v2_between, amd_pgtbl_v2_without_giosup,
         amd_vasize, amd_vasize_old_kernel, amd_unreadable, amd_unreadable_old_kernel, amd_hatdis, amd_hatdis_old_kernel, amd_unity_old_kernel, amd_unity_between,
         intel_direct_old_kernel, built_in_without_vmx, built_in_shadow, kvm_alone, virtio_width_in_log, virtio_log_refused,
         virtio_without_devices, unsafe_by_iommufd]
