"""Reading again only what changed gives the profile that reading everything gives, and reads nothing else: devices that
come, go, move and change drivers, groups with them, virtual functions, and whole sources."""
import os
import shutil
import subprocess

import pytest

from tree import MEMORY64, MSI, Tree, endpoint, root_port

CHECK = os.environ["REGATHER_CHECK"]
CAP, ECAP = 0x8D2078C106F0466, 0xF020DF


class Host:
    """A tree whose devices have the links that a running kernel gives them, and the program that watches it."""

    def __init__(self, path, devices=8):
        self.path, self.t = path, Tree(path)
        self.units = {"dmar0": [], "dmar1": []}
        self.t.base()
        self.t.cpuid("GenuineIntel", 46, vmx=True)
        self.t.cpuinfo("GenuineIntel", [46] * 4, flags="fpu lm vmx ept", vmx_flags="ept")
        self.t.kvm("kvm_intel", 46, 46, {"ept": "Y"})
        self.t.memory([(0x100000, 0x7FFFFFFF)])
        for i in range(devices):
            self.add(f"0000:{i:02x}:00.0", i)
        for i, unit in enumerate(self.units):
            self.t.vtd(unit, 0xFBFFC000 + i * 0x2000, CAP, ECAP, self.units[unit])
        self.program = subprocess.Popen([CHECK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def link(self, where, target):
        where = self.path / where
        where.parent.mkdir(parents=True, exist_ok=True)
        if where.is_symlink():
            where.unlink()
        os.symlink(target, where)

    def add(self, address, group, unit="dmar0", config=None, driver=None):
        (self.path / "sys/bus/pci/devices" / address).unlink(missing_ok=True)
        self.t.pci(address, config or endpoint().acs(), driver=driver, bars=[(0, 0x200000000000, 1 << 20, MEMORY64)])
        device = self.path / "sys/bus/pci/devices" / address
        for name, target in (("iommu_group", f"../../../kernel/iommu_groups/{group}"), ("iommu", f"../../virtual/iommu/{unit}")):
            if (device / name).is_symlink():
                (device / name).unlink()
            os.symlink(target, device / name)
        members = self.path / f"sys/kernel/iommu_groups/{group}/devices"
        known = sorted(os.listdir(members)) if members.is_dir() else []
        if address not in known:
            if known:
                self.link(f"sys/kernel/iommu_groups/{group}/devices/{address}", f"../../../../devices/pci0000:00/{address}")
            else:
                self.t.group(group, [address], [MSI])
        self.units[unit].append(address)
        if hasattr(self, "program"):
            self.link(f"sys/class/iommu/{unit}/devices/{address}", f"../../../../pci0000:00/{address}")

    def remove(self, address, group, unit="dmar0"):
        (self.path / "sys/bus/pci/devices" / address).unlink()
        (self.path / f"sys/kernel/iommu_groups/{group}/devices/{address}").unlink()
        (self.path / f"sys/class/iommu/{unit}/devices/{address}").unlink()
        if not os.listdir(self.path / f"sys/kernel/iommu_groups/{group}/devices"):
            shutil.rmtree(self.path / f"sys/kernel/iommu_groups/{group}")

    def answer(self):
        lines = []
        while (line := self.program.stdout.readline().rstrip("\n")) != ".":
            assert line or self.program.poll() is None, "the program ended"
            lines.append(line)
        return lines

    def go(self, *words):
        self.program.stdin.write("".join(word + "\n" for word in words) + "go\n")
        self.program.stdin.flush()
        lines = self.answer()
        values = dict(line.split(" ", 1) for line in lines if line.split()[0] in ("digest", "scratch", "devices", "usec"))
        assert values["digest"] == values["scratch"]
        devices, _, groups = values["devices"].split()
        return int(devices), int(groups), [line for line in lines if line.split()[0] in ("read", "link", "list", "refused")]

    def end(self):
        self.program.stdin.close()
        assert self.program.wait(20) == 0


@pytest.fixture
def host(tmp_path):
    started = Host(tmp_path)
    yield started
    started.end()


def only(paths, *places):
    strangers = [path for path in paths if not any(place in path for place in places)]
    assert not strangers
    assert len(set(paths)) == len(paths)
    assert len(paths) <= 24


def test_nothing_changed(host):
    before = host.go()
    assert before == (8, 8, [])


def test_device_comes_and_goes(host):
    for _ in range(3):
        host.add("0000:44:00.0", 44)
        devices, groups, paths = host.go("device 0000:44:00.0")
        assert (devices, groups) == (9, 9)
        only(paths, "devices/0000:44:00.0", "iommu_groups/44")
        host.remove("0000:44:00.0", 44)
        devices, groups, paths = host.go("device 0000:44:00.0")
        assert (devices, groups) == (8, 8)
        only(paths, "devices/0000:44:00.0", "iommu_groups/44")


def test_a_group_number_below_others(host):
    host.remove("0000:03:00.0", 3)
    assert host.go("device 0000:03:00.0")[:2] == (7, 7)
    host.add("0000:50:00.0", 3)
    assert host.go("device 0000:50:00.0")[:2] == (8, 8)


def test_device_joins_a_group_and_leaves_it(host):
    host.add("0000:44:00.0", 5)
    devices, groups, paths = host.go("device 0000:44:00.0")
    assert (devices, groups) == (9, 8)
    only(paths, "devices/0000:44:00.0", "iommu_groups/5")
    host.remove("0000:44:00.0", 5)
    assert host.go("device 0000:44:00.0")[:2] == (8, 8)


def test_device_moves_to_another_group_and_unit(host):
    host.remove("0000:02:00.0", 2)
    host.units["dmar0"].remove("0000:02:00.0")
    host.add("0000:02:00.0", 60, "dmar1")
    devices, groups, paths = host.go("device 0000:02:00.0")
    assert (devices, groups) == (8, 8)
    only(paths, "devices/0000:02:00.0", "iommu_groups/60", "iommu_groups/2")


def test_driver_changes(host):
    for driver in ("vfio-pci", None, "i40e"):
        host.add("0000:01:00.0", 1, driver=driver)
        devices, _, paths = host.go("device 0000:01:00.0")
        assert devices == 8
        only(paths, "devices/0000:01:00.0", "iommu_groups/1")


def test_many_at_once(host):
    words = []
    for i in range(50):
        host.add(f"0000:{0x80 + i:02x}:00.0", 100 + i, "dmar1")
        words.append(f"device 0000:{0x80 + i:02x}:00.0")
    devices, groups, paths = host.go(*words, *words)
    assert (devices, groups) == (58, 58)
    assert len(paths) <= 50 * 24


def test_more_than_are_counted(host):
    """Beyond 256 devices everything is read."""
    words = []
    for i in range(300):
        host.add(f"0001:{i // 32:02x}:{i % 32:02x}.0", 200 + i)
        words.append(f"device 0001:{i // 32:02x}:{i % 32:02x}.0")
    assert host.go(*words)[:2] == (308, 308)


def test_bridge_changes_its_isolation(host):
    """What a bridge says of ACS explains the groups below it: they are derived anew without being read."""
    host.add("0000:00:1c.0", 90, config=root_port())
    for address in ("0000:45:00.0", "0000:46:00.0"):
        host.t.pci(address, endpoint(), below="0000:00:1c.0")
        host.link(f"sys/bus/pci/devices/{address}/iommu_group", "../../../../kernel/iommu_groups/7")
        host.link(f"sys/bus/pci/devices/{address}/iommu", "../../../virtual/iommu/dmar0")
        host.link(f"sys/kernel/iommu_groups/7/devices/{address}", "x")
        host.link(f"sys/class/iommu/dmar0/devices/{address}", "x")
    host.go("device 0000:00:1c.0", "device 0000:45:00.0", "device 0000:46:00.0", "groups")
    host.add("0000:00:1c.0", 90, config=root_port(acs=False))
    _, _, paths = host.go("device 0000:00:1c.0")
    only(paths, "devices/0000:00:1c.0", "iommu_groups/90")


@pytest.mark.parametrize("word,change", [
    ("host", lambda h: h.t.write("proc/sys/kernel/osrelease", "6.18.0\n")),
    ("cpu", lambda h: h.t.cpuid("GenuineIntel", 39, vmx=True)),
    ("kvm", lambda h: h.t.write("sys/module/kvm_intel/parameters/ept", "N\n")),
    ("memory", lambda h: h.t.memory([(0x100000, 0x7FFFFFFF), (0x100000000, 0x1FFFFFFFF)])),
    ("mediated", lambda h: (h.t.directory("sys/devices/pci0000:00/0000:02:00.0/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"), h.link(
        "sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001", "../../../devices/pci0000:00/0000:02:00.0/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"))),
    ("groups", lambda h: h.t.write("sys/kernel/iommu_groups/3/type", "identity\n")),
])
def test_sources(host, word, change):
    first = host.go("host")
    change(host)
    _, _, paths = host.go(word)
    assert paths != first and not [path for path in paths if "config" in path]
