"""arm64 hosts. What is expected was seen on such hosts, or follows from the kernel's source. See hosts_intel.py."""
from tree import MSI_WINDOW, endpoint


def arm64_smmuv3(t):
    """SMMUv3: no width in sysfs; the kernel's own MSI window in low memory; IPA size from KVM."""
    t.base(name="arm", architecture="aarch64")
    t.write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\n")
    t.kvm_arm(44)
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.smmu(0x9050000, ["0000:00:01.0"])
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], [MSI_WINDOW])
    t.write("proc/iomem", "40000000-13fffffff : System RAM\n")


arm64_smmuv3.expect = {
    "host.architecture": "aarch64", "widths.guestPhysicalBits.value": 44, "widths.guestMappableBits.value": 44,
    "widths.cpuPhysicalBits.value": 44, "widths.cpuPhysicalBits.provenance": "derived", "iommus.0.kind": "arm-smmu-v3",
    "widths.iovaBits.reason": "not-applicable", "groups.0.assignable": True, "paging.secondLevel.kind": "stage2",
}
arm64_smmuv3.findings = {"iommu-width-unknown", "msi-window-in-low-memory"}

HOSTS = [arm64_smmuv3]
