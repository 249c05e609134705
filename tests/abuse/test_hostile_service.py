"""hawctl in front of a service that means it no good, and of a stranger who speaks in the service's name."""
import json
import os
import subprocess
import threading
import time

import jeepney
import pytest

import hosts_intel
from attack import HONEST
from bus import HOST, NAME, PATH, PEER, Bus, Client, wait_for
from screen import EVIL, HAWCTL, TEXTS, clean, run
from tree import Tree

OK, ERROR = jeepney.MessageType.method_return, jeepney.MessageType.error
UNKNOWN = "org.freedesktop.DBus.Error.UnknownMethod"


@pytest.fixture
def bus(place, root):
    it = Bus(place).start()
    yield it
    it.stop()


class Impostor(threading.Thread):
    """Owns the name. answer(member) gives (signature, body), an error as (name, text), or None: no answer."""

    def __init__(self, bus, answer):
        super().__init__(daemon=True)
        self.client, self.answer, self.calls, self.going = Client(bus.address), answer, [], True
        assert self.client.bus_call("RequestName", "su", (NAME, 4)) == (1,)
        self.start()

    def run(self):
        while self.going:
            try:
                message = self.client.connection.receive(timeout=0.1)
            except TimeoutError:
                continue
            except OSError:
                return
            if message.header.message_type != jeepney.MessageType.method_call:
                continue
            member = message.header.fields[jeepney.HeaderFields.member]
            self.calls.append(member)
            answer = self.answer(member)
            if answer:
                self.reply(message, *answer)

    def reply(self, message, first, second):
        if "." in first:
            self.client.connection.send(jeepney.new_error(message, first, "s", (second,)))
        else:
            self.client.connection.send(jeepney.new_method_return(message, first, second))

    def changed(self, generation, client=None, to=None):
        """Tells of a change, as itself or in another client's mouth."""
        signal = jeepney.new_signal(jeepney.DBusAddress(PATH, interface=HOST), "ProfileChanged", "tas", (generation, ["host"]))
        if to:
            signal.header.fields[jeepney.HeaderFields.destination] = to
        (client or self.client).connection.send(signal)

    def end(self):
        if self.going:
            self.going = False
            self.join()
            self.client.close()


@pytest.fixture
def impostor(bus):
    started = []

    def start(answer):
        started.append(Impostor(bus, answer))
        return started[-1]
    yield start
    for it in started:
        it.end()


def describes(text):
    """A service that knows no other way to tell its document."""
    return lambda member: ("s", (text() if callable(text) else text,)) if member == "Describe" else (UNKNOWN, f"no {member}")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp("host") / "tree")
    hosts_intel.client_46_39(tree)
    return json.loads(run(f"--root={tree.root}", "describe", "--json=short", status=0).stdout)


VERBS = [["status"], ["describe"], ["describe", "--json=short"], ["devices"], ["groups", "-j"], ["monitor"]]


@pytest.mark.parametrize("kind", TEXTS)
def test_errors(bus, impostor, kind):
    impostor(lambda member: ("org.hawd.Error.Failed", "no " + EVIL[kind]))
    for verb in VERBS:
        done = run(f"--bus-address={bus.address}", *verb, status=1)
        assert not done.stdout and len(done.stderr.splitlines()) == 1 and b": no " in done.stderr
    # Where it is not asked for, the host is read without it.
    done = run("describe", "--json=short", status=0, env={"DBUS_SYSTEM_BUS_ADDRESS": bus.address})
    assert len(done.stderr.splitlines()) == 1 and json.loads(done.stdout)


@pytest.mark.parametrize("kind", TEXTS)
def test_documents(bus, impostor, kind, document):
    evil = json.loads(json.dumps(document))
    evil["host"]["kernel"] = evil["host"]["new" + EVIL[kind]] = evil[EVIL[kind]] = "6.1" + EVIL[kind]
    impostor(describes(json.dumps(evil, ensure_ascii=False)))
    for verb in VERBS[:-1]:
        done = run(f"--bus-address={bus.address}", *verb)
        if verb[0] == "describe":
            assert done.returncode == 0 and json.loads(done.stdout) == evil
        else:
            assert done.returncode == 1 and not done.stdout and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[" * 100000, '{"a":' * 100000, "x" * (8 << 20), '"' + "y" * (8 << 20) + '"', "{}", "7", "null",
                                  '{"schema":"hawd-profile/1"}', '{"schema":"' + "\\u001b" * 100000 + '"}', '{"\\ud800":1}'],
                         ids=lambda text: f"{text[:6]}-{len(text)}")
def test_rubbish(bus, impostor, text):
    impostor(describes(text))
    for verb in VERBS[:1] + VERBS[3:5]:
        done = run(f"--bus-address={bus.address}", *verb, status=1)
        assert not done.stdout and len(done.stderr) < 1000 and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("signature,body", [("u", (7,)), ("", ()), ("ay", (b"\x1b[2J" * 1000,)), ("a{sv}", ({"\x1b[2J": ("s", "x")},)), ("ss", ("{}", "{}"))],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_wrong_types(bus, impostor, signature, body):
    impostor(lambda member: (signature or "", body))
    for verb in VERBS[:1] + VERBS[3:]:
        done = run(f"--bus-address={bus.address}", *verb, status=1)
        assert not done.stdout and len(done.stderr.splitlines()) == 1 and b"No such device" not in done.stderr


def test_huge_error(bus, impostor):
    impostor(lambda member: ("org.hawd.Error.Failed", "x" * (4 << 20)))
    done = run(f"--bus-address={bus.address}", "status", status=1)
    assert len(done.stderr) < 1000 and b"...; 'hawctl doctor'" in done.stderr


def test_no_answer(bus, impostor):
    """A time limit ends it; the command says so."""
    impostor(lambda member: None)
    done = run(f"--bus-address={bus.address}", "--timeout=1", "status", status=4)
    assert not done.stdout and b"--timeout" in done.stderr


# ── monitor ─────────────────────────────────────────────────────────────────────────────────────────────────

class Monitor:
    def __init__(self, bus, place, *arguments):
        self.out, self.err = place / "monitor.out", place / "monitor.err"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([HAWCTL, "monitor", f"--bus-address={bus.address}", *arguments], stdout=out, stderr=err,
                                            env=os.environ | {"LC_ALL": "C.UTF-8"})

    def await_text(self, text):
        wait_for(lambda: text in self.out.read_bytes(), text)

    def end(self):
        self.process.terminate()
        status = self.process.wait(60)
        clean(self.err.read_bytes())
        return status, clean(self.out.read_bytes())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Host:
    """A document whose kernel changes; the count is in it."""

    def __init__(self, document, text=""):
        self.document, self.count, self.text = json.loads(json.dumps(document)), 0, text

    def __call__(self):
        return json.dumps(self.document, ensure_ascii=False)

    def change(self):
        self.count += 1
        self.document["host"]["kernel"] = f"{self.text}kernel-{self.count}-"
        return f"kernel-{self.count}-".encode()


def ready(client, impostor):
    """The name of the monitor's connection, once it listens: that it asked for the document, and answers a ping after that."""
    wait_for(lambda: "Describe" in impostor.calls, "the monitor's first call")

    def name():
        for unique in client.bus_call("ListNames")[0]:
            if unique.startswith(":") and unique not in (client.connection.unique_name, impostor.client.connection.unique_name):
                try:
                    client.call(PATH, PEER, "Ping", destination=unique, timeout=5)
                except TimeoutError:
                    return None
                return unique
        return None
    return wait_for(name, "the monitor")


def test_a_forger(bus, place, impostor, document):
    """Another connection says that the profile changed. It is not believed: the service is not asked for each."""
    host = Host(document)
    service = impostor(describes(host))
    forger = Client(bus.address, uid=HONEST)
    with Monitor(bus, place, "--json=short") as monitor:
        victim = ready(forger, service)
        asked = service.calls.count("Describe")
        for generation in range(5):
            service.changed(1000 + generation, forger, victim)
            # Longer than the monitor gathers changes: had it believed this, it would ask.
            time.sleep(0.05)
            forger.call(PATH, PEER, "Ping", destination=victim)
        assert service.calls.count("Describe") == asked
        service.changed(7, to=victim)
        service.changed(8)
        text = host.change()
        service.changed(9)
        monitor.await_text(text)
        status, said = monitor.end()
    assert status == 0 and json.loads(said.splitlines()[-1])["generation"] in (7, 8, 9)


def test_a_forger_after_the_service_went(bus, place, impostor, document):
    """While nobody owns the name nobody is believed; the next owner is."""
    host = Host(document)
    service = impostor(describes(host))
    forger = Client(bus.address, uid=HONEST)
    with Monitor(bus, place) as monitor:
        victim = ready(forger, service)
        service.end()
        monitor.await_text(b"has stopped")
        service.changed(1, forger, victim)
        forger.call(PATH, PEER, "Ping", destination=victim)
        text = host.change()
        second = impostor(describes(host))
        monitor.await_text(b"is running")
        monitor.await_text(text)
        text = host.change()
        second.changed(2)
        monitor.await_text(text)
        status, said = monitor.end()
    assert status == 0 and monitor.err.read_bytes() == b"" and said.count("has stopped") == 1


@pytest.mark.parametrize("kind", TEXTS)
def test_evil_changes(bus, place, impostor, kind, document):
    host = Host(document, EVIL[kind])
    service = impostor(describes(host))
    client = Client(bus.address)
    with Monitor(bus, place) as lines:
        ready(client, service)
        host.document["host"]["new" + EVIL[kind]] = EVIL[kind]
        host.document[EVIL[kind]] = {"x": EVIL[kind]}
        text = host.change()
        service.changed(2)
        lines.await_text(text)
        status, said = lines.end()
    assert status == 0 and all(line[2] == line[5] == ":" for line in said.splitlines())
    client.close()


def test_endless_signals(bus, place, impostor, document):
    """Ten thousand changes in a burst: the service is asked now and then, and what changed last is shown."""
    host = Host(document)
    service = impostor(describes(host))
    client = Client(bus.address)
    with Monitor(bus, place) as monitor:
        ready(client, service)
        for generation in range(10000):
            service.changed(generation)
        text = host.change()
        service.changed(10001)
        monitor.await_text(text)
        assert monitor.end()[0] == 0
    print(f"asked {service.calls.count('Describe')} times after 10,000 signals")
    assert service.calls.count("Describe") < 5000
    client.close()


def test_a_service_that_stops_answering(bus, place, impostor, document):
    """Errors and rubbish in place of the document: said in a line each, and it goes on."""
    answers = {"Describe": ("s", (json.dumps(document),))}
    service = impostor(lambda member: answers.get(member, (UNKNOWN, "none")))
    client = Client(bus.address)
    with Monitor(bus, place) as monitor:
        ready(client, service)
        for number, answer in enumerate([("u", (7,)), ("s", ("rubbish",)), ("org.hawd.Error.Failed", "\x1b[2J\nx")]):
            answers["Describe"] = answer
            service.changed(number)
            wait_for(lambda: len(monitor.err.read_bytes().splitlines()) == number + 1, "a line for each")  # noqa: B023
        host = Host(document)
        answers["Describe"] = ("s", (host(),))
        text = host.change()
        answers["Describe"] = ("s", (host(),))
        service.changed(9)
        monitor.await_text(text)
        assert monitor.end()[0] == 0
    client.close()
