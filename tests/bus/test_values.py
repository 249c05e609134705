"""Every property of every object of three hosts, against what their inputs mean by hand."""
import os
import pathlib
import re

import pytest

import hosts_intel
import hosts_other
import hosts_smmu
import hosts_xen
from bus import GROUP, HOST, IOMMU, PATH

MSI = (0xFEE00000, 0xFEEFFFFF, "msi")
HT = (0xFD00000000, 0xFFFFFFFFFF, "reserved")
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
VERSION = re.search(r"^\s*version: '([^']+)'", (TOP / "meson.build").read_text(encoding="utf-8"), re.M)[1]
MACHINE = "0123456789abcdef" * 2
BELOW_MSI = (0, 0xFEDFFFFF)
FACTS = {"Cpus", "CpuPhysicalBits", "HostPhysicalBits", "GuestPhysicalBits", "GuestMappableBits", "IovaBits", "LinearBits",
         "SafeGuestBits", "SafeGuestBitsWithDevices", "La57Enabled", "La57Capable", "SecondLevelEnabled",
         "EncryptionBitsTaken", "RamTop"}
UNIT_FACTS = {"Address", "Cap", "Ecap", "Capability", "Efr", "Efr2", "Features", "Oas", "IovaBits",
              "SecondStageBits", "FirstStageBits", "InterruptRemappingEnabled", "InterruptRemappingCapable", "CachingMode"}

INTEL = {
    "host": {
        "Version": VERSION, "MachineId": MACHINE, "Hostname": "client", "Kernel": "6.12.95-amd64", "Architecture": "x86_64",
        "Virtualised": "none", "CpuVendor": "GenuineIntel", "CpuModelName": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 46,
        "HostPhysicalBits": 46, "GuestPhysicalBits": 46, "GuestMappableBits": 46, "IovaBits": 39, "LinearBits": 48,
        "SafeGuestBits": 46, "SafeGuestBitsWithDevices": 39, "La57Enabled": "no", "La57Capable": "no",
        "SecondLevelKind": "ept", "SecondLevelEnabled": "yes", "KvmBackend": "kvm_intel", "EncryptionBitsTaken": 0,
        "XenRole": "", "XenVersion": "", "RamTop": 0x480000000, "ReservedRegions": [(0x7B800000, 0x7FFFFFFF, "direct-relaxable"), MSI],
        "UsableIova": [BELOW_MSI, (0xFEF00000, (1 << 39) - 1)], "Generation": 1, "Unknown": {},
    },
    "findings": {("bar-above-iova", "warning", "0000:01:00.0"), ("iommu-narrower-than-cpu", "warning", "host"),
                 ("mgaw-below-sagaw", "info", "dmar0"), ("mgaw-below-sagaw", "info", "dmar1")},
    "provenance": {"CpuPhysicalBits": "measured: CPUID 0x80000008", "HostPhysicalBits": "measured: /proc/cpuinfo",
                   "GuestPhysicalBits": "measured: KVM_GET_SUPPORTED_CPUID", "IovaBits": "derived: dmar", "RamTop": "measured: /proc/iomem",
                   "SafeGuestBits": "derived: min(", "SecondLevelEnabled": "measured: /sys/module/kvm_intel/parameters/ept"},
    "iommus": {
        "dmar0": {"Name": "dmar0", "Kind": "intel-vtd", "Address": 0xFED90000, "Cap": 0x1C0000C40660462,
                  "Ecap": 0x29A00F0505E, "Capability": 0, "Efr": 0, "Efr2": 0, "Features": 0, "Oas": 0, "Stages": "",
                  "IovaBits": 39, "SecondStageBits": 39, "FirstStageBits": 0, "InterruptRemappingEnabled": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 1, "PciDeviceCount": 1},
        "dmar1": {"Name": "dmar1", "Kind": "intel-vtd", "Address": 0xFED91000, "Cap": 0xD2008C40660462,
                  "Ecap": 0xF050DA, "Capability": 0, "Efr": 0, "Efr2": 0, "Features": 0, "Oas": 0, "Stages": "",
                  "IovaBits": 39, "SecondStageBits": 39, "FirstStageBits": 0, "InterruptRemappingEnabled": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 3, "PciDeviceCount": 3},
    },
    # The AMD registers are none of a VT-d unit, which has no first stage (ECAP bit 43, SMTS, is clear).
    "unit-unknown": dict.fromkeys(("Capability", "Efr", "Efr2", "Features", "Oas", "FirstStageBits"), "not-applicable"),
    "groups": {
        number: {"Id": number, "Name": "", "Type": "DMA-FQ", "Devices": devices, "ReservedRegions": regions,
                 "UsableIova": [BELOW_MSI, (0xFEF00000, (1 << 39) - 1)], "IovaBits": 39, "Iommu": unit, "Assignable": assignable,
                 "AssignableReason": reason, "Isolated": "yes", "MissingAcs": "", "Unknown": {}}
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
        "Virtualised": "none", "CpuVendor": "AuthenticAMD", "CpuModelName": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 48,
        "HostPhysicalBits": 43, "GuestPhysicalBits": 48, "GuestMappableBits": 48, "IovaBits": 64, "LinearBits": 48,
        "SafeGuestBits": 48, "SafeGuestBitsWithDevices": 48, "La57Enabled": "no", "La57Capable": "no",
        "SecondLevelKind": "npt", "SecondLevelEnabled": "yes", "KvmBackend": "kvm_amd", "EncryptionBitsTaken": 5,
        "XenRole": "", "XenVersion": "", "RamTop": 0x2080000000, "ReservedRegions": [MSI, HT], "UsableIova": AMD_USABLE, "Generation": 1, "Unknown": {},
    },
    "findings": {("cpu-narrower-than-usual", "info", "host"), ("encryption-takes-bits", "info", "host"), ("hypertransport-hole", "info", "host")},
    "provenance": {"EncryptionBitsTaken": "measured: SYSCFG[23]", "IovaBits": "derived: ivhd0"},
    "iommus": {
        "ivhd0": {"Name": "ivhd0", "Kind": "amd-vi", "Address": 0, "Cap": 0, "Ecap": 0,
                  "Capability": 0x190B640F, "Efr": 0x206D73EF22254ADE, "Efr2": 0, "Features": 0, "Oas": 0, "Stages": "",
                  "IovaBits": 64, "SecondStageBits": 64, "FirstStageBits": 47, "InterruptRemappingEnabled": "yes",
                  "InterruptRemappingCapable": "yes", "CachingMode": "no", "DeviceCount": 1, "PciDeviceCount": 1},
    },
    # The second feature register is known: it is zero.
    "unit-unknown": dict.fromkeys(("Address", "Cap", "Ecap", "Features", "Oas"), "not-applicable"),
    "groups": {
        0: {"Id": 0, "Name": "", "Type": "DMA", "Devices": ["0000:00:01.0"], "ReservedRegions": [MSI, HT], "UsableIova": AMD_USABLE,
            "IovaBits": 64, "Iommu": "ivhd0", "Assignable": "yes", "AssignableReason": "", "Isolated": "yes", "MissingAcs": "", "Unknown": {}},
    },
}
NONE = {
    "host": {
        "Version": VERSION, "MachineId": MACHINE, "Hostname": "locked", "Kernel": "6.12.95-amd64", "Architecture": "x86_64",
        "Virtualised": "none", "CpuVendor": "GenuineIntel", "CpuModelName": "Test CPU", "Cpus": 2, "CpuPhysicalBits": 39,
        "HostPhysicalBits": 39, "GuestPhysicalBits": 0, "GuestMappableBits": 0, "IovaBits": 0, "LinearBits": 48, "SafeGuestBits": 0,
        "SafeGuestBitsWithDevices": 0, "La57Enabled": "no", "La57Capable": "no", "SecondLevelKind": "ept",
        "SecondLevelEnabled": "unknown", "KvmBackend": "", "EncryptionBitsTaken": 0, "XenRole": "", "XenVersion": "", "RamTop": 0x480000000,
        "ReservedRegions": [],
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
                           "SafeGuestBits", "SafeGuestBitsWithDevices", "EncryptionBitsTaken", "RamTop"), 0)
    | dict.fromkeys(("MachineId", "Hostname", "Kernel", "Architecture", "Virtualised", "CpuVendor", "CpuModelName", "KvmBackend",
                     "XenRole", "XenVersion"), "")
    | dict.fromkeys(("La57Enabled", "La57Capable", "SecondLevelEnabled"), "unknown")
    | {"SecondLevelKind": "none", "Version": VERSION, "ReservedRegions": [], "UsableIova": [], "Generation": 1, "Unknown": dict.fromkeys(FACTS, "absent") | {"IovaBits": "ambiguous"}},
    "findings": set(), "provenance": {"RamTop": "unknown: /proc/iomem"},
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


def test_smmu(serve, client):
    """An SMMUv3's features, output size and stages, and the width of its first stage."""
    serve(hosts_smmu.smmuv3_both_stages)
    path = f"{PATH}/iommu/{client.get_all(f'{PATH}/group/0', GROUP)['Iommu'].replace('.', '_2e')}"
    unit = client.get_all(path, IOMMU)
    assert (unit["Kind"], unit["Features"], unit["Oas"], unit["Stages"]) == ("arm-smmu-v3", 0x88705, 44, "both")
    assert (unit["IovaBits"], unit["FirstStageBits"], unit["SecondStageBits"], unit["InterruptRemappingEnabled"]) == (48, 48, 44, "yes")


def test_dom0(serve, client):
    """What only Xen knows, and what it says."""
    serve(hosts_xen.xen_dom0_pv_intel)
    host = client.get_all()
    assert (host["XenRole"], host["XenVersion"], host["Virtualised"], host["KvmBackend"]) == ("dom0", "4.17.5", "", "")
    assert (host["CpuPhysicalBits"], host["GuestPhysicalBits"], host["IovaBits"], host["RamTop"]) == (46, 46, 48, 0x140000000)
    assert host["Unknown"]["Cpus"] == "xen"
    unit = client.get_all(f"{PATH}/iommu/vtd0", IOMMU)
    assert (unit["Kind"], unit["Cap"], unit["IovaBits"], unit["InterruptRemappingEnabled"]) == ("intel-vtd", 0xD2008C222F0686, 48, "yes")


def test_dom0_silent(serve, client):
    """Without Xen's answers nothing is made up of what Linux sees."""
    serve(hosts_xen.xen_dom0_silent)
    host = client.get_all()
    assert (host["XenRole"], host["XenVersion"], host["GuestPhysicalBits"], host["SecondLevelEnabled"]) == ("dom0", "4.17.5", 0, "unknown")
    assert {host["Unknown"][name] for name in ("GuestPhysicalBits", "IovaBits", "SecondLevelEnabled", "RamTop")} == {"xen"}


def test_unknown_of_a_group(serve, client):
    """Behind a unit whose width no file tells, a group's reach is unknown."""
    serve(hosts_other.guest_virtio_iommu)
    group = client.get_all(f"{PATH}/group/0", GROUP)
    assert (group["IovaBits"], group["UsableIova"], group["Unknown"]) == (0, [], {"IovaBits": "absent"})
    assert client.get("IovaBits", f"{PATH}/iommu/virtio0", IOMMU) == 0
    assert client.get("Unknown", f"{PATH}/iommu/virtio0", IOMMU)["IovaBits"] == "absent"
    assert client.get("Provenance", f"{PATH}/iommu/virtio0", IOMMU)["IovaBits"].startswith("unknown: ")


def test_value_files(serve, client):
    """Each file of a generation has its link in /run/hawd, and says what the bus says."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    current = service.runtime / "current"
    links = re.findall(r"^L\+ /run/hawd/(\S+) - - - - state/current/(\S+)$", (TOP / "systemd/hawd.tmpfiles").read_text(encoding="utf-8"), re.M)
    assert all(link == target for link, target in links)
    assert {link for link, _ in links} == {p.name for p in current.iterdir()}
    text = {str(p.relative_to(current)): p.read_text(encoding="utf-8") for p in current.rglob("*") if p.is_file()}
    said = client.get_all()
    assert {k: v for k, v in text.items() if k != "profile.json"} == {
        "generation": "1\n", "digest": said["Digest"] + "\n", "virtualised": "none\n",
        "reserved_regions": "0x000000007b800000 0x000000007fffffff direct-relaxable\n0x00000000fee00000 0x00000000feefffff msi\n",
        "usable_iova": "0x0000000000000000 0x00000000fedfffff\n0x00000000fef00000 0x0000007fffffffff\n",
        **{f"widths/{name}": f"{bits}\n" for name, bits in (
            ("cpu_physical_bits", 46), ("host_physical_bits", 46), ("guest_physical_bits", 46), ("guest_mappable_bits", 46),
            ("iova_bits", 39), ("linear_bits", 48), ("safe_guest_bits", 46), ("safe_guest_bits_with_devices", 39))}}
