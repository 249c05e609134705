"""hawctl in a chroot with nothing but itself and its libraries: no /proc, no /sys, no /run, no bus, no PATH."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HAWCTL = os.environ["HAWCTL"]
LIBRARIES = re.findall(r"(/\S+)", re.sub(r"(?m)^\s*\S+ => ", "", subprocess.run(["ldd", HAWCTL], capture_output=True, text=True, check=True).stdout))


@pytest.fixture
def jail(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can change the root directory")
    if b"__asan_init" in pathlib.Path(HAWCTL).read_bytes():
        pytest.skip("AddressSanitizer needs /proc")
    for library in LIBRARIES:
        if pathlib.Path(library).is_file():
            (tmp_path / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, tmp_path / library[1:])
    shutil.copy(HAWCTL, tmp_path / "hawctl")

    def run(*arguments):
        return subprocess.run(["chroot", tmp_path, "/hawctl", *arguments], capture_output=True, text=True, timeout=60, check=False, env={"PATH": shutil.which("chroot").rsplit("/", 1)[0]})
    return run


def test_nothing_is_mounted(jail):
    for verb in ("status", "doctor"):
        done = jail(verb, "--local")
        assert done.returncode == 1 and not done.stdout
        assert done.stderr == "hawctl: /: neither /proc nor /sys is here: mount them, or run hawctl outside of this chroot\n"


def test_empty_directories(jail, tmp_path):
    """As debootstrap leaves them."""
    for name in ("proc", "sys", "run", "dev"):
        (tmp_path / name).mkdir()
    done = jail("doctor", "-j")
    assert done.returncode == 3 and done.stderr == ""
    entries = {entry["id"]: entry for entry in json.loads(done.stdout)["entries"]}
    assert "mount -t sysfs sysfs /sys" in entries["sysfs"]["remedy"] and "mount -t proc proc /proc" in entries["proc"]["remedy"]
    assert "dbus.service" in entries["bus"]["remedy"] and entries["container"]["state"] == "unknown"
    assert "not installed" in entries["hawd-domain"]["found"] and "not installed" in entries["hawd-archive"]["found"]
    assert entries["iova-bits"]["state"] == "problem"
    done = jail()
    assert done.returncode == 0 and done.stderr == "hawctl: no service on the system bus (No such file or directory); reading this host directly; 'hawctl doctor' says what to do\n"


def test_programs_are_missing(jail, tmp_path):
    """What is missing is the program, not the file that the user named."""
    for name in ("proc", "sys"):
        (tmp_path / name).mkdir()
    (tmp_path / "x.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    (tmp_path / "x.xml").write_text("<domain type='kvm'/>", encoding="utf-8")
    for arguments, program in ((["capture", "/y.tar.zst"], "hawd-archive"),
                               (["check", "--local", "/x.xml"], "hawd-domain")):
        done = jail(*arguments)
        assert done.returncode == 1 and f"cannot run {program}: No such file or directory; 'hawctl doctor' says what to do\n" in done.stderr, done.stderr
    assert not (tmp_path / "y.tar.zst").exists()
    assert jail("status", "--root=/x.tar.zst").stderr == "hawctl: /x.tar.zst: cannot be opened without /proc: mount it\n"
