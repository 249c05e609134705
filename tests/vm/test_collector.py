"""The collector and the service in their sandboxes, under the systemd and the udev of the machine: what is read and written,
what starts the collector, and what happens when it does not come."""
import json
import re

import pytest

import bus
from machines import AMD_VI, REMAPPING, root_ports

PRIVATE, COLLECT = "/run/hawd/private", "/usr/libexec/hawd/hawd-collect"
HARDWARE = [*REMAPPING, *AMD_VI, "-cpu", "EPYC,phys-bits=40", *root_ports(4)]


@pytest.fixture(scope="module")
def machine(boot, with_daemon):
    with boot(HARDWARE) as booted:
        bus.read(booted, "Digest")
        booted.output("udevadm settle")
        yield booted


def main_pid(machine):
    return machine.output("systemctl show -p MainPID --value hawd.service").strip()


def journal(machine, unit, *options):
    return machine.output(f"journalctl -q -b -o cat -u {unit} {' '.join(options)}")


def no_requests(machine):
    machine.wait_for(f"test -z \"$(ls -A {PRIVATE}/requests)\"", 60)


def same_as_root_sees(machine):
    """What is published becomes what root reads without the service."""
    local = json.loads(machine.output("hawctl --local describe --json=short"))
    for _ in range(40):
        differ = bus.differences(json.loads(bus.describe(machine)), local)
        if not differ:
            return
        machine.output("sleep 0.5")
    raise AssertionError(differ)


def test_exposure(machine):
    for unit, most in (("hawd", 0.9), ("hawd-collect", 1.5), ("hawd-collect-changes", 1.5), ("hawd-collect-log", 1.5),
                       ("hawd-collect-xen", 1.5)):
        line = machine.output(f"systemctl start {unit}.service; systemd-analyze security --no-pager {unit}.service | tail -n 1")
        print(line.strip())
        assert float(line.split(":")[1].split()[0]) <= most, line


def test_service_writes_two_directories(machine):
    """By the service's own mounts: nothing else can be written, whoever owns it, but devices and a /tmp of its own."""
    pid = main_pid(machine)
    places = ["/", "/etc", "/usr", "/var", "/run", "/run/lock", "/run/hawd", PRIVATE, f"{PRIVATE}/requests", "/dev", "/dev/shm",
              "/dev/mqueue", "/sys", "/home", "/run/user", "/run/systemd", "/boot", "/srv"]
    tried = " ".join(f"{place}/hawd-was-here" for place in places)
    script = (f"for i in {tried}; do if [ -d ${{i%/*}} ] && touch $i 2>/dev/null; then rm -f $i; echo wrote $i; fi; done; "
              "touch /run/hawd/state/hawd-was-here /var/lib/hawd/hawd-was-here && rm /run/hawd/state/hawd-was-here /var/lib/hawd/hawd-was-here")
    assert machine.output(f"nsenter -t {pid} -m sh -c '{script}'") == ""
    # What is left to write of all that is mounted there.
    mounts = [line.split() for line in machine.output(f"cat /proc/{pid}/mountinfo").splitlines()]
    writable = {fields[4] for fields in mounts if "rw" in fields[5].split(",")}
    assert writable <= {"/run/hawd/state", "/var/lib/hawd", "/tmp", "/var/tmp", "/proc", "/dev/pts"}, writable


def test_sandbox_leaves_no_byte_out(machine):
    """The private tree is what the collector reads without any sandbox."""
    machine.output("modprobe msr && udevadm settle")
    no_requests(machine)
    machine.output("systemctl start hawd-collect.service")
    # A copy has no AppArmor profile either.
    machine.output(f"cp {COLLECT} /run/collect && mkdir -m 750 /run/plain && /run/collect --output=/run/plain")
    files = machine.output(f"cd {PRIVATE} && find . -type f ! -name lock | sort").split()
    assert {"./hawd/msr", "./proc/iomem", "./sys/firmware/acpi/tables/IVRS"} <= set(files) and len(files) > 8
    assert machine.run(f"diff -r --exclude=lock --exclude=requests /run/plain {PRIVATE}") == (0, "")


def test_log_has_a_unit_of_its_own(machine):
    """What needs CAP_SYSLOG has nothing else, and the others have no log: dd in the collectors' place."""
    machine.output("sysctl -q kernel.dmesg_restrict=1 || echo 1 >/proc/sys/kernel/dmesg_restrict")
    seen = {}
    for unit in ("hawd-collect-log", "hawd-collect"):
        place, out = f"/run/systemd/system/{unit}.service.d", f"{PRIVATE}/{unit}"
        script = (f"dd if=/dev/kmsg of={out}-log bs=8192 count=1 iflag=nonblock; "
                  f"cat /sys/bus/pci/devices/0000:00:00.0/config >{out}-config; dd if=/dev/cpu/0/msr of={out}-msr bs=8 count=1 skip=2")
        machine.output(f"mkdir -p {place} && printf '[Unit]\nConditionPathExistsGlob=\n[Service]\nExecStart=\nExecStart=-sh -c \"{script}\"\n' "
                       f">{place}/test.conf && systemctl daemon-reload && systemctl start {unit}.service")
        sizes = machine.output(f"for i in log config msr; do stat -c %s {out}-$i 2>/dev/null || echo 0; done; rm -f {out}-*; "
                               f"rm -r {place}; systemctl daemon-reload").split()
        seen[unit] = [int(size) for size in sizes]
    log, host = seen["hawd-collect-log"], seen["hawd-collect"]
    assert log[0] > 10 and log[1:] == [64, 0] and host[0] == 0 and host[1:] == [256, 8]


def test_loading_msr(machine):
    """By udev's rule, in the collector's own sandbox: registers appear, are read, and udev has no error to tell of."""
    machine.output("modprobe -r msr && systemctl stop hawd.service")
    machine.output(f"rm {PRIVATE}/hawd/msr && systemctl start hawd.service && udevadm settle")
    assert machine.run(f"test -e {PRIVATE}/hawd/msr")[0] != 0
    machine.output("modprobe msr && udevadm settle")
    machine.wait_for(f"test -s {PRIVATE}/hawd/msr", 60)
    no_requests(machine)
    assert machine.run(f"diff /run/plain/hawd/msr {PRIVATE}/hawd/msr") == (0, "")
    same_as_root_sees(machine)
    assert journal(machine, "systemd-udevd", "-p", "warning").count("hawd") == 0
    assert journal(machine, "hawd-collect-changes", "-p", "warning") == ""


def hostname(machine):
    return json.loads(bus.describe(machine))["host"]["hostname"]


def test_reload_when_the_collector_fails(machine):
    """The service reads again what it may, and the reload is a failed one."""
    machine.output(f"mount --bind /bin/false {COLLECT} && echo renamed >/proc/sys/kernel/hostname")
    try:
        assert machine.run("systemctl reload hawd.service")[0] != 0
    finally:
        machine.output(f"umount {COLLECT}")
    machine.wait_for(f"busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host Generation")
    assert hostname(machine) == "renamed"
    machine.output("echo hawd-vm >/proc/sys/kernel/hostname; systemctl reload hawd.service")
    assert hostname(machine) == "hawd-vm"


def test_lock_is_held(machine):
    """The run that udev starts ends in time and says why; what it was to read is read once the lock is free."""
    machine.output("touch /run/locked")
    machine.start(f"flock {PRIVATE}/lock sh -c 'touch /run/held; while [ -e /run/locked ]; do sleep 0.2; done'", "locker")
    machine.wait_for("test -e /run/held")
    try:
        machine.output(f"rm {PRIVATE}/proc/iomem && touch {PRIVATE}/requests/memory")
        machine.wait_for("journalctl -q -b -o cat -u hawd-collect-changes | grep 'another hawd-collect has been running'", 60)
        assert machine.run(f"test -e {PRIVATE}/proc/iomem")[0] != 0
    finally:
        print(journal(machine, "hawd-collect-changes"))
        machine.output("rm /run/locked")
    machine.wait_for(f"test -s {PRIVATE}/proc/iomem", 60)
    no_requests(machine)
    machine.wait_for("! systemctl --quiet is-failed hawd-collect-changes.service")
    assert machine.output("systemctl is-active hawd-collect-changes.path").strip() == "active"


def test_collector_was_killed(machine):
    """What it had taken is left as it was then, and is taken again."""
    machine.output(f"rm {PRIVATE}/proc/iomem && touch {PRIVATE}/requests/memory.taken")
    machine.wait_for(f"test -s {PRIVATE}/proc/iomem", 60)
    no_requests(machine)


def test_collector_does_not_come(machine):
    """A device is published all the same, as far as it is known: with a finding, a line in the journal, and in time. When the
    collector is back, so is the rest."""
    machine.output("systemctl restart hawd.service && systemctl stop hawd-collect-changes.path")
    former, before = journal(machine, "hawd", "-p", "warning"), bus.read(machine, "Generation")
    machine.device_add("e1000e", "late", "port1")
    machine.wait_for(f"[ $(busctl get-property {bus.NAME} {bus.PATH} {bus.NAME}.Host Generation | cut -d' ' -f2) -gt {before} ]", 60)
    machine.output("udevadm settle")
    findings = {finding["id"]: finding for finding in json.loads(bus.describe(machine))["findings"]}
    assert "config space" in findings["profile-incomplete"]["detail"]
    said = journal(machine, "hawd", "-p", "warning").removeprefix(former)
    assert len(re.findall("hawd-collect has not read a change within 5 s", said)) == 1
    assert len(re.findall("Permission denied: PCI config space", said)) == 1
    machine.output("systemctl start hawd-collect-changes.path")
    no_requests(machine)
    same_as_root_sees(machine)
    assert "profile-incomplete" not in json.dumps(bus.describe(machine))
    machine.device_del("late")
    no_requests(machine)
    same_as_root_sees(machine)
    assert journal(machine, "hawd", "-p", "warning") == former + said


def test_without_the_private_tree(machine):
    """Shut by its mode: the published widths come from what is left, and what is missing is said."""
    machine.output(f"chmod 0 {PRIVATE} && systemctl kill -s HUP hawd.service")
    machine.wait_for("hawctl describe --json=short | grep -q profile-incomplete")
    assert "/sys/firmware/acpi/tables/IVRS" in journal(machine, "hawd", "-p", "warning")
    machine.output(f"chmod 2750 {PRIVATE} && systemctl reload hawd.service")
    same_as_root_sees(machine)
    assert machine.output("systemctl --failed --no-legend").strip() == ""
