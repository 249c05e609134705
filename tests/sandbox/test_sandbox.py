"""What hawd-domain and hawd-archive gave up before they read what strangers wrote, seen from outside."""
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from confined import ARCHIVE, DOMAIN, HAWCTL, entered, run, slow_domain, status, tar, until, watched

MIB = 1 << 20
WORDS = {"cpu": "Max cpu time", "file": "Max file size", "data": "Max data size", "core": "Max core file size", "processes": "Max processes", "files": "Max open files"}


class Running:
    """One of them in the midst of its work, started with descriptors that it was not given, and what it is seen to have."""

    def __init__(self, command, source):
        self.end, output = os.pipe()
        foreign = [os.open("/etc/passwd", os.O_RDONLY), *os.pipe()]
        self.process = subprocess.Popen([*command, str(os.getpid())], stdin=source, stdout=output, stderr=subprocess.PIPE, pass_fds=foreign)
        for fd in (output, *foreign):
            os.close(fd)
        entered(self.process.pid)
        self.proc = pathlib.Path(f"/proc/{self.process.pid}")
        self.status = status(self.process.pid)

    def limits(self):
        lines = (self.proc / "limits").read_text(encoding="utf-8").splitlines()
        return {key: next(line for line in lines if line.startswith(word))[26:].split()[0] for key, word in WORDS.items()}

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.end)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """What each is busy with for longer than a look takes: the second has nobody who takes what it unpacks."""
    place = tmp_path_factory.mktemp("inputs")
    (place / "slow.xml").write_text(slow_domain(), encoding="utf-8")
    tar(place / "big.tar.gz", [("proc/zeros", bytes(4 * MIB))])
    return place


@pytest.fixture(params=["domain", "unpack", "pack", "stream"])
def running(request, inputs):
    command, source, pipe = [ARCHIVE, request.param], None, None
    if request.param == "domain":
        command, source = [DOMAIN], open(inputs / "slow.xml", "rb")
    elif request.param in ("unpack", "stream"):
        source = open(inputs / "big.tar.gz", "rb")
    else:
        end, pipe = os.pipe()
        source = os.fdopen(end)
    with source:
        it = Running(command, source)
    it.kind = request.param
    yield it
    it.stop()
    if pipe is not None:
        os.close(pipe)


def may_change_user():
    return os.geteuid() == 0 and int(status("self")["CapEff"], 16) >> 7 & 1 and subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"], capture_output=True, check=False).returncode == 0


def test_privileges(running):
    assert {running.status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert running.status["NoNewPrivs"] == "1"
    assert running.status["Seccomp"] == ("0" if watched() else "2")
    if not may_change_user():
        pytest.skip("not root, or root that may not become another user: it stays who it is")
    assert {*running.status["Uid"].split(), *running.status["Gid"].split()} == {"65534"} and running.status["Groups"] == ""


def test_namespace(running):
    """None of its own where the system does not allow one to who it is."""
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if may_change_user() else []
    if subprocess.run([*who, "unshare", "--user", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    try:
        own = os.readlink(running.proc / "ns/user")
    except PermissionError:
        pytest.skip("only root sees the namespaces of a process that nobody may trace")
    assert own != os.readlink("/proc/self/ns/user")


def test_descriptors(running):
    try:
        found = {fd.name: os.readlink(fd) for fd in (running.proc / "fd").iterdir()}
    except PermissionError:
        pytest.skip("only root sees the descriptors of a process that nobody may trace")
    assert set(found) - ({"3"} if running.kind != "domain" else set()) == {"0", "1", "2"}, found
    assert "passwd" not in str(found)
    assert found["2"] == "/dev/null" or watched()


def test_limits(running):
    found = running.limits()
    # One second behind the timer, which ends it with a word.
    seconds = {"domain": 2, "unpack": 5, "pack": 60, "stream": 1800}[running.kind] * (30 if watched() else 1) + 1
    assert (found["cpu"], found["core"], found["file"]) == (str(seconds), "0", str(512 * MIB) if running.kind == "pack" else "0")
    if not watched():
        assert (found["data"], found["processes"]) == (str((48 if running.kind == "domain" else 96) * MIB), "0")
        assert found["files"] == ("3" if running.kind == "domain" else "4")


def test_others_do_not_trace_it(running):
    """Another process of the same user neither sees its memory nor holds it up."""
    if watched():
        pytest.skip("the sanitizers trace themselves; checked in the plain build")
    assert (running.proc / "mem").stat().st_uid == 0


def gone(pid):
    return not pathlib.Path(f"/proc/{pid}").exists() or status(pid)["State"].startswith("Z")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_ends_with_its_parent(inputs, number):
    """A parent that holds both ends of its output: only its death is left to tell."""
    script = ("import os, subprocess, sys, signal\n"
              "end, output = os.pipe()\n"
              "os.set_inheritable(end, True)\n"
              f"p = subprocess.Popen([{str(ARCHIVE)!r}, 'unpack', str(os.getpid())], stdin=open({str(inputs / 'big.tar.gz')!r}), stdout=output)\n"
              "print(p.pid, flush=True)\n"
              "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
              "signal.pause()\n")
    end, output = os.pipe()
    with subprocess.Popen([sys.executable, "-c", script.replace("end, output = os.pipe()", f"end, output = {end}, {output}")],
                          stdout=subprocess.PIPE, pass_fds=(end, output)) as parent:
        pid = int(parent.stdout.readline())
        entered(pid)
        parent.send_signal(number)
    until(lambda: gone(pid))
    os.close(end)
    os.close(output)


def test_hawctl_hands_it_over(inputs, tmp_path):
    """As hawctl starts it: the same process, with its own few descriptors."""
    with subprocess.Popen([HAWCTL, "check", f"--root={tmp_path}/none", inputs / "slow.xml"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as hawctl:
        children = pathlib.Path(f"/proc/{hawctl.pid}/task/{hawctl.pid}/children")
        pid = until(lambda: (children.read_text(encoding="utf-8").split() or [None])[0])
        until(lambda: pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == "hawd-domain\n")
        entered(pid)
        if os.geteuid() == 0:
            assert {fd.name for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir()} == {"0", "1", "2"}
        hawctl.kill()
    until(lambda: gone(pid))


def test_by_hand():
    """Who runs them without knowing is told; nothing is parsed for whoever is not their parent."""
    for command in ([ARCHIVE], [ARCHIVE, "unpack"], [ARCHIVE, "unpack", "x"], [ARCHIVE, "--help"], [ARCHIVE, "list", "1"], [DOMAIN], [DOMAIN, "0"], [DOMAIN, "1x"]):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr, done.stdout) == (2, f"{pathlib.Path(command[0]).name} is run by hawctl.\n", "")
    for command in ([ARCHIVE, "unpack", "1"], [DOMAIN, "1"]):
        assert subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 126


def test_any_descriptors(inputs, tmp_path):
    """However few hawctl itself was given."""
    for closed in ("<&-", "<&- >&-", "2>&-", "<&- 2>&-"):
        done = subprocess.run(f"exec timeout 100 {HAWCTL} describe --root={inputs}/big.tar.gz {closed}", shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode == (1 if ">&-" in closed.replace("2>&-", "") else 0), (closed, done)


def test_user_reads_as_root_does(inputs, tmp_path):
    """Who it becomes makes no difference to what it reads: it opens nothing."""
    (tmp_path / "private.tar.gz").write_bytes((inputs / "big.tar.gz").read_bytes())
    (tmp_path / "private.tar.gz").chmod(0o600)
    assert run("describe", f"--root={tmp_path}/private.tar.gz").returncode == 0
