"""Who floods, who suffers, and on which bus: programs and figures of this directory's tests. The buses have the limits and the
rules of a system bus; who attacks is nobody, who asks honestly is another user, and the service is a third."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import release
from bus import NAME, NOBODY, PATIENCE, Bus, wait_for
from change import replace
from image import Missing
from tree import INTEL, Tree

HONEST, SERVICE = 2, 1  # bin and daemon: dbus-daemon wants users that have a name
SYSTEM = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow send_destination="{name}"/>
    <allow receive_sender="{name}"/>
  </policy>
  <policy user="root">
    <allow own="{name}"/>
  </policy>
  <policy user="{service}">
    <allow own="{name}"/>
  </policy>
</busconfig>
"""


class Daemon(Bus):
    """dbus-daemon with the limits it has as a system bus."""
    kind = "dbus-daemon"

    @staticmethod
    def missing():
        return ""

    def __init__(self, place):
        super().__init__(place)
        self.configuration.write_text(SYSTEM.format(socket=self.socket, name=NAME, service=SERVICE), encoding="utf-8")
        # It has a line for each call that it refuses.
        self.log = subprocess.DEVNULL


def broker():
    """The directory with dbus-broker's programs. The package is not installed: that makes it the machine's own bus."""
    if path := shutil.which("dbus-broker-launch"):
        return pathlib.Path(path).parent
    return release.tree("bookworm", ["dbus-broker"], closure=False) / "usr/bin"


class Broker(Daemon):
    """dbus-broker. Its launcher wants a listening socket, as from systemd, the journal's, and the broker in /usr/bin: it gets
    them, the last two in a mount namespace of its own. It finds no systemd on this bus, which only keeps it from activating
    services."""
    kind = "dbus-broker"
    MOUNTS = """mount -t tmpfs none /run || exit 1
[ -e /usr/bin/dbus-broker ] || mount -t overlay none -o "lowerdir=$1:/usr/bin" /usr/bin || exit 1
"""
    START = """mkdir -p /run/systemd/journal && ln -s "$2" /run/systemd/journal/socket || exit 1
export LISTEN_PID=$$ LISTEN_FDS=1; exec dbus-broker-launch --scope system --config-file "$3" """

    def __init__(self, place):
        super().__init__(place)
        self.programs, self.listener, self.journal = broker(), None, None

    @classmethod
    def missing(cls):
        """What keeps it from running here; empty when nothing does."""
        try:
            programs = broker()
        except Missing as why:
            return f"no dbus-broker here: {why}"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", cls.MOUNTS + "exec dbus-broker-launch --version", "sh", programs],
                              capture_output=True, text=True, check=False)
        return f"dbus-broker cannot be run here: {done.stderr.strip()}" if done.returncode else ""

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        os.chmod(self.socket, 0o777)
        self.listener.listen(128)
        journal = self.socket.with_name("journal")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(str(journal))
        # The socket is descriptor 3 there, as sd_listen_fds() has it.
        keep = self.listener.fileno()
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec 3<&{keep}; exec unshare --mount sh -c "$@"', "sh", self.MOUNTS + self.START, "sh", self.programs,
             journal, self.configuration],
            stderr=self.log, pass_fds=[keep], env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.address})
        wait_for(self.answers, "the bus")
        return self

    def stop(self):
        super().stop()
        for it in (self.listener, self.journal):
            if it:
                it.close()


class Program:
    """One of this directory's, run by another user from a place that everybody may enter."""

    def __init__(self, place, variable, uid, *arguments):
        path = pathlib.Path(os.environ[variable])
        copy = place / path.name
        if not copy.exists():
            shutil.copy(path, copy)
        self.process = subprocess.Popen(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", copy, *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        """What it says at last."""
        self.process.stdin.close()
        last = self.process.stdout.read().splitlines()
        self.process.stdout.close()
        assert self.process.wait(PATIENCE) == 0
        return last[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()


class Flood(Program):
    def __init__(self, bus, member, **options):
        words = [f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}") for name, value in options.items()]
        super().__init__(bus.socket.parent, "FLOOD", NOBODY, bus.socket, member, *words)
        self.connections = self.process.stdout.readline()

    def sent(self):
        """Waits until all calls of all connections are sent."""
        assert self.process.stdout.readline().startswith("sent ")


class Total:
    """What a flood told at its end."""

    def __init__(self, line):
        self.sent, self.replies, self.errors, self.dropped = map(int, line.split()[1:])


class Times:
    """What the honest client told, in milliseconds: the service's round trips, and the bus's own."""

    def __init__(self, line):
        words = line.split()
        self.calls, self.failed = int(words[1]), int(words[9])
        self.p50, self.p99, self.max = map(float, words[3:9:2])
        self.bus_p50, self.bus_p99, self.bus_max = map(float, words[12:18:2])

    def __str__(self):
        failed = f", {self.failed} FAILED" if self.failed else ""
        return (f"Get p50 {self.p50:.1f} p99 {self.p99:.1f} max {self.max:.1f} ms of {self.calls}{failed}, "
                f"the bus itself {self.bus_p50:.1f} {self.bus_p99:.1f} {self.bus_max:.1f}")


def honest(bus, seconds=0):
    """An honest client's round trips for so long; one at least."""
    with Program(bus.socket.parent, "HONEST", HONEST, bus.address, seconds) as program:
        return Times(program.process.stdout.readline())


def peak_mib(service):
    """The most that was resident since reset_peak()."""
    text = pathlib.Path(f"/proc/{service.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def reset_peak(service):
    pathlib.Path(f"/proc/{service.process.pid}/clear_refs").write_text("5", encoding="ascii")


def instrumented(service):
    return "libasan" in pathlib.Path(f"/proc/{service.process.pid}/maps").read_text(encoding="ascii")


class Host:
    """A service's host, whose CPU gets another width now and then."""

    def __init__(self, service):
        self.service, self.turn, self.cpuid = service, 0, []
        for bits in (45, 46):
            side = Tree(service.place / f"side-{bits}")
            side.cpuid(INTEL, bits, vmx=True)
            self.cpuid.append((side.root / "hawd/cpuid").read_bytes())

    def published(self):
        """The width in the files."""
        try:
            text = (self.service.runtime / "current/profile.json").read_text(encoding="utf-8")
            return json.loads(text)["widths"]["cpuPhysicalBits"]["value"]
        except (FileNotFoundError, NotADirectoryError):
            return None

    def freshness(self, seconds=PATIENCE):
        """Seconds from a change to its being published."""
        bits = 45 + self.turn % 2
        replace(self.service.tree, "hawd/cpuid", self.cpuid[self.turn % 2])
        self.turn += 1
        start = time.monotonic()
        self.service.reload()
        wait_for(lambda: self.published() == bits, f"{bits} bits in {self.service.runtime}", seconds)
        return time.monotonic() - start
