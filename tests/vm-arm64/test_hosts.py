"""hawd on emulated arm64 hosts. What is expected follows from QEMU's command line (hosts.py), or is what the host's own kernel says in its log,
in /sys and through VFIO; never what hawd says elsewhere."""
import base64
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile

import jsonschema

import bus
import hosts
import kernel

SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8"))
HAWCTL = pathlib.Path(os.environ["HAWD_BUILD"]) / "ctl/hawctl"
SMMU_LINE = re.compile(r"arm-smmu-v3 \S+: (?:ias \d+-bit, )?oas (\d+)-bit \(features (0x[0-9a-f]+)\)")
# What the service publishes and what a capture holds is what root reads.
PARTS = (".widths", ".host", ".iommus", ".groups", ".devices", ".paging", ".firmware")
# Of x86 alone: nobody can do anything about them here.
FOREIGN = re.compile(r"VT-d|AMD-Vi|RMRR|IVMD|CPUID|\bMSR\b|SME|KVM_GET_SUPPORTED_CPUID")


def test_machine_is_as_built(booted):
    """The oracle agrees with itself: QEMU and the kernel made what the expectations are about."""
    host, machine = booted.host, booted.machine
    limits = re.findall(r"kvm \[1\]: IPA Size Limit: (\d+) bits", booted.log)
    assert limits == ([str(host.ipa)] if host.ipa else [])
    assert machine.run("test -c /dev/kvm")[0] == (0 if host.ipa else 1)
    assert int(machine.output("getconf PAGESIZE")) == host.page
    found = SMMU_LINE.search(booted.log)
    assert bool(found) == bool(host.stages)
    if host.stages:
        features = int(found.group(2), 16)
        assert int(found.group(1)) == host.oas
        assert [bool(features & bit) for bit in (hosts.STAGE_1, hosts.STAGE_2)] == [stage in host.stages for stage in (1, 2)]
    else:
        assert f"input address: {host.bits} bits" in booted.log
    assert ("ITS" in booted.interrupts) == host.isolated
    assert machine.run("test -e /sys/firmware/acpi/tables/IORT")[0] == (0 if host.efi else 1)


def usable(group):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in group["usableIova"]]


def test_vfio(booted):
    """Taken or not, ranges and each page that was tried: what VFIO says, what follows by hand, what hawd says."""
    host, published = booted.host, {group["id"]: group for group in booted.after["groups"]}
    for device in (hosts.NIC, hosts.TESTDEV):
        judged = booted.judged[device]
        group, taken = published[judged["group"]], judged.get("set") == "ok"
        assert judged["viable"] and device in group["devices"]
        assert taken == host.isolated and group["assignable"] is taken, device
        assert group["iovaBits"] == host.published and usable(group) == host.usable(host.published), device
        if not taken:
            assert judged["set"] == "EPERM"
            continue
        assert [tuple(r) for r in judged["ranges"]] == host.usable(), device
        assert len(judged["maps"]) > 60
        for address, result in judged["maps"].items():
            inside = any(first <= int(address) and int(address) + host.page - 1 <= last for first, last in host.usable())
            assert (result == "ok") == inside, (device, hex(int(address)), result)


def test_widths(booted):
    host, widths = booted.host, {name: width["value"] for name, width in booted.after["widths"].items()}
    safe = None if host.ipa is None else min(host.ipa, host.published)
    # The register is read with a scratch vCPU. Widths say nothing of whether VFIO takes devices: see test_vfio.
    expected = {"guestPhysicalBits": host.ipa, "guestMappableBits": host.ipa, "iovaBits": host.published, "safeGuestBits": host.ipa,
                "cpuPhysicalBits": host.parange if host.ipa else None,
                "safeGuestBitsWithDevices": safe}
    assert {name: widths[name] for name in expected} == expected


def test_document(booted):
    for document in (booted.before, booted.after):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
    host, document = booted.host, booted.after
    assert document["host"]["architecture"] == "aarch64" and document["host"]["virtualised"] == "qemu"
    assert document["paging"]["kvm"]["loaded"]["value"] is (host.ipa is not None)
    if host.ipa:
        assert document["paging"]["kvm"]["mode"] == host.mode
    assert document["host"]["pageSize"]["value"] == host.page
    assert document["host"]["gicVersion"]["value"] == (2 if "gic-version=2" in host.machine else 3)
    assert ("kvm-absent" in {finding["id"] for finding in document["findings"]}) == (host.ipa is None)
    assert [unit["name"] for unit in document["iommus"]] == kernel.units(booted.machine)
    unit, = document["iommus"]
    assert (unit["kind"], unit["iovaBits"]["value"]) == (host.kind, host.published)
    if host.stages:
        assert int(unit["features"]["value"], 16) == int(SMMU_LINE.search(booted.log).group(2), 16)
        assert unit["oas"]["value"] == host.oas and unit["stages"] == {(1,): "1", (2,): "2", (1, 2): "both"}[host.stages]
    assert unit["interruptRemapping"]["enabled"]["value"] is host.isolated
    assert [device["address"] for device in document["devices"]] == kernel.pci_devices(booted.machine)
    assert int(document["memory"]["ramTop"]["value"], 16) == kernel.ram_top(booted.machine)


def test_groups(booted):
    published = {group["id"]: group for group in booted.after["groups"]}
    assert sorted(published) == sorted(booted.groups)
    for number, group in booted.groups.items():
        assert (published[number]["type"], published[number]["devices"]) == (group.type, group.devices)
        regions = [(int(r["start"], 16), int(r["end"], 16), r["type"]) for r in published[number]["reservedRegions"]]
        assert regions == sorted(group.regions) and (*booted.host.hole, "msi") in regions


def test_screen(booted):
    assert not FOREIGN.search(booted.status), booted.status
    texts = json.dumps(booted.after["findings"])
    assert not FOREIGN.search(texts), texts


def test_host_bridge_is_not_firmware(booted):
    """Its 64-bit window is in /proc/iomem as `pcie@…` with a device tree and as `PCI Bus 0000:00` with ACPI."""
    drawn = booted.machine.output("hawctl --local map")
    assert "8000000000" in booted.machine.output("cat /proc/iomem") and "PCI" in drawn
    assert not re.search(r"firmware 512 GiB|512 GiB.*firmware|pcie@", drawn), drawn


def test_activation(booted):
    """The bus starts the service; it publishes what root's own reading finds."""
    machine, host = booted.machine, booted.host
    assert machine.run("systemctl is-active hawd.service")[1].strip() == "inactive"
    assert bus.read(machine, "GuestPhysicalBits") == (host.ipa or 0)
    assert machine.output("systemctl is-active hawd.service").strip() == "active"
    assert machine.output("systemctl show -p User --value hawd.service").strip() == "hawd"
    properties = bus.properties(machine)
    for name in ("CpuPhysicalBits", "IovaBits", "SafeGuestBits", "SafeGuestBitsWithDevices"):
        width = booted.after["widths"][name[0].lower() + name[1:]]["value"]
        assert properties[name] == (width or 0), name
    served = json.loads(machine.output("hawctl describe --json=short", 120))
    # In the service's sandbox: the scratch vCPU, DMI and the device tree.
    assert served["widths"]["cpuPhysicalBits"]["provenance"] == ("measured" if host.ipa else "unknown")
    assert served["host"]["virtualised"] == "qemu"
    different = bus.differences(served, booted.after)
    assert not [where for where, *_ in different if where.startswith(PARTS)], different


def test_capture_replays(booted, tmp_path):
    """The same document from a capture, inside the host and by an x86 build, byte for byte."""
    machine = booted.machine
    machine.output("rm -rf /run/capture /run/capture.tar.gz; hawctl --local capture --force /run/capture/", 120)
    replayed = machine.output("hawctl --root=/run/capture describe --json=pretty", 120)
    # Lines, so that the serial line's buffer is never full.
    held = base64.b64decode(machine.output("tar -C /run -cz capture | base64"))
    with tarfile.open(fileobj=io.BytesIO(held)) as tar:
        tar.extractall(tmp_path)
    here = subprocess.run([HAWCTL, f"--root={tmp_path}/capture", "describe", "--json=pretty"], capture_output=True, text=True, check=True)
    assert here.stdout == replayed
    document = json.loads(replayed)
    different = bus.differences(document, booted.after)
    assert not [where for where, *_ in different if where.startswith(PARTS)], different
