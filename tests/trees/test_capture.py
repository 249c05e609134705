"""Hostile archives: each is refused with the entry's name and the rule, and nothing of it stays anywhere."""
import io
import os
import signal
import subprocess
import tarfile
import time

import pytest

import hosts_intel
from tree import Tree

HAWCTL = os.environ["HAWCTL"]


def status(path, tmp):
    (tmp / "work").mkdir(exist_ok=True)
    done = subprocess.run([HAWCTL, "status", f"--root={path}"], capture_output=True, timeout=60, check=False,
                          env=os.environ | {"TMPDIR": str(tmp / "work")})
    assert not list((tmp / "work").iterdir()), "something was left behind"
    return done


def archive(path, *entries):
    with tarfile.open(path, "w:gz") as tar:
        good = tarfile.TarInfo("hawd/format")
        good.size = 3
        tar.addfile(good, io.BytesIO(b"ok\n"))
        for name, kind, target in entries:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = target
            tar.addfile(info, io.BytesIO(b""))


@pytest.mark.parametrize("name,kind,target,word", [
    ("/etc/passwd", tarfile.REGTYPE, "", "absolute"),
    ("sys/../../outside", tarfile.REGTYPE, "", "'..'"),
    ("proc/hard", tarfile.LNKTYPE, "hawd/format", "hard link"),
    ("proc/link", tarfile.SYMTYPE, "/etc/passwd", "absolute"),
    ("proc/link", tarfile.SYMTYPE, "../../outside", "leads out"),
    ("dev/null", tarfile.CHRTYPE, "", "neither"),
    ("proc/fifo", tarfile.FIFOTYPE, "", "neither"),
    ("hawd/format", tarfile.REGTYPE, "", "twice"),
    ("a/" * 40 + "b", tarfile.REGTYPE, "", "too deep"),
    ("a" * 600, tarfile.REGTYPE, "", "too long"),
])
def test_entry(name, kind, target, word, tmp_path):
    archive(tmp_path / "bad.tar.gz", (name, kind, target))
    done = status(tmp_path / "bad.tar.gz", tmp_path)
    assert done.returncode == 1 and word in done.stderr.decode() and not done.stdout
    assert name[:40] in done.stderr.decode()


def test_through_a_link(tmp_path):
    """A link that stays inside, and an entry that would be written through it."""
    archive(tmp_path / "bad.tar.gz", ("proc/link", tarfile.SYMTYPE, "../hawd"), ("proc/link/file", tarfile.REGTYPE, ""))
    done = status(tmp_path / "bad.tar.gz", tmp_path)
    assert done.returncode == 1 and b"proc/link/file" in done.stderr


def test_ten_gigabytes(tmp_path):
    """A sparse file, and a bomb of zeros."""
    with (tmp_path / "huge").open("wb") as f:
        f.truncate(10 << 30)
    subprocess.run(["tar", "-C", tmp_path, "--sparse", "-cf", tmp_path / "sparse.tar", "huge"], check=True)
    done = status(tmp_path / "sparse.tar", tmp_path)
    assert done.returncode == 1 and b"larger than 32 MiB" in done.stderr
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz", compresslevel=1) as tar:
        for i in range(10):
            info = tarfile.TarInfo(f"zeros{i}")
            info.size = 30 << 20
            tar.addfile(info, io.BytesIO(bytes(30 << 20)))
    done = status(tmp_path / "bomb.tar.gz", tmp_path)
    assert done.returncode == 1 and b"larger than 128 MiB" in done.stderr


@pytest.mark.parametrize("content", [b"", b"garbage" * 100, b"PK\3\4" + bytes(100)])
def test_no_archive(content, tmp_path):
    (tmp_path / "x").write_bytes(content)
    done = status(tmp_path / "x", tmp_path)
    assert done.returncode == 1 and done.stderr and not done.stdout


def test_cut_off(tmp_path):
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    subprocess.run([HAWCTL, "capture", tmp_path / "whole.tar.zst", f"--root={tmp_path}/tree"], check=True, capture_output=True)
    whole = (tmp_path / "whole.tar.zst").read_bytes()
    for n in (10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.tar.zst").write_bytes(whole[:n])
        done = status(tmp_path / "cut.tar.zst", tmp_path)
        assert done.returncode == 1 and done.stderr


def test_killed(tmp_path):
    """Whatever ends hawctl, nothing is left: what it unpacks is on no disk, and hawd-archive ends with it."""
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    subprocess.run([HAWCTL, "capture", tmp_path / "x.tar.zst", f"--root={tmp_path}/tree"], check=True, capture_output=True)
    (tmp_path / "work").mkdir()
    for _ in range(5):
        process = subprocess.Popen([HAWCTL, "describe", f"--root={tmp_path}/x.tar.zst"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(tmp_path / "work")})
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(100):
        if not list((tmp_path / "work").iterdir()):
            return
        time.sleep(0.05)
    raise AssertionError("left behind: " + str(list((tmp_path / "work").iterdir())))


def test_output(tmp_path):
    """Nothing is overwritten unasked, nothing half-written; the secrets stay on the host."""
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    command = [HAWCTL, "capture", tmp_path / "x.tar.zst", f"--root={tmp_path}/tree"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    again = subprocess.run(command, capture_output=True, check=False)
    assert again.returncode == 1 and b"--force" in again.stderr
    assert subprocess.run(command + ["--force"], capture_output=True, check=False).returncode == 0
    missing = subprocess.run([HAWCTL, "capture", tmp_path / "no/where.tar.zst", f"--root={tmp_path}/tree"], capture_output=True, check=False)
    assert missing.returncode == 1 and b"no/where" in missing.stderr
    full = subprocess.run(f"{HAWCTL} capture - --root={tmp_path}/tree >/dev/full", shell=True, capture_output=True, check=False)
    assert full.returncode == 1 and full.stderr
    unpacked = subprocess.run(["zstd", "-dc", tmp_path / "x.tar.zst"], capture_output=True, check=True).stdout
    assert b"root=/dev/sda1" not in unpacked and b"0000:02:00.0" in unpacked
