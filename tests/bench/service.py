"""The service's figures: round trips against a Ping of its own, one hot-plug among many devices, memory and wakeups at rest."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={0}/bus</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


@contextlib.contextmanager
def service(hawd, root):
    with tempfile.TemporaryDirectory() as place:
        pathlib.Path(place, "bus.conf").write_text(BUS.format(place), encoding="ascii")
        address = f"unix:path={place}/bus"
        bus = subprocess.Popen(["dbus-daemon", f"--config-file={place}/bus.conf", "--nofork", "--nopidfile"], stderr=subprocess.DEVNULL)
        while not os.path.exists(f"{place}/bus"):
            time.sleep(0.01)
        daemon = subprocess.Popen([hawd, f"--bus-address={address}", f"--root={root}"])
        try:
            while subprocess.run(["busctl", f"--address={address}", "status", "org.hawd.AddressWidth1"], capture_output=True, check=False).returncode:
                assert daemon.poll() is None
                time.sleep(0.05)
            # What it does once the name is there.
            time.sleep(2)
            yield address, daemon.pid
        finally:
            daemon.terminate()
            daemon.wait()
            bus.terminate()
            bus.wait()


def private_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(n) for n in re.findall(r"Private_(?:Clean|Dirty): +(\d+)", text))


def switches(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", text)[1])


def round_trips(bench_bus, address):
    times = dict(line.split() for line in subprocess.run([bench_bus, address], capture_output=True, text=True, check=True).stdout.splitlines())
    ping = float(times["Ping"])
    print("round trip against Ping: " + ", ".join(f"{name} {float(t) / ping:.2f}" for name, t in times.items() if name != "Ping")
          + f" (Ping {ping:.0f} microseconds)")


def hot_plug(regather, tree):
    """Eleven devices of the tree are read again, one at a time, as after an event."""
    words = "".join(f"device 0000:{bus:02x}:03.0\ngo\n" for bus in range(1, 12))
    lines = subprocess.run([regather, tree], input=words, capture_output=True, text=True, check=True).stdout.splitlines()
    times = sorted(int(line.split()[1]) for line in lines if line.startswith("usec"))
    read = sum(line.split()[0] in ("read", "list", "link") for line in lines) / 11
    print(f"one device of {os.path.basename(tree)} read again: {read:.1f} files, links and directories,"
          f" new profile after {times[len(times) // 2] / 1000:.1f} ms")


def figures(hawd, bench_bus, regather, tree):
    if not shutil.which("dbus-daemon"):
        print("no dbus-daemon here: the service is not measured")
        return
    with service(hawd, "/") as (address, pid):
        round_trips(bench_bus, address)
        before = switches(pid)
        time.sleep(60)
        print(f"at rest on this host: {switches(pid) - before} wakeups in a minute, private memory {private_kib(pid)} KiB")
    with service(hawd, tree) as (_, pid):
        print(f"at rest with {os.path.basename(tree)} devices: private memory {private_kib(pid)} KiB")
    hot_plug(regather, tree)
