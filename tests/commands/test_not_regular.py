"""What is found in a directory is a regular file or not opened at all: nothing waits for the writer of a FIFO, nothing touches a device."""
import json
import os
import pathlib
import socket
import stat
import subprocess

import pytest

import hosts_intel
from guests import guest, intel
from tree import Tree

HAWCTL, HAWD = os.environ["HAWCTL"], os.environ["HAWD"]
SOON = 20  # seconds; a hang has no end


def run(*arguments, **more):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=SOON, stdin=subprocess.DEVNULL, **more)


def fifo(path):
    os.mkfifo(path)


def link_to_fifo(path):
    os.mkfifo(path.parent / "fifo")
    path.symlink_to("fifo")


def directory(path):
    path.mkdir()


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(path.parent)
        s.bind(path.name)
        os.chdir(here)


def hanging_link(path):
    path.symlink_to("nowhere")


def link_to_kernel_messages(path):
    path.symlink_to("/proc/kmsg")


def terminal(path):
    path.symlink_to("/dev/ptmx")


def device(path):
    if os.geteuid() != 0:
        pytest.skip("only root makes device nodes")
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no device node may be made here")


KINDS = [fifo, link_to_fifo, directory, a_socket, hanging_link, link_to_kernel_messages, terminal, device]


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("host")
    intel(39, 39)(Tree(path))
    return run("describe", f"--root={path}").stdout


@pytest.mark.parametrize("make", KINDS, ids=lambda f: f.__name__)
def test_history(make, document, tmp_path):
    """It is named, the others are shown."""
    (tmp_path / "0001-a.json").write_text(document)
    make(tmp_path / "0002-b.json")
    (tmp_path / "0003-c.json").symlink_to("0001-a.json")
    for options in ([], ["--json=short"]):
        done = run("history", tmp_path, *options)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and done.stderr.startswith(f"hawctl: {tmp_path}/0002-b.json: "), done
        assert len(json.loads(done.stdout)) == 2 if options else len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("make", [fifo, a_socket, link_to_fifo], ids=lambda f: f.__name__)
def test_root(make, tmp_path):
    make(tmp_path / "x.tar.zst")
    done = run("status", f"--root={tmp_path}/x.tar.zst")
    assert done.returncode == 1 and "neither a directory nor a capture" in done.stderr


def test_tree_of_fifos(tmp_path):
    """Every file of a host is one, for each program that reads hosts."""
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    for path in [p for p in (tmp_path / "tree").rglob("*") if p.is_file() and not p.is_symlink()]:
        path.unlink()
        os.mkfifo(path)
    assert run("describe", f"--root={tmp_path}/tree").returncode == 0
    assert run("capture", f"{tmp_path}/x/", f"--root={tmp_path}/tree").returncode == 0
    assert not [p for p in (tmp_path / "x").rglob("*") if p.is_fifo()]
    (tmp_path / "private").mkdir()
    collect = pathlib.Path(HAWD).parent / "hawd-collect"
    subprocess.run([collect, f"--root={tmp_path}/tree", f"--output={tmp_path}/private"], check=False, timeout=SOON)


def test_guest_that_names_a_fifo(tmp_path):
    """What a command line names is found, not given."""
    os.mkfifo(tmp_path / "fifo")
    intel(39, 39)(Tree(tmp_path / "tree"))
    done = run("check", f"--root={tmp_path}/tree", "--", "qemu-system-x86_64", "-accel", "kvm", "-m", "4G", "-readconfig", tmp_path / "fifo", "-bios", tmp_path / "fifo")
    assert done.returncode in (0, 3), done


def test_what_is_given_is_read(document, tmp_path):
    """A FIFO that the caller names has a writer: pipes, process substitution and /dev/stdin work."""
    intel(39, 39)(Tree(tmp_path / "tree"))
    (tmp_path / "guest.json").write_text(json.dumps(guest()))
    (tmp_path / "host.json").write_text(document)
    os.mkfifo(tmp_path / "fifo")
    usual = run("check", "--root=tree", "guest.json", "-j", cwd=tmp_path)
    for words in ("--root=tree <(cat guest.json)", "--root=tree /dev/stdin <guest.json", "--root=tree - <guest.json", "--root=tree /dev/fd/7 7<guest.json", "--root=tree fifo & cat guest.json >fifo; wait $!"):
        done = subprocess.run(["bash", "-c", f"{HAWCTL} check -j {words}"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SOON)
        assert done.stdout == usual.stdout and done.returncode == usual.returncode, (words, done)
    for words in ("<(cat host.json) host.json", "host.json /dev/stdin <host.json", "<(cat host.json) <(cat host.json)", "tree -  <host.json"):
        done = subprocess.run(["bash", "-c", f"{HAWCTL} diff {words}"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SOON)
        assert done.returncode == 0, (words, done)
