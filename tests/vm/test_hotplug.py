"""Devices that come and go by QEMU's hand, drivers by the kernel's: the signals arrive inside the sandbox, and name
what /sys says changed."""
import json
import re
import time

import pytest

import bus
import kernel
from machines import HOTPLUG, root_ports
from watch import Watch, added_groups, profile_changes, removed_groups

PORTS = 50


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot([*HOTPLUG, *root_ports(PORTS)], ("intel_iommu=on",)) as booted:
        bus.read(booted, "Digest")
        booted.output("udevadm settle")
        yield booted


@pytest.fixture
def watch(machine):
    with Watch(machine) as watching:
        yield watching


def addresses(machine):
    """The devices behind the ports."""
    return {name for name in kernel.pci_devices(machine) if not name.startswith("0000:00:")}


def group_of(machine, address):
    return int(machine.output(f"readlink /sys/bus/pci/devices/{address}/iommu_group").strip().rsplit("/", 1)[1])


def plug(machine, driver, port):
    """Adds a device and waits until the kernel has it: its address."""
    before = addresses(machine)
    machine.device_add(driver, f"dev-{port}", port)
    machine.wait_for(f"[ $(ls /sys/bus/pci/devices | grep -vc ^0000:00:) -gt {len(before)} ]")
    machine.output("udevadm settle")
    return (addresses(machine) - before).pop()


def assert_same_as_kernel(machine, seconds=30):
    """What is published becomes what /sys shows, object for object, and what root reads without the service."""
    seen = kernel.groups(machine)
    assert {number: said["Devices"] for number, said in bus.groups(machine).items()} == \
        {number: group.devices for number, group in seen.items()}
    assert machine.output("busctl tree --list org.hawd.AddressWidth1").count("/group/") == len(seen)
    # What only root may read came along: udev's rule ran the collector before the service heard of the device.
    local, deadline = json.loads(machine.output("hawctl --local describe --json=short")), time.monotonic() + seconds
    assert [device["address"] for device in local["devices"]] == kernel.pci_devices(machine)
    while differ := bus.differences(json.loads(bus.describe(machine)), local):
        assert time.monotonic() < deadline, differ
        time.sleep(0.5)
    assert machine.output("ls /run/hawd/private/sys/bus/pci/devices").split() == kernel.pci_devices(machine)


def test_device_comes_and_goes(machine, watch):
    digest, generation = bus.read(machine, "Digest"), bus.read(machine, "Generation")

    address = plug(machine, "e1000e", "port1")
    came = watch.gather(lambda signals: added_groups(signals) and profile_changes(signals))
    group = group_of(machine, address)
    assert added_groups(came) == [group] and removed_groups(came) == []
    assert profile_changes(came)[0][0] == generation + 1
    names = {name for _, changed in profile_changes(came) for name in changed}
    assert any(address in name for name in names) and any(re.fullmatch(rf"groups?/{group}", name) for name in names), names
    interfaces = next(data[1] for member, _, data in came if member == "InterfacesAdded")
    assert interfaces[f"{bus.NAME}.Group"]["Devices"] == [address]
    assert_same_as_kernel(machine)
    with_device = bus.read(machine, "Digest")
    assert with_device != digest

    machine.device_del("dev-port1")
    went = watch.gather(lambda signals: removed_groups(signals) and profile_changes(signals))
    assert removed_groups(went) == [group] and added_groups(went) == []
    assert_same_as_kernel(machine)
    assert bus.read(machine, "Digest") == digest

    assert plug(machine, "e1000e", "port1") == address
    again = watch.gather(lambda signals: added_groups(signals) and profile_changes(signals))
    assert added_groups(again) == [group_of(machine, address)]
    assert_same_as_kernel(machine)
    machine.device_del("dev-port1")
    watch.gather(removed_groups)


def test_driver_unbound_and_bound(machine, watch):
    def driver():
        return {d["address"]: d["driver"] for d in json.loads(bus.describe(machine))["devices"]}[address]

    address = plug(machine, "e1000e", "port2")
    machine.wait_for(f"test -e /sys/bus/pci/devices/{address}/driver")
    watch.gather(added_groups)
    digest = bus.read(machine, "Digest")
    assert driver() == "e1000e"
    machine.output(f"echo {address} >/sys/bus/pci/drivers/e1000e/unbind")
    signals = watch.gather(profile_changes)
    assert any(address in name for _, changed in profile_changes(signals) for name in changed), signals
    assert driver() is None and added_groups(signals) == removed_groups(signals) == []
    machine.output(f"echo {address} >/sys/bus/pci/drivers/e1000e/bind")
    signals = watch.gather(profile_changes)
    assert driver() == "e1000e" and added_groups(signals) == removed_groups(signals) == []
    assert bus.read(machine, "Digest") == digest
    machine.device_del("dev-port2")
    watch.gather(removed_groups)


def test_nothing_else_is_read_again(machine, watch):
    """What the daemon opens for one new device among forty others: that device and its way up, no other."""
    for n in range(10, 50):
        machine.device_add("pci-testdev", f"crowd-{n}", f"port{n}")
    watch.gather(lambda signals: len(added_groups(signals)) >= 40)
    others = addresses(machine)
    pid = machine.output("systemctl show -p MainPID --value hawd.service").strip()
    machine.start(f"strace -f -e trace=open,openat,openat2,readlinkat -o /run/trace -p {pid}", "strace-output")
    machine.wait_for(f"grep -q 'TracerPid:.[1-9]' /proc/{pid}/status")
    address = plug(machine, "pci-testdev", "port1")
    watch.gather(added_groups)
    machine.output("pkill strace || kill $(pidof strace)")
    trace = machine.output("cat /run/trace")
    reads = [path for path in re.findall(r"(?:open|openat|openat2|readlinkat)\((?:[^,]*, )?\"([^\"]*)\"", trace)]
    print(f"{len(reads)} files opened for one new device")
    assert any(address in path for path in reads), reads
    assert not [path for path in reads if any(other in path for other in others)]
    assert not [path for path in reads if "cpuinfo" in path or "acpi/tables" in path or "/dev/kvm" in path]
    for n in range(10, 50):
        machine.qmp("device_del", id=f"crowd-{n}")
    machine.device_del("dev-port1")
    watch.gather(lambda signals: len(removed_groups(signals)) >= 41, 60)


def test_fifty_at_once(machine, watch):
    """Each group is told of once, and the profile is not published once for every device."""
    digest = bus.read(machine, "Digest")
    for n in range(1, PORTS + 1):
        machine.device_add("pci-testdev", f"many-{n}", f"port{n}")
    came = watch.gather(lambda signals: len(added_groups(signals)) >= PORTS, 120)
    machine.output("udevadm settle")
    groups = sorted(group_of(machine, address) for address in addresses(machine))
    assert len(groups) == PORTS and sorted(added_groups(came)) == groups
    generations = [generation for generation, _ in profile_changes(came)]
    assert generations == sorted(set(generations)) and len(generations) < PORTS
    print(f"{PORTS} devices in {len(generations)} generations")
    assert_same_as_kernel(machine)

    for n in range(1, PORTS + 1):
        machine.qmp("device_del", id=f"many-{n}")
    went = watch.gather(lambda signals: len(removed_groups(signals)) >= PORTS, 120)
    assert sorted(removed_groups(went)) == groups and addresses(machine) == set()
    assert_same_as_kernel(machine)
    assert bus.read(machine, "Digest") == digest


def test_clean_in_the_end(machine):
    """But for a collector that a busy host gave no time: the service says so, once, and reads the device again."""
    said = machine.output("journalctl -q -b -p warning -u hawd.service -u hawd-collect.service -u hawd-collect-changes.service -o cat")
    assert not [line for line in said.splitlines() if "hawd-collect has not read a change within" not in line]
    assert machine.output("systemctl --failed --no-legend").strip() == ""
