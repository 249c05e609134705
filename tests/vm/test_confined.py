"""A QEMU that AppArmor confines: what it may not read, root does not read for it; what it may, is read."""
import json
import os
import shutil

import pytest

import image
from machine import Machine

pytestmark = pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="a machine of its own: only with tools/test --all")
PARSER = shutil.which("apparmor_parser", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
# Without capabilities, as a guest's own profile may be: who takes the label has to do without them, too.
PROFILE = """profile hawd-confined flags=(attach_disconnected) {
  /** rmix,
  / r,
  signal (receive) peer=unconfined,
  deny /opt/denied r,
}
"""
CONFIG = '[memory]\n  size = "3G"\n'
# "-": nothing confines it.
SCRIPT = """#!/bin/bash
[ "$1" = - ] || echo "exec $1" > /proc/self/attr/exec || exit 1
exec /opt/qemu-system-x86_64 -p -c 'read; :' -readconfig "$2" < /opt/wait
"""


@pytest.fixture(name="machine", scope="module")
def fixture_machine(guest, tmp_path_factory):
    if not PARSER:
        pytest.skip("no apparmor_parser here (package apparmor)")
    kernel, initramfs = guest
    tmp = tmp_path_factory.mktemp("confined")
    tree = tmp / "tree"
    (tree / "opt").mkdir(parents=True)
    (tree / "opt").chmod(0o755)
    shutil.copy(PARSER, tree / "opt" / "apparmor_parser")
    (tree / "opt" / "profile").write_text(PROFILE, encoding="ascii")
    (tree / "opt" / "start").write_text(SCRIPT, encoding="ascii")
    (tree / "opt" / "start").chmod(0o755)
    for name in ("allowed", "denied"):
        (tree / "opt" / name).write_text(CONFIG, encoding="ascii")
        (tree / "opt" / name).chmod(0o644)
    image.pack(tree, tmp / "more.cpio")
    with open(tmp / "initramfs", "wb") as out:
        for part in (initramfs, tmp / "more.cpio"):
            with open(part, "rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
    with Machine(kernel, tmp / "initramfs", [], ("apparmor=1", "security=apparmor")) as machine:
        machine.wait_for_boot()
        print(f"booted in {machine.booted_in:.1f} s")
        machine.output("mkfifo -m 666 /opt/wait; cp /bin/bash /opt/qemu-system-x86_64; grep -q apparmor /sys/kernel/security/lsm")
        # A writer keeps the shells waiting.
        machine.start("sh -c 'exec sleep inf 9<>/opt/wait'", "writer")
        machine.output("/opt/apparmor_parser -r -K -T /opt/profile")
        yield machine


@pytest.mark.parametrize("user", [0, 65534])
@pytest.mark.parametrize("confined", [True, False])
@pytest.mark.parametrize("name", ["allowed", "denied"])
def test_label_counts(machine, name, confined, user):
    label = "hawd-confined" if confined else "-"
    pid = machine.start(f"setpriv --reuid={user} --regid={user} --clear-groups /opt/start {label} /opt/{name}", "guest")
    shown = "hawd-confined (enforce)" if confined else "unconfined"
    machine.wait_for(f"readlink /proc/{pid}/exe | grep -q qemu && grep -qx '{shown}' /proc/{pid}/attr/current")
    status, text = machine.run("hawctl audit --local -j")
    machine.run(f"kill -9 {pid}")
    assert status in (0, 1, 3), text
    row = next(row for row in json.loads(text) if row["pid"] == pid)
    refused = [note["text"] for note in row["check"]["ignored"] if "readconfig" in note["what"]]
    print(name, shown, user, refused)
    assert ["Permission denied" in word for word in refused] == ([True] if confined and name == "denied" else [])
