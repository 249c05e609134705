"""What a host does to a service: killed at any moment (six times, with HAWD_TEST_ALL twenty), the bus taken away, the clock moved, no
room to write."""
import json
import os
import random
import time

import pytest

import bus
import kernel
from machines import HOTPLUG, root_ports

PORTS = 4
ROUNDS = 20 if os.environ.get("HAWD_TEST_ALL") else 6  # even: the last one takes the device away
SEED = int(os.environ.get("HAWD_VM_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot([*HOTPLUG, *root_ports(PORTS)], ("intel_iommu=on",)) as booted:
        bus.read(booted, "Digest")
        yield booted


def local(machine):
    return json.loads(machine.output("hawctl --local describe --json=short"))


def groups_as_in_sysfs(machine):
    return {number: said["Devices"] for number, said in bus.groups(machine).items()} == \
        {number: group.devices for number, group in kernel.groups(machine).items()}


def answers_rightly(machine, whole=True, seconds=40):
    """Asked over the bus, which starts it when it is dead: the groups that the kernel shows, and all else that root
    reads unless that could not be collected."""
    machine.wait_for(f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host Digest", seconds)
    wanted, deadline = local(machine)["digest"] if whole else None, time.monotonic() + seconds
    while not groups_as_in_sysfs(machine) or (whole and bus.read(machine, "Digest") != wanted):
        assert time.monotonic() < deadline, bus.differences(json.loads(bus.describe(machine)), local(machine))
        time.sleep(0.3)
    assert (bus.read(machine, "CpuPhysicalBits"), bus.read(machine, "IovaBits")) == (46, 39)


def plugged(machine, wanted, port="port1"):
    """Has a device at a port or takes it away."""
    if wanted:
        machine.device_add("pci-testdev", f"dev-{port}", port)
    else:
        machine.device_del(f"dev-{port}")


def kill(machine):
    machine.run("systemctl kill -s KILL --kill-whom=main hawd.service")


def test_killed_at_any_moment(machine):
    dice = random.Random(SEED)
    print(f"HAWD_VM_SEED={SEED}")
    for number in range(ROUNDS):
        plugged(machine, number % 2 == 0)
        time.sleep(dice.random() * 0.4)
        kill(machine)
        # Now and then while it starts.
        if dice.random() < 0.5:
            machine.start("systemctl start hawd.service", "starting")
            time.sleep(dice.random() * 0.8)
            kill(machine)
        # So many deaths in so few seconds are the test's, not the service's.
        machine.run("systemctl reset-failed hawd.service hawd-collect.service")
        answers_rightly(machine)
        published = json.loads(machine.wait_for("cat /run/hawd/profile.json"))
        assert published["schema"] == "hawd-profile/1"
    time.sleep(1)
    # Nothing half-written stays behind, neither for readers nor for the next generation.
    left = machine.output("cd /run/hawd && find state private /var/lib/hawd -printf '%f\\n'").split()
    assert "profile.json" in left and not [name for name in left if ".new" in name or name == ".current"], left
    assert len([name for name in left if name.startswith("generation-")]) <= 2, left
    assert json.loads(machine.output("cat /run/hawd/profile.json")) == json.loads(bus.describe(machine))


def test_collectors_at_once(machine):
    """One that reads everything, slowed down between listing and reading, beside those that udev starts for devices
    that come meanwhile: it does not take what they left for leftovers."""
    machine.start("strace -o /run/collecting -e inject=getdents64:delay_exit=1000000 /usr/libexec/hawd/hawd-collect",
                  "collector")
    machine.wait_for("grep -q getdents64 /run/collecting")
    for port in range(1, PORTS + 1):
        plugged(machine, True, f"port{port}")
        time.sleep(0.7)
    machine.wait_for("tail -n 1 /run/collecting | grep -q 'exited with 0'", 60)
    machine.output(f"udevadm settle && busctl call {bus.NAME} {bus.PATH} {bus.NAME}.Host Refresh")
    answers_rightly(machine)
    for port in range(1, PORTS + 1):
        plugged(machine, False, f"port{port}")
    answers_rightly(machine)
    # A device's directory is there exactly as long as the device.
    assert machine.output("ls /run/hawd/private/sys/bus/pci/devices").split() == kernel.pci_devices(machine)


def test_bus_restarted(machine):
    machine.output("systemctl restart dbus.service", 60)
    answers_rightly(machine)
    plugged(machine, True)
    answers_rightly(machine)
    plugged(machine, False)
    answers_rightly(machine)
    assert machine.output("systemctl --failed --no-legend").strip() == ""


def test_clock_jumps(machine):
    for jump in ("+40 days", "-3 years", "1970-01-02"):
        machine.output(f"date -s '{jump}'")
        answers_rightly(machine)
        plugged(machine, True)
        answers_rightly(machine)
        plugged(machine, False)
        answers_rightly(machine)
    assert machine.output("systemctl is-active hawd.service").strip() == "active"


@pytest.mark.parametrize("place,owner", [("/run/hawd/state", "uid=hawd,gid=hawd,mode=755"),
                                         ("/run/hawd/private", "gid=hawd,mode=2750"),
                                         ("/var/lib/hawd", "uid=hawd,gid=hawd,mode=755")])
def test_disk_full(machine, place, owner):
    """No room for files: the bus answers all the same, changes included, and the journal says what is missing."""
    machine.output("systemctl stop hawd.service")
    machine.output(f"mount -t tmpfs -o size=4k,{owner} tmpfs {place}")
    machine.output("journalctl --rotate && journalctl --vacuum-time=1s")
    whole = place != "/run/hawd/private"
    try:
        answers_rightly(machine, whole)
        assert machine.output(f"findmnt -n -o SIZE {place}").strip() == "4K"
        plugged(machine, True)
        answers_rightly(machine, whole)
        plugged(machine, False)
        answers_rightly(machine, whole)
        assert "No space left" in machine.output("journalctl -q -b -p warning -u hawd.service -u hawd-collect.service -o cat")
    finally:
        machine.output(f"systemctl stop hawd.service; umount {place}")
    answers_rightly(machine)
    assert json.loads(machine.wait_for("cat /run/hawd/profile.json"))["digest"] == bus.read(machine, "Digest")
