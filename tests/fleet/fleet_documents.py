"""Documents of hosts of a kind (fleet_kinds.py), fast enough for 100,000 of them. What all documents have in common is taken
from one that hawctl makes of a host tree; every number that the tests ask for is written over it."""
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

import hosts_arm
import hosts_intel
import hosts_other
from tree import Tree

# Places of what differs between the hosts of a kind.
MARKS = {"hostname": "@hostname@", "machineId": "@machine@", "kernel": "@kernel@", "digest": "@digest@"}
DEVICE_COUNTS = (2, 3, 5, 8, 12, 20, 40, 80, 150, 300)
DEVICE_WEIGHTS = (10, 12, 20, 20, 15, 10, 6, 4, 2, 1)


def fact(value, source="drawn"):
    if isinstance(value, str):
        return {"value": None, "provenance": "unknown", "source": source, "reason": value}
    return {"value": value, "provenance": "measured", "source": source, "reason": None}


def ranges_below(bits, regions):
    """What VFIO leaves of the addresses below 2^bits."""
    if isinstance(bits, str):
        return []
    usable, start, end = [], 0, (1 << bits) - 1
    for first, last in sorted((r[0], r[1]) for r in regions if r[2] != "direct-relaxable"):
        if start < first <= end:
            usable.append((start, first - 1))
        start = max(start, last + 1)
    return usable + ([(start, end)] if start <= end else [])


def union(ranges):
    joined = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def hexadecimal(ranges):
    return [{"start": hex(start), "end": hex(end)} for start, end in ranges]


class Documents:
    def __init__(self, hawctl=None):
        self.hawctl = hawctl or os.environ["HAWCTL"]
        self.shapes = {"intel-vtd": self._describe(hosts_intel.client_46_39), "amd-vi": self._describe(hosts_other.epyc_sme),
                       "arm-smmu-v3": self._describe(hosts_arm.arm64_smmuv3)}
        self.cache = {}

    def _describe(self, build):
        with tempfile.TemporaryDirectory() as root:
            build(Tree(pathlib.Path(root)))
            done = subprocess.run([self.hawctl, "describe", f"--root={root}", "-j"], check=True, capture_output=True)
        return json.loads(done.stdout)

    def _shape(self, kind):
        if kind.architecture == "aarch64":
            return self.shapes["arm-smmu-v3"]
        return self.shapes["intel-vtd" if kind.units and kind.units[0][1] == "intel-vtd" or not kind.units else "amd-vi"]

    def document(self, kind, n_devices=3, hostname=MARKS["hostname"], machine=MARKS["machineId"]):
        """One as a dict."""
        document = json.loads(json.dumps(self._shape(kind)))
        document["host"] |= {"machineId": machine, "hostname": hostname, "kernel": kind.kernel if hostname != MARKS["hostname"] else MARKS["kernel"],
                             "architecture": kind.architecture, "cpuVendor": kind.vendor, "cpuModelName": kind.cpu_name or None,
                             "cpuFamily": fact(kind.family or "absent"), "cpuModel": fact(kind.model or "absent")}
        document["widths"] |= {"cpuPhysicalBits": fact(kind.cpu), "hostPhysicalBits": fact(kind.host),
                               "guestPhysicalBits": fact(kind.guest_physical), "guestMappableBits": fact(kind.guest_mappable),
                               "iovaBits": fact(kind.iova), "safeGuestBits": fact(kind.safe()),
                               "safeGuestBitsWithDevices": fact(kind.safe_with_devices()),
                               "cpuinfoMinBits": fact(kind.host), "cpuinfoMaxBits": fact(kind.host)}
        self._put_paging(document, kind)
        document["encryption"]["bitsTaken"] = fact(kind.taken)
        document["encryption"]["sme"]["enabled"] = fact(kind.taken if isinstance(kind.taken, str) else kind.taken > 0)
        self._put_devices(document, kind, max(n_devices, len(kind.groups)))
        document["firmware"] = {"dmar": {"reason": "permission", "table": None}, "ivrs": {"reason": "permission", "table": None}}
        document["findings"] = findings(kind)
        document["digest"] = MARKS["digest"]
        return document

    def _put_paging(self, document, kind):
        paging = document["paging"]
        paging["la57"] = {"capable": fact(kind.la57), "enabled": fact(kind.la57)}
        paging["hostLevels"] = fact(kind.la57 if isinstance(kind.la57, str) else 5 if kind.la57 else 4)
        if kind.architecture == "aarch64":
            return
        paging["secondLevel"]["kind"] = "ept" if kind.vendor != "AuthenticAMD" else "npt"
        paging["secondLevel"]["enabled"] = fact(kind.second_level)
        paging["secondLevel"]["levels"] = fact(5 if kind.la57 is True else 4)
        paging["virtualisation"]["enabled"] = fact(kind.enabled)
        paging["kvm"]["loaded"] = fact(kind.kvm)
        paging["kvm"]["backend"] = ("kvm_intel" if kind.vendor != "AuthenticAMD" else "kvm_amd") if kind.kvm else None

    def _put_devices(self, document, kind, n_devices):
        shape = self._shape(kind)
        document["iommus"] = []
        for i, (name, word, bits) in enumerate(kind.units):
            unit = json.loads(json.dumps(self.shapes[word]["iommus"][0]))
            served = sum(1 for d in range(n_devices) if kind.groups and kind.groups[d % len(kind.groups)].unit == i)
            unit |= {"name": name, "secondStageBits": fact(bits), "iovaBits": fact(bits), "deviceCount": served,
                     "pciDeviceCount": served, "firmwareUnit": None}
            document["iommus"].append(unit)
        document["groupsReason"] = kind.groups_reason
        document["groups"], document["devices"] = [], []
        for i in range(n_devices):
            address = f"0000:{i // 32:02x}:{i % 32:02x}.0"
            group = kind.groups[i % len(kind.groups)] if kind.groups else None
            unit = kind.units[group.unit][0] if group else None
            document["devices"].append(shape["devices"][-1] | {
                "address": address, "parent": None, "group": i if group else None, "iommu": unit,
                "classCode": "0x060400" if group and group.why == "bridges-only" else "0x020000", "driver": None})
            if group:
                document["groups"].append({
                    "id": i, "name": None, "type": "DMA-FQ", "typeReason": None, "devices": [address],
                    "reservedRegions": [{"start": hex(r[0]), "end": hex(r[1]), "type": r[2]} for r in group.regions],
                    "regionsReason": group.regions_reason, "iommu": unit,
                    "iovaBits": None if isinstance(group.bits, str) else group.bits,
                    "bitsReason": group.bits if isinstance(group.bits, str) else None,
                    "usableIova": [] if group.regions_reason else hexadecimal(ranges_below(group.bits, group.regions)),
                    "assignable": group.assignable, "assignableReason": group.why, "isolated": True, "missingAcs": None})
        document["reservedIova"] = hexadecimal(reserved(kind))
        document["usableIova"] = hexadecimal(ranges_below(kind.iova, [(*r, "reserved") for r in reserved(kind)])) \
            if kind.groups and not any(g.regions_reason for g in kind.groups) else []

    def line(self, kind, n_devices, number, machine=None):
        """One as bytes, for host `number`; without the newline."""
        template = self.cache.get((kind, n_devices))
        if not template:
            text = json.dumps(self.document(kind, n_devices), separators=(",", ":"))
            template = []
            for mark in (MARKS["machineId"], MARKS["hostname"], MARKS["kernel"], MARKS["digest"]):
                before, text = text.split(mark)
                template.append(before.encode())
            template.append(text.encode())
            self.cache[(kind, n_devices)] = template
        digest = hashlib.sha256(number.to_bytes(8, "little")).hexdigest().encode()
        return b"".join((template[0], machine or digest[:32], template[1], b"node%06d" % number, template[2],
                         kind.kernel.encode(), template[3], digest, template[4]))


def reserved(kind):
    """Of all groups; what firmware keeps for a graphics device is left to the guest."""
    return union((r[0], r[1]) for group in kind.groups for r in group.regions if r[2] != "direct-relaxable")


def finding(identifier, severity, summary, remedy=""):
    return {"id": identifier, "severity": severity, "subject": "host", "summary": summary, "detail": "", "remedy": remedy}


def findings(kind):
    """Those that baseline and place read, and a few others; of a host they come in order of severity."""
    found = []
    if not kind.units and kind.architecture == "x86_64":
        found.append(finding("iommu-absent", "warning", "The kernel uses no IOMMU: no device can be assigned to a guest",
                             "Enable VT-d or AMD-Vi (IOMMU) in firmware setup."))
    if not isinstance(kind.iova, str) and not isinstance(kind.safe(), str) and kind.iova < kind.safe():
        found.append(finding("iommu-narrower-than-cpu", "warning", f"Devices can address {kind.iova} bits, the CPU {kind.safe()}"))
    if kind.narrowed:
        found.append(finding("cpu-narrower-than-usual", "info", "The CPU reports fewer bits than others of its model"))
    if not isinstance(kind.taken, str) and kind.taken:
        found.append(finding("encryption-takes-bits", "info", f"Memory encryption takes {kind.taken} address bits"))
    return found
