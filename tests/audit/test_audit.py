"""The audit against real QEMUs, stopped before their first instruction, good and bad ones."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import hosts_intel
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
QEMU = shutil.which("qemu-system-x86_64")
QUIET = ["-S", "-accel", "tcg", "-display", "none", "-serial", "none", "-monitor", "none", "-nodefaults"]
GOOD = ["-machine", "q35", "-m", "256"]
# A TiB is all of 40 bits. Of Intel: every SeaBIOS puts it right after RAM, where AMD's hole would move it in some.
BAD = ["-machine", "pc", "-cpu", "qemu64,vendor=GenuineIntel", "-m", "256", "-object", "memory-backend-ram,id=m,size=1T,reserve=off,share=on", "-device", "ivshmem-plain,memdev=m"]


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    return f"--root={tmp_path / 'tree'}"


@pytest.fixture(name="start")
def fixture_start():
    """Starts a QEMU and waits until it is one: its own command line is there once the program is."""
    if not QEMU:
        pytest.skip("no qemu-system-x86_64 here (package qemu-system-x86)")
    running = []

    def start(*arguments, program=QEMU, **more):
        process = subprocess.Popen([program, *QUIET, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
        running.append(process)
        for _ in range(100):
            if process.poll() is None and os.path.basename(os.readlink(f"/proc/{process.pid}/exe")).startswith("qemu"):
                time.sleep(0.3)
                assert process.poll() is None, "QEMU refused to start"
                return process.pid
            time.sleep(0.05)
        raise AssertionError("no QEMU after five seconds")
    yield start
    for process in running:
        process.kill()
        process.wait()


def audit(*arguments, **more):
    return subprocess.run([HAWCTL, "audit", *arguments], capture_output=True, text=True, timeout=60, check=False, **more)


def rows(root, **more):
    done = audit(root, "-j", **more)
    return {row["pid"]: row for row in json.loads(done.stdout)}, done.returncode


def test_good_and_bad(start, root):
    good, bad = start(*GOOD, "-name", "good"), start(*BAD, "-name", "guest=bad,process=something-else")
    found, status = rows(root)
    assert status == 3
    assert (found[good]["name"], found[good]["verdict"], found[good]["physBits"]) == ("good", "safe", 40)
    assert (found[bad]["name"], found[bad]["verdict"]) == ("bad", "unsafe") and found[bad]["why"].startswith("R7 ")
    done = audit(root, env=os.environ | {"COLUMNS": "80"})
    lines = done.stdout.splitlines()
    assert done.returncode == 3 and lines[0].split() == ["PID", "UID", "NAME", "VERDICT", "WIDTH", "WHY"] and max(map(len, lines)) <= 80
    assert [str(good), str(os.geteuid()), "good", "safe", "40"] in [line.split()[:5] for line in lines]
    assert [str(bad), str(os.geteuid()), "bad", "unsafe", "40", "R7"] in [line.split()[:6] for line in lines]


def test_the_same_as_check(start, root):
    """The verdict is that of `check --pid`."""
    for arguments, status in ((GOOD, 0), (BAD, 3)):
        pid = start(*arguments)
        done = subprocess.run([HAWCTL, "check", f"--pid={pid}", root, "-j"], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        one, other = json.loads(done.stdout), rows(root)[0][pid]["check"]
        assert [f["rule"] for f in one["findings"]] == [f["rule"] for f in other["findings"]] and one["layout"]["ranges"] == other["layout"]["ranges"]


@contextlib.contextmanager
def waiting_shell(program, *arguments):
    """A shell under another name: of a program only that counts."""
    shutil.copy("/bin/bash", program)
    process = subprocess.Popen([program, "-c", "read; :", *arguments], stdin=subprocess.PIPE)
    while os.path.basename(os.readlink(f"/proc/{process.pid}/exe")) != program.name:
        time.sleep(0.02)
    yield process.pid
    process.stdin.close()
    process.wait()


def test_replaced_by_an_update(root, tmp_path):
    """The program's file has gone, as after a package's update; it is still a QEMU, whatever it calls itself."""
    program = tmp_path / "qemu-system-x86_64"
    with waiting_shell(program, "-m", "nonsense") as pid:
        program.unlink()
        assert os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")
        assert rows(root)[0][pid]["program"] == "qemu-system-x86_64"


def test_the_device_model_of_a_guest_of_xen(root, tmp_path):
    """It is no guest of its own: libxl has the guest's settings. Which program emulates is the distribution's choice."""
    with waiting_shell(tmp_path / "qemu-system-i386", "-xen-domid", "7", "-machine", "xenfv", "-m", "256") as pid:
        assert pid not in rows(root)[0]
        done = subprocess.run([HAWCTL, "check", f"--pid={pid}", root], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and "the device model of a guest of Xen: use 'xl list -l 7 | hawctl check -'" in done.stderr


def test_not_what_only_looks_like_one(start, root):
    """A shell whose arguments speak of QEMU is none, nor is one that has ended."""
    shell = subprocess.Popen(["sh", "-c", "sleep 30; : qemu-system-x86_64"], stdin=subprocess.DEVNULL)
    ended = subprocess.Popen([QEMU, "--version"], stdout=subprocess.DEVNULL)
    while pathlib.Path(f"/proc/{ended.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z":
        time.sleep(0.02)
    found = rows(root)[0]
    assert shell.pid not in found and ended.pid not in found
    shell.kill()
    shell.wait()
    ended.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_somebody_elses(start):
    """Who may not see a process's file knows it by its command line."""
    pid = start(*BAD)
    with tempfile.TemporaryDirectory(dir="/tmp") as tree:
        hosts_intel.client_46_39(Tree(tree))
        subprocess.run(["chmod", "-R", "a+rX", tree], check=True)
        # However private the build directory is.
        program = shutil.copy(HAWCTL, f"{tree}/hawctl")
        done = subprocess.run([program, "audit", f"--root={tree}", "-j"], capture_output=True, text=True, check=False, user=65534, group=65534, extra_groups=[])
    found = {row["pid"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 3 and found[pid]["verdict"] == "unsafe" and found[pid]["program"] == "qemu-system-x86_64"


@pytest.mark.parametrize("name,word", [("qemu-system-riscv64", "riscv64"), ("qemu-system-aarch64", "command line: -m"), ("qemu-system-x86_64", "command line: -m")])
def test_what_cannot_be_understood_is_named(root, tmp_path, name, word):
    """It is listed, and the status is not that of safety. The program is a shell that waits; its name counts."""
    with waiting_shell(tmp_path / name, "-m", "nonsense") as pid:
        found, status = rows(root)
        text = audit(root).stdout
    row = found[pid]
    assert row["program"] == name and row["verdict"] is None and row["check"] is None and word in row["why"] and status == 1
    assert re.search(rf"^ *{pid} +{os.geteuid()} +\S+ +unknown ", text, re.M)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for QEMU's -chroot")
def test_in_a_root_directory_of_its_own(start, root, tmp_path):
    """The packages of this host are not those of it."""
    here, elsewhere = start(*GOOD), start(*GOOD, "-chroot", tmp_path)
    for _ in range(100):
        if os.readlink(f"/proc/{elsewhere}/root") == str(tmp_path):
            break
        time.sleep(0.05)
    found = rows(root)[0]
    assumed = {pid: any("installed here" in note["text"] for note in found[pid]["check"]["assumed"]) for pid in (here, elsewhere)}
    if not assumed[here]:
        pytest.skip("QEMU is of no package here")
    assert not assumed[elsewhere]
    assert any(note["what"] == "vmmVersion" and note["text"].startswith("unknown") for note in found[elsewhere]["check"]["assumed"])


def test_program_of_no_package(start, root, tmp_path):
    """Of what somebody built the version is not that of the package; nor is it of what an update has replaced meanwhile."""
    program = tmp_path / "qemu-system-x86_64"
    packaged, said = start(*GOOD), []
    with waiting_shell(program, "-m", "256") as other:
        for _ in range(2):
            found = rows(root)[0]
            said.append([{note["what"]: note["text"] for note in found[pid]["check"]["assumed"]}["vmmVersion"] for pid in (packaged, other)])
            program.unlink(missing_ok=True)
    if "installed here" not in said[0][0]:
        pytest.skip("QEMU is of no package here")
    assert [row[1] for row in said] == ["unknown because no package of this host contains the program: hawd uses the rules of the newest QEMU"] * 2 and said[0][0] == said[1][0]


def test_more_of_them_than_files_may_be_open(root, tmp_path):
    """A shell's limit is no reason to leave any out."""
    limited = ["sh", "-c", 'ulimit -Sn 24; exec "$@"', "sh", HAWCTL, "audit", root, "-j"]
    with contextlib.ExitStack() as stack:
        (tmp_path / "many").mkdir()
        pids = [stack.enter_context(waiting_shell(tmp_path / "many" / f"qemu-system-{i}", "-m", "1")) for i in range(30)]
        done = subprocess.run(limited, capture_output=True, text=True, timeout=60, check=False)
    assert {row["pid"] for row in json.loads(done.stdout)} >= set(pids), done.stderr


def test_not_on_another_host():
    done = audit("--host=elsewhere")
    assert done.returncode == 2 and "this host" in done.stderr and done.stdout == ""
