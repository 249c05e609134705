"""arm64 hosts by what their firmware says in the IORT. Seen in an emulated host: with a memory address limit of 40, VFIO offers 48 bits
and maps at 2^47; RMRs come out as written in reserved_regions if the host bridge's _DSM keeps the boot configuration. See hosts_intel.py."""
from iort import iort, its, mapping, pmcg, rmr, root_complex, smmuv3
from tree import MSI_WINDOW, endpoint

NIC, DISK = "0000:00:02.0", "0000:00:03.0"
STAGE_1 = "arm-smmu-v3 arm-smmu-v3.0.auto: ias 44-bit, oas 44-bit (features 0x00008305)"
BELOW_40 = [{"start": "0x0", "end": "0x7ffffff"}, {"start": "0x8100000", "end": "0xffffffffff"}]
BELOW_48 = [{"start": "0x0", "end": "0x7ffffff"}, {"start": "0x8100000", "end": "0xffffffffffff"}]


def table(*more, limit=64, count=0x10000):
    return iort(its(0), smmuv3(0x9050000, mapping("its"), name="one"), root_complex(0, mapping("one", count=count), limit=limit), *more)


def acpi_host(t, content, regions=((), ()), driven=True):
    """Two devices behind the first unit, each in a group of its own."""
    t.base(name="acpi", architecture="aarch64", kernel="6.12.107-arm64")
    t.arm_kernel()
    t.cpuinfo_arm(0x413FD0C1)
    t.kvm_arm(48)
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.chip(50, f"ITS-PCI-MSIX-{NIC}")
    if content:
        t.table("IORT", content)
    for i, address in enumerate((NIC, DISK)):
        t.pci(address, endpoint(), driver="vfio-pci")
        if driven:
            t.group(i, [address], [MSI_WINDOW, *regions[i]])
    if driven:
        t.smmu(0x9050000, [NIC, DISK], "arm-smmu-v3.0.auto/iommu")
        t.kernel_log(STAGE_1)
    t.write("proc/iomem", "40000000-13fffffff : System RAM\n")


def limit_of_40(t):
    """The root complex passes on 40 bits, VFIO offers 48."""
    acpi_host(t, table(limit=40))


limit_of_40.expect = {
    "iommus.0.iovaBits.value": 48, "groups.0.iovaBits": 40, "groups.1.usableIova": BELOW_40, "groups.0.assignable": True,
    "widths.iovaBits.value": 40, "widths.iovaBits.provenance": "derived", "widths.safeGuestBitsWithDevices.value": 40, "usableIova": BELOW_40,
    "firmware.iort.table.rootComplexes.0.memoryAddressLimit": 40, "firmware.iort.table.units.0.base": "0x9050000",
}
limit_of_40.findings = {"memory-address-limit", "msi-window-in-low-memory"}


def limit_of_48(t):
    """What VFIO offers arrives."""
    acpi_host(t, table(limit=48))


limit_of_48.expect = {"groups.0.iovaBits": 48, "widths.iovaBits.value": 48, "usableIova": BELOW_48}
limit_of_48.findings = {"msi-window-in-low-memory"}


def limit_not_valid(t):
    """A limit of 0 bits: no width that could be relied on."""
    acpi_host(t, table(limit=0))


limit_not_valid.expect = {"groups.0.iovaBits": None, "groups.0.bitsReason": "malformed", "groups.0.usableIova": [], "usableIova": [],
                          "widths.iovaBits.value": None, "widths.iovaBits.reason": "malformed", "iommus.0.iovaBits.value": 48,
                          "firmware.iort.table.rootComplexes.0.memoryAddressLimit": None}
limit_not_valid.findings = {"iort-fault", "memory-address-limit", "msi-window-in-low-memory"}


def iort_unreadable(t):
    """Without root: there may be a limit."""
    acpi_host(t, None)
    t.write("hawd/reasons", "not-applicable hawd/cpuid\npermission sys/firmware/acpi/tables/IORT\n")


iort_unreadable.expect = {"groups.0.iovaBits": None, "groups.0.bitsReason": "permission", "widths.iovaBits.reason": "permission",
                          "firmware.iort.reason": "permission", "firmware.iort.table": None}
iort_unreadable.findings = {"msi-window-in-low-memory", "profile-incomplete"}


def second_smmu_not_driven(t):
    """Bus 1 is behind a unit that the kernel rejected. RMRs: the disk's is in reserved_regions, the NIC's is not."""
    acpi_host(t, iort(its(0), smmuv3(0x9050000, mapping("its"), name="one"), smmuv3(0x9070000, mapping("its"), name="two"), pmcg(0x9092000, "two"),
                      root_complex(0, mapping("one", count=0x100), mapping("two", 0x100, 0x100)),
                      rmr(0, [(0x50000000, 0x100000)], mapping("one", 0, 1, 0x10, single=True)),
                      rmr(1, [(0x60000000, 0x10000), (0x8200000000, 0x10000)], mapping("one", 0, 1, 0x18, single=True))),
              regions=((), ((0x60000000, 0x6000FFFF, "direct-relaxable"), (0x8200000000, 0x820000FFFF, "direct-relaxable"))))
    t.pci("0000:01:00.0", endpoint())


second_smmu_not_driven.expect = {
    "firmware.iort.table.units.1.base": "0x9070000", "firmware.iort.table.performanceMonitors": 1, "firmware.iort.table.faults": [],
    "firmware.iort.table.reservedMemory.0.ranges.0": {"start": "0x50000000", "end": "0x500fffff"},
    "firmware.iort.table.rootComplexes.0.mappings.1.unit": 1, "groups.0.iovaBits": 48, "groups.1.assignable": True, "groups.1.usableIova": BELOW_48,
}
second_smmu_not_driven.findings = {"smmu-not-driven", "rmr-not-kept", "msi-window-in-low-memory"}


def no_smmu_driven(t):
    acpi_host(t, table(), driven=False)


no_smmu_driven.expect = {"widths.iovaBits.reason": "absent", "iommus": []}
no_smmu_driven.findings = {"iommu-firmware-only"}


def root_complex_missing(t):
    """The walk ends before the root complex: its limit is unknown, not absent."""
    acpi_host(t, iort(its(0), smmuv3(0x9050000, mapping("its"), name="one")))


root_complex_missing.expect = {"groups.0.iovaBits": None, "groups.0.bitsReason": "malformed", "groups.0.usableIova": [], "usableIova": [],
                               "widths.iovaBits.reason": "malformed", "iommus.0.iovaBits.value": 48}
root_complex_missing.findings = {"memory-address-limit", "msi-window-in-low-memory"}

HOSTS = [root_complex_missing, limit_of_40, limit_of_48, limit_not_valid, iort_unreadable, second_smmu_not_driven, no_smmu_driven]
