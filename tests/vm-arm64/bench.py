#!/usr/bin/env python3
"""meson benchmark: figures of docs/figures.md in an emulated arm64 host: a probe against a pass that only reads the same files, as on x86, and
the memory of the service. Ratios hold under emulation; times do not."""
import pathlib
import re
import statistics
import sys
import tempfile

import booted
import bus
import cross
import hosts
from image import Missing

ROUNDS = 3


def main(tmp):
    built = cross.configure("arm64-release", "-Dtests=enabled", "-Dvm-tests=false", "-Dbuildtype=release")
    cross.run("ninja", "-C", built, "tests/bench/bench-probe")
    parts = booted.archives(tmp, **{"bench-probe": built / "tests/bench/bench-probe"})
    with booted.start(hosts.N1, *booted.prepare(hosts.N1, parts, tmp)) as machine:
        measure(machine, "")
        bus.read(machine, "GuestPhysicalBits")
        at_rest(machine)
        # Neither is in the pass that it is compared with: a machine of KVM, dear where EL2 is emulated, and a read for each record of the log.
        for name, what in (("kvm", ", without KVM"), ("kmsg", ", without KVM and the kernel's log")):
            machine.output(f"mount --bind /dev/null /dev/{name}")
            measure(machine, what)


def measure(machine, what):
    lines = [machine.output("bench-probe /", 300) for _ in range(ROUNDS)]
    print(f"emulated {hosts.N1.name}{what}: {lines[0].strip()}")
    ratios = [float(re.search(r"ratio ([\d.]+)", line).group(1)) for line in lines]
    print(f"probe against opening and reading the same files and parts{what}: ratio {statistics.median(ratios):.2f}, of {ratios}")


def at_rest(machine):
    machine.output("sleep 3")
    pid = machine.output("systemctl show -p MainPID --value hawd.service").strip()
    peak = re.search(r"VmHWM:\s+(\d+)", machine.output(f"cat /proc/{pid}/status")).group(1)
    private = sum(map(int, re.findall(r"Private_(?:Clean|Dirty): +(\d+)", machine.output(f"cat /proc/{pid}/smaps_rollup"))))
    print(f"service at rest: private memory {private} KiB, peak resident memory {peak} KiB")


with tempfile.TemporaryDirectory(prefix="hawd-bench-") as directory:
    try:
        main(pathlib.Path(directory))
    except Missing as why:
        print(f"not measured: {why}")
