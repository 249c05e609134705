"""hawctl asking the service."""
import json
import os
import signal
import subprocess

import jeepney
import pytest

import hosts_intel
import hosts_other
from bus import NAME, wait_for
from change import card, no_card
from tree import INTEL

HAWCTL = os.environ["HAWCTL"]
VERBS = [["status"], ["describe"], ["describe", "--json=pretty"], ["describe", "--json=short"], *([verb] + json_flag for verb in (
    "iommus", "groups", "devices", "regions") for json_flag in ([], ["-j"], ["--json=pretty"], ["--no-legend"])), ["status", "-j"]]


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ | {"COLUMNS": "120"} | environment)


@pytest.mark.parametrize("build", [hosts_intel.client_46_39, hosts_intel.rmrr_nic, hosts_other.epyc_sme, hosts_other.unreadable, hosts_other.bare],
                         ids=lambda build: build.__name__)
def test_the_same_as_without_it(serve, bus, build):
    """Every verb prints by the service what it prints of the tree that the service reads."""
    service = serve(build)
    for verb in VERBS:
        by_bus, by_root = run(*verb, f"--bus-address={bus.address}"), run(*verb, f"--root={service.tree.root}")
        assert by_bus.returncode == by_root.returncode == 0, by_bus.stderr
        assert by_bus.stdout == by_root.stdout, verb
        assert by_bus.stdout or "--no-legend" in verb
        assert by_bus.stderr == by_root.stderr == "", verb


def test_another_bus_has_to_answer(bus, place):
    """Who names a bus wants that one: no fallback."""
    done = run("status", f"--bus-address={bus.address}")
    assert done.returncode == 1 and not done.stdout and "not installed or not running" in done.stderr and bus.address in done.stderr
    done = run("status", f"--bus-address=unix:path={place}/nothing")
    assert done.returncode == 1 and not done.stdout and len(done.stderr.splitlines()) == 1
    done = run("status", "--bus-address=nonsense")
    assert done.returncode == 1 and not done.stdout


def test_without_a_service(bus, place):
    """On the host's own bus it says so, and reads by itself."""
    for address in (f"unix:path={place}/nothing", bus.address):
        done = run("describe", "--json=short", DBUS_SYSTEM_BUS_ADDRESS=address)
        assert done.returncode == 0 and json.loads(done.stdout)["schema"] == "hawd-profile/1"
        assert done.stderr.startswith("hawctl: no service on the system bus (") and done.stderr.count("\n") == 1
    done = run("describe", "--json=short", "--local", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={place}/nothing")
    assert done.returncode == 0 and done.stderr == ""


def test_the_system_bus(serve, bus):
    service = serve(hosts_intel.client_46_39)
    done = run("describe", "--json=short", DBUS_SYSTEM_BUS_ADDRESS=bus.address)
    assert done.returncode == 0 and json.loads(done.stdout)["host"]["hostname"] == "client" and done.stderr == ""
    local = run("describe", "--json=short", f"--root={service.tree.root}", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={service.place}/nothing")
    assert local.stdout == done.stdout and local.stderr == ""


def test_another_host(place):
    """-H goes over ssh, which here fails with a message of its own."""
    (place / "bin").mkdir()
    (place / "bin/ssh").write_text("#!/bin/sh\necho ssh: $* >&2\nexit 255\n", encoding="ascii")
    os.chmod(place / "bin/ssh", 0o755)
    done = run("status", "-H", "nowhere.invalid", PATH=f"{place}/bin:{os.environ['PATH']}")
    assert done.returncode == 1 and not done.stdout and "nowhere.invalid" in done.stderr
    assert any(line.startswith("hawctl: nowhere.invalid: ") for line in done.stderr.splitlines())


def test_another_host_over_ssh(serve, bus, place):
    """ssh runs systemd's bridge on the other side; here the other side is this bus."""
    service = serve(hosts_intel.client_46_39)
    (place / "bin").mkdir()
    (place / "bin/ssh").write_text(f"#!/bin/sh\necho $* >{place}/asked\nexec systemd-stdio-bridge --bus-path={bus.address}\n", encoding="ascii")
    os.chmod(place / "bin/ssh", 0o755)
    path = f"{place}/bin:{os.environ['PATH']}"
    done = run("describe", "--json=short", "-H", "root@server", PATH=path)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == run("describe", "--json=short", f"--root={service.tree.root}").stdout
    assert "server" in (place / "asked").read_text(encoding="ascii") and "root" in (place / "asked").read_text(encoding="ascii")


class Monitor:
    """hawctl monitor, whose lines go into a file that is read as it grows."""

    def __init__(self, service, bus, *arguments):
        self.path = service.place / "monitor.out"
        with open(self.path, "wb") as out, open(service.place / "monitor.err", "wb") as err:
            self.process = subprocess.Popen([HAWCTL, "monitor", f"--bus-address={bus.address}", *arguments], stdout=out, stderr=err)
        self.seen = 0

    def lines(self, count):
        """The next lines, at least so many, without the time of the day."""
        def there():
            return self.path.read_text(encoding="utf-8").count("\n") >= self.seen + count
        wait_for(there, f"{count} more lines of {self.path.read_text(encoding='utf-8')!r}")
        text = self.path.read_text(encoding="utf-8").splitlines()[self.seen:]
        self.seen += len(text)
        return text

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)


def ready(client, bus):
    """A monitor says nothing when it listens: the bus knows, for it has asked for three signals and for the profile."""
    def listening():
        stats, = client.call("/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules", destination="org.freedesktop.DBus")
        return any("ProfileChanged" in rule for rules in stats.values() for rule in rules)
    wait_for(listening, "the monitor")


@pytest.fixture
def monitored(serve, bus, client):
    service = serve(hosts_intel.client_46_39)
    monitors = []

    def start(*arguments):
        monitor = Monitor(service, bus, *arguments)
        monitors.append(monitor)
        ready(client, bus)
        # One change that is seen: whatever was being read before is over.
        service.tree.write("proc/sys/kernel/hostname", "first\n")
        wait_for(lambda: heard(service, monitor), "the first line")
        monitor.lines(1)
        return service, monitor

    def heard(service, monitor):
        service.tree.write("proc/sys/kernel/hostname", f"first{os.urandom(4).hex()}\n")
        service.reload()
        client.ping()
        return monitor.path.stat().st_size > 0

    yield start
    for monitor in monitors:
        if monitor.process.poll() is None:
            monitor.end(signal.SIGKILL)


def settled(monitor, service):
    """Ends what the start may have left: one more change, whose line is awaited."""
    service.tree.write("proc/sys/kernel/hostname", "steady\n")
    service.reload()
    wait_for(lambda: "steady" in monitor.path.read_text(encoding="utf-8"), "the last line of the start")
    monitor.lines(0)


def test_monitor(monitored):
    service, monitor = monitored()
    settled(monitor, service)
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    text = [line.split(" ", 1) for line in monitor.lines(2)]
    assert all(len(clock) == 8 and clock[2] == clock[5] == ":" for clock, _ in text)
    assert any("widths.cpuPhysicalBits" in line and "46" in line and line.endswith("-> 45") for _, line in text)
    card(service.tree)
    service.reload()
    wait_for(lambda: "devices.0000:03:00.0" in monitor.path.read_text(encoding="utf-8"), "the device")
    assert any(line.endswith(" groups.9 added") for line in monitor.lines(0) if line)
    no_card(service.tree)
    service.reload()
    wait_for(lambda: "groups.9 removed" in monitor.path.read_text(encoding="utf-8"), "the removal")
    monitor.lines(0)
    service.reload()
    assert monitor.end() == 0
    assert monitor.lines(0) == []


def test_monitor_in_json(monitored, client):
    service, monitor = monitored("--json=short")
    settled(monitor, service)
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    line, = (json.loads(text) for text in monitor.lines(1))
    # The signal may be that of the change before, whose document was had already.
    assert 0 <= client.get("Generation") - line["generation"] <= 1 and line.keys() == {"time", "generation", "differences", "dropped"}
    changed = {d["path"]: (d["kind"], d["before"], d["after"]) for d in line["differences"]}
    kind, before, after = changed["widths.cpuPhysicalBits"]
    assert (kind, before["value"], after["value"]) == ("changed", 46, 45)
    assert monitor.end(signal.SIGINT) == 0


def test_monitor_sees_the_service_go_and_come(monitored):
    service, monitor = monitored()
    settled(monitor, service)
    assert service.stop() == 0
    assert [line.split(" ", 1)[1] for line in monitor.lines(1)] == ["the service has stopped"]
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.start()
    wait_for(lambda: "-> 45" in monitor.path.read_text(encoding="utf-8"), "what changed meanwhile")
    assert monitor.lines(0)[0].split(" ", 1)[1] == "the service is running"
    assert monitor.end() == 0


def test_monitor_believes_the_bus_alone(monitored, client):
    """Another client's word that the service went is none."""
    service, monitor = monitored()
    settled(monitor, service)
    names, = client.bus_call("ListNames")
    for name in names:
        forged = jeepney.new_signal(jeepney.DBusAddress("/org/freedesktop/DBus", interface="org.freedesktop.DBus"), "NameOwnerChanged", "sss", (NAME, ":1.0", ""))
        forged.header.fields[jeepney.HeaderFields.destination] = name
        if name.startswith(":"):
            client.connection.send(forged)
    client.ping()
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    assert "away" not in " ".join(monitor.lines(1))


def test_monitor_whose_reader_goes(serve, bus, client):
    service = serve(hosts_intel.client_46_39)
    process = subprocess.Popen([HAWCTL, "monitor", f"--bus-address={bus.address}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ready(client, bus)
    process.stdout.close()

    def ended():
        service.tree.write("proc/sys/kernel/hostname", f"name{os.urandom(4).hex()}\n")
        service.reload()
        client.ping()
        return process.poll() is not None
    wait_for(ended, "the monitor's end")
    assert process.returncode in (0, -signal.SIGPIPE) and process.stderr.read() == b""


def test_monitor_without_a_service(bus, place):
    done = run("monitor", f"--bus-address={bus.address}")
    assert done.returncode == 1 and "not installed or not running" in done.stderr
    done = run("monitor", f"--bus-address=unix:path={place}/nothing")
    assert done.returncode == 1 and done.stderr
    assert run("monitor", f"--root={place}").returncode == 2


def test_history_and_diff(serve, bus):
    """What the service kept, as a table; and the first against the last boot."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    own, = os.listdir(service.state)
    assert service.stop() == 0
    former = service.state / f"0001-{'1' * 32}.json"
    os.rename(service.state / own, former)
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.start()
    service.settle()
    done = run("history", service.state, "--no-legend")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 0 and [row[0] for row in rows] == ["0001", "0002"] and [row[4] for row in rows] == ["46", "45"]
    assert [row[6] for row in rows] == ["39", "39"]
    listed = json.loads(run("history", service.state, "-j").stdout)
    assert [entry["cpuPhysicalBits"] for entry in listed] == [46, 45] and listed[0]["file"] == str(former)
    done = run("diff", former, service.state / own.replace("0001", "0002"))
    assert "widths.cpuPhysicalBits" in done.stdout and "46" in done.stdout and "45" in done.stdout
    now = service.place / "now.json"
    now.write_text(run("describe", f"--bus-address={bus.address}").stdout, encoding="utf-8")
    assert run("diff", former, now).stdout == done.stdout
