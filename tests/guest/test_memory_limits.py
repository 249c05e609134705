"""Guests with devices behind a root complex that passes on fewer address bits than VFIO maps: they start, and the devices do not
reach all of their memory. Never safe."""
import subprocess
import os

import hosts_iort
from guests import guest
from iort import iort, its, mapping, root_complex, smmuv3
from tree import Tree

ASSIGNED = {"address": hosts_iort.NIC, "assigned": True}
ANY = {"assigned": True, "name": "any"}
LIMITED = "their accesses do not arrive"


def limit_of_32(t):
    hosts_iort.acpi_host(t, hosts_iort.table(limit=32))


def limit_of_64(t):
    hosts_iort.acpi_host(t, hosts_iort.table(limit=64))


def two_segments(t):
    """The devices are of segment 0, whose root complex is not the narrow one."""
    hosts_iort.acpi_host(t, iort(its(0), smmuv3(0x9050000, mapping("its"), name="one"), root_complex(1, mapping("one"), limit=32),
                                 root_complex(0, mapping("one"), limit=64)))


def tcg(ram="8GiB", devs=(ASSIGNED,)):
    """RAM of an emulated x86 guest from 0 to 2 GiB, less what the window at 0x8000000 keeps, and from 4 GiB on."""
    return guest(bits=40, model="qemu64", accelerator="tcg", cpu={"vendor": "amd"}, ram=ram, devs=list(devs))


def limited(answer):
    return [f for f in answer["findings"] if LIMITED in f["summary"]]


def test_memory_above_the_limit(place):
    """RAM from 4 GiB on, and a device that reaches 4 GiB."""
    answer = place.check(limit_of_32, tcg())
    found, = limited(answer)
    assert answer["verdict"] == "unsafe" and (found["rule"], found["verdict"]) == ("R3", "unsafe")
    assert "(32 bits" in found["numbers"] and "memory address limit" in found["numbers"] and found["range"]["start"] == "0x100000000"


def test_any_device(place):
    """All devices of the host have the limit."""
    found, = limited(place.check(limit_of_32, tcg(devs=[ANY])))
    assert found["verdict"] == "unsafe"


def test_below_the_limit(place):
    assert limited(place.check(hosts_iort.limit_of_40, tcg())) == []


def test_without_a_limit(place):
    assert limited(place.check(limit_of_64, tcg())) == []


def test_of_another_segment(place):
    assert limited(place.check(two_segments, tcg())) == []


def test_unreadable(place):
    """There may be a limit: what VFIO offers is not a width that the device has."""
    answer = place.check(hosts_iort.iort_unreadable, tcg())
    assert answer["verdict"] in ("unknown", "unsafe") and any("IOVA width" in missing for missing in answer["missing"])


def test_words(tmp_path):
    limit_of_32(Tree(tmp_path / "host"))
    done = subprocess.run([os.environ["HAWCTL"], "status", f"--root={tmp_path / 'host'}"], capture_output=True, text=True, check=True,
                          env=os.environ | {"COLUMNS": "80"})
    assert "Devices of PCI segment 0000 can address 32 bits; VFIO maps up to 48" in " ".join(done.stdout.split())
