"""The service as an administrator and an ordinary user meet it, on a machine with a real /dev/kvm and no polkit."""
import pytest

import bus
from machines import SPECS

AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups "
SPEC = next(spec for spec in SPECS if spec.name == "amd-40-npt")


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot(SPEC.arguments(), SPEC.append) as booted:
        bus.read(booted, "Digest")
        yield booted


def main_pid(machine):
    return machine.output("systemctl show -p MainPID --value hawd.service").strip()


def test_read_by_everybody_refreshed_by_root(machine):
    assert machine.run("command -v pkcheck")[0] != 0
    get = f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host CpuPhysicalBits"
    assert machine.output(AS_NOBODY + get).strip() == f"u {SPEC.physical_bits}"
    assert machine.output(AS_NOBODY + "cat /run/hawd/widths/cpu_physical_bits").strip() == str(SPEC.physical_bits)
    refresh = f"busctl call {bus.NAME} {bus.PATH} {bus.NAME}.Host Refresh"
    machine.output(refresh)
    status, text = machine.run(AS_NOBODY + refresh)
    assert status != 0 and text.strip()
    assert machine.run(AS_NOBODY + "ls /run/hawd/private")[0] != 0


def test_privileges(machine):
    """An own user without a capability, and still the profile that root reads (test_matrix)."""
    status = dict(line.split(":", 1) for line in machine.output(f"cat /proc/{main_pid(machine)}/status").splitlines())
    user = machine.output("id -u hawd").strip()
    assert status["Uid"].split() == [user] * 4
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2"


def test_exposure(machine):
    line = machine.output("systemd-analyze security --no-pager hawd.service | tail -n 1")
    assert float(line.split(":")[1].split()[0]) <= 0.9, line


def test_impostor(machine):
    """Nobody else may own the name."""
    machine.output("systemctl stop hawd.service")
    status, text = machine.run(f"{AS_NOBODY} busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus "
                               f"RequestName su {bus.NAME} 0")
    assert status != 0 and "Access denied" in text


def test_stopped_and_started(machine):
    digest = bus.read(machine, "Digest")
    machine.output("systemctl stop hawd.service")
    assert machine.output("systemctl show -p Result --value hawd.service").strip() == "success"
    assert machine.run("cat /run/hawd/profile.json")[0] != 0
    assert bus.read(machine, "Digest") == digest
    machine.output("systemctl restart hawd.service")
    assert bus.read(machine, "Digest") == digest
    pid = main_pid(machine)
    machine.output("systemctl reload hawd.service")
    assert bus.read(machine, "Digest") == digest and main_pid(machine) == pid


def guest_bits(machine, bits):
    machine.wait_for(f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host GuestPhysicalBits | grep -qx 'u {bits}'")


def test_module_gone_and_back(machine):
    """Without kvm_amd the guest's widths are unknown with a reason; with it they are measured, also by a service that
    was started before there was a /dev/kvm."""
    machine.output("modprobe -r kvm_amd kvm")
    guest_bits(machine, 0)
    assert "GuestPhysicalBits" in bus.read(machine, "Unknown")
    machine.output("systemctl restart hawd.service")
    guest_bits(machine, 0)
    machine.output("modprobe kvm_amd")
    guest_bits(machine, SPEC.physical_bits)
    assert bus.read(machine, "Provenance")["GuestPhysicalBits"].startswith("measured")
    machine.output("modprobe -r kvm_amd kvm && modprobe kvm_amd npt=0")
    machine.wait_for(f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host SecondLevelEnabled | grep -q no")
