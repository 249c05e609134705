"""Guests and hosts as people have them and no report in policies names: what must come out was worked out by hand from the rules
of QEMU, OVMF and SeaBIOS; the arithmetic stands beside each."""
import pytest

from field_hosts import card, functions_of, no_remapping, off, units, with_port
from guests import GIB, GPU, amd, bar, device, guest, intel, ovmf, seabios
from test_cases import check, worst
from tree import MEMORY32, MEMORY64, MSI

HOST = "0000:01:00.0"
ASSIGNED = {"address": HOST, "assigned": True}
MIB, TIB = 1 << 20, 1 << 40
CLIENT, SERVER, EPYC = intel(39, 39), intel(46, 48), amd(48)
IGD = ("0000:00:02.0", "vfio-pci", ((0, 0x6000000000, 16 * MIB, MEMORY64),))


def gpus(n, *sizes, **more):
    return [device(*sizes, name=f"gpu{i}", **more) for i in range(n)]


def low(n, size=256 * MIB):
    return [{"name": f"old{i}", "assigned": True, "bars": [bar(size, 0, is64=False, prefetchable=False)]} for i in range(n)]


def cloud(**more):
    return guest(machine="cloud-hypervisor", **more)


def taken(bdf, driver, *bars):
    return (bdf, driver, bars or ((0, 0xC2000000, 16 << 10, MEMORY32),))


# id, host, guest, verdict, the rules behind it, what must be said, settings that must be proposed
CASES = [
    # OVMF's window at 39 bits is 2^39 / 8 = 64 GiB. Behind ports 16 GiB and 32 MiB take 32 GiB each: four are 128. With 128 GiB
    # of window nothing is left to spare, which is a warning still; 256 GiB end at 2^39 exactly.
    ("four-at-39", CLIENT, guest(bits="host", devs=gpus(4, 16 * GIB, 32 * MIB, ownPort=True)), "unsafe", {"R7"},
     ["need 128 GiB", "window has 64 GiB"], ["-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=262144"]),
    # The card of 128 GiB that a 39-bit machine cannot hold beside its window: 256 GiB of address for it and a small BAR.
    ("128-at-39", CLIENT, guest(bits="host", devs=gpus(1, 128 * GIB, 32 * MIB, ownPort=True)), "unsafe", {"R7"},
     ["needs 256 GiB", "window has 64 GiB"], ["-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=262144"]),
    ("42-of-42", intel(42, 42), guest(bits="host", devs=[ASSIGNED]), "safe", set(), [], []),
    # 46 bits: the window is 56..64 TiB. 42 bits end at 4 TiB.
    ("46-over-42", intel(46, 42), guest(bits="host", devs=[ASSIGNED]), "warning", {"R4"}, ["0x3ffffffffff (42 bits)"], ["host-phys-bits-limit=42"]),
    # The graphics card's own unit has 48 bits; that of the integrated one, which nobody assigns, 39.
    ("other-unit-narrow", units(46, (48, card(HOST)), (39, IGD)), guest(bits="host", devs=[ASSIGNED]), "safe", set(), [], []),
    ("any-unit", units(46, (48, card(HOST)), (39, IGD)), guest(bits="host", devs=gpus(1, 16 * GIB)), "warning", {"R4"}, ["(39 bits)"],
     ["host-phys-bits-limit=39"]),
    # Its own unit has 42 bits: limiting to 39, which is the host's narrowest, would take three bits too many.
    ("own-unit-42", units(46, (42, card(HOST)), (39, IGD)), guest(bits="host", devs=[ASSIGNED]), "warning", {"R4"}, ["(42 bits)"],
     ["host-phys-bits-limit=42"]),
    # Both, and each group for itself: the one ends at 2^42, the other at 2^39.
    ("two-narrow-units", units(46, (42, card(HOST)), (39, IGD)), guest(bits="host", devs=[ASSIGNED, {"address": IGD[0], "assigned": True}]), "warning",
     {"R4"}, ["(42 bits)", "(39 bits)"], ["host-phys-bits-limit=39"]),
    # 600 GiB of memory end at 602 GiB: above 2^39, below 2^42. One of two devices cannot reach it.
    ("one-of-two-short", units(46, (42, card(HOST)), (39, IGD)), guest(ram="600GiB", bits=42, devs=[ASSIGNED, {"address": IGD[0], "assigned": True}]),
     "unsafe", {"R3"}, ["(39 bits)"], []),
    # 40 bits of an AMD guest: 1/8 is 128 GiB; [896, 1024) GiB meets the hole at 1012, so [768, 896).
    ("amd-40", EPYC, guest(model="EPYC", bits=40, devs=gpus(1, 16 * GIB, 32 * MIB, ownPort=True)), "safe", set(), [], []),
    # OVMF 202211 does not look: seven BARs of 16 GiB from 896 end at 1008; the eighth, 1008..1024, crosses 1012.
    ("amd-202211-seven", EPYC, guest(model="EPYC", bits=40, firmware=ovmf("202211"), devs=gpus(7, 16 * GIB)), "safe", set(), [], []),
    ("amd-202211-eight", EPYC, guest(model="EPYC", bits=40, firmware=ovmf("202211"), devs=gpus(8, 16 * GIB)), "warning", {"R7", "R9", "R14"},
     ["0xfd00000000-0xffffffffff (reserved)"], []),
    # 1000 GiB: 2 below, 998 above 4 GiB, the hole of 32 ends at 1034 > 1012: all moves to 1 TiB. Machine type 7.0 leaves it: 1002 < 1012.
    ("amd-1000", EPYC, guest(ram="1000GiB", model="EPYC", bits=48, devs=[ASSIGNED], name="win11"), "warning", {"R11"}, ["0xfd00000000"], ["-machine pc-q35-7.0"]),
    # 1020 GiB end at 1022 under 7.0, in the hole: no machine type helps.
    ("amd-1020", EPYC, guest(ram="1020GiB", model="EPYC", bits=48, devs=[ASSIGNED], name="win11"), "warning", {"R11"}, [], []),
    ("amd-1020-old", EPYC, guest(ram="1020GiB", model="EPYC", bits=48, machine="pc-q35-7.0", devs=[ASSIGNED], name="win11"), "unsafe", {"R9"},
     ["0xfd00000000", "R11 will then warn"], ["-machine pc-q35-7.1"]),
    # 980 GiB at 40 bits: 982 + 32 > 1012, so 1024 + 978 + 32 = 2034 GiB: 41 bits.
    ("amd-980-at-40", EPYC, guest(ram="980GiB", model="EPYC", bits=40), "unsafe", {"R1"}, ["0x1fc7fffffff", "0xffffffffff"], ["phys-bits=41"]),
    # The same on Intel ends at 982 + 32 = 1014 GiB.
    ("intel-980-at-40", SERVER, guest(ram="980GiB", bits=40), "safe", set(), [], []),
    # q35: RAM + 2 + 32 GiB against 1024.
    ("q35-990", SERVER, guest(ram="990GiB", bits=40), "safe", set(), [], []),
    ("q35-991", SERVER, guest(ram="991GiB", bits=40), "unsafe", {"R1"}, ["0x1003fffffff"], ["phys-bits=41"]),
    # i440FX: RAM + 1 + 2 GiB. OVMF's classic window after 1022 GiB begins at 1024, which 40 bits do not have; SeaBIOS needs none.
    ("pc-1021", SERVER, guest(ram="1021GiB", bits=40, machine="pc-i440fx-9.0", firmware=seabios("1.16.2")), "safe", set(), [], []),
    ("pc-1021-ovmf", SERVER, guest(ram="1021GiB", bits=40, machine="pc-i440fx-9.0"), "unsafe", {"R7"}, ["0x10000000000-0x107ffffffff"], ["phys-bits=41"]),
    # A hole of 1 TiB, as forums advise for large cards: 18 GiB and 494 are what 39 bits have.
    ("hole-1T", CLIENT, guest(bits="host", pciHole64Size="1TiB"), "unsafe", {"R1"}, ["0x1047fffffff"], ["-global q35-pcihost.pci-hole64-size=505856M"]),
    # 485 GiB end at 487, and 32 more above 512: no smaller hole helps, as the classic window would start at 512. 478 do.
    ("485-at-39", CLIENT, guest(ram="485GiB", bits="host"), "unsafe", {"R1"}, ["0x81bfffffff"], ["-m size=489472M"]),
    # The same with SeaBIOS, which asks for no window: a hole of 25 GiB.
    ("485-at-39-seabios", CLIENT, guest(ram="485GiB", bits="host", firmware=seabios("1.16.2")), "unsafe", {"R1"}, ["0x81bfffffff"],
     ["-global q35-pcihost.pci-hole64-size=25600M"]),
    ("pc-1022", SERVER, guest(ram="1022GiB", bits=40, machine="pc-i440fx-9.0"), "unsafe", {"R1"}, ["0x1003fffffff"], ["phys-bits=41"]),
    # 64 GiB end at 66; (1024 - 64) and 16 of slots: 1042, and 32: 1074 GiB.
    ("maxmem-1T", SERVER, guest(ram="64GiB", bits=40, memory={"max": "1TiB", "slots": 16}), "unsafe", {"R1"}, ["0x10c7fffffff"], ["phys-bits=41"]),
    # 4 PiB of hot-plug are 52 bits by themselves: no width of this host holds them.
    ("maxmem-huge", SERVER, guest(ram="64GiB", bits="host", memory={"max": "4096TiB", "slots": 256}), "unsafe", {"R1"}, [], ["-m size=65536M"]),
    # SeaBIOS 1.16.2 puts the window after RAM: 18 GiB, BAR at 32. 1.17.0: 2^44 less 2 TiB.
    ("seabios-low", intel(46, 39), guest(bits="host", firmware=seabios("1.16.2"), devs=gpus(1, 16 * GIB)), "safe", set(), [], []),
    ("seabios-high", intel(46, 39), guest(bits="host", firmware=seabios("1.17.0"), devs=gpus(1, 16 * GIB)), "warning", {"R4"}, ["0xe0000000000"],
     ["host-phys-bits-limit=39"]),
    # CPU model of 40 bits on a desktop of 39: what is used today ends below, and the firmware keeps to itself.
    ("default-40-on-39", CLIENT, guest(devs=[ASSIGNED]), "warning", {"R2"}, ["40 bits", "39 bits"], ["phys-bits=39"]),
    # The guest's IOMMU: MGAW 46, and 48 wanted; QEMU 9.0 does not look.
    ("viommu-46", intel(46, 46), guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel"}, devs=[ASSIGNED]), "unsafe", {"R5"},
     ["aw-bits 48 > host aw-bits 46"], ["-device intel-iommu,aw-bits=39"]),
    ("viommu-46-old", intel(46, 46), guest(bits="host", viommu={"kind": "intel", "awBits": 48}, devs=[ASSIGNED]) | {"vmmVersion": "9.0.0"}, "warning", {"R5"},
     ["aw-bits 48 > host aw-bits 46"], ["-device intel-iommu,aw-bits=39"]),
    ("viommu-remaps-only", intel(46, 46), guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel", "dmaTranslation": False}, devs=[ASSIGNED]),
     "safe", set(), [], []),
    ("viommu-virtio", intel(46, 39), guest(bits=39, viommu={"kind": "virtio"}, devs=[ASSIGNED]), "safe", set(), [], []),
    # Two things at once, each with its own setting.
    ("viommu-and-bar", intel(46, 39), guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel"}, devs=[ASSIGNED]), "unsafe", {"R5"},
     ["aw-bits 48 > host aw-bits 39", "(39 bits)"], ["-device intel-iommu,aw-bits=39", "host-phys-bits-limit=39"]),
    # 2040 GiB do not start at 40 bits. On this machine 41 bits start it, and 39 bits of IOMMU are then too few for its memory.
    ("start-and-reach", intel(46, 39), guest(ram="1040GiB", bits=40, devs=[ASSIGNED]), "unsafe", {"R1", "R3"}, ["(39 bits)"], ["phys-bits=41"]),
    # 100 GiB end at 102; what is promised at 402, below 512; the room for 256 slots at 658, and the window after it at 672.
    ("spare-and-peers", intel(46, 39), guest(ram="100GiB", bits=40, memory={"max": "400GiB", "slots": 256}, devs=gpus(1, 16 * GIB)), "warning",
     {"R3", "R4"}, ["0x1980000000-0xa47fffffff", "0xa800000000"], []),
    # 64 GiB and 445 in one slot: the hole ends at 66 + 446 + 32 = 544 GiB, and 39 bits at 512. 40 start it, which the CPU has not.
    ("start-with-loss", CLIENT, guest(ram="64GiB", bits="host", memory={"max": "509GiB", "slots": 1}), "unsafe", {"R1"}, ["0x87ffffffff"],
     ["maxmem="]),
    # Groups.
    ("group-of-three", intel(46, 48, functions=(GPU, taken("0000:01:00.1", "snd_hda_intel"), taken("0000:01:00.2", "xhci_hcd"))), guest(devs=[ASSIGNED]),
     "unsafe", {"R12"}, ["0000:01:00.1 (snd_hda_intel), 0000:01:00.2 (xhci_hcd)"], []),
    ("region-and-group", intel(46, 48, functions=(GPU, taken("0000:01:00.1", "snd_hda_intel")), regions=(MSI, (0x7B800000, 0x7BFFFFFF, "direct"))),
     guest(devs=[ASSIGNED]), "unsafe", {"R6", "R12"}, ["0x7b800000-0x7bffffff (direct)", "snd_hda_intel"], []),
    ("twice", SERVER, guest(bits=46, devs=[ASSIGNED, ASSIGNED | {"name": "again"}]), "unsafe", {"R12"}, ["twice"], []),
    ("absent", SERVER, guest(devs=[{"address": "0000:41:00.0", "assigned": True}]), "unsafe", {"R12"}, ["not found on this host"], []),
    ("its-own-driver", intel(46, 48, functions=((HOST, "nvidia", GPU[2]),)), guest(devs=[ASSIGNED]), "safe", set(), ["nvidia"], []),
    ("the-port", with_port, guest(devs=[{"address": "0000:00:01.0", "assigned": True}]), "unsafe", {"R12"}, ["bridge"], []),
    ("below-the-port", with_port, guest(devs=[ASSIGNED]), "safe", set(), [], []),
    ("physical-function", functions_of, guest(devs=[ASSIGNED]), "warning", {"R12"}, ["2 of 8 virtual functions"], []),
    ("virtual-functions", functions_of, guest(devs=[{"address": f"0000:01:10.{i}", "assigned": True} for i in (0, 2)]), "safe", set(), [], []),
    ("function-and-its-parent", functions_of, guest(devs=[ASSIGNED, {"address": "0000:01:10.0", "assigned": True}]), "warning", {"R12"},
     ["virtual functions"], []),
    # No IOMMU in use.
    ("off-by-address", off, guest(devs=[ASSIGNED]), "unsafe", {"R12"}, ["behind an IOMMU", "intel_iommu=off"], []),
    ("off-any", off, guest(devs=gpus(2, 16 * GIB)), "unsafe", {"R12"}, ["behind an IOMMU"], []),
    ("off-unneeded", off, guest(), "safe", set(), [], []),
    ("no-remapping", no_remapping, guest(devs=[ASSIGNED]), "unsafe", {"R12"}, ["interrupt remapping is disabled"], []),
    ("no-remapping-any", no_remapping, guest(devs=gpus(1, 16 * GIB)), "unsafe", {"R12"}, ["interrupt remapping is disabled"], []),
    # 32-bit BARs: OVMF 202305 and later have 2 .. 3.5 GiB, six of 256 MiB; earlier 3 .. 3.9375 GiB, three.
    ("low-bars-seven", SERVER, guest(devs=low(7)), "unsafe", {"R7"}, ["below 4 GiB"], []),
    ("low-bars-five", SERVER, guest(devs=low(5)), "safe", set(), [], []),
    ("low-bars-old-four", SERVER, guest(firmware=ovmf("202211"), devs=low(4)), "unsafe", {"R7"}, ["below 4 GiB"], []),
    ("low-bars-old-three", SERVER, guest(firmware=ovmf("202211"), devs=low(3)), "safe", set(), [], []),
    # Cloud Hypervisor: 640 MiB from 3 GiB on.
    ("low-bars-ch-three", SERVER, cloud(firmware={"kind": "none"}, devs=low(3)), "unsafe", {"R7"}, ["below 4 GiB"], []),
    ("low-bars-ch-two", SERVER, cloud(firmware={"kind": "none"}, devs=low(2)), "safe", set(), [], []),
    # microvm: 512 MiB from 3 GiB on.
    ("low-bars-microvm", SERVER, guest(machine="microvm", firmware={"kind": "none"}, devs=low(3)), "unsafe", {"R7"}, ["below 4 GiB"], []),
    # An integrated card: what firmware gave it, and a window out of reach.
    ("igd-both", intel(46, 39, functions=(IGD,), regions=(MSI, (0x7B800000, 0x7FFFFFFF, "direct-relaxable"))),
     guest(bits="host", devs=[{"address": IGD[0], "assigned": True}]), "warning", {"R4", "R6"}, ["direct-relaxable", "(39 bits)"], ["host-phys-bits-limit=39"]),
    # Confidential guests.
    ("tdx-on-amd", EPYC, guest(bits="host", vmmVersion="10.1.0", confidential="tdx", firmware=ovmf("202505")), "unsafe", {"R10"}, ["does not support TDX"], []),
    ("tdx-limited", intel(52, 52, mappable=52, tdx=True), guest(bits="host", limit=48, vmmVersion="10.1.0", confidential="tdx", firmware=ovmf("202505")), "unsafe", {"R10"}, ["48", "52"],
     ["host-phys-bits=on"]),
    ("sev-on-intel", SERVER, guest(bits=40, confidential="sev", reducedPhysBits=1), "unsafe", {"R10"}, ["does not support SEV"], []),
    ("sev-without", EPYC, guest(model="EPYC", bits=40, confidential="sev", reducedPhysBits=1), "unsafe", {"R10"}, ["SEV"], []),
    ("snp", amd(48, sme=True, sev=True, snp=True, c_bit=51, reduction=1, cpuinfo=47), guest(model="EPYC", bits=48, confidential="sev-snp", reducedPhysBits=1,
     firmware=ovmf("202402")), "safe", set(), [], []),
    # Five levels: 1100 GiB need them in OVMF from 202411 on; 48 bits end at 256 TiB, 1/8 is 32: the window begins at 224 TiB.
    ("la57-46", intel(52, 46, la57=True), guest(ram="1100GiB", bits="host", firmware=ovmf("202411", fiveLevelPaging=True), devs=[ASSIGNED]), "warning", {"R4", "R11"},
     ["0xe00000000000", "(46 bits)"], ["host-phys-bits-limit=46"]),
    ("la57-small", intel(52, 48, la57=True), guest(bits="host", firmware=ovmf("202411"), devs=[ASSIGNED]), "safe", set(), [], []),
    # 600 GiB in a microvm of 39 bits: QEMU starts it. 1000 in one of 40: the window of 768..1024 GiB, if it has one, lies over RAM.
    ("microvm-600", CLIENT, guest(ram="600GiB", machine="microvm", bits="host", firmware={"kind": "none"}), "unsafe", {"R1"}, ["0x963fffffff", "0x7fffffffff"], []),
    ("microvm-1000", SERVER, guest(ram="1000GiB", machine="microvm", bits=40, firmware={"kind": "none"}), "warning", {"R1"}, ["0xc000000000"], []),
    ("microvm-700", SERVER, guest(ram="700GiB", machine="microvm", bits=40, firmware={"kind": "none"}), "safe", set(), [], []),
    # microvm: the topmost quarter of 46 bits, 48..64 TiB.
    ("microvm-high", intel(46, 39), guest(machine="microvm", bits="host", firmware={"kind": "none"}, devs=gpus(1, 16 * GIB)), "warning", {"R4"}, ["(39 bits)"],
     ["host-phys-bits-limit=39"]),
]


def told(answer):
    return [" ".join((f["subject"], f["summary"], f["numbers"], f["remedy"])) for f in answer["findings"]]


@pytest.mark.parametrize("host,document,verdict,rules,words,settings", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_field(tmp_path, host, document, verdict, rules, words, settings):
    answer = check(tmp_path, host, document)
    assert answer["missing"] == []
    assert answer["verdict"] == verdict, answer["findings"]
    if verdict != "safe":
        assert worst(answer) == rules, answer["findings"]
    for word in words:
        assert any(word in text for text in told(answer)), (word, told(answer))
    for setting in settings:
        assert any(setting in f["option"] for f in answer["findings"]), (setting, [f["option"] for f in answer["findings"]])
