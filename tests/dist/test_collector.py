"""hawd-collect by itself: what is requested of it, its lock, and a host on which openat2 is refused."""
import concurrent.futures
import ctypes
import errno
import fcntl
import os
import pathlib
import re
import shutil
import struct
import subprocess
import time

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
COLLECT = pathlib.Path(os.environ["HAWD"]).parent / "hawd-collect"
LOCK_SECONDS = 5


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def make_host(place):
    """A host tree with two devices and memory."""
    for path in ("proc", "hawd", "sys/bus/pci/devices/0000:00:01.0", "sys/bus/pci/devices/0000:00:02.0"):
        (place / path).mkdir(parents=True)
    (place / "proc/iomem").write_text("00000000-0009ffff : System RAM\n", encoding="ascii")
    for name in ("1", "2"):
        (place / f"sys/bus/pci/devices/0000:00:0{name}.0/config").write_bytes(bytes([int(name)]) * 256)
    return place


def files(tree):
    return {str(p.relative_to(tree)): p.read_bytes() for p in tree.rglob("*") if p.is_file() and p.name != "lock"}


def refuse_openat2(error):
    """From here on openat2 fails in this process: what RestrictSUIDSGID= does (ENOSYS), or a container's filter (EPERM)."""
    allow, refuse = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000), struct.pack("HBBI", 0x06, 0, 0, 0x00050000 | error)
    program = struct.pack("HBBI", 0x20, 0, 0, 0) + struct.pack("HBBI", 0x15, 0, 1, 437) + refuse + allow
    held = ctypes.create_string_buffer(program)
    filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, filters):
        os._exit(99)


@pytest.mark.parametrize("error", [errno.ENOSYS, errno.EPERM])
def test_without_openat2(tmp_path, error):
    """The live host, read as with openat2. Another user's tree is not written to."""
    if os.geteuid() != 0:
        pytest.skip("owners want root")
    trees = [tmp_path / "with", tmp_path / "without"]
    for tree in trees:
        tree.mkdir(mode=0o750)
    assert run(COLLECT, f"--output={trees[0]}").returncode == 0
    done = run(COLLECT, f"--output={trees[1]}", preexec_fn=lambda: refuse_openat2(error))
    if done.returncode == 99:
        pytest.skip("no seccomp filters here")
    assert (done.returncode, done.stderr) == (0, "")
    # Status bits in a device's configuration space move by themselves.
    one, other = ({name: name.endswith("/config") or content for name, content in files(tree).items()} for tree in trees)
    assert one == other
    os.chown(trees[1], 65534, 65534)
    done = run(COLLECT, f"--output={trees[1]}", preexec_fn=lambda: refuse_openat2(error))
    assert done.returncode == 1 and str(trees[1]) in done.stderr


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(name="collector")
def fixture_collector(tmp_path):
    """collector(options): runs it on a host of its own; its places are .host, .private and .requests."""
    def collect(*options, **more):
        return run(COLLECT, f"--root={collect.host}", f"--output={collect.private}", *options, **more)
    collect.host, collect.private = make_host(tmp_path / "host"), tmp_path / "private"
    collect.requests = collect.private / "requests"
    collect.private.mkdir(mode=0o750)
    collect.requests.mkdir()
    return collect


def test_requested_alone(collector):
    """What was requested and nothing else; a device that went takes its copy with it."""
    (collector.requests / "0000:00:02.0").touch()
    assert collector("--requested").returncode == 0
    device = "sys/bus/pci/devices/0000:00:02.0/config"
    # No capability list (status bit 4): the header is all there is to read.
    assert files(collector.private) == {device: b"\2" * 64}
    (collector.requests / "memory").touch()
    shutil.rmtree(collector.host / "sys/bus/pci/devices/0000:00:02.0")
    (collector.requests / "0000:00:02.0").touch()
    assert collector("--requested").returncode == 0
    assert set(files(collector.private)) == {"proc/iomem"}
    (collector.requests / "everything").touch()
    assert collector("--requested").returncode == 0
    assert set(files(collector.private)) == {"proc/iomem", device.replace("02", "01")}
    assert not list(collector.requests.iterdir())


@pytest.mark.parametrize("name", ["nothing", "0000:00:1f", "memory\x1b[31m", "-", "x" * 240, ".hidden"])
def test_request_of_nothing(collector, name):
    """It is reported, without its name, and does not stay: the path unit would start the collector for ever."""
    (collector.requests / name).touch()
    (collector.requests / "directory").mkdir()
    done = collector("--requested")
    assert done.returncode == 0 and "request ignored" in done.stderr and "\x1b" not in done.stderr
    assert not list(collector.requests.iterdir()) and not files(collector.private)


def test_request_too_long(collector):
    """The longest name that a file can have goes as the others do, with nothing to say."""
    (collector.requests / ("x" * 255)).touch()
    assert collector("--requested").returncode == 0
    assert not list(collector.requests.iterdir())


def test_killed_collector_loses_nothing(collector):
    """What it had taken is taken again; a request that came meanwhile is another one."""
    (collector.requests / "memory.taken").touch()
    (collector.requests / "0000:00:01.0").touch()
    assert collector("--requested").returncode == 0
    assert len(files(collector.private)) == 2 and not list(collector.requests.iterdir())


def test_whole_run_does_all_requests(collector):
    for name in ("memory", "memory.taken", "0000:00:01.0"):
        (collector.requests / name).touch()
    assert collector().returncode == 0
    assert not list(collector.requests.iterdir()) and len(files(collector.private)) == 3


def test_lock_is_not_waited_for_for_ever(collector):
    """It ends with a message, before the unit's time is over, and what it was to read stays requested."""
    (collector.requests / "memory").touch()
    with open(collector.private / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = [pool.submit(collector, *options, timeout=LOCK_SECONDS * 6) for options in ((), ("--requested",))]
        for done in (future.result() for future in runs):
            assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
            assert f"another hawd-collect has been running for more than {LOCK_SECONDS} s" in done.stderr
        assert time.monotonic() - began >= LOCK_SECONDS
    assert sorted(path.name for path in collector.requests.iterdir()) == ["everything", "memory"]
    assert collector("--requested").returncode == 0
    assert len(files(collector.private)) == 3 and not list(collector.requests.iterdir())


def test_rule_requests_what_is_known(collector):
    for name in re.findall(r"requests/([a-z]+)", (TOP / "systemd/70-hawd.rules").read_text(encoding="utf-8")):
        (collector.requests / name).touch()
    done = collector("--requested")
    assert (done.returncode, done.stderr) == (0, "")
