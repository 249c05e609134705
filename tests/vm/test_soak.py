"""What months of running bring and only a real kernel and systemd have: devices that QEMU plugs in, drivers that the kernel binds,
sleep, clocks that jump, a journal that is rotated, a message bus that is restarted, full disks. tools/soak says how many rounds;
tests/bus/test_soak.py has the large numbers."""
import json
import os
import random
import re

import pytest

import bus
import kernel
from machines import HOTPLUG, root_ports

ROUNDS = int(os.environ.get("HAWD_SOAK_ROUNDS", "0")) or (6 if os.environ.get("HAWD_TEST_ALL") else 0)
pytestmark = pytest.mark.skipif(not ROUNDS, reason="minutes for each round: with tools/soak or tools/test --all")
PORTS = 4
WARM = ROUNDS // 3
GROWTH = 256  # KiB
SEED = int(os.environ.get("HAWD_SEED", "1"))
STATE, PAST = "/run/hawd/state", "/var/lib/hawd"


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot([*HOTPLUG, *root_ports(PORTS)], ("intel_iommu=on",)) as booted:
        # Small, so that they can be filled.
        for place in (STATE, PAST):
            booted.output(f"mkdir -p {place} && mount -t tmpfs -o size=256k,uid=hawd,gid=hawd,mode=755 tmpfs {place}")
        booted.output("systemctl start hawd.service", 240)
        yield booted


def main_pid(machine):
    return machine.output("systemctl show -p MainPID --value hawd.service").strip()


def measure(machine):
    """Private memory in KiB, descriptors by kind, timers."""
    pid = main_pid(machine)
    memory = sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", machine.output(f"cat /proc/{pid}/smaps_rollup"), re.M))
    files = machine.output(f"cd /proc/{pid}/fd && for fd in *; do readlink $fd; done | sed 's/\\[.*//; s/generation-.*//' | sort | uniq -c")
    timers = machine.output(f"cat /proc/{pid}/fdinfo/* | grep -c it_value")
    return memory, files, int(timers)


def current(machine, seconds=40):
    """What is published becomes what root reads without the service."""
    machine.wait_for(f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host Digest", seconds)
    local = machine.output("hawctl --local describe --json=short")
    assert [device["address"] for device in json.loads(local)["devices"]] == kernel.pci_devices(machine)
    machine.wait_for("hawctl --local describe --json=short >/run/now; "
                     f"busctl --json=short call {bus.NAME} {bus.PATH} {bus.NAME}.Host Describe >/run/told; "
                     "digest() { grep -o 'digest[^,]*' $1 | tr -dc 0-9a-f | tail -c 64; }; test \"$(digest /run/now)\" = \"$(digest /run/told)\"",
                     machine.patience(seconds))
    return bus.differences(json.loads(bus.describe(machine)), json.loads(machine.output("hawctl --local describe --json=short")))


def plug(machine, dice):
    for port in range(1, PORTS + 1):
        machine.device_add(dice.choice(("e1000e", "pci-testdev")), f"dev-{port}", f"port{port}")


def unplug(machine, dice):
    for port in range(1, PORTS + 1):
        machine.device_del(f"dev-{port}")


def drivers(machine, dice):
    """All network cards lose their driver and get it again."""
    machine.output("cd /sys/bus/pci/drivers/e1000e && for i in 0000:*; do [ -e $i ] || continue; echo $i >unbind; sleep 0.1; echo $i >bind; done; :")


def clock(machine, dice):
    machine.output(f"date -s '{dice.choice((1971, 2026, 2037, 2105))}-0{dice.randrange(1, 9)}-02 03:04:05'")


def sleep(machine, dice):
    machine.output("echo freezer >/sys/power/pm_test && echo mem >/sys/power/state; status=$?; echo none >/sys/power/pm_test; exit $status")


def journal(machine, dice):
    machine.output("journalctl --rotate && journalctl --vacuum-time=1s; systemctl kill -s USR2 systemd-journald.service")


def message_bus(machine, dice):
    machine.output("systemctl restart dbus.service", 90)


def full_disk(machine, dice):
    machine.output(f"for i in {STATE} {PAST}; do dd if=/dev/zero of=$i/filler bs=4k 2>/dev/null; done; hostname full-{dice.randrange(1000)}; "
                   f"systemctl reload hawd.service; rm {STATE}/filler {PAST}/filler; hostname hawd-vm; systemctl reload hawd.service")


def test_soak(machine):
    dice, pid, measured = random.Random(SEED), main_pid(machine), []
    for number in range(ROUNDS):
        plug(machine, dice)
        events = [drivers, clock, sleep, journal, message_bus, full_disk]
        dice.shuffle(events)
        for event in events:
            event(machine, dice)
        assert current(machine) == []
        unplug(machine, dice)
        assert current(machine) == []
        measured.append(measure(machine))
        print(f"round {number + 1}: {measured[-1][0]} KiB, {measured[-1][2]} timers", flush=True)
    memory, files, timers = zip(*measured)
    print(f"{ROUNDS} rounds; private memory {list(memory)} KiB\n{files[-1]}")
    assert main_pid(machine) == pid
    assert min(memory[-max(1, ROUNDS // 3):]) <= min(memory[:WARM + 1]) + GROWTH, memory
    assert set(files[WARM:]) == {files[WARM]} and set(timers[WARM:]) == {timers[WARM]}
    told = json.loads(bus.describe(machine))
    machine.output("systemctl restart hawd.service")
    assert bus.differences(json.loads(bus.describe(machine)), told) == []
    assert machine.output("systemctl --failed --no-legend").strip() == ""
