"""A hundred clients that ask without pause while the host changes ten times a second."""
import json
import os
import re
import signal
import subprocess
import threading
import time

import jeepney
import pytest

import hosts_intel
from bus import HOST, NAME, PATH, Client
from change import replace
from tree import INTEL, Tree

SECONDS = float(os.environ.get("HAWD_LOAD_SECONDS", "5"))
CLIENTS = 100
GROWTH = 512  # KiB


class Change(threading.Thread):
    """Two hosts in turn; each whole before it is moved into place."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.going, self.reloads = service, True, 0
        self.cpuid = []
        for bits in (45, 46):
            side = Tree(service.place / f"side-{bits}")
            side.cpuid(INTEL, bits, vmx=True)
            self.cpuid.append((side.root / "hawd/cpuid").read_bytes())

    def run(self):
        while self.going:
            replace(self.service.tree, "hawd/cpuid", self.cpuid[self.reloads % 2])
            self.service.process.send_signal(signal.SIGHUP)
            self.service.drain()
            self.reloads += 1
            time.sleep(0.1)

    def end(self):
        self.going = False
        self.join()


def private_kib(service):
    with open(f"/proc/{service.process.pid}/smaps_rollup", encoding="ascii") as rollup:
        text = rollup.read()
    return sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M))


def instrumented(service):
    with open(f"/proc/{service.process.pid}/maps", encoding="ascii") as maps:
        return "libasan" in maps.read()


def check(lines):
    """Every reply is of one generation: what is in it belongs together, and all clients agree on it."""
    generations, bits_of, seen, calls = {}, {}, set(), 0
    for kind, *values in (line.split() for line in lines):
        assert kind != "error", values
        if kind == "properties":
            generation, digest, bits = values
            assert generations.setdefault(generation, digest) == digest
            assert bits_of.setdefault(digest, bits) == bits
        elif kind == "document":
            seen.add(tuple(values))
        else:
            calls += int(values[0])
    assert seen <= set(bits_of.items())
    assert set(bits_of.values()) == {"45", "46"}
    return len(generations), calls


def test_a_hundred_clients(serve, bus):
    service = serve(hosts_intel.client_46_39)
    change = Change(service)
    change.start()
    load = subprocess.Popen([os.environ["BUS_CLIENT"], bus.address, str(CLIENTS), str(SECONDS)], stdout=subprocess.PIPE, text=True)
    memory = []

    def measure():
        while load.poll() is None:
            memory.append(private_kib(service))
            time.sleep(0.1)
    meter = threading.Thread(target=measure)
    meter.start()
    lines = load.stdout.read().splitlines()
    assert load.wait() == 0
    meter.join()
    change.end()
    generations, calls = check(lines)
    print(f"{calls} calls by {CLIENTS} clients in {SECONDS:g} s, {generations} generations of {change.reloads} changes, "
          f"{memory[len(memory) // 3]} -> {memory[-1]} KiB")
    assert sum(line.startswith("calls ") for line in lines) == CLIENTS and calls > 2 * CLIENTS and generations > 5
    if not instrumented(service):
        # Calls that wait are held, so it goes up and down: what counts is that the most is no more at the end.
        third = len(memory) // 3
        assert max(memory[-third:]) <= max(memory[third:-third]) + GROWTH, memory


def test_a_client_that_reads_nothing(serve, bus, client):
    """It asks until its socket takes no more, listens to every signal, and the others are served as before."""
    service = serve(hosts_intel.client_46_39)
    change = Change(service)
    change.start()
    deaf = Client(bus.address)
    deaf.bus_call("AddMatch", "s", (f"type='signal',sender='{NAME}'",))
    call = jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), "Describe")
    deaf.connection.sock.setblocking(False)
    sent = 0
    try:
        for sent in range(5000):
            deaf.connection.sock.sendall(call.serialise(serial=100 + sent))
    except OSError:
        pass
    slowest, end = 0, time.monotonic() + min(SECONDS, 5)
    while time.monotonic() < end:
        start = time.monotonic()
        text, properties = client.describe(), client.get_all()
        slowest = max(slowest, time.monotonic() - start)
        assert json.loads(text)["schema"] == "hawd-profile/1" and properties["IovaBits"] == 39
    change.end()
    print(f"{sent} calls sent and no answer read; the slowest answer to another took {slowest:.3f} s")
    assert sent > 100 and slowest < 10
    before = private_kib(service)
    deaf.close()
    client.ping()
    if not instrumented(service):
        assert before < 32 * 1024, before
    assert service.process.poll() is None


@pytest.mark.parametrize("member", ["Describe", "GetManagedObjects"])
def test_clients_that_leave_before_the_answer(serve, bus, client, member):
    serve(hosts_intel.client_46_39)
    interface = HOST if member == "Describe" else "org.freedesktop.DBus.ObjectManager"
    for _ in range(300):
        gone = Client(bus.address)
        gone.send(PATH, interface, member)
        gone.close()
    assert client.get("IovaBits") == 39
