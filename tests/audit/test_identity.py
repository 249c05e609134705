"""Whose rights are used to look at what a process names: a process of anybody's can call itself qemu-system-x86_64 and name
any file. The programs are shells that wait; of a program its file's name counts."""
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time

import pytest

import deaf_fuse
import hosts_intel
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}
NAME = "qemu-system-x86_64"
# CAP_SYS_PTRACE, which containers are mostly without.
MAY_LOOK = int(re.search(r"CapEff:\s*(\S+)", pathlib.Path("/proc/self/status").read_text(encoding="ascii"))[1], 16) >> 19 & 1
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not MAY_LOOK, reason="needs root with CAP_SYS_PTRACE, to read for others")


@pytest.fixture(name="place")
def fixture_place():
    """A directory that everybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        place = pathlib.Path(name)
        hosts_intel.client_46_39(Tree(place / "tree"))
        yield place


@contextlib.contextmanager
def running(place, *arguments, name=NAME, **more):
    program = place / name
    if not program.exists():
        shutil.copy("/bin/bash", program)
    process = subprocess.Popen([program, "-p", "-c", "read; :", *arguments], stdin=subprocess.PIPE, cwd=place, **more)
    while os.path.basename(os.readlink(f"/proc/{process.pid}/exe")) != name:
        time.sleep(0.02)
    try:
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()


def audit(place, limit=100):
    start = time.monotonic()
    done = subprocess.run([HAWCTL, "audit", f"--root={place / 'tree'}", "-j"], capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    return {row["pid"]: row for row in json.loads(done.stdout)}, time.monotonic() - start


def check(place, pid, *more):
    return subprocess.run([HAWCTL, "check", f"--pid={pid}", f"--root={place / 'tree'}", "-j", *more], capture_output=True, text=True, timeout=100, check=False)


def both(place, pid):
    """What each of the two verbs says, as text."""
    done = check(place, pid)
    return [json.dumps(audit(place)[0][pid]), done.stdout + done.stderr]


def write(path, text, mode, owner=0, group=0):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    os.chown(path, owner, group)
    return path


SECRET = '[secret "hunter2"]\n  pass = "correcthorse"\n'
MEMORY = '[memory]\n  size = "{}"\n'


@pytest.mark.parametrize("text", [SECRET, "root:$y$hunter2:19000\n", MEMORY.format("hunter2"), ""], ids=["group", "line", "value", "empty"])
@pytest.mark.parametrize("way", ["named", "linked"])
def test_a_file_of_roots(place, text, way):
    """Neither what is in it nor what it would make of the guest."""
    path = write(place / "secret", text, 0o600)
    if way == "linked":
        (place / "link").symlink_to(path)
        path = place / "link"
    with running(place, "-m", "256", "-readconfig", str(path), **NOBODY) as pid:
        for said in both(place, pid):
            assert "hunter2" not in said and "correcthorse" not in said and "root:" not in said and "Permission denied" in said


def test_which_files_exist(place):
    """Behind a door that is closed for it, a file that is there is as one that is not."""
    (place / "closed").mkdir(mode=0o700)
    write(place / "closed" / "is", "", 0o644)
    said = []
    for name in ("is", "no"):
        path = place / "closed" / name
        with running(place, "-m", "256", "-readconfig", str(path), "-drive", f"if=pflash,file={path}", **NOBODY) as pid:
            said.append([text.replace(str(path), "PATH").replace(str(pid), "PID") for text in both(place, pid)])
    assert said[0] == said[1]


def test_an_image_behind_a_link(place):
    """A version is not told by a link that the process cannot read. On this host, as its root directory counts."""
    (place / "closed").mkdir(mode=0o700)
    (place / "closed" / "OVMF.fd").symlink_to("/nix/store/x-OVMF-202208-fd/FV/OVMF.fd")
    with running(place, "-m", "256", "-drive", f"if=pflash,file={place / 'closed' / 'OVMF.fd'}", **NOBODY) as pid:
        done = subprocess.run([HAWCTL, "check", "--local", f"--pid={pid}", "-j"], capture_output=True, text=True, timeout=100, check=False)
    assert "202208" not in done.stdout + done.stderr


def ram(row):
    return max(r["end"] for r in row["check"]["layout"]["ranges"] if r["kind"] == "ram")


def test_its_own_files_count(place):
    """A private file of its own, and one of a group that it is in."""
    own = write(place / "own", MEMORY.format("3G"), 0o600, 65534, 65534)
    group = write(place / "group", MEMORY.format("3G"), 0o640, 0, 4)
    for path, more, known in ((own, NOBODY, True), (group, NOBODY, False), (group, NOBODY | {"extra_groups": [4]}, True), (group, NOBODY | {"group": 4}, True),
                              (own, {}, False)):
        with running(place, "-readconfig", str(path), **more) as pid:
            said = both(place, pid)
        assert ["Permission denied" in text for text in said] == [not known] * 2, (path, more, said)


def test_of_several_users(place):
    """As a set-user-ID program: whose words they are is not whose rights it has."""
    path = write(place / "secret", SECRET, 0o600)

    def mix():
        os.setresuid(65534, 0, 0)
    with running(place, "-m", "256", "-readconfig", str(path), preexec_fn=mix) as pid:
        for said in both(place, pid):
            assert "several users" in said and "hunter2" not in said


def test_of_a_set_user_id_program(place):
    """As sudo, which has all three of root's numbers while it asks for a password: its words are those of whoever started it."""
    path = write(place / "secret", SECRET, 0o600)
    program = pathlib.Path(shutil.copy("/bin/bash", place / NAME))
    program.chmod(0o4755)
    with running(place, "-m", "256", "-readconfig", str(path)) as pid:
        for said in both(place, pid):
            assert "set-user-ID" in said and "hunter2" not in said


def test_where_processes_may_not_be_seen(place):
    """With hidepid=1 the directories of others' processes are there, and nothing in them may be read."""
    program = shutil.copy(HAWCTL, place / "hawctl")
    subprocess.run(["chmod", "-R", "a+rX", place], check=True)
    command = f"setpriv --reuid=65534 --regid=65534 --clear-groups {program} audit --root={place / 'tree'} -j"
    own = ["unshare", "--mount", "--propagation=private", "sh", "-c", f"mount -t proc -o hidepid=1 proc /proc || exit 77; {command}"]
    with running(place, "-m", "256") as others, running(place, "-m", "256", **NOBODY) as pid:
        done = subprocess.run(own, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode == 77:
        pytest.skip("/proc cannot be mounted here")
    pids = [row["pid"] for row in json.loads(done.stdout)]
    assert pid in pids and others not in pids and not done.stderr


def test_one_that_becomes_another_meanwhile(place):
    """A process whose program changes all the time is either refused or read as one of the two."""
    path = write(place / "secret", SECRET, 0o600)
    for name in ("a", "b"):
        shutil.copy("/bin/bash", place / f"{NAME}-{name}")
    script = 'sleep 0.001; [ "$0" = a ] && n=b || n=a; exec -a $n "$1-$n" -c "$2" $n "$1" "$2" -m 256 -readconfig "$3"'
    process = subprocess.Popen([place / f"{NAME}-a", "-c", script, "a", place / NAME, script, path], **NOBODY)
    try:
        for _ in range(10):
            found = audit(place)[0].get(process.pid)
            assert "hunter2" not in json.dumps(found)
    finally:
        process.kill()
        process.wait()


def test_in_a_root_directory_of_its_own(place):
    """Its files are those below its root directory, whatever links and dots say."""
    write(place / "outside", SECRET, 0o644)
    inside = place / "inside"
    inside.mkdir()
    shutil.copy("/bin/bash", inside / NAME)
    libraries = subprocess.run(["ldd", "/bin/bash"], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"/\S+", libraries):
        (inside / library[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, inside / library[1:])
    (inside / "dots").symlink_to("../../outside")
    (inside / "absolute").symlink_to(place / "outside")
    write(inside / "own", MEMORY.format("3G"), 0o644)

    def enter():
        os.chroot(inside)
        os.chdir("/")
    for name, known in (("/dots", False), ("/absolute", False), ("dots", False), ("../outside", False), (place / "outside", False), ("/own", True), ("own", True)):
        with running(place, "-readconfig", name, executable=f"/{NAME}", preexec_fn=enter) as pid:
            for said in both(place, pid):
                assert "hunter2" not in said and ("cannot read the file" in said) == (not known), name


def test_special_files(place):
    """A pipe, a device, a directory: not opened, and not waited for."""
    os.mkfifo(place / "fifo", 0o666)
    paths = (place / "fifo", "/dev/zero", "/dev/tty", place, "/proc/kmsg", "/proc/self/environ", "/sys/kernel/notes")
    with contextlib.ExitStack() as stack:
        pids = [stack.enter_context(running(place, "-m", "256", "-readconfig", str(path), **NOBODY)) for path in paths]
        found, seconds = audit(place)
    assert seconds < 30
    for pid in pids:
        assert found[pid]["verdict"] and "cannot read the file" in json.dumps(found[pid]["check"])


def test_a_file_system_that_never_answers(place):
    """Named as a file or as the firmware's image; the answer names it. Others' rows are there as ever."""
    (place / "deaf").mkdir()
    other = write(place / "own", MEMORY.format("3G"), 0o644)
    with deaf_fuse.mounted(place / "deaf"), contextlib.ExitStack() as stack:
        hostile = [stack.enter_context(running(place, "-m", "256", "-readconfig", f"{place}/deaf/{i}", **NOBODY)) for i in range(int(os.environ.get("HAWD_TEST_ALL") and 1000 or 30))]
        good = stack.enter_context(running(place, "-readconfig", str(other)))
        found, seconds = audit(place)
        print(f"{len(hostile)} processes that name files which never answer: {seconds:.1f} s")
        # Five at a time would take 6 rounds of 5 s and more; 1,000 of them above ten minutes.
        assert seconds < 60 and "readconfig" not in json.dumps(found[good])
        texts = [json.dumps(found[pid]["check"]["ignored"]) for pid in hostile]
        assert any(f"{place}/deaf/0 did not respond within 5 seconds" in text for text in texts)
        assert all("did not respond" in text or "took too long" in text for text in texts)
        done = check(place, hostile[0])
        assert done.returncode in (0, 3) and "did not respond within 5 seconds" in done.stdout


@pytest.mark.parametrize("words,known", [(15, True), (45, False)])
def test_words_without_end(place, words, known):
    """Command lines as long as the kernel takes them."""
    def raise_limit():
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 30, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    with running(place, "-m", "256", *["-device", "x" * 100_000] * words, preexec_fn=raise_limit, **NOBODY) as pid:
        row, seconds = audit(place)
        assert (row[pid]["verdict"] is not None) == known and (known or "longer than 2 MiB" in row[pid]["why"]) and seconds < 30


def test_a_stopped_process_and_one_that_ends(place):
    with running(place, "-m", "256", **NOBODY) as pid:
        os.kill(pid, 19)
        assert audit(place)[0][pid]["verdict"]
        os.kill(pid, 18)
    assert pid not in audit(place)[0]
    done = check(place, pid)
    assert done.returncode == 1 and "No such" in done.stderr


def test_by_somebody_else(place):
    """Who has no privilege sees no more than before, and is not kept waiting by processes that it cannot look into."""
    program = shutil.copy(HAWCTL, place / "hawctl")
    subprocess.run(["chmod", "-R", "a+rX", place], check=True)
    secret = write(place / "secret", SECRET, 0o600)
    with running(place, "-m", "256", "-readconfig", str(secret)) as pid:
        done = subprocess.run([program, "audit", f"--root={place / 'tree'}", "-j"], capture_output=True, text=True, timeout=100, check=False, **NOBODY)
    row = next(row for row in json.loads(done.stdout) if row["pid"] == pid)
    assert row["uid"] == 0 and "hunter2" not in done.stdout and "Permission denied" in json.dumps(row)
