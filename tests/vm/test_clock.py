"""The wall clock jumps by years, and the machine sleeps: the service goes on, notices what changes, publishes and answers."""
import json

import pytest

import bus
from machines import SPECS

SPEC = next(spec for spec in SPECS if spec.name == "amd-40-npt")
PUBLISHED = "cat /run/hawd/profile.json"


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot(SPEC.arguments(), SPEC.append) as booted:
        booted.output("systemctl stop systemd-timesyncd.service 2>/dev/null || true")
        bus.read(booted, "Digest")
        yield booted


def main_pid(machine):
    return machine.output("systemctl show -p MainPID --value hawd.service").strip()


def goes_on(machine, name):
    """A change that is read when it is told to, and one that the kernel tells of: both are published and answered."""
    generation = int(bus.read(machine, "Generation"))
    machine.output(f"hostname {name} && systemctl reload hawd.service")
    machine.wait_for(f"{PUBLISHED} | grep -q '\"hostname\": *\"{name}\"'")
    assert bus.read(machine, "Hostname") == name and int(bus.read(machine, "Generation")) > generation
    guest = f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host GuestPhysicalBits"
    machine.output("modprobe -r kvm_amd kvm")
    machine.wait_for(f"{guest} | grep -qx 'u 0'")
    machine.output("modprobe kvm_amd")
    machine.wait_for(f"{guest} | grep -qx 'u {SPEC.physical_bits}'")
    assert json.loads(machine.output(PUBLISHED))["host"]["hostname"] == name


@pytest.mark.parametrize("year", [2037, 1971, 2106, 2026])
def test_the_clock_jumps(machine, year):
    """Forward and back, while the service runs."""
    pid = main_pid(machine)
    machine.output(f"date -s '{year}-01-02 03:04:05'")
    goes_on(machine, f"at-{year}")
    assert main_pid(machine) == pid


@pytest.mark.parametrize("state,test", [("freeze", "freezer"), ("mem", "freezer"), ("mem", "devices"), ("mem", "platform")])
def test_sleep(machine, state, test):
    """As far as the kernel's own test of sleep goes: all processes are frozen, and further levels put devices to sleep."""
    if machine.run(f"grep -qw {state} /sys/power/state && grep -qw {test} /sys/power/pm_test")[0] != 0:
        pytest.skip(f"this kernel has no {test} test of {state}")
    pid = main_pid(machine)
    machine.output(f"echo {test} > /sys/power/pm_test && echo {state} > /sys/power/state; status=$?; echo none > /sys/power/pm_test; exit $status")
    goes_on(machine, f"slept-{state}-{test}")
    assert main_pid(machine) == pid


def test_sleep_with_a_jump(machine):
    """Asleep for years, as the clock has it."""
    pid = main_pid(machine)
    machine.output("echo freezer > /sys/power/pm_test && (echo mem > /sys/power/state & date -s '2040-05-06 07:08:09'; wait); echo none > /sys/power/pm_test")
    goes_on(machine, "years-later")
    assert main_pid(machine) == pid
