"""Figures of fleets: baseline and place against what jansson alone takes to parse the same lines, in the same run, and memory
from 1,000 hosts on. HAWD_BENCH_HOSTS is the size of the largest fleet (100,000: 2.7 GB below the directory for temporary files)."""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

LARGEST = int(os.environ.get("HAWD_BENCH_HOSTS", 20_000))
SEED = 1
PASSES = int(os.environ.get("HAWD_BENCH_PASSES", 3))


def run(*command):
    """(seconds, processor seconds, peak KiB)"""
    start = time.monotonic()
    with tempfile.NamedTemporaryFile("r") as peak:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["/usr/bin/time", "-q", "-o", peak.name, "-f", "%M", *command], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.monotonic() - start, used, int(peak.read())


def median(passes):
    """Of each column."""
    return [statistics.median(column) for column in zip(*passes)]


def figures(hawctl, bench_fleet, corpus):
    os.environ["HAWCTL"] = hawctl
    # They run hawctl when they are loaded.
    from draw_fleet import Fleet  # pylint: disable=import-outside-toplevel
    from fleet_documents import Documents  # pylint: disable=import-outside-toplevel
    from fleet_guests import PLAIN, WITH_NAMED  # pylint: disable=import-outside-toplevel
    from fleet_kinds import Corpus  # pylint: disable=import-outside-toplevel
    with tempfile.TemporaryDirectory() as directory:
        guests = {name: os.path.join(directory, name) for name in ("guest", "guest-with-named-device")}
        for path, guest in zip(guests.values(), (PLAIN, WITH_NAMED)):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(guest, file)
        documents = Documents(hawctl)
        for hosts in [n for n in (1_000, 10_000, 100_000) if n < LARGEST] + [LARGEST]:
            path = os.path.join(directory, "fleet.jsonl")
            fleet = Fleet(documents, Corpus(corpus), hosts, 300, SEED)
            with open(path, "wb") as file:
                file.writelines(line + b"\n" for line in fleet.lines())
            measure(hawctl, bench_fleet, path, hosts, guests)


def measure(hawctl, bench_fleet, path, hosts, guests):
    commands = {"baseline": ("baseline", path)} | {f"place {name}": ("place", guest, path, "--json=short") for name, guest in guests.items()}
    floor, told = [], {name: [] for name in commands}
    for _ in range(PASSES):  # in turn, so that the same neighbours disturb all of them
        text = subprocess.run([bench_fleet, path], check=True, capture_output=True, text=True).stdout
        floor.append([float(word) for word in text.split()[:2]])
        for name, arguments in commands.items():
            told[name].append(run(hawctl, *arguments))
    wall, used = median(floor)
    print(f"{hosts} hosts, {os.path.getsize(path) >> 20} MiB: jansson alone {wall:.2f} s, {used:.2f} s of processor time")
    base = None
    for name, passes in told.items():
        seconds, processor, peak = median(passes)
        base = base or seconds
        print(f"  {name}: {seconds:.2f} s ({seconds / wall:.2f}), processor time {processor:.2f} s ({processor / used:.2f}), "
              f"{seconds / base - 1:+.0%} to baseline, peak {peak / 1024:.1f} MiB")


if __name__ == "__main__":
    figures(*sys.argv[1:4])
