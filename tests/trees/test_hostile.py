"""Bad input through the program: each file of a host spoilt in each way in turn. The program ends by itself, in time, with
a document that obeys the schema, or with a message and exit status 1; never by a signal, never with a word from outside
the tree, and never with another number where the file it came from was spoilt."""
import json
import multiprocessing
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

import jsonschema
import pytest

import hosts_intel
import hosts_other
import iort
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
VALIDATOR = jsonschema.Draft202012Validator(json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8")))
SECRET = "not-for-your-eyes-4711"
HOSTS = [hosts_intel.rmrr_nic, hosts_other.epyc_hole_ivmd]


def describe(root):
    """The document, or None after a clean refusal."""
    done = subprocess.run([HAWCTL, "describe", f"--root={root}", "--json=short"], capture_output=True, timeout=10, check=False)
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:])
    assert SECRET.encode() not in done.stdout + done.stderr
    if done.returncode == 1:
        assert done.stderr.startswith(b"hawctl: ") and not done.stdout
        return None
    document = json.loads(done.stdout)
    VALIDATOR.validate(document)
    return document


def spoil(file, how, outside):
    content = file.read_bytes()
    variants = {
        "empty": b"", "nuls": b"\0" * 64, "noise": bytes(range(256)) * 4, "half": content[:len(content) // 2],
        "no-newline": content.rstrip(b"\n"), "long-line": b"x" * 10_000_000, "huge-number": b"99999999999999999999999999\n",
        "negative": b"-1\n", "twice": content + content, "escapes": b"\x1b[31m\xff\xfe\n" + content,
    }
    file.unlink()
    if how in variants:
        file.write_bytes(variants[how])
    elif how == "loop":
        file.symlink_to(file.name)
    elif how == "out":
        file.symlink_to(outside)
    elif how == "up":
        file.symlink_to("../" * 40 + str(outside).lstrip("/"))
    elif how == "fifo":
        os.mkfifo(file)
    elif how == "directory":
        file.mkdir()
    elif how == "sparse":
        with file.open("wb") as f:
            f.truncate(10 << 30)
    elif how == "node":
        os.mknod(file, stat.S_IFCHR | 0o600, os.makedev(1, 5))


WAYS = ["empty", "nuls", "noise", "half", "no-newline", "long-line", "huge-number", "negative", "twice", "escapes", "loop",
        "out", "up", "fifo", "directory", "sparse"] + (["node"] if os.geteuid() == 0 else [])
WIDTHS = ("cpuPhysicalBits", "hostPhysicalBits", "guestPhysicalBits", "guestMappableBits", "iovaBits")
# Spoilt in these ways a file may still hold what it held before, or tells something else rightly.
HARMLESS = {"no-newline", "twice", "escapes", "half"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.__name__)
def test_each_file(host, way, tmp_path):
    outside = tmp_path / "secret"
    outside.write_text(SECRET + "\n")
    fresh = tmp_path / "fresh"
    host(Tree(fresh))
    right = describe(fresh)
    files = [f.relative_to(fresh) for f in sorted(fresh.rglob("*")) if f.is_file() and not f.is_symlink()]
    assert len(files) > 20
    for name in files:
        if name == pathlib.Path("hawd/format"):
            continue
        file = fresh / name
        kept = file.read_bytes()
        spoil(file, way, outside)
        document = describe(fresh)
        if document is not None and way not in HARMLESS:
            for width in WIDTHS:
                value, was = document["widths"][width]["value"], right["widths"][width]["value"]
                provenance = document["widths"][width]["provenance"]
                assert value in (None, was) or provenance in ("derived", "assumed"), (name, width, value, was)
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink()
        file.write_bytes(kept)


@pytest.mark.parametrize("name", ["DMAR", "IVRS", "IORT"])
def test_table_cut_at_every_byte(name, tmp_path):
    """decode never crashes, and a table too short to be one is refused with its name."""
    if name == "IORT":
        table = iort.each_kind()
    else:
        host = HOSTS[0] if name == "DMAR" else HOSTS[1]
        host(Tree(tmp_path / "tree"))
        table = (tmp_path / "tree/sys/firmware/acpi/tables" / name).read_bytes()
    for n in range(len(table) + 1):
        (tmp_path / "cut").write_bytes(table[:n])
        done = subprocess.run([HAWCTL, "decode", name.lower(), tmp_path / "cut", "--json=short"], capture_output=True, timeout=10, check=False)
        assert done.returncode == (0 if n >= 36 else 1), (n, done.stderr)
        if n < 36:
            assert b"cut" in done.stderr
        else:
            faults = [fault["rule"] for fault in json.loads(done.stdout)["faults"]]
            assert n == len(table) or "table-truncated" in faults


def test_odd_names(tmp_path):
    """Names of units and of a group's members are foreign text as well."""
    HOSTS[0](Tree(tmp_path / "tree"))
    for directory in ("sys/class/iommu", "sys/kernel/iommu_groups/7/devices", "sys/kernel/iommu_groups", "sys/bus/pci/devices"):
        os.mkdir(os.fsencode(tmp_path / "tree" / directory) + b"/odd\xff\x1b[31m name")
    document = describe(tmp_path / "tree")
    assert "odd\\xff\\x1b[31m name" in [unit["name"] for unit in document["iommus"]]
    assert "odd\\xff\\x1b[31m name" in document["groups"][0]["devices"]
    for verb in ("status", "groups", "iommus", "devices"):
        done = subprocess.run([HAWCTL, verb, f"--root={tmp_path}/tree"], capture_output=True, timeout=10, check=True)
        assert b"\x1b" not in done.stdout and b"\xff" not in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_ordinary_user():
    """What an ordinary user may not read is refused, not absent."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        tree = pathlib.Path(directory) / "tree"
        HOSTS[0](Tree(tree))
        for path in ("sys/firmware/acpi/tables/DMAR", "proc/cpuinfo"):
            os.chmod(tree / path, 0)
        shutil.copy(HAWCTL, directory)
        done = subprocess.run([f"{directory}/hawctl", "describe", f"--root={tree}", "--json=short"], capture_output=True, timeout=10,
                              check=True, user=65534, group=65534, extra_groups=[])
    document = json.loads(done.stdout)
    assert document["firmware"]["dmar"]["reason"] == "permission"
    assert document["widths"]["hostPhysicalBits"]["value"] in (None, 46)
    assert document["host"]["cpus"]["reason"] == "permission"


def rename_for_ever(directory):
    one, other = directory / "one", directory / "other"
    one.touch()
    while True:
        one.rename(other)
        other.rename(one)


def test_renames_elsewhere(tmp_path):
    """The kernel gives up on a ".." in a path while anybody renames anything: that is nothing a profile may show, or a capture
    fail for."""
    hosts_intel.rmrr_nic(Tree(tmp_path / "tree"))
    first = describe(tmp_path / "tree")
    busy = []
    for name in ("left", "right"):
        (tmp_path / name).mkdir()
        busy.append(multiprocessing.Process(target=rename_for_ever, args=(tmp_path / name,), daemon=True))
        busy[-1].start()
    try:
        assert all(describe(tmp_path / "tree") == first for _ in range(40))
        for i in range(8):
            done = subprocess.run([HAWCTL, "capture", f"--root={tmp_path / 'tree'}", f"{tmp_path}/{i}/"], capture_output=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr
    finally:
        for process in busy:
            process.kill()
            process.join()
