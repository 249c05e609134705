#!/usr/bin/env python3
"""meson benchmark: hawctl gather of 1,000 hosts that a real sshd on loopback answers for, against ssh started by xargs for the
same hosts, as many at a time."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ["HAWCTL"] = sys.argv[1]

import hosts_intel  # noqa: E402
import sshd  # noqa: E402
from tree import Tree  # noqa: E402

HOSTS, JOBS = int(os.environ.get("GATHER_HOSTS", "1000")), 16


def run(command, **more):
    """Seconds, and processor seconds of the process itself and of its children."""
    start = time.monotonic()
    process = subprocess.Popen(command, **more)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.monotonic() - start
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    ticks = [int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:15]]
    _, status, _ = os.wait4(process.pid, 0)
    assert status == 0, status
    return seconds, sum(ticks[:2]), sum(ticks[2:])


def main():
    if why := sshd.missing():
        print(f"gather: {why}")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        tree = Tree(place / "tree")
        hosts_intel.client_46_39(tree)
        document = subprocess.run([sys.argv[1], f"--root={tree.root}", "describe", "--json=short"], capture_output=True, text=True, check=True).stdout
        (place / "sshd").mkdir()
        server = sshd.Sshd(place / "sshd", document)
        server.answers()
        server.start()
        names = server.hosts(*(f"web-{i}" for i in range(HOSTS)))
        (place / "hosts").write_text("\n".join(names) + "\n", encoding="ascii")
        try:
            ask = f"xargs -P{JOBS} -n1 sh -c 'ssh -F {server.config} -n -T -o BatchMode=yes -- \"$0\" hawctl describe --json=short >{place}/answer.$$' <{place}/hosts"
            for name, command in (("xargs ssh", ["sh", "-c", ask]), ("hawctl gather", server.command(f"--hosts={place}/hosts", f"--jobs={JOBS}", f"--output={place}/fleet"))):
                seconds, own, children = run(command)
                print(f"{name}: {HOSTS} hosts, {JOBS} at a time, {len(document)} bytes each: {seconds:.1f} s; processor time {own:.2f} s, of its children {children:.1f} s")
        finally:
            server.stop()
    return 0


sys.exit(main())
