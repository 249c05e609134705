"""The profile of the machine that runs the tests against cpuid, lscpu, lspci and /sys itself."""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess

import pytest

HAWCTL = os.environ["HAWCTL"]


@pytest.fixture(scope="module")
def profile():
    return json.loads(subprocess.run([HAWCTL, "describe", "--json=short"], check=True, capture_output=True).stdout)


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(platform.machine() != "x86_64" or not shutil.which("cpuid"), reason="no cpuid here")
def test_cpuid(profile, tmp_path):
    text = output("cpuid", "-1", "-r")
    eax = int(re.search(r"0x80000008 0x00: eax=0x([0-9a-f]+)", text).group(1), 16)
    assert profile["widths"]["cpuPhysicalBits"]["value"] == eax & 0xFF
    assert profile["widths"]["linearBits"]["value"] == eax >> 8 & 0xFF
    (tmp_path / "dump").write_text(text)
    decoded = json.loads(output(HAWCTL, "decode", "cpuid", str(tmp_path / "dump"), "--json=short"))
    assert decoded["cpuPhysicalBits"] == eax & 0xFF and decoded["guestPhysAddrSize"] == eax >> 16 & 0xFF
    assert decoded["vendor"] == profile["host"]["cpuVendor"]


def test_lscpu(profile):
    fields = {f["field"].rstrip(":"): f["data"] for f in json.loads(output("lscpu", "-J"))["lscpu"]}
    physical, virtual = re.match(r"(\d+) bits physical, (\d+) bits virtual", fields["Address sizes"]).groups()
    assert profile["widths"]["hostPhysicalBits"]["value"] == int(physical)
    assert profile["widths"]["linearBits"]["value"] == int(virtual)
    assert profile["host"]["cpus"]["value"] == int(fields["CPU(s)"])
    assert profile["host"]["cpuVendor"].strip() == fields["Vendor ID"]
    assert profile["host"]["cpuModelName"] == fields["Model name"]
    assert (profile["host"]["virtualised"] == "none") is ("Hypervisor vendor" not in fields)


@pytest.mark.skipif(not shutil.which("lspci"), reason="no lspci here")
def test_lspci(profile):
    found = {}
    for line in output("lspci", "-D", "-n").splitlines():
        address, class_code, ids = re.match(r"(\S+) ([0-9a-f]{4}): ([0-9a-f:]{9})", line).groups()
        found[address] = (class_code, ids)
    ours = {d["address"]: (d["classCode"][2:6], f"{d['vendorId'][2:]}:{d['deviceId'][2:]}") for d in profile["devices"]}
    assert ours == found


def test_sys(profile):
    def names(path):
        return sorted(os.listdir(path)) if os.path.isdir(path) else []
    assert sorted(u["name"] for u in profile["iommus"]) == names("/sys/class/iommu")
    assert sorted(str(g["id"]) for g in profile["groups"]) == names("/sys/kernel/iommu_groups")
    for device in profile["devices"]:
        path = pathlib.Path("/sys/bus/pci/devices") / device["address"]
        lines = [[int(x, 16) for x in line.split()] for line in (path / "resource").read_text().splitlines()[:13]]
        sizes = [end - start + 1 for start, end, flags in lines if flags & 0x300]
        assert [bar["size"] for bar in device["bars"]] == sizes
        driver = path / "driver"
        assert device["driver"] == (os.path.basename(os.readlink(driver)) if driver.is_symlink() else None)


@pytest.mark.skipif(os.geteuid() != 0, reason="zeros without root")
def test_iomem(profile):
    ram = [line for line in open("/proc/iomem", encoding="ascii") if line.endswith(": System RAM\n") and line[0] != " "]
    assert int(profile["memory"]["ramTop"]["value"], 16) == int(ram[-1].split()[0].split("-")[1], 16) + 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_ordinary_user(tmp_path_factory):
    """The same host as an ordinary user: nothing that needs privilege turns into a wrong number, and a capture of what he
    sees replays the same."""
    import tempfile
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        for name in ("hawctl", "hawd-archive"):
            shutil.copy(pathlib.Path(HAWCTL).parent / name, directory)
        hawctl = os.path.join(directory, "hawctl")
        user = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": directory, "check": True, "capture_output": True}
        privileged = json.loads(subprocess.run([HAWCTL, "describe", "--json=short"], check=True, capture_output=True).stdout)
        first = subprocess.run([hawctl, "describe", "--json=short"], **user).stdout
        for name, fact in json.loads(first)["widths"].items():
            assert fact["value"] in (None, privileged["widths"][name]["value"]), name
        subprocess.run([hawctl, "capture", "mine.tar.zst"], **user)
        assert subprocess.run([hawctl, "describe", "--json=short", "--root=mine.tar.zst"], **user).stdout == first


def test_capture_of_this_host(tmp_path):
    subprocess.run([HAWCTL, "capture", tmp_path / "x.tar.zst"], check=True, capture_output=True)
    live = subprocess.run([HAWCTL, "describe", "--json=short"], check=True, capture_output=True).stdout
    replayed = subprocess.run([HAWCTL, "describe", "--json=short", f"--root={tmp_path}/x.tar.zst"], check=True, capture_output=True).stdout
    assert live == replayed


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")
def test_no_file_twice(tmp_path):
    """Between the first read of the host and the output no path is opened twice."""
    trace = subprocess.run(["strace", "-f", "-e", "trace=openat2", "-o", tmp_path / "trace", HAWCTL, "describe"],
                           capture_output=True, check=False, env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"})
    if trace.returncode != 0:
        pytest.skip("strace may not trace here")
    paths = re.findall(r'openat2\(\d+, "([^"]+)"', (tmp_path / "trace").read_text())
    assert len(paths) > 10
    assert sorted(p for p in set(paths) if paths.count(p) > 1) == []
