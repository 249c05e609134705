"""arm64 hosts. What is expected was seen on such hosts, or follows from the kernel's source. See hosts_intel.py."""
import iort
from tree import MEMORY32, MEMORY64, MSI_WINDOW, endpoint, root_port

PARANGE = {40: 2, 44: 4, 48: 5, 52: 6}  # ID_AA64MMFR0_EL1, bits 3:0


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
    "host.gicVersion.value": None, "host.gicVersion.reason": "absent",
    "host.architecture": "aarch64", "widths.guestPhysicalBits.value": 44, "widths.guestMappableBits.value": 44,
    "widths.cpuPhysicalBits.value": 44, "widths.cpuPhysicalBits.provenance": "derived", "iommus.0.kind": "arm-smmu-v3",
    "widths.iovaBits.value": 48, "widths.iovaBits.provenance": "assumed",
    # No device uses an MSI: which controller it has is not known.
    "groups.0.assignable": None, "paging.secondLevel.kind": "stage2",
}
arm64_smmuv3.findings = {"msi-isolation-unknown", "msi-window-in-low-memory"}


def arm64_gicv2(t):
    """A GICv2 without EL2, another one behind it, GICv2m, whose interrupts come first."""
    arm64_smmuv3(t)
    for irq, chip in enumerate(("GICv2m-PCI-MSIX-0000:00:01.0", "GIC-1", "GIC-0")):
        t.chip(irq + 1, chip)


arm64_gicv2.expect = {"host.gicVersion.value": 2, "host.gicVersion.provenance": "measured", "groups.0.assignableReason": "no-interrupt-remapping"}
arm64_gicv2.findings = {"interrupt-remapping-off", "msi-window-in-low-memory"}


def server(t, name, kernel, midr, vendor, product, ipa=48, cpus=4):
    """An arm64 server with ACPI, and a kernel for pages of 4 KiB."""
    t.base(name=name, architecture="aarch64", kernel=kernel)
    t.arm_kernel()
    t.cpuinfo_arm(midr, cpus)
    t.midr(midr, cpus)
    t.kvm_arm(ipa, registers=((0x603000000013C038, PARANGE[ipa]),))
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    for file, text in (("sys_vendor", vendor), ("product_name", product), ("board_vendor", vendor), ("bios_vendor", "Phoenix Technologies"),
                       ("product_version", "0100")):
        t.write(f"sys/devices/virtual/dmi/id/{file}", text + "\n")


def ampere_like(t):
    """An Ampere Altra: Neoverse N1, 48 bits, two of its SMMUs, a NIC with virtual functions behind one."""
    server(t, "altra", "6.12.107+deb13-arm64", 0x413FD0C1, "GIGABYTE", "R152-P32-00")
    t.kernel_log("kvm [1]: IPA Size Limit: 48 bits", "kvm [1]: VHE mode initialized successfully",
                 "arm-smmu-v3 arm-smmu-v3.0.auto: ias 48-bit, oas 48-bit (features 0x00088705)",
                 "arm-smmu-v3 arm-smmu-v3.1.auto: ias 48-bit, oas 48-bit (features 0x00088705)")
    t.table("IORT", iort.iort(
        iort.its(0), iort.smmuv3(0x23FFE0000000, iort.mapping("its"), name="first"),
        iort.smmuv3(0x2BFFE0000000, iort.mapping("its", output=0x10000), name="second"),
        iort.root_complex(0, iort.mapping("first"), limit=48, ats=1, name="segment 0"),
        iort.root_complex(1, iort.mapping("second", output=0x10000), limit=48, ats=1, name="segment 1")))
    t.write("proc/iomem", "30000000-37ffffff : PCI Bus 0001:00\n40000000-7fffffff : PCI Bus 0000:00\n90000000-ffbfffff : System RAM\n"
            "  91000000-92ffffff : Kernel code\nffc00000-ffffffff : reserved\n100002600000-10000261ffff : ARMH0011:00 ARMH0011:00\n"
            "80000000000-83fffffffff : System RAM\n200000000000-23ffdfffffff : PCI Bus 0000:00\n23fff0000000-23ffffffffff : PCI ECAM\n"
            "280000000000-2bffdfffffff : PCI Bus 0001:00\n2bfff0000000-2bffffffffff : PCI ECAM\n")
    t.chip(11, "GICv3")
    t.chip(41, "ITS-PCI-MSIX-0000:01:00.0")
    port, nic = "0000:00:01.0", "0000:01:00.0"
    t.smmu(0x23FFE0000000, [port, nic])
    t.smmu(0x2BFFE0000000, [], node="arm-smmu-v3.1.auto")
    t.pci(port, root_port(), driver="pcieport")
    t.pci(nic, endpoint(0x15B3, 0x1017).sriov(8), driver="mlx5_core", below=port, bars=((0, 0x200000000000, 32 << 20, MEMORY64),))
    t.group(0, [port], [MSI_WINDOW])
    t.group(1, [nic], [MSI_WINDOW])


ampere_like.expect = {
    "host.architecture": "aarch64", "host.virtualised": "none", "host.cpus.value": 4, "widths.guestPhysicalBits.value": 48,
    "host.pageSize.value": 4096, "host.gicVersion.value": 3,
    "iommus.0.kind": "arm-smmu-v3", "groups.1.assignable": True, "groups.1.isolated": True,
    "memory.ramTop.value": "0x84000000000", "memory.ranges.1.type": "PCI Bus 0000:00", "encryption.bitsTaken.reason": "not-applicable",
    "encryption.bitsTaken.value": None, "firmware.iort.table.rootComplexes.0.memoryAddressLimit": 48,
}
ampere_like.findings = {"msi-window-in-low-memory"}


def gb10_like(t):
    """A DGX Spark: Cortex-A725 beside Cortex-X925; firmware wants its GPU's memory mapped 1:1, so Linux keeps the GPU for the host."""
    server(t, "spark", "6.14.0-1013-nvidia", [0x410FD871, 0x410FD871, 0x410FD851, 0x410FD851], "NVIDIA", "NVIDIA_DGX_Spark")
    t.kernel_log("kvm [1]: IPA Size Limit: 48 bits", "kvm [1]: VHE mode initialized successfully",
                 "arm-smmu-v3 arm-smmu-v3.0.auto: ias 48-bit, oas 48-bit (features 0x00088705)")
    t.table("IORT", iort.iort(
        iort.its(0), iort.smmuv3(0x15000000, iort.mapping("its"), name="unit"),
        iort.root_complex(0, iort.mapping("unit"), limit=48, ats=1, name="segment 0"),
        iort.rmr(0, [(0x2000000000, 0x40000000)], iort.mapping("unit", 0x100, 1, 0x100, single=True), name="gpu")))
    t.write("proc/iomem", "15000000-1501ffff : ARMH0011:00 ARMH0011:00\n40000000-4fffffff : PCI Bus 0000:00\n"
            "80000000-fdffffff : System RAM\n100000000-1fffffffff : System RAM\n2000000000-203fffffff : reserved\n"
            "600000000000-603fffffffff : PCI Bus 0000:00\n")
    t.chip(11, "GICv3")
    t.chip(52, "ITS-PCI-MSIX-0000:01:00.0")
    gpu_port, gpu, nic_port, nic = "0000:00:00.0", "0000:01:00.0", "0000:00:01.0", "0000:02:00.0"
    t.smmu(0x15000000, [gpu_port, gpu, nic_port, nic])
    t.pci(gpu_port, root_port(), driver="pcieport")
    t.pci(gpu, endpoint(0x10DE, 0x2E12, 0x030200), driver="nvidia", below=gpu_port, bars=((0, 0x600000000000, 64 << 20, MEMORY64),))
    t.pci(nic_port, root_port(), driver="pcieport")
    t.pci(nic, endpoint(0x15B3, 0x1021), driver="mlx5_core", below=nic_port, bars=((0, 0x600010000000, 32 << 20, MEMORY64),))
    for number, device in enumerate((gpu_port, gpu, nic_port, nic)):
        t.group(number, [device], [MSI_WINDOW] + [(0x2000000000, 0x203FFFFFFF, "direct")] * (device == gpu))


gb10_like.expect = {
    "host.virtualised": "none", "host.cpuKinds.value": 2, "host.cpuModelName": "Cortex-A725, Cortex-X925", "host.pageSize.value": 4096,
    "groups.1.assignable": False, "groups.1.assignableReason": "direct-region", "groups.3.assignable": True,
    "firmware.iort.table.reservedMemory.0.ranges.0.end": "0x203fffffff", "widths.guestPhysicalBits.value": 48,
}
gb10_like.findings = {"cpus-differ", "msi-window-in-low-memory", "rmrr-device-not-assignable"}


def raspberry_like(t):
    """A Raspberry Pi 5: a device tree, no SMMU, so no groups; 40 bits; devices on PCIe reach 37."""
    t.base(name="pi", architecture="aarch64", kernel="6.12.47+rpt-rpi-2712")
    t.arm_kernel(16384, 0)
    t.cpuinfo_arm(0x414FD0B1, 4)
    t.midr(0x414FD0B1, 4)
    t.kvm_arm(40, registers=((0x603000000013C038, PARANGE[40]),))
    t.kernel_log("kvm [1]: IPA Size Limit: 40 bits", "kvm [1]: VHE mode initialized successfully")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "00000000-0007ffff : System RAM\n00080000-3fbfffff : System RAM\n  00210000-0128ffff : Kernel code\n"
            "40000000-1ffffffff : System RAM\n1000110000-1000119307 : 1000110000.pcie pcie@1000110000\n"
            "107d001000-107d0011ff : serial@7d001000\n1800000000-1affffffff : pcie@1000110000\n1b00000000-1bfffffffb : pcie@1000110000\n"
            "1c00000000-1effffffff : pcie@1000120000\n1f00000000-1ffffffffb : pcie@1000120000\n")
    cells = {"#address-cells": [2], "#size-cells": [2]}
    t.device_tree("", compatible=["raspberrypi,5-model-b", "brcm,bcm2712"], **{"#address-cells": [2], "#size-cells": [1]})
    t.device_tree("axi", compatible="simple-bus", ranges=[0, 0, 0, 0, 0x10, 0, 0x10, 0, 0x10, 0, 1, 0, 0x18, 0, 0x18, 0, 4, 0,
                                                          0x1C, 0, 0x1C, 0, 4, 0], **cells)
    for node, domain, low, high, status in ((0x1000110000, 1, 0x1B, 0x18, "okay"), (0x1000120000, 2, 0x1F, 0x1C, "okay"),
                                            (0x1000100000, 0, 0x17, 0x14, "disabled")):
        t.device_tree(f"axi/pcie@{node:x}", compatible="brcm,bcm2712-pcie", device_type="pci", status=status, linux__pci_domain=[domain],
                      ranges=[0x2000000, 0, 0, low, 0, 0, 0xFFFFFFFC, 0x43000000, 4, 0, high, 0, 3, 0],
                      dma_ranges=[0x43000000, 0x10, 0, 0, 0, 0x10, 0], **{"#address-cells": [3], "#size-cells": [2]})
    t.chip(9, "GICv2")
    t.chip(38, "MIP-PCI-MSIX-0002:01:00.0")
    t.pci("0002:00:00.0", root_port(acs=False), driver="pcieport")
    t.pci("0002:01:00.0", endpoint(0x1DE4, 0x0001, 0x020000), driver="rp1", below="0002:00:00.0", bars=((1, 0x1F00000000, 4 << 20, MEMORY32),))


raspberry_like.expect = {
    "host.virtualised": "none", "iommus": [], "groups": [], "widths.guestPhysicalBits.value": 40, "widths.iovaBits.value": None,
    "host.pageSize.value": 16384, "host.gicVersion.value": 2,
    "memory.ranges.3.type": "1000110000.pcie pcie@1000110000", "memory.ranges.5.type": "pcie@1000110000",
    "firmware.deviceTree.reason": None, "firmware.deviceTree.units": [], "firmware.deviceTree.faults": [],
    "firmware.deviceTree.hostBridges": [
        {"path": f"/axi/pcie@10001{n}0000", "segment": n, "dmaBits": 37, "dmaReason": None,
         "dmaRanges": [{"start": "0x1000000000", "end": "0x1fffffffff"}], "windows": [
            {"space": "memory32", "prefetchable": False, "busStart": "0x0", "start": f"0x{low}00000000", "end": f"0x{low}fffffffb"},
            {"space": "memory64", "prefetchable": True, "busStart": "0x400000000", "start": f"0x{high}00000000", "end": f"0x{end}ffffffff"}]}
        for n, low, high, end in ((1, "1b", "18", "1a"), (2, "1f", "1c", "1e"))],
}
raspberry_like.findings = {"iommu-absent"}


def device_tree_virt(t):
    """QEMU's virt machine, booted with its device tree: fw-cfg tells; an SMMU that the kernel does not drive."""
    t.base(name="virt", architecture="aarch64", kernel="6.1.0-50-arm64")
    t.arm_kernel()
    t.cpuinfo_arm(0x411FD070)
    t.midr(0x411FD070)
    t.directory("sys/module/kvm")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "09000000-09000fff : pl011@9000000\n10000000-3efeffff : pcie@10000000\n40000000-13fffffff : System RAM\n"
            "4010000000-401fffffff : PCI ECAM\n8000000000-ffffffffff : pcie@10000000\n")
    t.device_tree("", compatible="linux,dummy-virt", **{"#address-cells": [2], "#size-cells": [2]})
    t.device_tree("fw-cfg@9020000", compatible="qemu,fw-cfg-mmio", reg=[0, 0x9020000, 0, 0x18])
    t.device_tree("smmuv3@9050000", compatible="arm,smmu-v3", reg=[0, 0x9050000, 0, 0x20000])
    t.device_tree("interrupt-controller@1000", compatible="brcm,l2-intc")
    t.device_tree("intc@8000000", compatible="arm,gic-v3")
    t.device_tree("pcie@10000000", compatible="pci-host-ecam-generic", device_type="pci", linux__pci_domain=[0], dma_coherent=b"",
                  ranges=[0x1000000, 0, 0, 0, 0x3EFF0000, 0, 0x10000, 0x2000000, 0, 0x10000000, 0, 0x10000000, 0, 0x2EFF0000,
                          0x3000000, 0x80, 0, 0x80, 0, 0x80, 0], **{"#address-cells": [3], "#size-cells": [2]})
    t.pci("0000:00:01.0", endpoint(0x1AF4, 0x1041), driver="virtio-pci")


device_tree_virt.expect = {
    "host.virtualised": "qemu", "memory.ranges.1.type": "pcie@10000000", "iommus": [], "host.gicVersion.value": 3,
    "firmware.deviceTree.units": [{"path": "/smmuv3@9050000", "compatible": "arm,smmu-v3", "base": "0x9050000"}],
    "firmware.deviceTree.hostBridges.0.dmaBits": None, "firmware.deviceTree.hostBridges.0.path": "/pcie@10000000",
    "firmware.deviceTree.hostBridges.0.windows.0": {"space": "io", "prefetchable": False, "busStart": "0x0", "start": "0x3eff0000",
                                                    "end": "0x3effffff"},
    "firmware.deviceTree.hostBridges.0.windows.2.end": "0xffffffffff",
}
device_tree_virt.findings = {"iommu-firmware-only", "kvm-absent", "virtualised-host"}


def device_tree_limit(t):
    """A board whose PCI devices reach 39 bits, behind one of two SMMUs; the kernel does not drive the other."""
    t.base(name="board", architecture="aarch64", kernel="6.12.107+deb13-arm64")
    t.arm_kernel()
    t.cpuinfo_arm(0x414FD0B1, 2)
    t.kvm_arm(40, registers=((0x603000000013C038, PARANGE[40]),))
    t.kernel_log("arm-smmu-v3 15000000.iommu: ias 48-bit, oas 40-bit (features 0x00008305)")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "10000000-17ffffff : pcie@10000000\n80000000-ffffffff : System RAM\n")
    t.device_tree("", compatible="acme,board", **{"#address-cells": [2], "#size-cells": [2]})
    t.device_tree("soc@0", compatible="simple-bus", ranges=[0, 0, 0x10000000, 0x10000000], **{"#address-cells": [1], "#size-cells": [1]})
    t.device_tree("soc@0/interrupt-controller@4000000", compatible=["acme,gic", "arm,gic-400"])
    t.device_tree("soc@0/iommu@5000000", compatible="arm,smmu-v3", reg=[0x5000000, 0x20000])
    t.device_tree("soc@0/iommu@6000000", compatible=["acme,smmu", "arm,mmu-500"], reg=[0x6000000, 0x20000])
    t.device_tree("soc@0/iommu@7000000", compatible="arm,mmu-500", reg=[0x7000000, 0x20000], status="disabled")
    t.device_tree("soc@0/pcie@10000000", compatible="pci-host-ecam-generic", device_type="pci", reg=[0x8000000, 0x1000000],
                  ranges=[0x2000000, 0, 0x20000000, 0x0, 0, 0x8000000], dma_ranges=[0x43000000, 0, 0, 0, 0x80, 0],
                  **{"#address-cells": [3], "#size-cells": [2]})
    t.chip(33, "ITS-PCI-MSIX-0000:00:01.0")
    t.smmu(0x15000000, ["0000:00:01.0"], node="15000000.iommu")
    t.pci("0000:00:01.0", endpoint())
    t.group(0, ["0000:00:01.0"], [MSI_WINDOW])


device_tree_limit.expect = {
    "host.gicVersion.value": 2, "host.gicVersion.source": "device tree, interrupt controller",
    "widths.iovaBits.value": 39, "iommus.0.iovaBits.value": 48, "groups.0.iovaBits": 39,
    "host.virtualised": "none", "firmware.deviceTree.faults": [],
    "firmware.deviceTree.hostBridges": [{"path": "/soc@0/pcie@10000000", "segment": None, "dmaBits": 39, "dmaReason": None,
                                            "dmaRanges": [{"start": "0x0", "end": "0x7fffffffff"}], "windows": [
        {"space": "memory32", "prefetchable": False, "busStart": "0x20000000", "start": "0x10000000", "end": "0x17ffffff"}]}],
    "firmware.deviceTree.units": [{"path": "/soc@0/iommu@5000000", "compatible": "arm,smmu-v3", "base": "0x15000000"},
                                  {"path": "/soc@0/iommu@6000000", "compatible": "arm,mmu-500", "base": "0x16000000"}],
}
device_tree_limit.findings = {"iommu-narrower-than-cpu", "memory-address-limit", "msi-window-in-low-memory", "smmu-not-driven"}


def dma_260_gib(t):
    """As above, but the bridge passes on 1 GiB to 260 GiB: not whole bits, and not from 0."""
    device_tree_limit(t)
    t.device_tree("soc@0/pcie@10000000", dma_ranges=[0x43000000, 0, 0x40000000, 0x40000000, 0x40, 0xC0000000])


dma_260_gib.expect = {
    "widths.iovaBits.value": 38, "groups.0.iovaBits": 38, "groups.0.usableIova": [{"start": "0x40000000", "end": "0x40ffffffff"}],
    "usableIova": [{"start": "0x40000000", "end": "0x3fffffffff"}],
}
dma_260_gib.findings = device_tree_limit.findings


def dma_cut_short(t):
    """The second entry is not whole: the first says nothing of what the host has."""
    device_tree_limit(t)
    t.device_tree("soc@0/pcie@10000000", dma_ranges=[0x43000000, 0, 0, 0, 0x80, 0, 0x43000000])


UNKNOWN_LIMIT = {"groups.0.iovaBits": None, "groups.0.usableIova": [], "usableIova": [], "widths.iovaBits.value": None, "iommus.0.iovaBits.value": 48}
UNKNOWN_FINDINGS = {"memory-address-limit", "msi-window-in-low-memory", "smmu-not-driven"}
dma_cut_short.expect = {**UNKNOWN_LIMIT, "groups.0.bitsReason": "malformed", "firmware.deviceTree.hostBridges.0.dmaReason": "malformed"}
dma_cut_short.findings = UNKNOWN_FINDINGS


def dma_of_parent(t):
    """The bus above the bridge passes on 2 GiB."""
    device_tree_limit(t)
    t.device_tree("soc@0", dma_ranges=[0, 0, 0, 0x80000000])


dma_of_parent.expect = {**UNKNOWN_LIMIT, "groups.0.bitsReason": "ambiguous", "firmware.deviceTree.hostBridges.0.dmaReason": "ambiguous"}
dma_of_parent.findings = UNKNOWN_FINDINGS


def dma_other_segment(t):
    """No bridge has the segment of the device."""
    device_tree_limit(t)
    t.device_tree("soc@0/pcie@10000000", linux__pci_domain=[7])


dma_other_segment.expect = {**UNKNOWN_LIMIT, "groups.0.bitsReason": "ambiguous", "firmware.deviceTree.hostBridges.0.dmaBits": 39}
dma_other_segment.findings = UNKNOWN_FINDINGS


def arm64_lpa2_off(t):
    """QEMU's max with Linux 6.1: 52 bits that the kernel does not use, and KVM's limit of 48 does not show; only a virtual CPU does."""
    t.base(name="max", architecture="aarch64", kernel="6.1.0-50-arm64")
    t.arm_kernel()
    t.cpuinfo_arm(0x000F0510, 2)
    t.midr(0x000F0510, 2)
    t.kvm_arm(48, [(0x603000000013c038, 0x2100032310201126), (0x603000000013c03a, 0x1221011112111011)])
    t.kernel_log("kvm [1]: IPA Size Limit: 48 bits", "kvm [1]: VHE mode initialized successfully")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "40000000-13fffffff : System RAM\n")


arm64_lpa2_off.expect = {
    "widths.cpuPhysicalBits.value": 52, "widths.cpuPhysicalBits.provenance": "measured", "widths.hostPhysicalBits.value": 48,
    "widths.guestPhysicalBits.value": 48, "widths.linearBits.value": 52, "host.cpuImplementer.value": 0, "host.cpuPart.value": 0x051,
    "host.cpuVendor": None, "host.cpuModelName": None, "host.cpuKinds.value": 1, "host.pageSize.value": 4096, "paging.kvm.mode": "vhe",
    "paging.secondLevel.enabled.value": True, "paging.secondLevel.levels.value": 4, "paging.secondLevel.page1G.value": True,
}
arm64_lpa2_off.findings = {"iommu-absent"}


def arm64_no_el2(t):
    """A virtual machine without nested virtualisation: KVM is in the kernel, and does not run. A log that says why."""
    t.base(name="vm", architecture="aarch64", kernel="6.12.107-arm64")
    t.arm_kernel(16384, 52)
    t.cpuinfo_arm(0x414FD0C1)
    t.write("sys/module/kvm/parameters/halt_poll_ns", "500000\n")
    t.directory("sys/class/misc")
    t.kernel_log("kvm [1]: HYP mode not available")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "40000000-13fffffff : System RAM\n")


arm64_no_el2.expect = {
    "paging.kvm.loaded.value": False, "paging.kvm.mode": "none", "paging.virtualisation.enabled.value": False,
    "paging.virtualisation.capable.value": None, "paging.secondLevel.enabled.value": False,
    "widths.guestPhysicalBits.reason": "absent", "widths.cpuPhysicalBits.reason": "absent", "host.cpuMidr.value": "0x414fd0c1",
    "host.cpuMidr.provenance": "derived", "host.cpuVendor": "ARM", "host.cpuModelName": "Neoverse N1", "host.pageSize.value": 16384,
}
arm64_no_el2.findings = {"iommu-absent", "kvm-absent"}


def arm64_kvm_off(t):
    """kvm-arm.mode=none; cores of two parts; /dev/kvm and the log say nothing."""
    t.base(name="off", architecture="aarch64", kernel="6.12.107-arm64", cmdline="kvm-arm.mode=none secret=1")
    t.arm_kernel()
    t.cpuinfo_arm([0x411FD870, 0x411FD870, 0x411FD851])
    t.write("sys/module/kvm/parameters/halt_poll_ns", "500000\n")
    t.directory("sys/class/misc")
    t.write("hawd/reasons", "not-applicable hawd/cpuid\n")
    t.write("proc/iomem", "40000000-13fffffff : System RAM\n")


arm64_kvm_off.expect = {
    "paging.kvm.loaded.value": False, "paging.kvm.mode": "none", "paging.virtualisation.enabled.value": None,
    "host.kernelParameters": "kvm_arm.mode=none", "host.cpuKinds.value": 2, "host.cpuModelName": "Cortex-A725, Cortex-X925",
}
arm64_kvm_off.findings = {"iommu-absent", "kvm-absent", "cpus-differ"}


HOSTS = [arm64_smmuv3, ampere_like, gb10_like, raspberry_like, device_tree_virt, device_tree_limit, dma_260_gib, dma_cut_short, dma_of_parent,
         dma_other_segment, arm64_lpa2_off, arm64_no_el2, arm64_kvm_off]
