#!/usr/bin/env python3
"""meson benchmark: the figures of docs/figures.md, as ratios within this run.

A full probe against a pass that only reads the same files, on this host and on generated trees of 64, 512 and 4096
devices; system calls of both; peak memory; and `hawctl status` against lscpu and lspci together."""
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import hosts_many
import service
from tree import Tree

BENCH, HAWCTL, HAWD, BENCH_BUS, REGATHER, BENCH_CHECK = sys.argv[1:7]
SIZES = (64, 512, 4096)


def peak_kib(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    text = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(text.split()[-1]) or before


def calls(*command):
    """System calls from the first read of the host on: what the dynamic loader does is not the probe's."""
    with tempfile.NamedTemporaryFile("r") as trace:
        subprocess.run(["strace", "-o", trace.name, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        lines = trace.read().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("openat2"))
    return lines[first:]


def seconds(command):
    start = time.monotonic()
    subprocess.run(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start


def main():
    with tempfile.TemporaryDirectory() as directory:
        trees = [os.path.join(directory, str(n)) for n in SIZES]
        for tree, n in zip(trees, SIZES):
            hosts_many.server(Tree(tree), n)
        subprocess.run([BENCH, "/", *trees], check=True)
        for tree in ["/"] + trees:
            print(f"peak resident memory, status --root={os.path.basename(tree) or '/'}: {peak_kib(HAWCTL, 'status', '--root=' + tree)} KiB,"
                  f" describe: {peak_kib(HAWCTL, 'describe', '--root=' + tree)} KiB")
        subprocess.run([BENCH_CHECK, trees[-1]], check=True)
        service.figures(HAWD, BENCH_BUS, REGATHER, trees[-1])
    if shutil.which("strace"):
        lines = calls(HAWCTL, "describe", "--local")
        made = [line.split("(")[0] for line in lines]
        files = sum(name in ("openat2", "openat") for name in made)
        links, parts = made.count("readlinkat"), made.count("pread64")
        # Of configuration space parts are read instead of the whole.
        configs = sum("/config\"" in line for line in lines)
        least = 3 * files + links + parts - configs
        print(f"system calls of a live probe: {len(made)}, for {files} opens, {links} links and {parts} parts of configuration space;"
              f" open, read and close alone: {least}, ratio {len(made) / least:.2f}")
    both = [(seconds(f"{HAWCTL} status --local"), seconds("lscpu; lspci")) for _ in range(11)]
    print(f"hawctl status against lscpu and lspci: ratio {statistics.median(a / b for a, b in both):.2f}"
          f" ({1000 * statistics.median(a for a, _ in both):.1f} ms, {1000 * statistics.median(b for _, b in both):.1f} ms)")


if not re.search("asan|fuzz", BENCH):
    main()
