"""arm64 hosts by their units: SMMUs of each kind, what the kernel logs of them, how MSIs arrive. The widths and the ranges were
seen as VFIO's (VFIO_IOMMU_GET_INFO) in emulated hosts with these units and kernels, unless noted. See hosts_intel.py."""
from tree import MSI_WINDOW, endpoint

DEVICE = "0000:00:01.0"
ITS_61, ITS, V2M_61, V2M = "ITS-MSI", f"ITS-PCI-MSIX-{DEVICE}", "MSI", f"GICv2m-PCI-MSIX-{DEVICE}"
STAGE_1, STAGE_2, BOTH = "0x00008305", "0x00008505", "0x00088705"
BELOW_WINDOW, BELOW_48 = {"start": "0x0", "end": "0x7ffffff"}, {"start": "0x8100000", "end": "0xffffffffffff"}


def smmuv3(features=STAGE_1, oas=44):
    return f"arm-smmu-v3 9050000.smmuv3: ias {oas}-bit, oas {oas}-bit (features {features})"


def unit_host(t, release, ipa, *log, chip=None, pages=4096, address_bits=48, regions=(MSI_WINDOW,), kind=3, ram="40000000-13fffffff : System RAM\n",
              bars=()):
    t.base(name="units", architecture="aarch64", kernel=f"{release}-arm64")
    t.arm_kernel(pages, address_bits)
    t.cpuinfo_arm(0x411FD070)
    t.kvm_arm(ipa)
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    if kind is not None:
        t.smmu(0x9050000, [DEVICE], "9050000.smmuv3/iommu", kind)
    if log:
        t.kernel_log(*log)
    # Interrupts of the CPUs and of the platform come first, and say nothing of PCI.
    t.chip(1, "GICv3")
    t.chip(20, "ITS-pMSI-9050000.smmuv3")
    if chip:
        t.chip(50, chip)
    t.pci(DEVICE, endpoint(), driver="vfio-pci", bars=bars)
    t.group(0, [DEVICE], regions)
    t.write("proc/iomem", ram)


def expect(bits, usable, **more):
    return {"iommus.0.iovaBits.value": bits, "widths.iovaBits.value": bits, "groups.0.iovaBits": bits, "groups.0.usableIova": usable,
            "usableIova": usable, "groups.0.assignable": True, "groups.0.assignableReason": None,
            "iommus.0.interruptRemapping.enabled.value": True} | {path.replace("__", "."): value for path, value in more.items()}


def smmuv3_stage_1(t):
    """Linux 6.1 on a 48-bit CPU."""
    unit_host(t, "6.1.0-50", 48, smmuv3(), chip=ITS_61)


smmuv3_stage_1.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__stages="1", iommus__0__oas__value=44,
                               iommus__0__iovaBits__provenance="derived", iommus__0__iovaBitsAtLeast__value=48, iommus__0__features__value="0x8305",
                               iommus__0__secondStageBits__value=None, widths__safeGuestBitsWithDevices__value=48)
smmuv3_stage_1.findings = {"msi-window-in-low-memory"}


def smmuv3_stage_1_of_44_bits(t):
    """The unit's width is not the CPU's: a 44-bit CPU."""
    unit_host(t, "6.1.0-50", 44, smmuv3(), chip=ITS_61)


smmuv3_stage_1_of_44_bits.expect = expect(48, [BELOW_WINDOW, BELOW_48], widths__safeGuestBitsWithDevices__value=44)
smmuv3_stage_1_of_44_bits.findings = {"msi-window-in-low-memory"}


def smmuv3_both_stages(t):
    """With both stages VFIO gets the first."""
    unit_host(t, "6.1.0-50", 48, smmuv3(BOTH), chip=ITS_61)


smmuv3_both_stages.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__stages="both", iommus__0__secondStageBits__value=44,
                                   iommus__0__firstStageBits__value=48)
smmuv3_both_stages.findings = {"msi-window-in-low-memory"}


def smmuv3_stage_2(t):
    """Only with stage 2 alone is the output size the input size: 2^44 gives EINVAL."""
    unit_host(t, "6.12.107", 52, smmuv3(STAGE_2), chip=ITS)


smmuv3_stage_2.expect = expect(44, [BELOW_WINDOW, {"start": "0x8100000", "end": "0xfffffffffff"}], iommus__0__stages="2",
                               iommus__0__firstStageBits__value=None, widths__safeGuestBitsWithDevices__value=44)
smmuv3_stage_2.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_log_of_7_2(t):
    """Linux 7.2 leaves ias out."""
    unit_host(t, "7.2.13", 52, "arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x01088705)", chip=ITS)


smmuv3_log_of_7_2.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__features__value="0x1088705", iommus__0__oas__value=44)
smmuv3_log_of_7_2.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_pages_of_16k(t):
    unit_host(t, "6.12.107", 52, smmuv3(BOTH), chip=ITS, pages=16384)


smmuv3_pages_of_16k.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="derived")
smmuv3_pages_of_16k.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_kernel_of_39_bits(t):
    """By the source: a first stage has no more bits than the kernel's addresses, and many kernels of small systems have 39."""
    unit_host(t, "6.12.107", 44, smmuv3(BOTH), chip=ITS, address_bits=39)


smmuv3_kernel_of_39_bits.expect = expect(39, [BELOW_WINDOW, {"start": "0x8100000", "end": "0x7fffffffff"}], iommus__0__iovaBits__provenance="derived",
                                         iommus__0__secondStageBits__value=44, widths__safeGuestBitsWithDevices__value=39)
smmuv3_kernel_of_39_bits.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_stage_2_kernel_of_39_bits(t):
    """By the source: a second stage has the output size, whatever the kernel's addresses."""
    unit_host(t, "6.12.107", 44, smmuv3(STAGE_2), chip=ITS, address_bits=39)


smmuv3_stage_2_kernel_of_39_bits.expect = expect(44, [BELOW_WINDOW, {"start": "0x8100000", "end": "0xfffffffffff"}])
smmuv3_stage_2_kernel_of_39_bits.findings = {"msi-window-in-low-memory"}


def smmuv3_kernel_of_47_bits(t):
    """The same with pages of 16 KiB, where 47 may be 52 of which the CPU has 47: with such a one (Debian's on a Cortex-A76) VFIO
    offered 48."""
    unit_host(t, "6.12.107", 48, smmuv3(BOTH), chip=ITS, pages=16384, address_bits=47)


smmuv3_kernel_of_47_bits.expect = expect(47, [BELOW_WINDOW, {"start": "0x8100000", "end": "0x7fffffffffff"}], iommus__0__iovaBits__provenance="assumed",
                                         iommus__0__iovaBitsAtLeast__value=47)
smmuv3_kernel_of_47_bits.findings = {"msi-window-in-low-memory"}


def smmuv3_kernel_of_52_bits(t):
    """As Debian's with pages of 16 KiB on a CPU with LPA2: no more than the tables have."""
    unit_host(t, "6.12.107", 48, smmuv3(BOTH), chip=ITS, pages=16384, address_bits=52)


smmuv3_kernel_of_52_bits.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="derived")
smmuv3_kernel_of_52_bits.findings = {"msi-window-in-low-memory"}


def smmuv3_kernel_of_39_bits_without_log(t):
    unit_host(t, "6.12.107", 44, chip=ITS, address_bits=39)


smmuv3_kernel_of_39_bits_without_log.expect = expect(39, [BELOW_WINDOW, {"start": "0x8100000", "end": "0x7fffffffff"}],
                                                     iommus__0__iovaBits__provenance="assumed", iommus__0__oas__reason="absent",
                                                     iommus__0__iovaBitsAtLeast__value=39)
smmuv3_kernel_of_39_bits_without_log.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_address_bits_unknown(t):
    """A capture of before it had the line."""
    unit_host(t, "6.12.107", 48, smmuv3(BOTH), chip=ITS, address_bits=0)


smmuv3_address_bits_unknown.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="assumed", widths__iovaBits__provenance="assumed",
                                            iommus__0__iovaBitsAtLeast__value=39)
smmuv3_address_bits_unknown.findings = {"msi-window-in-low-memory"}


def smmuv3_pages_of_64k(t):
    """By the source: a kernel with pages of 64 KiB and VA_BITS 52 uses 52 bits of a unit with VAX, and others 48."""
    unit_host(t, "6.12.107", 52, smmuv3("0x0000c305", 52), chip=ITS, pages=65536)


smmuv3_pages_of_64k.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="assumed", widths__iovaBits__provenance="assumed",
                                    iommus__0__iovaBitsAtLeast__value=48)
smmuv3_pages_of_64k.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_pages_of_64k_stage_2(t):
    """By the source: 52 bits of second-stage tables need pages of 64 KiB."""
    unit_host(t, "6.12.107", 52, smmuv3("0x0000c505", 52), chip=ITS, pages=65536)


smmuv3_pages_of_64k_stage_2.expect = expect(52, [BELOW_WINDOW, {"start": "0x8100000", "end": "0xfffffffffffff"}], iommus__0__stages="2")
smmuv3_pages_of_64k_stage_2.findings = {"msi-window-in-low-memory"}


def smmuv3_stage_2_of_52_bits(t):
    """By the source: the tables end at 48 bits, whatever the output size."""
    unit_host(t, "6.12.107", 52, smmuv3("0x00008505", 52), chip=ITS)


smmuv3_stage_2_of_52_bits.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__oas__value=52)
smmuv3_stage_2_of_52_bits.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_without_log(t):
    """The log has lost the line: stage 1 is assumed. Another unit's line is not its."""
    unit_host(t, "6.12.107", 48, "arm-smmu-v3 arm-smmu-v3.1.auto: ias 40-bit, oas 40-bit (features 0x00008505)", chip=ITS)


smmuv3_without_log.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="assumed", iommus__0__stages=None,
                                   iommus__0__oas__value=None, iommus__0__oas__reason="absent", widths__iovaBits__provenance="assumed",
                                   widths__safeGuestBitsWithDevices__provenance="assumed", iommus__0__iovaBitsAtLeast__value=40)
smmuv3_without_log.findings = {"msi-window-in-low-memory"}


def smmuv3_log_refused(t):
    """A user, where kernel.dmesg_restrict is 1."""
    unit_host(t, "6.12.107", 48, chip=ITS)
    t.write("hawd/reasons", "not-applicable hawd/cpuid\npermission dev/kmsg\n")


smmuv3_log_refused.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__iovaBits__provenance="assumed", iommus__0__oas__reason="permission")
smmuv3_log_refused.findings = {"profile-incomplete", "msi-window-in-low-memory"}


def smmuv3_log_malformed(t):
    unit_host(t, "6.12.107", 48, smmuv3(BOTH, 99), chip=ITS)


smmuv3_log_malformed.expect = {"iommus.0.iovaBits.value": None, "iommus.0.iovaBits.reason": "malformed", "groups.0.usableIova": [],
                               "iommus.0.oas.reason": "malformed", "widths.iovaBits.value": None}
smmuv3_log_malformed.findings = {"iommu-width-unknown", "msi-window-in-low-memory"}


def smmuv2(t):
    """By the source: an SMMUv2's input size is that of its first stage."""
    unit_host(t, "6.12.107", 44, "arm-smmu 9050000.smmuv3: SMMUv2 with:", "arm-smmu 9050000.smmuv3: \\x09Stage-1: 40-bit VA -> 44-bit IPA",
              "arm-smmu 9050000.smmuv3: \\x09Stage-2: 44-bit IPA -> 44-bit PA", chip=ITS, kind="")


smmuv2.expect = expect(40, [BELOW_WINDOW, {"start": "0x8100000", "end": "0xffffffffff"}], iommus__0__kind="arm-smmu", iommus__0__stages="both",
                       iommus__0__oas__value=44, iommus__0__secondStageBits__value=44, iommus__0__features__value=None)
smmuv2.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv2_without_log(t):
    """Nothing tells its sizes, and none is assumed."""
    unit_host(t, "6.12.107", 44, chip=ITS, kind="")


smmuv2_without_log.expect = {"iommus.0.iovaBits.value": None, "iommus.0.iovaBits.reason": "absent", "groups.0.usableIova": [], "iommus.0.stages": None}
smmuv2_without_log.findings = {"iommu-width-unknown", "msi-window-in-low-memory"}


def smmuv1(t):
    """By the source: an SMMUv1 has the tables of 32-bit CPUs, and the MMU-401 also others."""
    unit_host(t, "6.12.107", 44, "arm-smmu 9050000.smmuv3: SMMUv1 with:", "arm-smmu 9050000.smmuv3: \tStage-2: 44-bit IPA -> 44-bit PA", chip=ITS, kind="")


smmuv1.expect = expect(40, [BELOW_WINDOW, {"start": "0x8100000", "end": "0xffffffffff"}], iommus__0__iovaBits__provenance="assumed", iommus__0__stages="2")
smmuv1.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def smmuv3_ram_above_oas(t):
    """RAM above 2^40 cannot be mapped for a device behind a unit with 40 bits of output."""
    unit_host(t, "6.1.0-50", 48, smmuv3(BOTH, 40), chip=ITS_61, ram="40000000-13fffffff : System RAM\n10000000000-1003fffffff : System RAM\n")


smmuv3_ram_above_oas.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__oas__value=40)
smmuv3_ram_above_oas.findings = {"ram-above-oas", "msi-window-in-low-memory"}


def device_without_driver(t):
    """Linux 6.1 makes a device's group when a driver binds: until then it is not there, which is not for ever."""
    unit_host(t, "6.1.0-50", 48, smmuv3(), chip=ITS_61)
    t.pci("0000:00:02.0", endpoint())


device_without_driver.expect = expect(48, [BELOW_WINDOW, BELOW_48], devices__1__group=None, devices__1__groupReason="unsupported-kernel")
device_without_driver.findings = {"msi-window-in-low-memory"}


def virtio_iommu(t):
    """A guest with a virtio-iommu of 39 bits, whose doorbell is the ITS page that QEMU reserves."""
    unit_host(t, "6.12.107", 44, "virtio_iommu virtio0: input address: 39 bits", chip=ITS, kind=None, regions=[(0x8090000, 0x809FFFF, "msi")])
    t._unit("0000:00:05.0", {}, [DEVICE], "pci0000:00/0000:00:05.0/virtio0/iommu")


virtio_iommu.expect = expect(39, [{"start": "0x0", "end": "0x808ffff"}, {"start": "0x80a0000", "end": "0x7fffffffff"}])
virtio_iommu.findings = {"iommu-narrower-than-cpu", "msi-window-in-low-memory"}


def gicv2m(t):
    """GICv2: VFIO_SET_IOMMU gives EPERM, in Linux 6.12 …"""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=V2M)


gicv2m.expect = expect(48, [BELOW_WINDOW, BELOW_48], groups__0__assignable=False, groups__0__assignableReason="no-interrupt-remapping",
                       iommus__0__interruptRemapping__enabled__value=False)
gicv2m.findings = {"interrupt-remapping-off", "msi-window-in-low-memory"}


def gicv2m_of_6_1(t):
    """… as in 6.1."""
    unit_host(t, "6.1.0-50", 44, smmuv3(), chip=V2M_61)


gicv2m_of_6_1.expect = gicv2m.expect
gicv2m_of_6_1.findings = gicv2m.findings


def gicv2m_beside_its(t):
    """Two controllers: the device may have either, and Linux 6.1 wants all of them to isolate."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS)
    t.chip(60, "GICv2m-PCI-MSIX-0000:00:02.0")


gicv2m_beside_its.expect = gicv2m.expect
gicv2m_beside_its.findings = gicv2m.findings


def gicv2m_allowed(t):
    """With allow_unsafe_interrupts VFIO takes the group."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=V2M)
    t.write("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n")


gicv2m_allowed.expect = expect(48, [BELOW_WINDOW, BELOW_48], iommus__0__interruptRemapping__enabled__value=False)
gicv2m_allowed.findings = {"interrupt-remapping-off", "msi-window-in-low-memory"}


def no_msi_in_use(t):
    """No device uses an MSI: which controller it would have is unknown, and that is no yes."""
    unit_host(t, "6.12.107", 44, smmuv3())


no_msi_in_use.expect = expect(48, [BELOW_WINDOW, BELOW_48], groups__0__assignable=None, groups__0__assignableReason="msi-isolation-unknown",
                              iommus__0__interruptRemapping__enabled__value=None, iommus__0__interruptRemapping__enabled__reason="absent")
no_msi_in_use.findings = {"msi-isolation-unknown", "msi-window-in-low-memory"}


def unknown_isolation(reason):
    return expect(48, [BELOW_WINDOW, BELOW_48], groups__0__assignable=None,
                  groups__0__assignableReason="unreadable" if reason == "permission" else "msi-isolation-unknown",
                  iommus__0__interruptRemapping__enabled__value=None, iommus__0__interruptRemapping__enabled__reason=reason)


def its_of_another_segment(t):
    """Since 6.3 VFIO asks for each device: an ITS of another PCI segment says nothing of this one's."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip="ITS-PCI-MSIX-0001:00:01.0")


its_of_another_segment.expect = unknown_isolation("absent")
its_of_another_segment.findings = no_msi_in_use.findings


def its_of_one_of_two_segments(t):
    """Chips of 6.8 do not name their device: only the segment with a device that uses the ITS is known."""
    unit_host(t, "6.8.0-60", 44, smmuv3(), chip=ITS_61)
    t.pci("0001:00:01.0", endpoint(), driver="nvme")
    t.write("sys/bus/pci/devices/0001:00:01.0/msi_irqs/50", "msix\n")


its_of_one_of_two_segments.expect = unknown_isolation("absent")
its_of_one_of_two_segments.findings = no_msi_in_use.findings


def its_of_two_segments(t):
    its_of_one_of_two_segments(t)
    t.chip(51, ITS_61)
    t.write(f"sys/bus/pci/devices/{DEVICE}/msi_irqs/51", "msix\n")


its_of_two_segments.expect = expect(48, [BELOW_WINDOW, BELOW_48])
its_of_two_segments.findings = {"msi-window-in-low-memory"}


def unknown_chip_beside_its(t):
    """It may be the device's, and whether it isolates is unknown."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS)
    t.chip(60, "X-Gene1 MSI")


unknown_chip_beside_its.expect = unknown_isolation("ambiguous")
unknown_chip_beside_its.findings = no_msi_in_use.findings


def unreadable_chip_beside_its(t):
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS)
    t.write("sys/kernel/irq/60/type", "edge\n")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\npermission sys/kernel/irq/60/chip_name\n")


unreadable_chip_beside_its.expect = unknown_isolation("permission")
unreadable_chip_beside_its.findings = {"profile-incomplete", "msi-window-in-low-memory"}


def gicv2m_after_many_its(t):
    """A large server has more interrupts than 4096; one of the last decides."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS)
    for irq in range(100, 4300):
        t.chip(irq, ITS)
    t.chip(5000, "GICv2m-PCI-MSIX-0000:00:02.0")


gicv2m_after_many_its.expect = gicv2m.expect
gicv2m_after_many_its.findings = gicv2m.findings

HOSTS = [smmuv3_stage_1, smmuv3_stage_1_of_44_bits, smmuv3_both_stages, smmuv3_stage_2, smmuv3_log_of_7_2, smmuv3_pages_of_16k,
         smmuv3_kernel_of_39_bits, smmuv3_stage_2_kernel_of_39_bits, smmuv3_kernel_of_47_bits, smmuv3_kernel_of_52_bits,
         smmuv3_kernel_of_39_bits_without_log, smmuv3_address_bits_unknown, smmuv3_pages_of_64k, smmuv3_pages_of_64k_stage_2, smmuv3_stage_2_of_52_bits, smmuv3_without_log, smmuv3_log_refused,
         smmuv3_log_malformed, smmuv3_ram_above_oas, device_without_driver, smmuv2, smmuv2_without_log, smmuv1, virtio_iommu, gicv2m, gicv2m_of_6_1, gicv2m_beside_its, gicv2m_allowed, no_msi_in_use,
         its_of_another_segment, its_of_one_of_two_segments, its_of_two_segments, unknown_chip_beside_its, unreadable_chip_beside_its, gicv2m_after_many_its]
