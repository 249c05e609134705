"""hawctl capture destroys nothing: what it replaces is a capture or a file, under races too; and what root read stays root's."""
import os
import shutil
import signal
import stat
import subprocess
import tarfile
import threading
import time

import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
HOSTS = {build.__name__: build for build in hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_kernel.HOSTS}


@pytest.fixture
def tree(tmp_path):
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    return tmp_path / "tree"


def capture(tree, output, *options, **more):
    return subprocess.run([HAWCTL, "capture", *options, str(output), f"--root={tree}"], capture_output=True, text=True, check=False, timeout=60, **more)


def contents(path):
    return {str(p.relative_to(path)): p.read_bytes() if p.is_file() and not p.is_symlink() else None for p in path.rglob("*")}


def beside(path):
    return [p.name for p in path.parent.iterdir() if p.name.startswith(path.name + ".")]


# ── --force ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_home(tree, tmp_path):
    """The review's: everything in it was gone."""
    home = tmp_path / "home"
    (home / "letters").mkdir(parents=True)
    (home / "letters/thesis.txt").write_text("years")
    before = contents(home)
    for options in ([], ["--force"]):
        done = capture(tree, f"{home}/", *options)
        assert done.returncode == 1 and "already exists and is not a capture" in done.stderr and "--force" not in done.stderr and not done.stdout
    assert contents(home) == before and not beside(home)


@pytest.mark.parametrize("name", HOSTS)
def test_capture_replaces_capture(name, tmp_path):
    """Of every host: all that a capture holds is known as part of one."""
    HOSTS[name](Tree(tmp_path / "tree"))
    assert capture(tmp_path / "tree", f"{tmp_path}/x/").returncode == 0
    before, inode = contents(tmp_path / "x"), (tmp_path / "x").stat().st_ino
    again = capture(tmp_path / "tree", f"{tmp_path}/x/")
    assert again.returncode == 1 and "--force" in again.stderr
    done = capture(tmp_path / "tree", f"{tmp_path}/x///", "--force")
    assert done.returncode == 0 and not done.stderr, done.stderr
    before.pop("hawd/format")
    after = contents(tmp_path / "x")
    after.pop("hawd/format")
    assert after == before and (tmp_path / "x").stat().st_ino != inode and not beside(tmp_path / "x")


FOREIGN = ["thesis.txt", "proc/thesis.txt", ".hidden", "hawd/notes", "sys/bus/pci/devices/thesis.txt", "sys/bus/pci/devices/photos/1.jpg", "sys/a/b/c/d/e", "hawd/format~"]


@pytest.mark.parametrize("path", FOREIGN)
def test_foreign_file(path, tree, tmp_path):
    """A capture into which somebody put a file of their own."""
    assert capture(tree, f"{tmp_path}/x/").returncode == 0
    (tmp_path / "x" / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "x" / path).write_text("years")
    before = contents(tmp_path / "x")
    done = capture(tree, f"{tmp_path}/x/", "--force")
    assert done.returncode == 1 and f"{path} in it is not part of a capture" in done.stderr
    assert contents(tmp_path / "x") == before and not beside(tmp_path / "x")


@pytest.mark.parametrize("kind", ["fifo", "link", "socket", "format is a directory", "other format", "no format"])
def test_foreign_kind(kind, tree, tmp_path):
    x = tmp_path / "x"
    assert capture(tree, f"{x}/").returncode == 0
    if kind == "fifo":
        os.mkfifo(x / "proc/fifo")
    elif kind == "link":
        (x / "proc/link").symlink_to("/etc/passwd")
    elif kind == "socket":
        os.mknod(x / "proc/socket", stat.S_IFSOCK | 0o600)
    else:
        (x / "hawd/format").unlink()
    if kind == "format is a directory":
        (x / "hawd/format").mkdir()
    elif kind == "other format":
        (x / "hawd/format").write_text("a note\n")
    before = contents(x)
    done = capture(tree, f"{x}/", "--force")
    assert done.returncode == 1 and "choose another name" in done.stderr and contents(x) == before


def test_kinds(tree, tmp_path):
    """A file by a file only; links, pipes and directories by nothing."""
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "hanging").symlink_to("nowhere")
    (tmp_path / "up").symlink_to("directory")
    os.mkfifo(tmp_path / "fifo")
    for output in ("link", "hanging", "fifo", "directory", "up", "up/", "target/", "link/", "fifo/", "directory/", ".", "..", "./", "../", "/", "//", "directory/.", "directory/..", "directory/./", "", "/dev/null", "/dev/stdout"):
        done = capture(tree, output, "--force", cwd=tmp_path)
        assert done.returncode == 1 and done.stderr.startswith(f"hawctl: {output}: ") and not done.stdout, (output, done)
    assert target.read_text() == "precious" and (tmp_path / "link").is_symlink() and not (tmp_path / "nowhere").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["directory", "fifo", "hanging", "link", "target", "tree", "up"] and stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert capture(tree, "target", cwd=tmp_path).returncode == 1 and target.read_text() == "precious"
    assert capture(tree, "target", "--force", cwd=tmp_path).returncode == 0 and target.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    # Through a link to where it is to be: that is its owner's wish.
    assert capture(tree, "up/new/", cwd=tmp_path).returncode == 0 and (tmp_path / "directory/new/hawd/format").exists()


def test_directory_that_cannot_be_written(tree, tmp_path):
    done = capture(tree, tmp_path / "no/where/", "--force")
    assert done.returncode == 1 and "No such file" in done.stderr
    long = tmp_path / ("n" * 250)
    done = capture(tree, f"{long}/")
    assert done.returncode == 1 and "too long" in done.stderr.lower()


def in_namespace(script):
    """As root of a mount namespace of its own."""
    done = subprocess.run(["unshare", "--mount", "--map-root-user", "--user", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False)
    own = ["unshare", "--mount", "--map-root-user", "--user"] if done.returncode == 0 else ["unshare", "--mount"]
    if subprocess.run([*own, "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespace may be made here")
    return subprocess.run([*own, "sh", "-euc", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("place", ["tmpfs", "bind", "inside", "file inside", "bind inside"])
def test_mount_points(place, tree, tmp_path):
    x = tmp_path / "x"
    assert capture(tree, f"{x}/").returncode == 0
    shutil.copytree(x, tmp_path / "other", symlinks=True)
    mounts = {"tmpfs": f"mount -t tmpfs none {x}; cp -a {tmp_path}/other/. {x}", "bind": f"mount --bind {tmp_path}/other {x}", "inside": f"mkdir {x}/a; mount -t tmpfs none {x}/a; mkdir {x}/a/b",
              "file inside": f"mount --bind {tmp_path}/other/proc/cpuinfo {x}/proc/cpuinfo", "bind inside": f"mount --bind {tmp_path}/other/sys {x}/sys"}
    done = in_namespace(f"{mounts[place]}; ! {HAWCTL} capture --force {x}/ --root={tree} || exit 9; find {x} | wc -l")
    assert done.returncode == 0, done
    assert "mount point" in done.stderr or "not part of a capture" in done.stderr
    before = contents(tmp_path / "other")
    assert before == contents(x) or place == "inside"


def test_race(tree, tmp_path):
    """Somebody exchanges the capture for a directory of theirs all the time: whatever hawctl says, nothing of theirs is missing."""
    x, precious, done = tmp_path / "x", tmp_path / "precious", threading.Event()
    assert capture(tree, f"{x}/").returncode == 0
    precious.mkdir()
    (precious / "thesis.txt").write_text("years")

    def exchange():
        while not done.is_set():
            subprocess.run(["python3", "-c", f"""
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    libc.renameat2(-100, b"{x}", -100, b"{precious}", 2)
"""], check=False)

    thread = threading.Thread(target=exchange)
    thread.start()
    results = [capture(tree, f"{x}/", "--force") for _ in range(20)]
    done.set()
    thread.join()
    print(len([r for r in results if r.returncode == 0]), "of 20 replaced,", len([r for r in results if "in the meantime" in r.stderr]), "found it changed in between")
    assert {r.returncode for r in results} <= {0, 1}
    found = [p for p in tmp_path.rglob("thesis.txt")]
    assert len(found) == 1 and found[0].read_text() == "years"


# ── who may read it ──────────────────────────────────────────────────────────────────────────────────────────────────────

def open_to_others(path):
    return [str(p) for p in (path, *path.rglob("*")) if not p.is_symlink() and p.stat().st_mode & 0o077]


def test_modes(tree, tmp_path):
    """With a generous umask."""
    for output in ("x/", "x.tar.zst"):
        assert capture(tree, tmp_path / output if output[-1] != "/" else f"{tmp_path}/{output}", umask=0).returncode == 0
    assert not open_to_others(tmp_path / "x") and stat.S_IMODE((tmp_path / "x.tar.zst").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o700 and stat.S_IMODE((tmp_path / "x/hawd/format").stat().st_mode) == 0o600
    plain = subprocess.run(["zstd", "-dc", tmp_path / "x.tar.zst"], capture_output=True, check=True).stdout
    (tmp_path / "x.tar").write_bytes(plain)
    with tarfile.open(tmp_path / "x.tar") as tar:
        assert not [m.name for m in tar if not m.issym() and m.mode & 0o077]
    # Replaced, it is not what the former one was.
    (tmp_path / "x.tar.zst").chmod(0o644)
    assert capture(tree, tmp_path / "x.tar.zst", "--force", umask=0).returncode == 0
    assert stat.S_IMODE((tmp_path / "x.tar.zst").stat().st_mode) == 0o600


def test_never_open_while_it_grows(tree, tmp_path):
    """Not for a moment: as strace saw it."""
    if not shutil.which("strace"):
        pytest.skip("no strace here")
    for output in ("y/", "y.tar.zst"):
        log = tmp_path / "log"
        done = subprocess.run(["strace", "-f", "-o", log, "-e", "trace=mkdir,mkdirat,open,openat,openat2,chmod,fchmod,fchmodat", HAWCTL, "capture", f"{tmp_path}/{output}", f"--root={tree}"], check=False, capture_output=True)
        if done.returncode != 0 and b"ptrace" in done.stderr:
            pytest.skip("strace is not allowed here")
        made = [line for line in log.read_text().splitlines() if ("O_CREAT" in line or "O_TMPFILE" in line or "mkdir" in line or "chmod" in line) and " = -1" not in line]
        assert made and not [line for line in made if not any(mode in line for mode in ("0600", "0700"))], made


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL], ids=lambda s: s.name)
@pytest.mark.parametrize("output", ["x/", "x.tar.zst"])
def test_ended_at_any_moment(output, end, tree, tmp_path):
    """It is there whole or not at all, and nothing else is; only of a directory whose writer is killed something has to stay."""
    place = tmp_path / "place"
    place.mkdir()
    whole = 0
    for delay in (0, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.05, 0.2):
        process = subprocess.Popen([HAWCTL, "capture", output, f"--root={tree}"], cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                   env=os.environ | {"TMPDIR": str(tmp_path)})
        time.sleep(delay)
        process.send_signal(end)
        process.wait()
        for path in place.iterdir():
            if path.name == "x.tar.zst":
                subprocess.run(["zstd", "-tq", path], check=True)
                path.unlink()
            else:
                assert path.name == "x" and (path / "hawd/format").exists() or end == signal.SIGKILL and output == "x/", path
                shutil.rmtree(path)
            whole += path.name in ("x", "x.tar.zst")
        assert not list(place.iterdir())
    print(output, end.name, whole, "of 10 were there")


@pytest.mark.parametrize("output", ["x/", "x.tar.zst"])
def test_nothing_half(output, tree):
    """No room: nothing has the name, and nothing is left beside it."""
    done = in_namespace(f"mount -t tmpfs -o size=4k none /mnt; cd /mnt; echo > full; ! {HAWCTL} capture {output} --root={tree}; ls -A")
    assert done.returncode == 0 and done.stdout == "full\n" and done.stderr, done


@pytest.mark.parametrize("output", ["x/", "x.tar.zst"])
def test_file_size_limit(output, tree, tmp_path):
    """ulimit -f: the signal that it sends ended the writer, and left the directory half written beside its place."""
    place = tmp_path / "place"
    place.mkdir()
    done = subprocess.run(["sh", "-c", f"ulimit -f 0; exec {HAWCTL} capture {output} --root={tree}"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == 1 and ("too large" in done.stderr or "size limit" in done.stderr), done
    assert not list(place.iterdir())


def test_name_of_two_lines(tree, tmp_path):
    """A name with a newline makes no line of its own."""
    done = capture(tree, f"{tmp_path}/x\nSAFE\x1b[31m/")
    assert done.returncode == 0 and done.stdout.count("\n") == 1 and "\x1b" not in done.stdout, done
