"""hawd on machines built to order. What is expected follows from QEMU's command line, or is what the guest's kernel
says in its log and in /sys; never what hawd says elsewhere. Five machines in each run, all nine with HAWD_TEST_ALL."""
import json
import os
import pathlib
import re

import jsonschema
import pytest

import bus
import kernel
from machines import EACH_RUN, SPECS

SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8"))
CHOSEN = [spec for spec in SPECS if os.environ.get("HAWD_TEST_ALL") or spec.name in EACH_RUN]
WORDS = {True: "yes", False: "no", None: "unknown"}


class Booted:
    """A machine of the matrix and what was asked of it once."""

    def __init__(self, spec, machine):
        self.spec = spec
        self.machine = machine
        self.groups = kernel.groups(machine)
        self.local = machine.output("hawctl --local describe --json=short")
        self.document = json.loads(self.local)


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda spec: spec.name)
def booted(request, boot):
    spec = request.param
    with boot(spec.arguments(), spec.append) as machine:
        yield Booted(spec, machine)


@pytest.fixture(scope="module")
def activated(booted, with_daemon):
    """Starts hawd by asking for a property; what was there before, and everything it publishes."""
    machine = booted.machine
    before = machine.run("systemctl is-active hawd.service")[1].strip()
    first = bus.read(machine, "CpuPhysicalBits")
    return {"before": before, "first": first, "host": bus.properties(machine), "objects": bus.objects(machine),
            "groups": bus.groups(machine)}


def test_machine_is_as_built(booted):
    """The oracle agrees with itself: QEMU built what the expectations are about."""
    spec, machine = booted.spec, booted.machine
    log = machine.kernel_log()
    assert kernel.address_sizes(machine) == (spec.physical_bits, 57 if spec.capable_57 else 48, spec.active_57)
    assert bool(kernel.units(machine)) == spec.driven and bool(booted.groups) == spec.driven
    if spec.unit == "intel-vtd":
        # The table is there and read whether or not the kernel drives what it tells of.
        assert "DMAR 0x" in log
    if spec.unit == "intel-vtd" and spec.driven:
        assert f"DMAR: Host address width {spec.iova_bits}" in log
        assert ("DMAR-IR: Enabled IRQ remapping" in log) == spec.remapping
    if spec.unit == "amd-vi":
        efr = int(machine.output("cat /sys/class/iommu/ivhd0/amd-iommu/features").split(":")[-1], 16)
        assert spec.iova_bits == min(64, 48 + 9 * (efr >> 10 & 3))
    assert machine.run("test -c /dev/kvm")[0] == (0 if spec.second_level else 1)
    if spec.second_level:
        assert machine.output("cat /sys/module/kvm_amd/parameters/npt").strip() in ("Y1" if spec.second_level == "npt" else "N0")


def test_document(booted):
    """The document that root gets without the service."""
    spec, document = booted.spec, booted.document
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert {name: document["widths"][name]["value"] for name in spec.widths()} == spec.widths()
    assert document["host"]["virtualised"] == "qemu"
    assert document["paging"]["la57"]["capable"]["value"] == spec.capable_57
    assert document["paging"]["la57"]["enabled"]["value"] == spec.active_57
    assert [unit["name"] for unit in document["iommus"]] == kernel.units(booted.machine)
    for unit in document["iommus"]:
        assert (unit["kind"], unit["iovaBits"]["value"]) == (spec.unit, spec.iova_bits)
        assert unit["interruptRemapping"]["enabled"]["value"] == spec.remapping
        assert unit["pciDeviceCount"] == sum(len(group.devices) for group in booted.groups.values())
    assert [device["address"] for device in document["devices"]] == kernel.pci_devices(booted.machine)
    assert int(document["memory"]["ramTop"]["value"], 16) == kernel.ram_top(booted.machine)


def test_firmware(booted):
    firmware = booted.document["firmware"]
    for name, kind in (("dmar", "intel-vtd"), ("ivrs", "amd-vi")):
        table = firmware[name]["table"]
        assert (table is not None) == (booted.spec.unit == kind)
        assert not table or (table["checksumValid"] and table["faults"] == [])
    if booted.spec.unit == "intel-vtd":
        aw_bits = int(re.search(r"aw-bits=(\d+)", " ".join(booted.spec.qemu)).group(1))
        assert firmware["dmar"]["table"]["hostAddressWidth"] == aw_bits


def test_groups(booted):
    published = {group["id"]: group for group in booted.document["groups"]}
    assert sorted(published) == sorted(booted.groups)
    for number, group in booted.groups.items():
        said = published[number]
        assert (said["type"], said["devices"], said["iovaBits"]) == (group.type, group.devices, booted.spec.iova_bits)
        assert [(int(r["start"], 16), int(r["end"], 16), r["type"]) for r in said["reservedRegions"]] == sorted(group.regions)
        assert [(int(r["start"], 16), int(r["end"], 16)) for r in said["usableIova"]] == group.usable(booted.spec.iova_bits)


def test_shared_groups(booted):
    """Only the cards behind the bridge without ACS are held together, by that bridge."""
    held = {group["missingAcs"]: group["devices"] for group in booted.document["groups"] if group["isolated"] is False}
    bridge = next((d["address"] for d in booted.document["devices"] if d["deviceId"] == "0x000e"), None)
    if "pcie-pci-bridge,id=bridge" not in booted.spec.qemu:
        assert held == {}
    else:
        assert held == {bridge: [bridge, "0000:01:01.0", "0000:01:02.0"]}


def test_findings(booted):
    found = {finding["id"] for finding in booted.document["findings"]}
    assert set(booted.spec.present) <= found and not set(booted.spec.absent) & found, found


def test_activation(booted, activated):
    """The bus starts it; it was not running and then answers rightly at once."""
    assert activated["before"] == "inactive"
    assert activated["first"] == booted.spec.physical_bits
    assert booted.machine.output("systemctl is-active hawd.service").strip() == "active"
    assert booted.machine.output("systemctl show -p User --value hawd.service").strip() == "hawd"


def test_host_object(booted, activated):
    spec, host = booted.spec, activated["host"]
    expected = {name[0].upper() + name[1:]: width for name, width in spec.widths().items()}
    assert {name: host[name] for name in expected} == {name: width or 0 for name, width in expected.items()}
    unknown = {name for name, width in expected.items() if width is None}
    assert unknown == set(expected) & set(host["Unknown"])
    assert host["La57Capable"] == WORDS[spec.capable_57] and host["La57Enabled"] == WORDS[spec.active_57]
    assert host["Virtualised"] == "qemu" and host["Hostname"] == "hawd-vm"
    assert host["Kernel"] == booted.machine.output("uname -r").strip()
    assert host["RamTop"] == kernel.ram_top(booted.machine)
    found = {finding[0] for finding in host["Findings"]}
    assert set(spec.present) <= found and not set(spec.absent) & found
    if spec.second_level:
        assert host["Provenance"]["GuestPhysicalBits"].startswith("measured"), "the sandbox keeps /dev/kvm from it"


def test_iommu_and_group_objects(booted, activated):
    spec = booted.spec
    units = {held["Iommu"]["Name"]: held["Iommu"] for held in activated["objects"].values() if "Iommu" in held}
    assert sorted(units) == kernel.units(booted.machine)
    for unit in units.values():
        assert (unit["Kind"], unit["IovaBits"], unit["InterruptRemappingEnabled"]) == (spec.unit, spec.iova_bits, WORDS[spec.remapping])
    assert sorted(activated["groups"]) == sorted(booted.groups)
    for number, group in booted.groups.items():
        said = activated["groups"][number]
        assert (said["Type"], said["Devices"], said["IovaBits"]) == (group.type, group.devices, spec.iova_bits)
        assert [tuple(region) for region in said["ReservedRegions"]] == sorted(group.regions)
        assert [tuple(part) for part in said["UsableIova"]] == group.usable(spec.iova_bits)


def test_service_tells_what_root_reads(booted, activated):
    """The sandboxed service's document is the one that root gets without it, and what programs without a bus read."""
    machine = booted.machine
    served, local = json.loads(bus.describe(machine)), json.loads(machine.output("hawctl --local describe --json=short"))
    assert bus.differences(served, local) == []
    assert json.loads(machine.output("cat /run/hawd/profile.json")) == served
    assert int(machine.output("cat /run/hawd/widths/cpu_physical_bits")) == booted.spec.physical_bits


def test_nothing_to_complain_about(booted, activated):
    machine = booted.machine
    machine.output("systemctl status hawd.service")
    assert machine.output("systemctl --failed --no-legend").strip() == ""
    assert machine.output("journalctl -q -b -p warning -u hawd.service -u hawd-collect.service -o cat").strip() == ""
    # But for the loading of AppArmor's profiles.
    denied = [line for line in machine.kernel_log().splitlines() if "audit" in line and "hawd" in line and 'apparmor="STATUS"' not in line]
    assert not denied
