"""The Debian packages on a Debian: installed, used, upgraded while clients are subscribed, removed and purged. The tests are the
machine's life, in this order. With HAWD_TEST_ALL=1, the upgrade is from the packages of the previous commit; otherwise from those of
this commit with an earlier version."""
import json
import os
import re

import pytest

import apparmor
import bus
import debian
import image
import overlay
from machine import Machine
from machines import HOTPLUG, root_ports
from watch import Watch, added_groups

GUEST = "qemu-system-x86_64 -machine q35 -cpu qemu64 -m 1G -nodefaults"
# Asks again and again until /run/answers/end is there; each answer is kept with its exit status.
CALLER = f"""mkdir -p /run/answers; n=0
while ! [ -e /run/answers/end ]; do
n=$((n + 1)); busctl --json=short call {bus.NAME} {bus.PATH} {bus.NAME}.Host Describe >/run/answers/$n.json 2>/run/answers/$n.error
echo $? >/run/answers/$n.status; done; touch /run/answers/ended"""
OWNER = f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{bus.NAME}'"


@pytest.fixture(name="machine", scope="module")
def fixture_machine(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("debian")
    new = debian.built()
    old = debian.earlier(debian.built("HEAD~1") if os.environ.get("HAWD_TEST_ALL") else new, tmp)
    (tmp / "caller").write_text(CALLER, encoding="ascii")
    (tmp / "guest").write_text(GUEST, encoding="ascii")
    try:
        kernel, initramfs = debian.initramfs(overlay.build(), tmp, old=old.values(), new=new.values(), tests=(tmp / "caller", tmp / "guest"))
    except image.Missing as why:
        pytest.skip(str(why))
    with Machine(kernel, initramfs, [*HOTPLUG, *root_ports(2)], ("intel_iommu=on", "systemd.mask=ssh.service"), memory="1536M") as booted:
        booted.wait_for_boot(480)
        print(f"booted in {booted.booted_in:.1f} s")
        booted.before = debian.files(booted)
        booted.dangling = debian.dangling(booted)
        yield booted


def main_pid(machine):
    return machine.output("systemctl show -p MainPID --value hawd.service").strip()


def test_hawctl_alone(machine):
    """Without the service it reads the host, makes a capture and reads that, and checks a guest against it."""
    debian.apt(machine, "install", "/srv/old/hawctl_*.deb")
    assert "CPU physical      46" in machine.output("hawctl")
    machine.output("hawctl capture /root/host.tar.gz")
    assert "CPU physical      46" in machine.output("hawctl status --root=/root/host.tar.gz")
    answer = json.loads(machine.output("hawctl check --json=short --root=/root/host.tar.gz /srv/tests/guest"))
    assert answer["verdict"] == "safe", answer


def test_started_by_activation(machine):
    """By the installation, and after it was stopped by a call."""
    debian.apt(machine, "install", "/srv/old/hawd_*.deb")
    assert machine.output("systemctl is-active hawd.service").strip() == "active"
    assert set(apparmor.PROFILES) <= apparmor.enforced(machine)
    machine.output("systemctl stop hawd.service")
    assert main_pid(machine) == "0"
    assert bus.read(machine, "CpuPhysicalBits") == 46
    assert main_pid(machine) != "0"
    assert machine.output("cat /run/hawd/widths/cpu_physical_bits").strip() == "46"
    assert debian.failed_units(machine) == []
    assert machine.run("dpkg --verify hawd hawctl") == (0, "")


def owners(machine):
    """The times at which the name was taken from its owner, and given to one."""
    log = machine.output("cat /run/owners")
    found = re.findall(r"^signal time=([\d.]+) .*\n\s+string \"" + re.escape(bus.NAME) + r"\"\n\s+string \"(.*)\"\n\s+string \"(.*)\"", log, re.M)
    return [float(time) for time, _, new in found if not new], [float(time) for time, _, new in found if new]


def assert_whole_answers(machine, least):
    """Each call was answered in full: with the same document but for the generation, which starts again."""
    machine.output("touch /run/answers/end")
    machine.wait_for("[ -e /run/answers/ended ]", machine.patience(60))
    assert machine.output("cat /run/answers/*.error") == ""
    assert set(machine.output("cat /run/answers/*.status").split()) == {"0"}
    count = int(machine.output("ls /run/answers/*.json | wc -l"))
    print(f"{count} calls were answered")
    assert count >= least
    kinds = machine.output("cd /run/answers; for a in *.json; do sed 's/generation[^0-9]*[0-9]*//' $a | md5sum; done | sort | uniq -c").splitlines()
    assert len(kinds) == 1, kinds
    assert bus.plain(json.loads(machine.output("cat /run/answers/1.json"))["data"][0])


def test_upgrade(machine):
    """The new service takes the name from the old in one restart, at the end of the upgrade. Nobody gets half an answer; subscribers
    of both kinds hear of a device that comes afterwards; the history is kept."""
    history = machine.output("hawctl history --json=short")
    kept = machine.output("cd /var/lib/hawd && md5sum *")
    pid = main_pid(machine)
    monitor = machine.start("hawctl monitor", "monitor")
    machine.start(f"dbus-monitor --system \"{OWNER}\"", "owners")
    machine.wait_for("grep -q NameAcquired /run/owners")
    with Watch(machine) as watch:
        machine.start("sh /srv/tests/caller", "caller")
        machine.wait_for("[ -e /run/answers/3.status ]")
        debian.apt(machine, "install", "/srv/new/*.deb")
        assert "0~earlier" not in machine.output("dpkg-query -W hawd hawctl")
        machine.wait_for("[ $(grep -c member=NameOwnerChanged /run/owners) -ge 2 ]")
        assert_whole_answers(machine, 6)
        lost, taken = owners(machine)
        assert len(lost) == len(taken) == 1 and main_pid(machine) not in ("0", pid)
        configured = machine.output("grep ' configure hawd:' /var/log/dpkg.log | tail -n 1 | cut -d' ' -f1,2 | xargs -0 date +%s -d")
        assert lost[0] >= int(configured), "the service stopped before the new package was unpacked"
        machine.output("systemctl restart hawd.service")
        machine.wait_for("[ $(grep -c member=NameOwnerChanged /run/owners) -ge 4 ]")
        again = owners(machine)
        print(f"without an owner: {taken[0] - lost[0]:.3f} s in the upgrade, {again[1][1] - again[0][1]:.3f} s in a restart")
        assert machine.output("hawctl history --json=short") == history
        assert machine.output("cd /var/lib/hawd && md5sum *") == kept
        watch.signals()
        machine.device_add("e1000e", "late", "port1")
        assert added_groups(watch.gather(added_groups))
        machine.wait_for("grep -q 'devices.*added' /run/monitor")
    machine.output(f"kill {monitor}; pkill dbus-monitor")
    assert debian.failed_units(machine) == []
    assert apparmor.denials(machine) == []


def test_removed(machine):
    """The service stops, its files in /run go, its history stays."""
    debian.apt(machine, "remove", "hawd")
    assert machine.run("pgrep -x hawd")[0] == 1
    status, said = machine.run(f"busctl call {bus.NAME} {bus.PATH} {bus.NAME}.Host Describe")
    assert status != 0 and "not provided by any .service files" in said
    assert "CPU physical      46" in machine.output("hawctl")
    assert machine.run("ls -d /run/hawd")[0] != 0
    assert machine.output("ls /var/lib/hawd").strip()
    assert debian.failed_units(machine) == []


def test_purged(machine):
    """The file system is as before, but for the account, which Debian keeps."""
    debian.apt(machine, "purge", "hawd", "hawctl")
    after = debian.files(machine)
    assert debian.changed(machine.before, after) - debian.ACCOUNTS - debian.REMOVED == set()
    assert re.fullmatch(r"hawd:x:\d+:\d+:Host Address Width Daemon:/:/usr/sbin/nologin\n", machine.output("grep hawd /etc/passwd"))
    assert debian.dangling(machine) == machine.dangling
    assert debian.failed_units(machine) == []
    assert machine.output("systemctl list-unit-files --no-legend '*hawd*' | cat; dpkg-query -W -f '${Package}\\n' | grep haw; true") == ""
