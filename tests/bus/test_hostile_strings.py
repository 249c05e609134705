"""Bytes that are no UTF-8 and bytes that drive terminals, wherever a host's own words go: one string that the bus does not
take would make a whole GetAll fail."""
import json
import os

import pytest

import hosts_intel
import hosts_other
from bus import GROUP, HOST, IOMMU, MANAGER, PATH
from tree import INTEL, MSI, dmar, drhd, endpoint

BAD = [b"\xff", b"\x1b[31m", b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x7f", b"\x9b", "\u202e".encode(), b"\x01\x02"]


def everything(client):
    """All that the bus has of the host, after each reading of it worked."""
    managed, = client.call(PATH, MANAGER, "GetManagedObjects")
    said = [client.get_all(), client.describe(), managed]
    for path, interfaces in managed.items():
        said.append(client.get_all(path, next(i for i in interfaces if i in (GROUP, IOMMU, HOST))))
    json.loads(said[1])
    return repr(said)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def clean(text):
    return not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.hex())
def test_words_of_the_host(serve, client, bad):
    service = serve(hosts_intel.client_46_39, start=False)
    tree, mark = service.tree, b"mark" + bad + b"mark"
    tree.write("proc/sys/kernel/hostname", b"h" + mark + b"\n")
    tree.write("proc/sys/kernel/osrelease", b"6.12-" + mark + b"\n")
    tree.write("proc/cmdline", b"intel_iommu=" + mark + b" quiet\n")
    tree.write("sys/kernel/iommu_groups/1/type", mark + b"\n")
    tree.write("sys/kernel/iommu_groups/1/name", mark + b"\n")
    tree.write("sys/kernel/iommu_groups/2/reserved_regions", b"0x0000000000001000 0x0000000000001fff " + mark + b"\n")
    uevent = (tree.root / "sys/devices/pci0000:00/0000:00:02.0/uevent").read_bytes()
    tree.write("sys/devices/pci0000:00/0000:00:02.0/uevent", uevent.replace(b"i915", mark))
    table = bytearray(dmar(39, drhd(0xFED91000)))
    table[10:16] = (b"O" + bad + b"EMEM")[:6]
    table[9] = (table[9] - sum(table)) & 0xFF
    tree.table("DMAR", bytes(table))
    service.start()
    client.subscribe()
    said = everything(client)
    assert said.count("mark") > 5
    document = json.loads(client.describe())
    dirty = [text for text in strings([document, client.get_all(), client.get_all(f"{PATH}/group/1", GROUP)]) if not clean(text)]
    assert not dirty
    # As a change as well: each value in a signal.
    tree.group(9, [], [MSI], kind="x")
    tree.write("sys/kernel/iommu_groups/9/type", b"2" + mark + b"\n")
    tree.write("sys/kernel/iommu_groups/1/type", b"3" + mark + b"\n")
    tree.write("proc/sys/kernel/hostname", b"i" + mark + b"\n")
    service.reload()
    members = [member for member, _, _ in client.signals()]
    assert members.count("InterfacesAdded") == 1 and members.count("PropertiesChanged") == 2 and members[-1] == "ProfileChanged"
    assert "Cannot send some signals" not in service.said()
    assert everything(client).count("mark") > 5


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.hex())
def test_names_of_units_and_cpus(serve, client, bad):
    """A unit's name is a file name, which may be any bytes; the CPU's name comes from CPUID."""
    service = serve(hosts_other.guest_virtio_iommu, start=False)
    root = bytes(service.tree.root)
    os.rename(root + b"/sys/class/iommu/virtio0", root + b"/sys/class/iommu/v" + bad + b"0")
    service.tree.cpuid(INTEL, 40, vmx=True, hypervisor="KVMKVMKVM", brand="CPU")
    brand = (b"Te" + bad + b"st CPU name with bytes").ljust(48, b"\0")
    lines = (service.tree.root / "hawd/cpuid").read_text(encoding="ascii").splitlines(keepends=True)
    lines = [line for line in lines if "0x80000002" not in line and "0x80000003" not in line and "0x80000004" not in line]
    for i in range(3):
        lines.append(service.tree.leaf(0x80000002 + i, [int.from_bytes(brand[16 * i + 4 * j:16 * i + 4 * j + 4], "little") for j in range(4)]))
    service.tree.write("hawd/cpuid", "".join(lines))
    service.start()
    everything(client)
    assert clean(client.get("CpuModelName")) and "CPU name" in client.get("CpuModelName")
    managed, = client.call(PATH, MANAGER, "GetManagedObjects")
    units = [path for path in managed if "/iommu/" in path]
    assert len(units) == 1
    name = client.get("Name", units[0], IOMMU)
    assert clean(name) and name.startswith("v") and json.loads(client.describe())["iommus"][0]["name"] == name


def test_very_long_words(serve, client):
    """Longer than any of ours, up to what a file may hold."""
    service = serve(hosts_intel.client_46_39, start=False)
    for path in ("proc/sys/kernel/hostname", "proc/sys/kernel/osrelease", "sys/kernel/iommu_groups/1/type", "sys/kernel/iommu_groups/1/name"):
        service.tree.write(path, b"\xff" * 100000 + b"\n")
    service.tree.write("proc/cmdline", b"intel_iommu=" + b"\xfe" * 100000)
    service.tree.pci("0000:05:00.0", endpoint(), driver="d" * 5000)
    service.start()
    everything(client)


def test_two_units_whose_names_become_one(serve, client):
    """Escaped, both are the same word: neither is lost, and objects have one path each."""
    service = serve(hosts_other.guest_virtio_iommu, start=False)
    root = bytes(service.tree.root) + b"/sys/class/iommu/"
    target = os.readlink(root + b"virtio0")
    os.unlink(root + b"virtio0")
    os.symlink(target, root + b"v\xff")
    os.symlink(target, root + b"v\\xff")
    service.start()
    client.subscribe()
    everything(client)
    service.reload()
    assert client.signals() == []
