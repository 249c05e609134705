"""Where devices are plugged in: chassis, slots and buses that QEMU refuses, each seen with QEMU 5.2, 7.2, 10.0 and 11.1 but where
said otherwise, and what it starts or what nobody can know from the text: there nothing is refused."""
import json

import pytest

from forms import read
from guests import intel
from place import Place, rules
from test_xml import domain

Q35 = ["-nodefaults", "-M", "q35"]
PC = ["-nodefaults", "-M", "pc"]


def refused(document):
    return [f"{note['what']}: {note['text']}" for note in document.get("refused", [])]


def devices(*texts):
    return [word for text in texts for word in ("-device", text)]


PORT, NIC = "pcie-root-port", "e1000"

REFUSED = [
    # Both default to chassis 0 and slot 0, with hotplug=off as well.
    (Q35, [PORT, PORT], "pcie-root-port: chassis 0 and slot 0 are used by pcie-root-port"),
    (Q35, [PORT + ",id=a,hotplug=off", PORT + ",id=b,hotplug=off"], "pcie-root-port b: chassis 0 and slot 0 are used by a"),
    (Q35, [PORT + ",chassis=1", "ioh3420,chassis=0x1"], "ioh3420: chassis 1 and slot 0"),
    (Q35, [PORT + ",chassis=010", PORT + ",chassis=8"], "chassis 8 and slot 0"),
    (Q35, [PORT + ",id=r", "x3130-upstream,id=u,bus=r", "xio3130-downstream,bus=u"], "xio3130-downstream: chassis 0 and slot 0 are used by r"),
    (PC, [PORT, PORT], "chassis 0 and slot 0"),
    (Q35, [PORT + ",chassis=256"], "chassis is 256; the maximum is 255"),
    (Q35, [PORT + ",slot=65536"], "slot is 65536; the maximum is 65535"),
    (Q35, ["pci-bridge"], "pci-bridge: chassis_nr= is missing or 0: expected 1 to 255"),
    (Q35, ["pci-bridge,shpc=off,chassis_nr=0"], "chassis_nr= is missing or 0"),
    (PC, ["pxb"], "pxb: bus_nr= is missing or 0"),
    (Q35, [NIC + ",addr=5", NIC + ",id=n,addr=0x5"], "e1000 n: slot 0x5, function 0 of pcie.0 is in use by e1000: set a different addr="),
    (Q35, [NIC, NIC + ",addr=1"], "slot 0x1, function 0 of pcie.0 is in use by e1000, which has no addr="),
    (Q35, [NIC + ",addr=5", NIC + ",addr=5.1"], "function 0 of slot 0x5 on pcie.0, e1000, is a single function: add multifunction=on to it"),
    (Q35, [NIC + ",addr=5.1", NIC + ",addr=5"], "function 1 of its slot 0x5 on pcie.0 is e1000: add multifunction=on"),
    (Q35, [NIC + ",addr=1.1", NIC], "QEMU puts it into slot 0x1, whose function 1 is e1000"),
    (Q35, [NIC + ",addr=20"], "the highest slot is 1f, the highest function 7"),
    (Q35, [NIC + ",addr=5.8"], "the highest slot is 1f, the highest function 7"),
    # What each machine has.
    (Q35, [NIC + ",addr=0"], "in use by mch"), (Q35, [NIC + ",addr=0.1"], "mch, is a single function"), (Q35, [NIC + ",addr=1f"], "in use by ICH9-LPC"),
    (Q35, [NIC + ",addr=1f.2"], "in use by ich9-ahci"), (Q35, [NIC + ",addr=1f.3"], "in use by ICH9-SMB"),
    (["-nodefaults", "-M", "q35,usb=on"], [NIC + ",addr=1d"], "in use by ich9-usb-uhci1"),
    (PC, [NIC + ",addr=0"], "in use by i440FX"), (PC, [NIC + ",addr=1"], "in use by PIIX3"), (PC, [NIC + ",addr=1.1"], "in use by piix3-ide"),
    (PC, [NIC + ",addr=1.3"], "in use by PIIX4_PM"), ([*PC, "-usb"], [NIC + ",addr=1.2"], "in use by piix3-usb-uhci"),
    (["-nodefaults", "-M", "microvm,pcie=on"], [NIC + ",addr=0"], "in use by gpex-root"),
    # Without -nodefaults a display and a network card come first (seen: 7.2).
    (["-M", "pc"], [NIC + ",addr=2"], "in use by the default VGA"), (["-M", "q35"], [NIC + ",addr=1"], "in use by the default VGA"),
    (["-M", "q35"], [NIC + ",addr=2"], "in use by the default e1000e"), (["-M", "q35", "-vga", "none"], [NIC + ",addr=1"], "in use by the default e1000e"),
    (["-M", "q35"], [NIC + ",addr=1.1"], "the default VGA, is a single function"),
    (["-M", "pc"], ["virtio-gpu-pci,addr=2"], "in use by the default VGA"),
    # 30 slots are free on q35.
    (Q35, [f"{PORT},chassis={i}" for i in range(1, 32)], "no slot is free on pcie.0"),
    (Q35, [NIC + ",bus=nope"], "bus nope not found; the bus of the machine is pcie.0"),
    (Q35, [NIC + ",bus=pci.0"], "bus pci.0 not found; the bus of the machine is pcie.0"),
    (PC, [NIC + ",bus=pcie.0"], "bus pcie.0 not found; the bus of the machine is pci.0"),
    (Q35, [NIC + ",bus=r", PORT + ",id=r"], "bus=r is defined later: move that -device before it"),
    (Q35, [NIC + ",bus=r", json.dumps({"driver": PORT, "id": "r"})], "bus=r is defined later"),
    (Q35, ["pxb-pcie,id=p,bus_nr=10", NIC], "without bus= it is on p, an expander, which accepts only ports and bridges"),
    (Q35, ["pxb-pcie,id=p,bus_nr=10", NIC + ",bus=p"], "the expander p accepts only ports and bridges"),
    (Q35, ["pxb-pcie,id=p,bus_nr=10,bus=pcie.0", "pxb-pcie,id=q,bus_nr=10,bus=pcie.0"], "bus_nr 10 is used by p"),
    (Q35, [PORT, "pxb-pcie,bus_nr=0,bus=pcie.0"], "bus_nr 0 is used by the machine's own buses"),
    (Q35, [PORT + ",id=r", "pxb-pcie,bus=r,bus_nr=3"], "an expander requires the machine's own bus: bus=pcie.0"),
    (Q35, ["pxb,bus_nr=3"], "the expander for this machine is pxb-pcie"), (PC, ["pxb-pcie,bus_nr=3"], "the expander for this machine is pxb"),
    (Q35, [NIC + ",id=a", NIC + ",id=a"], "e1000 a: two devices have this id"),
    (["-nodefaults", "-M", "microvm"], ["virtio-net-pci"], "virtio-net-pci: a microvm has no PCI bus: add pcie=on to -machine"),
    ([*Q35, "-set", "device.a.chassis=2"], [PORT + ",id=a", PORT + ",chassis=2"], "chassis 2 and slot 0 are used by a"),
]


@pytest.mark.parametrize("machine, texts, words", REFUSED)
def test_refused(machine, texts, words):
    found = refused(read("--", *machine, *devices(*texts)))
    assert len(found) == 1 and words in found[0], found


STARTS = [
    (Q35, [PORT + ",slot=1", PORT + ",slot=2", PORT + ",chassis=1,slot=1"]),
    (Q35, [PORT + ",chassis=010", PORT + ",chassis=10"]),
    # Bridges may have one number twice, and ports have others.
    (Q35, ["pci-bridge,chassis_nr=1", "pci-bridge,chassis_nr=1", PORT + ",chassis=1"]),
    (Q35, [NIC + ",addr=5,multifunction=on", NIC + ",addr=5.1", NIC + ",addr=5.7"]),
    (Q35, [NIC + ",addr=5.1", NIC + ",addr=5,multifunction=on"]),
    (Q35, [NIC + ",addr=1f.1", NIC + ",addr=1d"]), (PC, [NIC + ",addr=1.2", NIC + ",addr=1f"]),
    (["-nodefaults", "-M", "pc,acpi=off"], [NIC + ",addr=1.3"]), (["-nodefaults", "-M", "q35,sata=off,smbus=off"], [NIC + ",addr=1f.2", NIC + ",addr=1f.3"]),
    (["-M", "pc", "-vga", "none"], [NIC + ",addr=3"]), (["-M", "pc", "-nic", "none"], [NIC + ",addr=3"]), (["-M", "pc", "-netdev", "user,id=n"], [NIC + ",addr=3"]),
    (["-M", "pc", "-net", "none"], ["virtio-vga,addr=2"]), (["-M", "pc", "-netdev", "user,id=n", "-global", "VGA.vgamem_mb=32"], [NIC + ",addr=2"]),
    # More than one device on a port: QEMU warns, and the guest does not see the second.
    (Q35, [PORT + ",id=r", NIC + ",bus=r", NIC + ",bus=r"]),
    (Q35, [f"{PORT},chassis={i}" for i in range(1, 31)]),
    (Q35, [json.dumps({"driver": NIC, "bus": "r"}), PORT + ",id=r"]),
    (Q35, [PORT + ",id=r", NIC + ",bus=pcie.0/r"]),
    (Q35, ["pxb-pcie,id=p,bus_nr=10", PORT + ",addr=1f"]), (PC, ["pxb,id=p,bus_nr=10", NIC + ",bus=p,addr=0"]),
    # Bridges without an id have buses that QEMU names, "pci.0" the first of conventional PCI.
    (Q35, ["pci-bridge,chassis_nr=1", NIC + ",bus=pci.0"]),
    (Q35, ["pxb-pcie,bus_nr=5,bus=pcie.0,id=p", PORT + ",bus=p", NIC + ",bus=pcie.0,addr=1f"]),
    (["-nodefaults", "-M", "microvm"], ["virtio-net-device"]),
    # The other half of a pair is made when the guest asks for it.
    (Q35, ["virtio-net-pci,failover=on,id=n,addr=1", NIC + ",failover_pair_id=n,id=e,addr=1"]),
    # What is not known: a driver, a property that -global sets, a number of JSON.
    (Q35, ["own-device,id=x,addr=5", NIC + ",addr=5", NIC + ",bus=x"]),
    ([*Q35, "-global", PORT + ".chassis=3"], [PORT, PORT + ",chassis=3"]),
    (Q35, [json.dumps({"driver": NIC, "addr": 8}), json.dumps({"driver": NIC, "addr": 1})]),
    ([*Q35, "-readconfig", "/nonexistent/ports.cfg"], [NIC + ",bus=r", PORT + ",bus=pcie.0,addr=1e"]),
]


@pytest.mark.parametrize("machine, texts", STARTS)
def test_not_refused(machine, texts):
    assert refused(read("--", *machine, *devices(*texts))) == []


def test_script():
    """A number that the text does not tell is no number twice; a loop's is."""
    unknown = "qemu-system-x86_64 -M q35 -nodefaults -device pcie-root-port,id=a,chassis=$A -device pcie-root-port,id=b,chassis=$A -device e1000,bus=$B,addr=$C"
    assert refused(read("-", text=unknown)) == []
    loop = "for i in 1 2; do A+=\" -device pcie-root-port,id=r$i,chassis={}\"; done\nqemu-system-x86_64 -M q35 -nodefaults $A\n"
    assert refused(read("-", text=loop.format("$i"))) == []
    assert "line 2: chassis 7 and slot 0 are used by r1" in refused(read("-", text=loop.format("7")))[0]


def test_config(tmp_path):
    """-readconfig in the order in which it stands."""
    (tmp_path / "ports.cfg").write_text('[device "p"]\n  driver = "pcie-root-port"\n  addr = "4"\n')
    words = ["-readconfig", str(tmp_path / "ports.cfg")]
    assert refused(read("--", *Q35, *words, *devices(NIC + ",bus=p"))) == []
    assert "slot 0x4" in refused(read("--", *Q35, *words, *devices(NIC + ",addr=4")))[0]
    assert "defined later" in refused(read("--", *Q35, *devices(NIC + ",bus=p"), *words))[0]


def test_domain():
    """libvirt's own devices are not listed: its buses may be any, and places are taken only among what is handed past it."""
    def past(*texts):
        words = "".join(f"<qemu:arg value='-device'/><qemu:arg value='{text}'/>" for text in texts)
        return refused(read("-", text=domain(inside=f"<qemu:commandline>{words}</qemu:commandline>",
                                             top=" xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'")))
    assert past(PORT + ",chassis=40,bus=pci.7,addr=0", NIC + ",bus=pci.9", NIC) == []
    assert "chassis 0 and slot 0" in past(PORT, PORT)[0] and "ICH9-LPC" in past(NIC + ",bus=pcie.0,addr=1f")[0]


def test_many():
    """QEMU names the first; a finding each for up to 16."""
    assert len(refused(read("--", *Q35, *devices(*[PORT] * 200)))) == 1
    assert len(refused(read("--", *Q35, *devices(*(f"{PORT},id=r{i}" for i in range(200)))))) == 16


def test_check(tmp_path):
    answer = Place(tmp_path).check(intel(46, 48), read("--", *Q35, *devices(PORT, PORT)))
    assert rules(answer, "unsafe") == ["R1"]
    found = next(f for f in answer["findings"] if f["rule"] == "R1")
    assert found["summary"] == "the guest does not start: QEMU rejects -device pcie-root-port"
