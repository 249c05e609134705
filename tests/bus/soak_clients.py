"""Clients that come and go: each is a process with a user of its own, which connects, asks a few things, and leaves, over and over,
until it has had its share of answers."""
import json
import multiprocessing
import os
import pwd
import random
import signal
import time
import traceback

from jeepney.io.blocking import open_dbus_connection

from bus import GROUP, HOST, MANAGER, PATH, PATIENCE, PROPERTIES, BusError, Client

GUEST = json.dumps({"schema": "hawd-guest/1", "name": "small", "machine": "pc-q35-9.0", "memory": {"ram": "1GiB"}})
# What may be answered while the service or the bus is away, and to those who ask too much.
AWAY = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.Disconnected")
LIMITED = ("org.hawd.AddressWidth1.Error.RateLimited", "org.freedesktop.DBus.Error.LimitsExceeded")


class FileClient(Client):
    """Takes descriptors, too."""

    def __init__(self, address):
        super().__init__(address)
        self.connection.close()
        self.connection = open_dbus_connection(bus=address, enable_fds=True, auth_timeout=PATIENCE)


def choose(client, dice):
    kinds = ["get", "get", "get-all", "describe", "objects", "group", "ping", "check"]
    return dice.choice(kinds + ["file"] if isinstance(client, FileClient) else kinds)


def ask(client, dice, seen, kind):
    """One call, with an answer that is right as far as this client can know."""
    if kind == "get":
        assert client.get(dice.choice(("Digest", "IovaBits", "Findings", "Provenance")))
    elif kind == "get-all":
        generation = client.get_all()["Generation"]
        assert generation >= seen.get("generation", 0), (generation, seen)
        seen["generation"] = generation
    elif kind == "describe":
        assert json.loads(client.describe())["schema"] == "hawd-profile/1"
    elif kind == "objects":
        client.call(PATH, MANAGER, "GetManagedObjects")
    elif kind == "file":
        held, = client.call(PATH, HOST, "DescribeFd")
        with held.to_file("rb") as file:
            assert json.load(file)["schema"] == "hawd-profile/1"
    elif kind == "group":
        try:
            client.call(f"{PATH}/group/{dice.randrange(40)}", PROPERTIES, "GetAll", "s", (GROUP,))
        except BusError as error:
            # The device may be gone.
            if error.name != "org.freedesktop.DBus.Error.UnknownObject":
                raise
    elif kind == "check":
        client.call(PATH, HOST, "Check", "s", (GUEST,))
    else:
        client.ping()


def visit(address, dice, seen, count, limited):
    """A connection from its begin to its end: whether it could connect."""
    client = FileClient(address) if dice.randrange(2) else Client(address)
    try:
        if dice.randrange(4) == 0:
            client.subscribe()
        for _ in range(dice.randrange(1, 40)):
            try:
                ask(client, dice, seen, choose(client, dice))
                with count.get_lock():
                    count.value += 1
            except BusError as error:
                if error.name in LIMITED:
                    with limited.get_lock():
                        limited.value += 1
                    time.sleep(0.1)
                elif error.name not in AWAY:
                    raise
                else:
                    time.sleep(0.05)
        if dice.randrange(4) == 0:
            # An answer that nobody reads.
            client.send(PATH, HOST, "Describe")
    finally:
        client.close()


def live(number, address, calls, count, limited, pause, paused, errors):
    # dbus-daemon wants users that have a name.
    users = sorted(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid < 100)
    os.setuid(users[number % len(users)])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    dice, seen = random.Random(number), {}
    try:
        while count.value < calls:
            if pause.is_set():
                with paused.get_lock():
                    paused.value += 1
                while pause.is_set():
                    time.sleep(0.02)
                with paused.get_lock():
                    paused.value -= 1
            try:
                visit(address, dice, seen, count, limited)
            except TimeoutError:
                raise
            except (OSError, EOFError):
                # The bus is away.
                time.sleep(0.05)
    except BaseException:
        errors.put(f"client {number}: {traceback.format_exc()}")
        os._exit(1)


class Crowd:
    """All of them. Between pause() and go_on() none is connected."""

    def __init__(self, address, clients, calls):
        context = multiprocessing.get_context("fork")
        self.count, self.limited, self.paused = context.Value("q", 0), context.Value("q", 0), context.Value("i", 0)
        self.stop, self.errors, self.calls = context.Event(), context.SimpleQueue(), calls
        self.processes = [context.Process(target=live, args=(number, address, calls, self.count, self.limited, self.stop, self.paused,
                                                                 self.errors),
                                          daemon=True) for number in range(clients)]
        for process in self.processes:
            process.start()

    def check(self):
        assert self.errors.empty(), self.errors.get()

    def running(self):
        return sum(process.is_alive() for process in self.processes)

    def pause(self, patience=120):
        self.stop.set()
        end = time.monotonic() + patience
        while self.paused.value < self.running():
            self.check()
            assert time.monotonic() < end, f"{self.running() - self.paused.value} clients wait for an answer"
            time.sleep(0.02)

    def go_on(self):
        self.stop.clear()

    def join(self, patience):
        for process in self.processes:
            process.join(patience)
        self.check()
        assert self.running() == 0 and not [p for p in self.processes if p.exitcode != 0]

    def close(self):
        for process in self.processes:
            process.kill()
            process.join()
