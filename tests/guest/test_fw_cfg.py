"""fw_cfg items that no firmware reads, and a 64-bit hole of no size. The names are those that edk2 (OvmfPkg/Library/PlatformInitLib)
and SeaBIOS (src/fw/pciinit.c) ask for, which QEMU and both compare letter by letter; the lines are used by public launchers of TDX
guests, reduced."""
import shutil
import subprocess

import pytest

from forms import at, ignored, read
from guests import device, guest, intel, ovmf, seabios
from place import Place, rules

GIB = 1 << 30
WRONG = ["opt/ovmf/X-PciMmio64", "opt/ovmf/X-PciMmio64MB", "opt/ovmf/X-PciMmio64Mb1", "opt/ovmf/X-PciMmio64Mb5", "opt/ovmf/PciMmio64Mb",
         "opt/ovmf/x-pcimmio64mb", "opt/org.tianocore/X-PciMmio64Mb"]


@pytest.mark.parametrize("name", WRONG)
def test_read_as_what_it_is(name):
    document = read("--", "qemu-system-x86_64", "-m", "8G", "-fw_cfg", f"name={name},string=262144")
    assert ignored(document) == [] and at(document, "firmware.pciMmio64Mb") is None
    assert document["firmware"] == {"unreadOption": name, "unreadValue": 262144}


def test_first_of_several():
    """Launchers number them, a GPU each, because QEMU takes no name twice."""
    document = read("--", "kvm", "-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb1,string=262144", "-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb2,string=1")
    assert document["firmware"] == {"unreadOption": "opt/ovmf/X-PciMmio64Mb1", "unreadValue": 262144}


@pytest.mark.parametrize("text", ["name=opt/ovmf/X-PciMmio64,file=/x", "name=opt/ovmf/X-PciMmio64,string=lots"])
def test_without_a_number(text):
    assert read("--", "kvm", "-fw_cfg", text)["firmware"] == {"unreadOption": "opt/ovmf/X-PciMmio64"}


@pytest.mark.parametrize("name", WRONG)
def test_warned(place, name):
    """The window is what it is without it: 1/8 of 46 bits, from 0x380000000000 on."""
    answer = place.check(intel(46, 48), guest(bits="host", firmware=ovmf("202505", unreadOption=name, unreadValue=262144), devs=[device(16 * GIB)]))
    assert answer["verdict"] == "warning" and rules(answer, "unsafe") == []
    found, = (f for f in answer["findings"] if f["verdict"] == "warning")
    assert found["rule"] == "R7" and name in found["summary"] and found["numbers"] == "it reads fw_cfg opt/ovmf/X-PciMmio64Mb"
    assert found["option"] == "-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=262144"
    window, = (r for r in answer["layout"]["ranges"] if r["kind"] == "window64")
    assert int(window["start"], 16) == 0x380000000000


def test_its_absence_is_what_hurts(place, tmp_path):
    """40 bits of an Intel model: 32 GiB after memory, and the GPU takes 128."""
    (tmp_path / "right").mkdir()
    document = guest(bits=40, firmware=ovmf("202505", unreadOption="opt/ovmf/X-PciMmio64", unreadValue=262144), devs=[device(128 * GIB)])
    answer = place.check(intel(46, 48), document)
    assert rules(answer, "unsafe") == ["R7"]
    del document["firmware"]["unreadOption"], document["firmware"]["unreadValue"]
    document["firmware"]["pciMmio64Mb"] = 262144
    assert rules(Place(tmp_path / "right").check(intel(46, 48), document), "unsafe") == []


@pytest.mark.parametrize("firmware", [seabios("1.17.0"), {"kind": "none"}, ovmf("202505", pciMmio64Mb=65536)])
def test_not_where_it_says_nothing(place, firmware):
    """Another firmware, or the right name beside it."""
    answer = place.check(intel(46, 48), guest(bits="host", firmware=firmware | {"unreadOption": "opt/ovmf/X-PciMmio64", "unreadValue": 65536}))
    assert not any("does not read" in f["summary"] for f in answer["findings"])


@pytest.mark.parametrize("name,kind,right", [("opt/ovmf/PagingLevel", ovmf("202505"), "opt/org.tianocore/PagingLevel"),
                                             ("opt/seabios/pci64", seabios("1.17.0"), "opt/org.seabios/pci64")])
def test_others(place, name, kind, right):
    assert read("--", "kvm", "-fw_cfg", f"name={name},string=1")["firmware"]["unreadOption"] == name
    answer = place.check(intel(46, 48), guest(bits="host", firmware=kind | {"unreadOption": name}))
    found, = (f for f in answer["findings"] if "does not read" in f["summary"])
    assert right in found["numbers"]


# ── pci-hole64-size=0 ─────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("text", ["-M q35 -global q35-pcihost.pci-hole64-size=0", "-M pc -global i440FX-pcihost.pci-hole64-size=0",
                                  "-M q35 -global driver=q35-pcihost,property=pci-hole64-size,value=0"])
def test_no_hole(text):
    document = read("--", "qemu-system-x86_64", *text.split())
    assert document["pciHole64Size"] == 0 and ignored(document) == []


def test_no_hole_of_libvirt():
    controller = "<controller type='pci' index='0' model='pcie-root'><pcihole64>0</pcihole64></controller>"
    document = read("-", text=f"<domain type='kvm'><name>x</name><memory>1048576</memory><os><type machine='q35'>hvm</type></os>"
                    f"<devices>{controller}</devices></domain>")
    assert document["pciHole64Size"] == 0 and ignored(document) == []


# q35 has 2 GiB of RAM below 4 GiB when there is more than 2.75 GiB, and the rest from 4 GiB on: 126 GiB end at 128 GiB, all that 37 bits have.
HOLES = [("126GiB", 0, True), ("127GiB", 0, False), ("126GiB", GIB, False), ("94GiB", 32 * GIB, True), ("95GiB", 32 * GIB, False), ("126GiB", None, False)]


@pytest.mark.parametrize("ram,hole,starts", HOLES)
def test_hole_counts(place, ram, hole, starts):
    more = {} if hole is None else {"pciHole64Size": hole}
    answer = place.check(intel(46, 48), guest(ram=ram, bits=37, firmware=seabios("1.16.2"), **more))
    assert ("R1" not in rules(answer, "unsafe")) is starts


@pytest.mark.parametrize("ram,hole,starts", HOLES)
def test_qemu_counts_the_same(ram, hole, starts):
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64 here")
    memory = ram.removesuffix("iB")
    done = subprocess.run(["qemu-system-x86_64", "-accel", "tcg", "-M", "q35,memory-backend=m", "-cpu", "Skylake-Server,phys-bits=37", "-m", memory,
                           "-object", f"memory-backend-ram,id=m,size={memory},reserve=off", "-S", "-display", "none", "-nodefaults", "-qmp", "stdio",
                           *([] if hole is None else ["-global", f"q35-pcihost.pci-hole64-size={hole}"])],
                          input='{"execute":"qmp_capabilities"} {"execute":"quit"}', text=True, capture_output=True, timeout=60, check=False)
    if done.returncode and "phys-bits too low" not in done.stderr:
        pytest.skip(f"this QEMU does not answer: {done.stderr.splitlines()[-1]}")
    assert (done.returncode == 0) is starts, done.stderr
