"""Months in minutes: devices that come and go and change drivers, clients that come and go, a bus that is restarted, disks that are
full, a service that is stopped for a while. In the end nothing was missed and nothing has grown. HAWD_SOAK_CHANGES and
HAWD_SOAK_CALLS are how many, as tools/soak sets them; tests/vm/test_soak.py has what takes a real kernel and systemd."""
import json
import os
import random
import signal
import subprocess
import time

import pytest

import events
import hosts_intel
from bus import MANAGER, NOBODY, PATH, Bus, Client, wait_for
from soak_clients import Crowd, FileClient, ask
from soak_host import Mirror, Slots, descriptors, differences, lost_events, published, timers, wakeups
from test_full import full
from test_load import instrumented, private_kib
from tree import Tree

CHANGES = int(os.environ.get("HAWD_SOAK_CHANGES", "1500"))
CALLS = int(os.environ.get("HAWD_SOAK_CALLS", "4000"))
CLIENTS = 50
ROUNDS = 10 if CHANGES >= 10000 else 5
WARM = ROUNDS // 3  # the round after which nothing may grow
LAST = max(2, ROUNDS // 3)  # rounds
GROWTH = 128  # KiB: an allocator does not give back each page at once
SEED = int(os.environ.get("HAWD_SEED", "1"))
QUIET = 5  # seconds without a wakeup when nothing happens
FLOODS_MOST = 40  # of 500 events: 20 MB and more
INCIDENTS = ("bus", "stop", "full", "reload")


def host_service(bus, place, tree, name=""):
    """The service as nobody, on the tree as its root directory, with directories of its own."""
    service = events.HostService(bus, place, tree.root, uid=NOBODY)
    service.log, service.tree = place / f"hawd{name}.log", tree
    service.runtime, service.state = place / f"runtime{name}", place / f"state{name}"
    for directory in (service.runtime, service.state):
        directory.mkdir()
        os.chmod(directory, 0o777)
    service.options |= {"runtime_directory": service.runtime, "state_directory": service.state}
    return service


@pytest.fixture(name="service")
def fixture_service(place, bus):
    """With small file systems for what it writes."""
    if why := events.possible():
        pytest.skip(f"no namespaces for mounts and the network: {why}")
    tree = Tree(place / "tree")
    hosts_intel.client_46_39(tree)
    events.prepare(tree, place)
    service = host_service(bus, place, tree)
    for directory in (service.runtime, service.state):
        full(directory, "1m")
    yield service
    service.close()
    for directory in (service.runtime, service.state):
        subprocess.run(["umount", directory], capture_output=True, check=False)


class Soak:
    def __init__(self, service, bus):
        self.service, self.bus, self.dice = service, bus, random.Random(SEED)
        service.start()
        self.events = events.Events(service)
        self.slots = Slots(service.tree, lambda *event: self.events.send(*event))
        self.mirror = Mirror(bus.address)
        self.crowd = Crowd(bus.address, CLIENTS, CALLS)
        self.happened = dict.fromkeys(INCIDENTS, 0)

    def close(self):
        self.crowd.close()
        self.events.close()
        self.mirror.client.close()

    def incident(self, kind):
        self.happened[kind] += 1
        if kind == "bus":
            self.mirror.client.close()
            self.bus.kill()
            self.changes(5)
            self.bus.start()
            self.mirror = Mirror(self.bus.address)
        elif kind == "stop":
            # As in suspend to RAM. Its socket is full when the changes come, so that their events are lost.
            self.service.process.send_signal(signal.SIGSTOP)
            for _ in range(FLOODS_MOST):
                before = lost_events(self.service)
                self.events.send("change", "pci", "/devices/pci0000:00/0000:00:00.0", 500)
                if lost_events(self.service) > before:
                    break
            self.changes(60, 0)
            self.service.process.send_signal(signal.SIGCONT)
        elif kind == "full":
            fillers = [directory / "filler" for directory in (self.service.runtime, self.service.state)]
            for filler in fillers:
                with open(filler, "wb", buffering=0) as file, pytest.raises(OSError):
                    while True:
                        file.write(bytes(4096))
            self.changes(20)
            for filler in fillers:
                filler.unlink()
        else:
            self.service.process.send_signal(signal.SIGHUP)

    def changes(self, number, pause=0.03):
        for _ in range(number):
            self.slots.change(self.dice)
            if pause and self.dice.randrange(3) == 0:
                time.sleep(self.dice.uniform(0, pause))
        self.service.drain()

    def round(self, number):
        """A part of the changes and of the calls, with everything that happens, then a look at a quiet service."""
        steps = list(INCIDENTS) + [None] * 6
        self.dice.shuffle(steps)
        for step in steps:
            if step:
                self.incident(step)
            self.changes(max(1, (CHANGES * number // ROUNDS - self.slots.changes) // len(steps)))
            self.mirror.listen()
            self.crowd.check()
        while self.slots.changes < CHANGES * number // ROUNDS or self.crowd.count.value < CALLS * number // ROUNDS:
            self.changes(10)
            self.mirror.listen()
            self.crowd.check()
        self.crowd.pause()
        measured = self.look()
        print(f"round {number}: {self.slots.changes} changes, {self.crowd.count.value} calls, {self.crowd.limited.value} rejected by "
              f"limits; {measured[0]} KiB, {sum(measured[1].values())} descriptors", flush=True)
        self.crowd.go_on()
        return measured

    def look(self):
        self.slots.canonical()
        wait_for(lambda: published(self.mirror.client) == self.slots.here, "all changes")
        self.mirror.listen()
        assert self.mirror.groups == self.mirror.listed()
        wait_for(self.nothing_lent, "files that were lent to be forgotten")
        # With each change that it publishes, the service gives back memory that it does not use.
        for name in ("nvme", "vfio-pci"):
            self.service.drain()
            self.slots.rebind(0, name)
            self.service.settle()
            self.mirror.client.ping()
        return private_kib(self.service), descriptors(self.service), timers(self.service)

    def nothing_lent(self):
        """But the document and what is lent here: the others are looked through whenever one is."""
        asking = FileClient(self.bus.address)
        ask(asking, self.dice, {}, "file")
        asking.close()
        return sum(number for name, number in descriptors(self.service).items() if "memfd" in name) <= 2


def state_of(client):
    properties = {name: value for name, value in client.get_all().items() if name != "Generation"}
    objects, = client.call(PATH, MANAGER, "GetManagedObjects")
    return json.loads(client.describe()), properties, objects


def assert_as_fresh(soak, place):
    """Another service that has just been started, on a bus of its own."""
    other = place / "other"
    other.mkdir(mode=0o755)
    bus = Bus(other).start()
    fresh = host_service(bus, place, soak.service.tree, "-fresh")
    try:
        fresh.start()
        client = Client(bus.address)
        assert differences(state_of(soak.mirror.client), state_of(client)) == []
        client.close()
    finally:
        fresh.stop()
        fresh.close()
        bus.stop()


def quiet(service):
    before = wakeups(service)
    time.sleep(QUIET)
    return wakeups(service) == before


def test_soak(service, bus, place):
    began = time.monotonic()
    soak = Soak(service, bus)
    try:
        measured = [soak.round(number) for number in range(1, ROUNDS + 1)]
        soak.crowd.join(120)
        memory, files, armed = zip(*measured)
        lost = lost_events(service)
        said = service.said().splitlines()
        print(f"\n{soak.slots.changes} changes, {soak.crowd.count.value} calls of {CLIENTS} clients, "
              f"{int(soak.mirror.client.get('Generation'))} generations, {soak.happened}, {lost} events lost, {time.monotonic() - began:.0f} s")
        print(f"private memory {list(memory)} KiB; descriptors {files[WARM]} -> {files[-1]}; "
              f"timers (all, armed) {armed[WARM]} -> {armed[-1]}; {len(said)} lines logged")
        assert soak.slots.changes >= CHANGES and soak.crowd.count.value >= CALLS and all(soak.happened.values())
        assert lost > 0
        # A single round may have been measured at a moment when something was in work; what is lost stays lost.
        assert instrumented(service) or min(memory[-LAST:]) <= min(memory[:WARM + 1]) + GROWTH, memory
        for now, seen in zip(files[WARM:], armed[WARM:]):
            assert (now, seen) == (files[WARM], armed[WARM])
        assert_as_fresh(soak, place)
        # One line for a bus that goes, one when it is back, one for each directory whenever it becomes full.
        assert len(said) <= 2 * soak.happened["bus"] + 2 * soak.happened["full"] + 2, said[-20:]
        wait_for(lambda: quiet(service), f"{QUIET} s without a wakeup")
        assert service.stop() == 0
    finally:
        soak.close()
