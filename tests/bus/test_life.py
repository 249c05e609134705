"""Start, end, and a bus that comes and goes."""
import os
import signal
import subprocess

import hosts_intel
from bus import HAWD, NAME, Client, wait_for


def run(*arguments):
    return subprocess.run([HAWD, *arguments], capture_output=True, text=True, timeout=60, check=False)


def owner(bus):
    client = Client(bus.address)
    has, = client.bus_call("NameHasOwner", "s", (NAME,))
    client.close()
    return has


def test_a_second_one_ends(serve, bus, client):
    service = serve(hosts_intel.client_46_39)
    done = run(f"--bus-address={bus.address}", f"--root={service.tree.root}")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and NAME in done.stderr and "another hawd has it" in done.stderr
    assert client.get("IovaBits") == 39


def test_no_bus(place):
    done = run(f"--bus-address=unix:path={place}/nothing", f"--root={place}")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "connect" in done.stderr


def test_no_tree(bus, place):
    done = run(f"--bus-address={bus.address}", f"--root={place}/nothing")
    assert done.returncode == 1 and f"Cannot read {place}/nothing" in done.stderr
    assert not owner(bus)


def test_wrong_usage():
    for arguments in (("--nope",), ("word",), ("--root",)):
        done = run(*arguments)
        assert done.returncode == 2 and done.stderr and not done.stdout
    for argument in ("--help", "--version"):
        done = run(argument)
        assert done.returncode == 0 and done.stdout and not done.stderr


def test_end(serve, bus):
    """The files go, the history stays, nothing is said."""
    for how in (signal.SIGTERM, signal.SIGINT):
        service = serve(hosts_intel.client_46_39)
        service.settle()
        assert (service.runtime / "current/profile.json").stat().st_size > 1000
        kept = os.listdir(service.state)
        assert len(kept) == 1
        assert service.stop(how) == 0
        assert sorted(os.listdir(service.runtime)) == ["metrics.prom", "summary.json"] and os.listdir(service.state) == kept
        assert service.said() == "" and not owner(bus)


def test_end_at_once(serve):
    """Before the files are written, and while it reads."""
    service = serve(hosts_intel.client_46_39)
    service.process.send_signal(signal.SIGHUP)
    assert service.stop() == 0
    assert set(os.listdir(service.runtime)) <= {"metrics.prom", "summary.json"}


def test_the_bus_comes_back(serve, bus, client):
    """With the same generation, and with what changed meanwhile; twice."""
    service = serve(hosts_intel.client_46_39)
    before = client.get_all()
    for generation in (2, 3):
        bus.kill()
        service.tree.write("proc/sys/kernel/hostname", f"name-{generation}\n")
        service.reload()
        bus.start()
        wait_for(lambda: owner(bus), "the service")
        again = Client(bus.address)
        now = again.get_all()
        assert now == before | {"Generation": generation, "Hostname": f"name-{generation}"}
        again.subscribe()
        service.reload()
        assert again.signals() == []
        again.close()
    assert service.process.poll() is None
    assert service.said().count("bus was closed") == 2 and service.said().count("to the bus again") == 2


def test_the_bus_comes_back_unchanged(serve, bus, client):
    serve(hosts_intel.client_46_39)
    before = client.get_all()
    bus.kill()
    bus.start()
    wait_for(lambda: owner(bus), "the service")
    again = Client(bus.address)
    assert again.get_all() == before
    again.close()


def test_the_bus_stays_away(serve, bus):
    """The files are kept up to date without it, and SIGTERM is heard."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    bus.stop()
    service.tree.write("proc/sys/kernel/hostname", "alone\n")
    service.reload()
    wait_for(lambda: (service.runtime / "current/generation").read_text(encoding="ascii") == "2\n", "generation 2")
    assert '"hostname":"alone"' in (service.runtime / "current/profile.json").read_text(encoding="utf-8").replace(" ", "")
    assert service.stop() == 0


def test_the_name_is_taken_meanwhile(serve, bus):
    """While the bus was away another one came: this one goes, and says why."""
    service = serve(hosts_intel.client_46_39)
    service.process.send_signal(signal.SIGSTOP)
    bus.kill()
    bus.start()
    other = Client(bus.address)
    assert other.bus_call("RequestName", "su", (NAME, 0)) == (1,)
    service.process.send_signal(signal.SIGCONT)
    service.stopped = True
    assert service.process.wait(60) == 1
    assert "another hawd has it" in service.said()
