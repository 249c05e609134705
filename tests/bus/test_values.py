"""Every property of every object of three hosts, against what their inputs mean by hand."""
import os
import pathlib
import re

import pytest

import hosts_intel
import hosts_other
from bus import GROUP, HOST, IOMMU, PATH

MSI = (0xFEE00000, 0xFEEFFFFF, "msi")
HT = (0xFD00000000, 0xFFFFFFFFFF, "reserved")
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
VERSION = re.search(r"^\s*version: '([^']+)'", (TOP / "meson.build").read_text(encoding="utf-8"), re.M)[1]
MACHINE = "0123456789abcdef" * 2
BELOW_MSI = (0, 0xFEDFFFFF)
FACTS = {"Cpus", "CpuPhysicalBits", "HostPhysicalBits", "GuestPhysicalBits", "GuestMappableBits", "IovaBits", "LinearBits",
         "SafeGuestBits", "SafeGuestBitsWithDevices", "FiveLevelPaging", "FiveLevelPagingCapable", "SecondLevelEnabled",
         "MemoryEncryptionBits", "RamTop"}
UNIT_FACTS = {"Address", "Capability", "ExtendedCapability", "CapabilityHeader", "ExtendedFeature", "ExtendedFeature2", "Bits",
              "SecondStageBits", "FirstStageBits", "InterruptRemapping", "InterruptRemappingCapable", "CachingMode"}

INTEL = {
    "host": {
        "Version": VERSION, "MachineId": MACHINE, "Hostname": "client", "Kernel": "6.12.95-amd64", "Architecture": "x86_64",
        "Virtualised": "none", "Vendor": "GenuineIntel", "Model": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 46,
        "HostPhysicalBits": 46, "GuestPhysicalBits": 46, "GuestMappableBits": 46, "IovaBits": 39, "LinearBits": 48,
        "SafeGuestBits": 46, "SafeGuestBitsWithDevices": 39, "FiveLevelPaging": "no", "FiveLevelPagingCapable": "no",
        "SecondLevel": "ept", "SecondLevelEnabled": "yes", "KvmBackend": "kvm_intel", "MemoryEncryptionBits": 0,
        "RamTop": 0x480000000, "ReservedRegions": [(0x7B800000, 0x7FFFFFFF, "direct-relaxable"), MSI],
        "UsableIova": [BELOW_MSI, (0xFEF00000, (1 << 39) - 1)], "Generation": 1, "Unknown": {},
    },
    "findings": {("bar-above-iova", "warning", "0000:01:00.0"), ("iommu-narrower-than-cpu", "warning", "host"),
                 ("mgaw-below-sagaw", "info", "dmar0"), ("mgaw-below-sagaw", "info", "dmar1")},
    "provenance": {"CpuPhysicalBits": "measured: CPUID 0x80000008", "HostPhysicalBits": "measured: /proc/cpuinfo",
                   "GuestPhysicalBits": "measured: KVM_GET_SUPPORTED_CPUID", "IovaBits": "derived: dmar", "RamTop": "measured: /proc/iomem",
                   "SafeGuestBits": "derived: min(", "SecondLevelEnabled": "measured: /sys/module/kvm_intel/parameters/ept"},
    "iommus": {
        "dmar0": {"Name": "dmar0", "Kind": "intel-vtd", "Address": 0xFED90000, "Capability": 0x1C0000C40660462,
                  "ExtendedCapability": 0x29A00F0505E, "CapabilityHeader": 0, "ExtendedFeature": 0, "ExtendedFeature2": 0,
                  "Bits": 39, "SecondStageBits": 39, "FirstStageBits": 0, "InterruptRemapping": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 1, "PciDeviceCount": 1},
        "dmar1": {"Name": "dmar1", "Kind": "intel-vtd", "Address": 0xFED91000, "Capability": 0xD2008C40660462,
                  "ExtendedCapability": 0xF050DA, "CapabilityHeader": 0, "ExtendedFeature": 0, "ExtendedFeature2": 0,
                  "Bits": 39, "SecondStageBits": 39, "FirstStageBits": 0, "InterruptRemapping": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 3, "PciDeviceCount": 3},
    },
    # The AMD registers are none of a VT-d unit, which has no first stage (ECAP bit 43, SMTS, is clear).
    "unit-unknown": dict.fromkeys(("CapabilityHeader", "ExtendedFeature", "ExtendedFeature2", "FirstStageBits"), "not-applicable"),
    "groups": {
        number: {"Id": number, "Name": "", "Type": "DMA-FQ", "Devices": devices, "ReservedRegions": regions,
                 "UsableIova": [BELOW_MSI, (0xFEF00000, (1 << 39) - 1)], "IovaBits": 39, "Iommu": unit, "Assignable": assignable,
                 "AssignableReason": reason, "Isolated": "yes", "Culprit": "", "Unknown": {}}
        for number, devices, regions, unit, assignable, reason in (
            (0, ["0000:00:02.0"], [(0x7B800000, 0x7FFFFFFF, "direct-relaxable"), MSI], "dmar0", "yes", ""),
            (1, ["0000:00:00.0"], [MSI], "dmar1", "no", "bridges-only"),
            (2, ["0000:00:01.0", "0000:01:00.0"], [MSI], "dmar1", "yes", ""))
    },
}
AMD_USABLE = [BELOW_MSI, (0xFEF00000, 0xFCFFFFFFFF), (0x10000000000, (1 << 64) - 1)]
AMD = {
    "host": {
        "Version": VERSION, "MachineId": MACHINE, "Hostname": "sme", "Kernel": "6.12.95-amd64", "Architecture": "x86_64",
        "Virtualised": "none", "Vendor": "AuthenticAMD", "Model": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 48,
        "HostPhysicalBits": 43, "GuestPhysicalBits": 48, "GuestMappableBits": 48, "IovaBits": 64, "LinearBits": 48,
        "SafeGuestBits": 48, "SafeGuestBitsWithDevices": 48, "FiveLevelPaging": "no", "FiveLevelPagingCapable": "no",
        "SecondLevel": "npt", "SecondLevelEnabled": "yes", "KvmBackend": "kvm_amd", "MemoryEncryptionBits": 5,
        "RamTop": 0x2080000000, "ReservedRegions": [MSI, HT], "UsableIova": AMD_USABLE, "Generation": 1, "Unknown": {},
    },
    "findings": {("encryption-takes-bits", "info", "host"), ("hypertransport-hole", "info", "host")},
    "provenance": {"MemoryEncryptionBits": "measured: SYSCFG[23]", "IovaBits": "derived: ivhd0"},
    "iommus": {
        "ivhd0": {"Name": "ivhd0", "Kind": "amd-vi", "Address": 0, "Capability": 0, "ExtendedCapability": 0,
                  "CapabilityHeader": 0x190B640F, "ExtendedFeature": 0x206D73EF22254ADE, "ExtendedFeature2": 0,
                  "Bits": 64, "SecondStageBits": 64, "FirstStageBits": 47, "InterruptRemapping": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 1, "PciDeviceCount": 1},
    },
    # The second feature register is known: it is zero.
    "unit-unknown": dict.fromkeys(("Address", "Capability", "ExtendedCapability"), "not-applicable"),
    "groups": {
        0: {"Id": 0, "Name": "", "Type": "DMA", "Devices": ["0000:00:01.0"], "ReservedRegions": [MSI, HT], "UsableIova": AMD_USABLE,
            "IovaBits": 64, "Iommu": "ivhd0", "Assignable": "yes", "AssignableReason": "", "Isolated": "yes", "Culprit": "", "Unknown": {}},
    },
}
NONE = {
    "host": {
        "Version": VERSION, "MachineId": MACHINE, "Hostname": "locked", "Kernel": "6.12.95-amd64", "Architecture": "x86_64",
        "Virtualised": "none", "Vendor": "GenuineIntel", "Model": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 39,
        "HostPhysicalBits": 39, "GuestPhysicalBits": 0, "GuestMappableBits": 0, "IovaBits": 0, "LinearBits": 48, "SafeGuestBits": 0,
        "SafeGuestBitsWithDevices": 0, "FiveLevelPaging": "no", "FiveLevelPagingCapable": "no", "SecondLevel": "ept",
        "SecondLevelEnabled": "unknown", "KvmBackend": "", "MemoryEncryptionBits": 0, "RamTop": 0x480000000, "ReservedRegions": [],
        "UsableIova": [], "Generation": 1,
        "Unknown": dict.fromkeys(("GuestPhysicalBits", "GuestMappableBits", "IovaBits", "SafeGuestBits", "SafeGuestBitsWithDevices",
                                  "SecondLevelEnabled"), "absent"),
    },
    "findings": {("iommu-absent", "warning", "host"), ("kvm-absent", "warning", "host"), ("vmx-locked-by-firmware", "warning", "host")},
    "provenance": {"IovaBits": "unknown: /sys/class/iommu", "CpuPhysicalBits": "measured: CPUID"},
    "iommus": {}, "unit-unknown": {}, "groups": {},
}
# A tree with nothing in it: no number is known, and none is made up.
BARE = {
    "host": dict.fromkeys(("Cpus", "CpuPhysicalBits", "HostPhysicalBits", "GuestPhysicalBits", "GuestMappableBits", "IovaBits", "LinearBits",
                           "SafeGuestBits", "SafeGuestBitsWithDevices", "MemoryEncryptionBits", "RamTop"), 0)
    | dict.fromkeys(("MachineId", "Hostname", "Kernel", "Architecture", "Virtualised", "Vendor", "Model", "KvmBackend"), "")
    | dict.fromkeys(("FiveLevelPaging", "FiveLevelPagingCapable", "SecondLevelEnabled"), "unknown")
    | {"SecondLevel": "none", "Version": VERSION, "ReservedRegions": [], "UsableIova": [], "Generation": 1, "Unknown": dict.fromkeys(FACTS, "absent")},
    "findings": {("iommu-absent", "warning", "host")}, "provenance": {"RamTop": "unknown: /proc/iomem"},
    "iommus": {}, "unit-unknown": {}, "groups": {},
}
CASES = [(hosts_intel.client_46_39, INTEL), (hosts_other.epyc_sme, AMD), (hosts_intel.no_iommu_vmx_locked, NONE), (hosts_other.bare, BARE)]


@pytest.mark.parametrize("build, expected", CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_values(serve, client, build, expected):
    serve(build)
    host = client.get_all()
    provenance, findings, digest = host.pop("Provenance"), host.pop("Findings"), host.pop("Digest")
    assert host == expected["host"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert set(provenance) == FACTS
    assert {name for name, text in provenance.items() if text.startswith("unknown: ")} == set(expected["host"]["Unknown"])
    for name, beginning in expected["provenance"].items():
        assert provenance[name].startswith(beginning)
    assert {finding[:3] for finding in findings} == expected["findings"]
    assert all(summary and remedy is not None for _, _, _, summary, remedy in findings)
    for name, unit in expected["iommus"].items():
        properties = client.get_all(f"{PATH}/iommu/{name}", IOMMU)
        assert set(properties.pop("Provenance")) == UNIT_FACTS
        assert properties.pop("Unknown") == expected["unit-unknown"]
        assert properties == unit
    for number, group in expected["groups"].items():
        assert client.get_all(f"{PATH}/group/{number}", GROUP) == group
    # One by one they are the same as all at once.
    for name, value in (expected["host"] | {"Digest": digest}).items():
        assert client.get(name) == value, name
    assert client.get_all(interface=HOST).keys() == expected["host"].keys() | {"Provenance", "Findings", "Digest"}


def test_unknown_of_a_group(serve, client):
    """Behind a unit whose width no file tells, a group's reach is unknown."""
    serve(hosts_other.guest_virtio_iommu)
    group = client.get_all(f"{PATH}/group/0", GROUP)
    assert (group["IovaBits"], group["UsableIova"], group["Unknown"]) == (0, [], {"IovaBits": "absent"})
    assert client.get("Bits", f"{PATH}/iommu/virtio0", IOMMU) == 0
    assert client.get("Unknown", f"{PATH}/iommu/virtio0", IOMMU)["Bits"] == "absent"
    assert client.get("Provenance", f"{PATH}/iommu/virtio0", IOMMU)["Bits"].startswith("unknown: ")
