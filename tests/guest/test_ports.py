"""Ports and bridges of a guest's description: those with none of its devices behind them, by what firmware sees of them. What
firmware sees was found with QEMU 7.2 (query-pci after SeaBIOS 1.16.3 and OVMF 2022.11 have run)."""
import pytest

from forms import at, ignored, read
from guests import GIB, device, guest, intel, ovmf, seabios
from place import Place, rules
from test_fit import fit

PORT = "-device pcie-root-port,id=p{0},chassis={0},slot={0}"
GROUPS = [
    ("", None),
    (" ".join(PORT.format(i) for i in range(1, 15)), [{"count": 14}]),
    ("-device ioh3420,id=a,chassis=1 -device pcie-root-port,chassis=2", [{"count": 2}]),
    # Neither is seen by OVMF; SeaBIOS goes by the slot.
    ("-device pcie-root-port,id=a,hotplug=off -device pcie-root-port,id=b,x-native-hotplug=off -device pcie-root-port,id=c,hotplug=on",
     [{"count": 1}, {"count": 2, "hotplug": False}]),
    ("-device pci-bridge,id=a,chassis_nr=1 -device pci-bridge,id=b,chassis_nr=2,shpc=off -device i82801b11-bridge,id=c", [{"count": 1, "conventional": True}]),
    # A switch: its downstream ports, and not what is above them.
    ("-device pcie-root-port,id=r -device x3130-upstream,id=u,bus=r -device xio3130-downstream,id=d1,bus=u,chassis=1 "
     "-device xio3130-downstream,id=d2,bus=u,chassis=2", [{"count": 2}]),
    ("-device pcie-root-port,id=r -device x3130-upstream,id=u,bus=r", [{"count": 1}]),
    ("-device pcie-root-port,id=r -device pcie-pci-bridge,id=b,bus=r", [{"count": 1, "conventional": True}]),
    # Small devices leave a port as it is; those that are placed take it.
    ("-device pcie-root-port,id=r -device virtio-net-pci,bus=r", [{"count": 1}]),
    ("-device pcie-root-port,id=r -device vfio-pci,host=01:00.0,bus=r", None),
    ("-device pcie-root-port,id=r,pref64-reserve=32G -device pcie-root-port,id=s,pref64-reserve=-1", [{"count": 1}, {"count": 1, "pref64Reserve": 32 * GIB}]),
    # Buses that go round in a circle are no buses, and end.
    ("-device pcie-root-port,id=a,bus=b -device pcie-root-port,id=b,bus=a", None),
    ("-device pcie-root-port,id=a,bus=a", None),
]


@pytest.mark.parametrize("words, groups", GROUPS)
def test_command_line(words, groups):
    document = read("--", "-M", "q35", *words.split())
    assert document.get("ports") == groups and ignored(document) == []


def test_behind():
    """A device takes its port's properties; the second function of a card shares the window of the first."""
    document = read("--", "-M", "q35", *"-device pcie-root-port,id=r,hotplug=off,pref64-reserve=64G -device vfio-pci,host=01:00.0,bus=r,multifunction=on "
                    "-device vfio-pci,host=01:00.1,bus=r,addr=0.1".split())
    assert at(document, "devices.0.port") == {"hotplug": False, "pref64Reserve": 64 * GIB}
    assert at(document, "devices.1.port") == {"hotplug": False, "shared": True, "pref64Reserve": 64 * GIB}
    assert "ports" not in document


def test_config(tmp_path):
    """-readconfig is the same as options."""
    (tmp_path / "ports.cfg").write_text("".join(f'[device "p{i}"]\n  driver = "pcie-root-port"\n  chassis = "{i}"\n' for i in range(1, 5)))
    assert read("--", "-M", "q35", "-readconfig", str(tmp_path / "ports.cfg"))["ports"] == [{"count": 4}]


CONTROLLER = "<controller type='pci' index='{}' model='{}'>{}</controller>"
PLAIN = "<controller type='usb' model='none'/><memballoon model='none'/>"
HOSTDEV = ("<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='{}' slot='0' function='0'/></source>{}</hostdev>")
NIC = "<interface type='user'><model type='virtio'/></interface>"


def rooted(n, hotplug=""):
    return CONTROLLER.format(0, "pcie-root", "") + "".join(CONTROLLER.format(i, "pcie-root-port", hotplug) for i in range(1, n + 1))


# As libvirt 9.0 writes the command line of each (virsh domxml-to-native).
DOMAINS = [
    (PLAIN, None),
    (PLAIN + rooted(18), [{"count": 18}]),
    (PLAIN + rooted(2, "<target hotplug='off'/>"), [{"count": 2, "hotplug": False}]),
    # A port each for USB and the balloon, which libvirt adds too, and one to spare.
    ("", [{"count": 3}]),
    (NIC * 3, [{"count": 6}]),
    (rooted(2) + NIC * 3, [{"count": 5}]),
    (rooted(8) + NIC * 3, [{"count": 8}]),
    (PLAIN + HOSTDEV.format(1, ""), [{"count": 1}]),
    (PLAIN + rooted(4) + HOSTDEV.format(1, ""), [{"count": 3}]),
    (PLAIN + rooted(4) + HOSTDEV.format(1, "<address type='pci' domain='0' bus='3' slot='0' function='0'/>"), [{"count": 3}]),
    (PLAIN + NIC.replace("/></", "/><address type='pci' domain='0' bus='5' slot='0' function='0'/></"), [{"count": 5}]),
    (PLAIN + "<interface type='user'><model type='e1000'/></interface>", [{"count": 1}, {"count": 1, "conventional": True}]),
    # Without indices: a port each, the first with a switch behind it.
    (PLAIN + "".join(f"<controller type='pci' model='{model}'/>" for model in (
        "pcie-root", "pcie-root-port", "pcie-switch-upstream-port", *["pcie-switch-downstream-port"] * 3)), [{"count": 3}]),
    # virtio by its model: PCI Express, or conventional and so behind a bridge.
    (PLAIN + "<vsock model='virtio-non-transitional'/><controller type='virtio-serial' model='virtio-non-transitional'/>", [{"count": 3}]),
    (PLAIN + "<vsock model='virtio-transitional'/>", [{"count": 1}, {"count": 1, "conventional": True}]),
    (PLAIN + "<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>", [{"count": 2}]),
]


@pytest.mark.parametrize("devices, groups", DOMAINS)
def test_domain(devices, groups, tmp_path):
    path = tmp_path / "domain.xml"
    path.write_text("<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>"
                    f"<devices>{devices}</devices></domain>")
    assert read(str(path)).get("ports") == groups


# ── the window ────────────────────────────────────────────────────────────────────────────────────────────


def cards(n, size):
    return [device(size, name=f"card{i}", ownPort=True) for i in range(n)]


CASES = [
    # 39 bits: 64 GiB from 448 GiB on, of which a port has 256 MiB. Eight cards of 8 GiB fill it; with 18 ports beside them the
    # eighth had no place when this was booted (OVMF 2022.11, QEMU 7.2).
    (39, ovmf("202211"), cards(7, 8 * GIB), 18, []), (39, ovmf("202211"), cards(8, 8 * GIB), 18, ["R7"]), (39, ovmf("202211"), cards(7, 8 * GIB), 32, []),
    (39, ovmf("202211"), cards(7, 8 * GIB), 33, ["R7"]),
    # The classic window of 32 GiB has no shares.
    (39, ovmf("202208"), cards(3, 8 * GIB), 100, []),
    # SeaBIOS 1.17 with RAM above 4 GiB, up to 18 GiB here, 39 bits: 256 MiB each, right after RAM as an eighth of the addresses does
    # not hold them. 30 BARs from 32 GiB on end at 512.
    (39, seabios("1.17.0"), cards(29, 16 * GIB), 64, []), (39, seabios("1.17.0"), cards(29, 16 * GIB), 65, ["R7"]),
]


@pytest.mark.parametrize("bits, firmware, devs, ports, unsafe", CASES)
def test_window(place, bits, firmware, devs, ports, unsafe):
    answer = place.check(intel(46, 48), guest(bits=bits, firmware=firmware, devs=devs, ports=[{"count": ports}]))
    assert sorted(set(rules(answer, "unsafe"))) == unsafe, answer["findings"]
    if unsafe:
        words = [f["numbers"] for f in answer["findings"] if f["rule"] == "R7" and f["verdict"] == "unsafe"]
        assert firmware["kind"] == "seabios" or f"{len(devs)} devices and {ports} hot-plug ports need" in words[0]


def test_hotplug_off(tmp_path):
    """A port that does not show hot-plug takes nothing of OVMF's window; machine type 6.1 hides it of all ports."""
    eight = cards(8, 8 * GIB)
    cases = [({"ports": [{"count": 18, "hotplug": False}]}, []), ({"ports": [{"count": 18}], "machine": "pc-q35-6.1"}, []),
             ({"ports": [{"count": 18}], "machine": "pc-q35-6.2"}, ["R7"]), ({"ports": [{"count": 18, "conventional": True}], "machine": "pc-q35-6.1"}, ["R7"])]
    for i, (more, unsafe) in enumerate(cases):
        answer = Place(tmp_path / str(i)).check(intel(46, 48), guest(bits=39, firmware=ovmf("202211"), devs=eight, **more))
        assert rules(answer, "unsafe") == unsafe


def test_reserve(tmp_path):
    """What a port asks for is given in place of the share, as a power of two: 30 GiB become 32 of the 64."""
    for reserve, cards_that_fit in ((1 << 20, 7), (30 * GIB, 4)):
        document = guest(bits=39, firmware=ovmf("202211"), ports=[{"count": 1, "pref64Reserve": reserve}])
        answer = fit(Place(tmp_path / str(reserve)), intel(46, 48), document, "--bar=8GiB", "--count=9")
        assert answer["now"]["fit"] == cards_that_fit


def test_fit(tmp_path):
    """64 GiB less 18 times 256 MiB: seven of 8 GiB."""
    document = guest(bits=39, firmware=ovmf("202211"))
    assert fit(Place(tmp_path / "without"), intel(46, 48), document, "--bar=8GiB", "--count=8")["now"]["fit"] == 8
    answer = fit(Place(tmp_path / "with"), intel(46, 48), document | {"ports": [{"count": 18}]}, "--bar=8GiB", "--count=8")
    assert answer["now"]["fit"] == 7 and "8 devices and 18 hot-plug ports need 68.5 GiB with alignment, the window has 64 GiB" in answer["why"]
