"""The service as an administrator and an ordinary user meet it, on a machine with a real /dev/kvm and no polkit."""
import shlex

import pytest

import apparmor
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


def test_example_unit(machine):
    """The example for Kubernetes writes its file from within its own sandbox."""
    features = "/etc/kubernetes/node-feature-discovery/features.d"
    machine.output(f"mkdir -p {features} && cp /usr/share/hawd/examples/hawd-nfd.* /etc/systemd/system && systemctl daemon-reload")
    machine.output("systemctl start hawd-nfd.service")
    assert machine.output(f"cat {features}/hawd") == machine.output("hawctl export nfd")


# ── AppArmor ─────────────────────────────────────────────────────────────────────────────────────────────────────────

needs_apparmor = pytest.mark.skipif(not apparmor.PARSER, reason="no apparmor_parser here (package apparmor)")


@needs_apparmor
def test_confined_while_it_works(machine):
    """The service, and a collector that is held up. Nothing was refused, whatever the tests above had them do."""
    bus.read(machine, "Digest")
    assert machine.output(f"cat /proc/{main_pid(machine)}/attr/current").strip() == "hawd (enforce)"
    machine.start("strace -o /run/collecting -e inject=getdents64:delay_exit=3000000 /usr/libexec/hawd/hawd-collect", "collector")
    machine.wait_for("grep -q getdents64 /run/collecting")
    assert machine.output("cat /proc/$(pidof hawd-collect)/attr/current").strip() == "hawd-collect (enforce)"
    machine.wait_for("tail -n 1 /run/collecting | grep -q 'exited with 0'", 60)
    assert apparmor.denials(machine) == []


# By root's shell itself: it opens and writes, and only the two of them execute.
BREAKING_OUT = {
        "read-shadow": "read line </etc/shadow",
        "read-home": "read line </root/file",
        "read-memory": "exec 3</dev/mem",
        "execute": "exec /bin/true",
        "execute-itself": "exec /usr/libexec/hawd/hawd --version >/dev/null",
        "write-etc": ": >/etc/hawd-was-here",
        "write-run": ": >/run/hawd-was-here",
        "write-program": ": >>/usr/bin/hawctl",
        "write-sys": "echo 1 >/sys/bus/pci/rescan",
        "write-proc": "echo 1 >/proc/sys/kernel/sysrq",
        "signal": "kill -CONT 1",
        "network": "exec 3<>/dev/udp/127.0.0.1/9",
        "leave": "echo 'changeprofile unconfined' >/proc/$BASHPID/attr/current",
}
ALLOWED = {
        "read-device": "read line </sys/bus/pci/devices/0000:00:00.0/vendor",
        "write-state": ": >/run/hawd/state/of-root/file && : >/var/lib/hawd/of-root/file",
        "write-private": ": >/run/hawd/private/hawd-was-here",
}


def attempts(machine, profile):
    """What root can do of that in the profile."""
    tried = " ".join(f"( {command} ) && echo {name};" for name, command in (BREAKING_OUT | ALLOWED).items())
    enter = f"echo 'changeprofile {profile}' >/proc/$$/attr/current || exit 1;" if profile else ""
    script = f"exec 2>/dev/null; {enter} {tried} :"
    # Without the capability to override permissions, root writes where root may.
    machine.output("echo secret >/root/file; mkdir -p /run/hawd/state/of-root /var/lib/hawd/of-root")
    done = set(machine.output(f"bash -c {shlex.quote(script)}").split())
    machine.output("rm -rf /root/file /etc/hawd-was-here /run/hawd-was-here /run/hawd/private/hawd-was-here /run/hawd/state/of-root "
                   "/var/lib/hawd/of-root")
    return done


@needs_apparmor
@pytest.mark.parametrize("profile,allowed", [("hawd", {"read-device", "write-state"}), ("hawd-collect", {"read-device", "write-private"})])
def test_break_in(machine, profile, allowed):
    """Whoever takes over the service or the collector, even as root with all capabilities, stays in its profile."""
    assert attempts(machine, None) == set(BREAKING_OUT | ALLOWED)
    assert apparmor.denials(machine) == []
    done = attempts(machine, profile)
    # A thread of the kernel writes the denials, a little later.
    machine.wait_for(f"dmesg | grep 'profile=\"{profile}\"' | grep 'operation=\"open\"' | grep -q 'name=\"/etc/shadow\"'")
    machine.output("dmesg --clear")
    assert done == allowed
