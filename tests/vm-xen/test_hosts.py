"""hawd in dom0. What is expected follows from QEMU's command line and Xen's options (hosts.py), or is what Xen says itself through xl;
never what hawd says elsewhere."""
import json
import os
import pathlib
import re
import time

import jsonschema

import apparmor
import bus
import host as hosting

SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8"))
# Linux's view, not the host's: Xen uses SVM and the units itself, and KVM is not for dom0.
FALSE = {"svm-disabled-by-firmware", "vmx-locked-by-firmware", "kvm-absent", "iommu-absent", "iommu-firmware-only", "virtualised-host"}
FOREIGN = re.compile(r"modprobe|kvm_|enable (?:SVM|VT-x|VMX)|unit was rejected|driver rejected", re.IGNORECASE)


def test_machine_is_as_built(booted):
    """The oracle agrees with itself: QEMU and Xen made what the expectations are about."""
    host, machine = booted.host, booted.machine
    assert booted.info["xen_version"].startswith(host.release.xen + ".")
    assert machine.output("cat /sys/hypervisor/guest_type").strip() == host.dom0_type
    assert "control_d" in machine.output("cat /proc/xen/capabilities")
    # Misc devices have major number 10 (Linux, admin-guide/devices.txt).
    assert machine.output("cat '/sys/devices/virtual/misc/xen!xenbus/dev'").startswith("10:")
    assert ("I/O virtualisation enabled" in booted.log) == bool(host.unit)
    if host.unit == "intel-vtd":
        assert re.findall(r"Host address width (\d+)", booted.log) == [str(host.iova)]


def test_document(booted):
    for document in (booted.before, booted.after):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_xen(booted):
    """xl info says what Xen can do: its virt_caps are those of physinfo."""
    host, xen = booted.host, booted.after["xen"]
    capable = booted.info["virt_caps"].split()
    assert xen["role"] == "dom0" and xen["domainType"].upper() == host.dom0_type
    assert xen["version"] == booted.info["xen_version"]
    for key, word in (("hvm", "hvm"), ("hap", "hap"), ("shadow", "shadow"), ("passthroughHvm", "hvm_directio"), ("passthroughPv", "pv_directio")):
        assert xen[key]["value"] is (word in capable), key
    assert int(xen["maxAddress"]["value"], 16) > (int(booted.info["total_memory"]) << 20)
    found = sorted((int(r["start"], 16), int(r["end"], 16), r["device"]) for r in xen["reservedRegions"])
    assert found == sorted(host.regions)


def test_widths(booted):
    host, widths = booted.host, {name: width["value"] for name, width in booted.after["widths"].items()}
    assert (widths["cpuPhysicalBits"], widths["guestPhysicalBits"]) == (host.bits, host.bits)
    assert widths["iovaBits"] == host.iova
    assert widths["safeGuestBits"] == host.bits
    assert widths["safeGuestBitsWithDevices"] == (min(host.bits, host.iova) if host.iova else None)


def test_units(booted):
    host, units = booted.host, booted.after["iommus"]
    assert [unit["kind"] for unit in units] == ([host.unit] if host.unit else [])
    for unit in units:
        assert unit["iovaBits"]["value"] == host.iova
        enabled = re.search(r"^\(XEN\).*Interrupt remapping enabled", booted.log, re.MULTILINE | re.IGNORECASE)
        assert unit["interruptRemapping"]["enabled"]["value"] is bool(enabled)


def test_nothing_false(booted):
    """Neither Linux's view of the host, nor its advice."""
    for document in (booted.before, booted.after):
        assert not FALSE & {finding["id"] for finding in document["findings"]}, document["findings"]
        assert not FOREIGN.search(json.dumps(document["findings"])), document["findings"]
    assert not FOREIGN.search(booted.status), booted.status
    assert "Xen" in booted.status


def test_devices(booted):
    """What xl lists as assignable is; what dom0 keeps is not handed over."""
    if not booted.host.passthrough:
        return
    listed = set(booted.machine.output("xl pci-assignable-list").split())
    assert listed == set(hosting.ASSIGNED)
    shared = {device for first, last, device in booted.host.regions
              if [r[:2] for r in booted.host.regions].count((first, last)) > 1}
    for document, handed in ((booted.before, set()), (booted.after, listed)):
        for device in document["devices"]:
            if device["address"] in hosting.ASSIGNED:
                assert device["assignable"] is (device["address"] in handed - shared), device


def test_service(booted):
    """The bus starts the service, which has the collector ask Xen; it publishes what root's own reading finds."""
    machine = booted.machine
    # The bus and its clients give a service 25 s, in which a slow machine does not start one: it is there at the second call.
    machine.run(f"busctl --timeout=120 call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus StartServiceByName su {bus.NAME} 0",
                machine.patience(60))
    assert bus.read(machine, "CpuPhysicalBits") == booted.host.bits
    served = json.loads(machine.output("hawctl describe --json=short", machine.patience(60)))
    different = bus.differences(served, booted.after)
    assert not [where for where, *_ in different if where.startswith((".widths", ".xen", ".iommus", ".devices", ".findings"))], different
    if apparmor.PARSER:
        assert set(apparmor.PROFILES) <= apparmor.enforced(machine)
        assert apparmor.denials(machine) == []


def test_service_follows_xl(booted):
    """What xl takes back, and hands over again, the service says of the device without being asked to read anew."""
    if not booted.host.passthrough:
        return
    machine, address = booted.machine, hosting.ASSIGNED[0]

    def assignable():
        served = json.loads(machine.output("hawctl describe --json=short", machine.patience(60)))
        return next(device["assignable"] for device in served["devices"] if device["address"] == address)
    for command, expected in (("remove", False), ("add", True)):
        machine.output(f"xl pci-assignable-{command} {address}", machine.patience(60))
        deadline = time.monotonic() + machine.patience(30)
        while assignable() is not expected:
            assert time.monotonic() < deadline, command
