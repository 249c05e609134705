"""What a guest's description says of its system decides whether what breaks some systems is likely, and then a warning."""
import pytest

from forms import read
from guests import GIB, amd, device, guest, intel, ovmf, seabios

OSINFO = "<metadata><libosinfo:libosinfo xmlns:libosinfo='http://libosinfo.org/xmlns/libvirt/domain/1.0'><libosinfo:os id='{}'/></libosinfo:libosinfo></metadata>"
DOMAIN = "<domain type='kvm'><name>{name}</name>{more}<memory unit='GiB'>8</memory><os><type arch='{arch}' machine='q35'>hvm</type></os></domain>"


def domain(name="vm", more="", arch="x86_64"):
    return read("--defaults=7.2,202211,1.16.2", "-", text=DOMAIN.format(name=name, more=more, arch=arch)).get("system", {})


@pytest.mark.parametrize("given,family,is64", [
    ({}, None, None),  # x86_64 is the machine's, not the system's
    ({"arch": "i686"}, None, False),
    ({"more": OSINFO.format("http://microsoft.com/win/11")}, "windows", True),
    ({"more": OSINFO.format("http://ubuntu.com/ubuntu/22.04"), "name": "win11"}, "linux", True),
    ({"name": "win11"}, "windows", True),
    ({"more": "<features><acpi/><hyperv><relaxed state='on'/></hyperv></features>"}, "windows", None),
    ({"more": "<title>win11</title>"}, None, None),
    ({"more": "<metadata><os id='http://microsoft.com/win/11'/></metadata>"}, None, None),
])
def test_domain(given, family, is64):
    system = domain(**given)
    assert (system.get("family"), system.get("is64bit")) == (family, is64)


@pytest.mark.parametrize("words,family,is64", [
    ("-name guest=debian-12-amd64,debug-threads=on", "linux", True),
    ("-cpu host,hv_relaxed,hv_vapic", "windows", None),
    ("-cpu host,hv-relaxed=off", None, None),
    ("-device isa-applesmc,osk=x", "macos", True),
    ("-drive if=none,id=mac,file=./OpenCore/OpenCore.qcow2", "macos", True),
    ("-drive file=/vm/win11.qcow2,if=virtio", "windows", True),
    ("-drive file=/win11/disk.qcow2", None, None),
    ("-cpu qemu32", None, False),
])
def test_command_line(words, family, is64):
    system = read("--defaults=7.2,202211,1.16.2", "--", "qemu-system-x86_64", "-accel", "kvm", *words.split()).get("system", {})
    assert (system.get("family"), system.get("is64bit")) == (family, is64)


def r11(answer):
    return [f["verdict"] for f in answer["findings"] if f["rule"] == "R11"]


@pytest.mark.parametrize("system,name,found", [
    ({}, "vm", ["info"]), ({"is64bit": False}, "vm", ["warning"]), ({"is64bit": True}, "vm", []), ({}, "ubuntu2204", []), ({}, "winxp", ["warning"]),
    ({"family": "windows"}, "vm", ["info"]),
])
def test_seabios_above_16_tib(place, system, name, found):
    """1.16.3 with 46 bits: the window ends at 64 TiB, and 32-bit kernels map 16."""
    answer = place.check(intel(46, 48), guest(ram="8GiB", bits="host", firmware=seabios("1.16.3"), system=system, name=name))
    assert r11(answer) == found and answer["verdict"] == ("warning" if "warning" in found else "safe")


@pytest.mark.parametrize("name,found", [("vm", ["info"]), ("ubuntu2204", ["info"]), ("centos7", ["warning"]), ("win11", ["info"])])
def test_above_64_tib(place, name, found):
    """OVMF 202302 with 48 bits takes the last eighth of 47: from 112 TiB on."""
    answer = place.check(amd(48), guest(bits="host", firmware=ovmf("202302"), cpu={"vendor": "amd"}, name=name))
    assert r11(answer) == found


@pytest.mark.parametrize("name,devs,found", [
    ("vm", [device(16 * GIB)], ["info"]), ("win11", [device(16 * GIB)], ["warning"]), ("ubuntu2204", [device(16 * GIB)], []),
    ("win11", [], []), ("win11", [{"address": "0000:01:00.0", "assigned": True}], ["warning"]),
])
def test_moved_to_1_tib(place, name, devs, found):
    """1000 GiB and the hole of 32 GiB pass 1012 GiB: memory moves. The host's 01:00.0 is a display controller."""
    answer = place.check(amd(48), guest(ram="1000GiB", bits="host", firmware=ovmf("202411"), cpu={"vendor": "amd"}, devs=devs, name=name))
    assert answer["layout"]["relocated"] and r11(answer) == found


def test_not_moved_for_a_network_card(place):
    """Code 43 is of graphics drivers."""
    def host(t):
        amd(48)(t)
        uevent = t.root / "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/uevent"
        uevent.write_text(uevent.read_text().replace("PCI_CLASS=30000", "PCI_CLASS=20000"))
    assert r11(place.check(host, guest(ram="1000GiB", bits="host", firmware=ovmf("202411"), cpu={"vendor": "amd"}, name="win11",
                                       devs=[{"address": "0000:01:00.0", "assigned": True}]))) == []
