"""What changed between boots, in words. The profiles are those of host trees, of which it is known what differs."""
import json
import os
import shutil
import subprocess

import pytest

import hosts_intel
from axe import axe_source, violations
from cockpit import skip_without_programs
from station import HAWCTL, Station
from tree import Tree


@pytest.fixture(scope="module")
def station(browser):
    skip_without_programs()
    it = Station(browser)
    it.serve(hosts_intel.client_46_39)
    yield it
    it.close()


@pytest.fixture
def page(station):
    station.page.driver.get_log("browser")
    station.page.said = []
    yield station.page
    for entry in station.programs.boots.iterdir():
        entry.unlink()
    assert not station.page.complaints()


def keep(station, tmp_path, number, build):
    """As the service stores it: NUMBER-BOOTID.json."""
    tree = Tree(tmp_path / f"tree{number}")
    build(tree)
    text = subprocess.run([HAWCTL, "describe", f"--root={tree.root}"], capture_output=True, check=True, timeout=60).stdout
    (station.programs.boots / f"{number:04}-{number:032x}.json").write_bytes(text)


def boots(page, count):
    page.open()
    page.wait(lambda: page.run("return document.querySelectorAll('#history .boots > li').length") == count
              and "oldest profile" in page.text("#history"), f"{count} boots")
    return dict(page.run("return Array.from(document.querySelectorAll('#history .boots > li'), node => [node.dataset.boot, node.textContent])"))


def other_kernel(tree):
    hosts_intel.client_46_39(tree)
    tree.write("proc/sys/kernel/osrelease", "6.13.1<b>x</b>\n")


def test_boots(station, page, tmp_path):
    for number, build in ((7, hosts_intel.client_46_39), (8, hosts_intel.client_46_39), (9, other_kernel), (10, hosts_intel.no_iommu_vmx_locked)):
        keep(station, tmp_path, number, build)
    shown = boots(page, 4)
    assert list(shown) == ["0010", "0009", "0008", "0007"]
    assert "CPU 39 bits; guests unknown; devices unknown" in shown["0010"] and "CPU 46 bits; guests 46 bits; devices 39 bits" in shown["0009"]
    assert "IOVA bits of devices: 39 before, now unknown (absent)" in shown["0010"] and "CPU physical bits: 46 before, now 39" in shown["0010"]
    assert "New finding: The CPU supports VMX, but firmware disabled it" in shown["0010"]
    assert "IOMMU dmar0 is gone" in shown["0010"] and "Group 2 is gone" in shown["0010"] and "Device 0000:01:00.0 is gone" in shown["0010"]
    assert "kernel: 6.12.95-amd64 before, now 6.13.1<b>x</b>" in shown["0009"] and "1 change since" in shown["0009"]
    assert page.run("return document.querySelectorAll('#history b').length") == 0
    assert "Nothing changed since the boot before." in shown["0008"]
    assert "The oldest profile that is kept." in shown["0007"]
    assert "DMAR table: there before, now none" in shown["0010"] and "{" not in shown["0010"]
    # Widths come first, and what is beyond the first few is there for those who ask.
    paths = page.run("return Array.from(document.querySelectorAll('[data-boot=\"0010\"] li'), node => node.dataset.path)")
    done = subprocess.run([HAWCTL, "diff", *sorted(map(str, station.programs.boots.glob("00*.json")))[-2:], "--json=short"],
                          capture_output=True, check=True, timeout=60)
    assert paths[0].startswith("widths.") and sorted(paths) == sorted(difference["path"] for difference in json.loads(done.stdout))


def test_access(station, page, tmp_path):
    for number, build in ((1, hosts_intel.client_46_39), (2, hosts_intel.no_iommu_vmx_locked)):
        keep(station, tmp_path, number, build)
    boots(page, 2)
    page.run("document.querySelectorAll('#history details').forEach(node => { node.open = true; })")
    page.run(axe_source())
    assert violations(page) == []


def test_one_is_damaged(station, page, tmp_path):
    """The others are shown, and what is wrong with it."""
    for number in (1, 2):
        keep(station, tmp_path, number, hosts_intel.client_46_39)
    (station.programs.boots / "0003-x.json").write_text("{", encoding="ascii")
    page.open()
    assert "0003-x.json" in page.wait_text("#history", "hawctl:")
    assert "Nothing changed since the boot before." in page.wait_text("#history", "oldest profile")


def test_none(station, page):
    page.open()
    page.wait_text("#history", "The service has not stored a profile of a boot yet.")
    shutil.move(station.programs.boots, station.place / "elsewhere")
    try:
        page.open()
        page.wait_text("#history", "the service has not stored profiles there yet")
    finally:
        os.rename(station.place / "elsewhere", station.programs.boots)
