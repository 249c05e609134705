"""A private message bus, the service on it, and a client: what the tests of this directory stand on. Every bus has its own
configuration, socket and directory; nothing of the machine's own is touched."""
import collections
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import jeepney
from jeepney.bus_messages import MatchRule
from jeepney.io.blocking import open_dbus_connection

NAME = "org.hawd.AddressWidth1"
PATH = "/org/hawd/AddressWidth1"
HOST, IOMMU, GROUP = NAME + ".Host", NAME + ".Iommu", NAME + ".Group"
PROPERTIES, MANAGER, PEER = (f"org.freedesktop.DBus.{name}" for name in ("Properties", "ObjectManager", "Peer"))
HAWD = os.environ["HAWD"]
NOBODY = 65534
PATIENCE = 60  # seconds; a sanitizer build on a busy machine is slow

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
  <limit name="max_connections_per_user">512</limit>
  <limit name="max_completed_connections">1024</limit>
</busconfig>
"""


def wait_for(condition, what, seconds=PATIENCE):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.01)
    return value


class BusError(Exception):
    def __init__(self, name, text):
        super().__init__(f"{name}: {text}")
        self.name, self.text = name, text


class Bus:
    """A dbus-daemon."""

    def __init__(self, place):
        self.socket = place / "bus"
        self.address = f"unix:path={self.socket}"
        self.configuration = place / "bus.conf"
        self.configuration.write_text(CONFIGURATION.format(socket=self.socket), encoding="utf-8")
        self.process = self.log = None

    def start(self):
        self.process = subprocess.Popen(["dbus-daemon", f"--config-file={self.configuration}", "--nofork", "--nopidfile",
                                         "--nosyslog"], stderr=self.log)
        wait_for(self.answers, "the bus")
        return self

    def answers(self):
        assert self.process.poll() is None, "the bus ended"
        try:
            Client(self.address).close()
        except (OSError, TimeoutError):
            return False
        return True

    def kill(self):
        """Leaves the socket behind, as a crash does."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


class Client:
    """A connection of the given user."""

    def __init__(self, address, uid=None):
        if uid is not None:
            os.seteuid(uid)
        try:
            self.connection = open_dbus_connection(bus=address, auth_timeout=PATIENCE)
        finally:
            if uid is not None:
                os.seteuid(0)
        self.queue = collections.deque()

    def close(self):
        self.connection.close()

    def send(self, path, interface, member, signature=None, body=(), destination=NAME, flags=0):
        message = jeepney.new_method_call(jeepney.DBusAddress(path, destination, interface), member, signature, body)
        message.header.flags = jeepney.MessageFlag(flags)
        self.connection.send(message)

    def call(self, path, interface, member, signature=None, body=(), destination=NAME, flags=0, timeout=PATIENCE):
        """The reply's arguments; BusError when it is an error."""
        message = jeepney.new_method_call(jeepney.DBusAddress(path, destination, interface), member, signature, body)
        message.header.flags = jeepney.MessageFlag(flags)
        reply = self.connection.send_and_get_reply(message, timeout=timeout)
        if reply.header.message_type == jeepney.MessageType.error:
            raise BusError(reply.header.fields[jeepney.HeaderFields.error_name], reply.body[0] if reply.body else "")
        return reply.body

    def answers(self, count, patience=PATIENCE):
        """The names of errors, None for a success, of so many calls that send() made; in the order in which they come."""
        names = []
        while len(names) < count:
            fields = (message := self.connection.receive(timeout=patience)).header.fields
            if message.header.message_type != jeepney.MessageType.signal:
                names.append(fields.get(jeepney.HeaderFields.error_name))
        return names

    def bus_call(self, member, signature=None, body=()):
        return self.call("/org/freedesktop/DBus", "org.freedesktop.DBus", member, signature, body, "org.freedesktop.DBus")

    def get_all(self, path=PATH, interface=HOST):
        properties, = self.call(path, PROPERTIES, "GetAll", "s", (interface,))
        return {name: value for name, (_, value) in properties.items()}

    def get(self, name, path=PATH, interface=HOST):
        (_, value), = self.call(path, PROPERTIES, "Get", "ss", (interface, name))
        return value

    def describe(self):
        text, = self.call(PATH, HOST, "Describe")
        return text

    def ping(self):
        self.call(PATH, PEER, "Ping")

    def subscribe(self):
        """Signals of the service are kept from here on."""
        self.bus_call("AddMatch", "s", (f"type='signal',sender='{NAME}'",))
        self.connection.filter(MatchRule(type="signal", path_namespace=PATH), queue=self.queue)

    def signals(self):
        """What came since the last time, as (member, path, arguments). The reply to a ping comes after all that was sent
        before it."""
        self.ping()
        came = [(message.header.fields[jeepney.HeaderFields.member], message.header.fields[jeepney.HeaderFields.path], message.body)
                for message in self.queue]
        self.queue.clear()
        return came


class Service:
    """hawd. It tells a socket of ours what it would tell systemd: so its reloads are waited for, not guessed."""

    def __init__(self, bus, place, tree, uid=None, wrapper=(), **options):
        """options: root, runtime_directory, ...; wrapper: a command that runs the service."""
        self.bus, self.place, self.uid = bus, place, uid
        self.options = {"bus_address": bus.address, "root": tree} | options
        self.wrapper, self.environment = list(wrapper), {}
        self.log = place / "hawd.log"
        self.process = self.notify = None
        self.stopped = True

    def program(self):
        """Where another user may start it from, however private the build directory is."""
        if self.uid is None:
            return HAWD
        copy = self.place / "hawd"
        if not copy.exists():
            shutil.copy(HAWD, copy)
        return str(copy)

    def command(self):
        user = [] if self.uid is None else ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return user + self.wrapper + [self.program()] + [f"--{key.replace('_', '-')}={value}" for key, value in self.options.items()]

    def launch(self):
        """Starts it and waits for nothing."""
        if self.notify:
            self.notify.close()
        address = pathlib.Path(tempfile.mktemp(prefix="notify-", dir=self.place))
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(address))
        self.notify.settimeout(PATIENCE)
        os.chmod(address, 0o777)
        environment = {key: value for key, value in os.environ.items() if key not in ("JOURNAL_STREAM", "WATCHDOG_USEC")}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stderr=log, stdin=subprocess.DEVNULL,
                                            env=environment | {"NOTIFY_SOCKET": str(address)} | self.environment)
        self.stopped = False
        return self

    def start(self):
        self.launch()
        self.await_notice("READY=1")
        return self

    def await_notice(self, wanted):
        """Everything told up to the line, which is the last one."""
        told = []
        end = time.monotonic() + PATIENCE
        self.notify.settimeout(0.05)
        while not told or wanted not in told[-1]:
            try:
                told.append(self.notify.recv(4096).decode().split("\n"))
            except TimeoutError:
                assert self.process.poll() is None, f"the service ended: {self.said()}"
                assert time.monotonic() < end, f"waited for {wanted}: {told}"
        return told

    def drain(self):
        """Takes what was told and not yet read."""
        self.notify.settimeout(0)
        told = []
        try:
            while True:
                told.append(self.notify.recv(4096).decode().split("\n"))
        except BlockingIOError:
            return told

    def reload(self):
        self.drain()
        self.process.send_signal(signal.SIGHUP)
        self.await_notice("READY=1")

    def settle(self):
        """Waits until the files and the history are written, which is when it tells its status: once for each generation.
        The status."""
        end = time.monotonic() + PATIENCE
        self.notify.settimeout(0.05)
        while True:
            try:
                lines = self.notify.recv(4096).decode().split("\n")
            except TimeoutError:
                assert time.monotonic() < end, "waited for STATUS"
                continue
            for line in lines:
                if line.startswith("STATUS="):
                    return line

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def stop(self, how=signal.SIGTERM):
        """The exit status."""
        self.stopped = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE) if self.process else None

    def close(self):
        """A service that ended though nobody told it to is a failure of whatever test it was."""
        ended = None if self.stopped else self.process.poll()
        self.stop(signal.SIGKILL)
        if self.notify:
            self.notify.close()
        assert ended is None, f"the service ended with {ended}: {self.said()}"
