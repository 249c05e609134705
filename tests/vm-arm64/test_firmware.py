"""What firmware tells of in its IORT, with a table of our own: memory that a device needs mapped 1:1, and the address limit of a root complex,
which no reserved region and no answer of VFIO shows. The kernel's reserved regions, VFIO and QEMU are the judges."""
import base64
import os

import pytest

import firmware
import hosts
import inner
from booted import Booted
from vectors import Guest

# (stream, start, length, remappable): of the device, of the network card.
KEPT = (0x20, 0x50000000, 0x100000, 0)
RELAXABLE = (0x18, 0x60000000, 0x200000, 1)
LIMIT = 40

pytestmark = pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="three machines, one after the other: tools/test --all")


@pytest.fixture(scope="module")
def replaced(boot, tmp_path_factory):
    """The archive with the tables, made of those that QEMU's firmware has."""
    tmp = tmp_path_factory.mktemp("tables")
    with boot(hosts.ACPI_6_12) as machine:
        found = {name: base64.b64decode(machine.output(f"base64 /sys/firmware/acpi/tables/{name}")) for name in ("IORT", "DSDT")}
    assert found["IORT"][:4] == b"IORT"
    return firmware.archive(tmp, {"iort": firmware.iort(found["IORT"], LIMIT, (KEPT, RELAXABLE)), "dsdt": firmware.dsdt(found["DSDT"], tmp)})


@pytest.fixture(scope="module", params=[hosts.ACPI_6_1, hosts.ACPI_6_12], ids=lambda host: host.name)
def booted(request, boot, replaced):
    with boot(request.param, replaced) as machine:
        yield Booted(request.param, machine)


def usable(group):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in group["usableIova"]]


def ends(region):
    return region[1], region[1] + region[2] - 1


def test_kernel_took_the_tables(booted):
    assert "Table Upgrade: override [IORT-" in booted.log and "Table Upgrade: override [DSDT-" in booted.log
    regions = {device: next(group.regions for group in booted.groups.values() if device in group.devices)
               for device in (hosts.TESTDEV, hosts.NIC)}
    assert (*ends(KEPT), "direct") in regions[hosts.TESTDEV]
    assert (*ends(RELAXABLE), "direct-relaxable") in regions[hosts.NIC]


def test_iort(booted):
    """As it was written, node by node."""
    table = booted.after["firmware"]["iort"]["table"]
    unit, = table["units"]
    assert (unit["type"], int(unit["base"], 16)) == ("smmu-v3", firmware.SMMU_BASE)
    bridge, = table["rootComplexes"]
    assert (bridge["segment"], bridge["memoryAddressLimit"]) == (0, LIMIT)
    assert [(m["count"], m["valid"], m["unit"]) for m in bridge["mappings"]] == [(0x10000, True, 0)]
    found = [(int(m["outputBase"], 16), int(r["start"], 16), int(r["end"], 16) - int(r["start"], 16) + 1, int(one["remappable"]))
             for one in table["reservedMemory"] for r in one["ranges"] for m in one["mappings"]]
    assert found == [KEPT, RELAXABLE]
    assert table["checksumValid"] and not table["faults"]
    assert "memory-address-limit" in {finding["id"] for finding in booted.after["findings"]}


def reached(ranges):
    """VFIO does not heed the limit of the root complex, which devices cannot pass."""
    return [(first, min(last, (1 << LIMIT) - 1)) for first, last in ranges if first < 1 << LIMIT]


def test_vfio(booted):
    """6.12 refuses the device with the direct region; 6.1 takes it and keeps the region from guests."""
    judged = booted.judged[hosts.TESTDEV]
    group = next(group for group in booted.after["groups"] if hosts.TESTDEV in group["devices"])
    assert ("direct", "0x50000000", "0x500fffff") in {(r["type"], r["start"], r["end"]) for r in group["reservedRegions"]}
    taken = booted.host is hosts.ACPI_6_1
    assert (judged["set"] == "ok") == taken and group["assignable"] is taken
    if taken:
        offered = [tuple(r) for r in judged["ranges"]]
        assert offered == [(0, 0x7FFFFFF), (0x8100000, 0x4FFFFFFF), (0x50100000, (1 << 48) - 1)]
        assert usable(group) == reached(offered)
    network = next(group for group in booted.after["groups"] if hosts.NIC in group["devices"])
    assert booted.judged[hosts.NIC]["set"] == "ok" and network["assignable"] is True
    offered = [tuple(r) for r in booted.judged[hosts.NIC]["ranges"]]
    assert offered == booted.host.usable() and usable(network) == reached(offered)
    assert network["iovaBits"] == group["iovaBits"] == booted.after["widths"]["iovaBits"]["value"] == LIMIT


def test_a_guest_whose_ram_meets_the_region(booted):
    """Only where the kernel assigns the device all the same: 128 MiB end below the region, 512 MiB meet it."""
    if booted.host is not hosts.ACPI_6_1:
        pytest.skip("this kernel does not assign the device")
    from test_guests import check
    for memory, wrong in (("128M", None), ("512M", "Invalid argument")):
        guest = Guest(memory, device=True)
        error, _ = inner.start(booted.machine, guest.words())
        assert (error is None) if wrong is None else (wrong in error), (memory, error)
        assert (check(booted.machine, guest)["verdict"] == "unsafe") == (wrong is not None), memory
