"""How a check answers: a guest's width, what is missing, devices, holes."""
import pytest

import hosts_arm
import hosts_other
from guests import GIB, INTEL, amd, bar, base, device, guest, intel, ovmf, seabios
from place import Place, no_kvm, rules, run
from tree import HT, MEMORY32, MEMORY64, MSI, endpoint

ASSIGNED = {"address": "0000:01:00.0", "assigned": True}


# ── the three cases of a guest's width ────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("bits,verdict,words", [(45, "safe", "below"), (46, "safe", "equal to"), (47, "warning", "more address bits")])
def test_equal_below_above(place, bits, verdict, words):
    """OVMF caps itself at 46 bits: with 47 nothing lies above what the host has, and the guest may still put it there."""
    answer = place.check(intel(46, 48), guest(bits=bits))
    told, = (f for f in answer["findings"] if f["rule"] == "R2")
    assert answer["verdict"] == verdict and words in told["summary"]
    assert str(bits) in told["numbers"] and "46" in told["numbers"]


def test_above_and_used(place):
    """A 40-bit guest on a CPU of 39: 600 GiB of memory end above 512 GiB."""
    answer = place.check(intel(39, 39), guest(ram="600GiB", bits=40))
    assert rules(answer, "unsafe") == ["R2"]


@pytest.mark.parametrize("host,cpu", [(False, {"model": "SapphireRapids"}), (False, {"model": "Skylake-Server", "la57": True}),
                                      (True, {"model": "SapphireRapids"})])
def test_five_levels_need_the_host(place, host, cpu):
    """KVM takes LA57 away where the host lacks it: OVMF then caps itself at 46 bits, instead of going up to 48."""
    answer = place.check(intel(52, 52, la57=host), guest(ram="2TiB", bits=48, firmware=ovmf("202411", fiveLevelPaging=True), cpu=cpu))
    assert answer["layout"]["firmwareBits"] == (48 if host else 46)


def test_mapped_less_than_offered(place):
    """52 bits with four-level EPT: told of in CPUID where the kernel does, else a guest with five levels would use them."""
    document = guest(bits="host", firmware=ovmf("202505"), machine="pc-q35-9.1")
    told = place.check(intel(52, 52, mappable=48), document)
    assert told["verdict"] == "safe" and told["layout"]["guestPhysBits"] == 48


def test_mapped_less_and_not_told(place):
    """Machine types before 9.1 keep it from the guest."""
    answer = place.check(intel(52, 52, mappable=48), guest(bits="host", firmware=ovmf("202505"), machine="pc-q35-9.0"))
    assert answer["verdict"] == "warning" and rules(answer, "warning") == ["R2"]


# ── what is missing ───────────────────────────────────────────────────────────────────────────────────────────────────

def no_regions(t):
    intel(46, 48)(t)
    (t.root / "sys/kernel/iommu_groups/0/reserved_regions").unlink()


def no_bars(t):
    intel(46, 48)(t)
    (t.root / "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/resource").unlink()


@pytest.mark.parametrize("build,document,word", [
    (no_kvm, guest(bits=40), "guestPhysicalBits"),
    (no_regions, guest(devs=[ASSIGNED]), "reserved regions of group 0"),
    (no_bars, guest(devs=[ASSIGNED]), "BARs of 0000:01:00.0"),
    (intel(46, 48), guest(devs=[{"name": "gpu", "assigned": True}]), "BARs of gpu"),
    (intel(46, 48), guest(bits="host", firmware={"kind": "ovmf"}, devs=[device(64 << 30)]), "version"),
    (intel(46, 48), guest(bits="host", firmware={"kind": "unknown", "path": "/opt/x.bin"}), "firmware"),
    (intel(46, 48), guest(ignored=[{"what": "-machine x", "text": "not understood"}]), "-machine x"),
])
def test_missing(place, build, document, word):
    answer = place.check(build, document)
    assert answer["verdict"] == "warning" and rules(answer, "unsafe") == []
    assert any(word in m for m in answer["missing"]), answer["missing"]


def no_virtualisation(t):
    """Turned off in the firmware's setup: no flag in cpuinfo, and kvm_intel does not load."""
    no_kvm(t)
    t.write("proc/cpuinfo", (t.root / "proc/cpuinfo").read_text().replace(" vmx ept", ""))


def test_without_sys_class(place):
    """A tree that lacks /sys/class shows neither that there is an IOMMU nor that there is none."""
    answer = place.check(hosts_other.bare, guest(devs=[{"name": "any", "assigned": True}]))
    assert "R12" not in rules(answer, "unsafe") and any(m.startswith("iovaBits") for m in answer["missing"])


@pytest.mark.parametrize("build,word", [(hosts_arm.arm64_smmuv3, "aarch64"), (no_virtualisation, "virtualisation is disabled")])
def test_no_such_guests(place, build, word):
    """What is known to be wrong is not hidden behind what is missing, and without KVM does not matter."""
    answer = place.check(build, guest(bits=40))
    refused, = (f for f in answer["findings"] if f["verdict"] == "unsafe")
    assert refused["rule"] == "R12" and word in refused["numbers"] and answer["verdict"] == "unsafe"
    (place.path / "without").mkdir()
    assert rules(Place(place.path / "without").check(build, guest(bits=40, accelerator="tcg", cpu={"vendor": "intel"})), "unsafe") == []


@pytest.mark.parametrize("firmware,missing", [
    ({"kind": "unknown", "path": "/opt/x.bin"}, ["the firmware"]), ({"kind": "ovmf", "path": "/opt/OVMF.fd"}, ["the firmware's version"]),
])
def test_one_thing_is_missing_once(place, firmware, missing):
    assert place.check(intel(46, 48), guest(bits="host", firmware=firmware, devs=[device(64 << 30)]))["missing"] == missing


NAMELESS = {"kind": "ovmf", "path": "/opt/OVMF.fd"}
# Windows as docs/check.md has them by version: the answer hangs on it, or does not.
OF_ANY_VERSION = [
    # Intel, 40 bits: OVMF does not trust them, whichever it is.
    (intel(46, 48), guest(firmware=NAMELESS), "safe", False),
    (intel(46, 48), guest(bits="host", firmware=NAMELESS), "safe", False),
    # 47 bits were used until 202305, where virtio of Linux 4.9 ends.
    (amd(48), guest(bits="host", firmware=NAMELESS, cpu={"vendor": "amd"}, name="debian9"), "warning", True),
    (amd(48), guest(bits="host", firmware=NAMELESS, cpu={"vendor": "amd"}), "safe", False),
    (amd(48), guest(bits="host", limit=46, firmware=NAMELESS, cpu={"vendor": "amd"}), "safe", False),
    # 64 GiB did not fit 32 before 202211.
    (intel(46, 48), guest(bits="host", firmware=NAMELESS, devs=[device(64 << 30)]), "warning", True),
    # After RAM in reach of 39 bits, at the top not.
    (intel(46, 39), guest(bits="host", firmware=NAMELESS, devs=[device(16 << 30)]), "warning", True),
    (intel(39, 39), guest(bits="host", firmware=NAMELESS, devs=[device(16 << 30)]), "safe", False),
    # What is found whichever it is, is the answer.
    (intel(39, 39), guest(firmware=NAMELESS), "warning", False),
    # SeaBIOS: below 4 GiB where no memory is above; 46 bits until 1.16.3, which 32-bit guests do not reach.
    (intel(46, 48), guest(ram="2GiB", bits="host", machine="pc-i440fx-9.0", firmware={"kind": "seabios", "path": "/opt/bios.bin"}), "safe", False),
    (intel(46, 48), guest(ram="8GiB", bits="host", machine="pc-i440fx-9.0", firmware={"kind": "seabios", "path": "/opt/bios.bin"},
                          system={"is64bit": False}), "warning", True),
    # An override shrinks the window of some versions, and nothing is in it; 128 GiB fit only where it does not.
    (intel(46, 48), guest(bits="host", firmware=NAMELESS | {"pciMmio64Mb": 65536}), "safe", False),
    (intel(46, 48), guest(bits="host", firmware=NAMELESS | {"pciMmio64Mb": 65536}, devs=[device(128 << 30)]), "warning", True),
]


@pytest.mark.parametrize("build,document,verdict,missing", OF_ANY_VERSION)
def test_version_that_does_not_matter(place, build, document, verdict, missing):
    answer = place.check(build, document)
    assert (answer["verdict"], "the firmware's version" in answer["missing"]) == (verdict, missing), answer
    assert any(note["what"] == "firmware.version" for note in answer["assumed"])


def test_missing_hides_no_conflict(place):
    answer = place.check(no_regions, guest(ram="4130GiB", bits=42, devs=[ASSIGNED]))
    assert answer["verdict"] == "unsafe" and answer["missing"]


@pytest.mark.parametrize("document", [
    guest(ram="2TiB", bits=40, firmware={"kind": "unknown", "path": "/x.bin"}), guest(ram="2TiB", bits=40, firmware={"kind": "none"}),
    guest(ram="2TiB", bits=40, firmware={"kind": "ovmf"}), guest(bits="host", limit=20),
])
def test_missing_hides_no_refused_start(place, document):
    """QEMU looks at memory and width before any firmware runs, and at the limit before that."""
    answer = place.check(intel(46, 48), document)
    assert answer["verdict"] == "unsafe" and rules(answer, "unsafe") == ["R1"] and answer["layout"]["starts"] is False


def test_refused_for_no_size(place):
    """A hint above the width has nothing to do with memory."""
    answer = place.check(intel(46, 48), guest(bits=40, cpu={"guestPhysBits": 45}, machine="pc-q35-9.1"))
    refused, = (f for f in answer["findings"] if f["verdict"] == "unsafe")
    assert "memory" not in refused["summary"] and "guest-phys-bits is 45" in refused["numbers"]


def test_missing_becomes_known(place):
    """The control to each of test_missing: with everything there, the same is safe."""
    assert place.check(intel(46, 48), guest(devs=[ASSIGNED]))["verdict"] == "safe"


def h100s(t):
    """128 GiB and 32 MiB each, below one port of the host, a group each."""
    names = [f"0000:01:0{i}.0" for i in range(3)]
    functions = [(name, "vfio-pci", ((0, 0x380000000000 + i * 256 * GIB, 128 * GIB, MEMORY64),
                                     (2, 0x380000000000 + i * 256 * GIB + 128 * GIB, 32 << 20, MEMORY64))) for i, name in enumerate(names)]
    intel(46, 46, functions=functions, groups=[[name] for name in names])(t)


def test_ports_take_room(place):
    """Behind a port each takes 256 GiB: three are more than the 512 GiB of 42 bits; on one bus they take 384.1."""
    host = place.host(h100s)
    for bus, status in (("rp", 3), ("pcie.0", 0)):
        ports = [word for i in range(3) for word in ("-device", f"pcie-root-port,id=rp{i},chassis={i}")]
        gpus = [word for i in range(3) for word in ("-device", f"vfio-pci,host=01:0{i}.0,bus=" + (f"rp{i}" if bus == "rp" else bus))]
        done = run("check", f"--root={host}", "--firmware=ovmf:202411", "--", "qemu-system-x86_64", "-accel", "kvm", "-M", "pc-q35-9.0", "-m", "16G", "-cpu",
                   "Skylake-Server,phys-bits=42", "-bios", "OVMF.fd", *ports, *gpus)
        assert done.returncode == status and ("do not fit" in done.stdout) == (status == 3), done.stdout


# ── devices ───────────────────────────────────────────────────────────────────────────────────────────────────────────

NIC = ("0000:01:00.0", "vfio-pci", ((0, 0xC0000000, 1 << 20, MEMORY32),))


def sound(driver):
    return ("0000:01:00.1", driver, ((0, 0xC1000000, 16 << 10, MEMORY32),))


@pytest.mark.parametrize("driver,verdict", [("snd_hda_intel", "unsafe"), (None, "safe"), ("vfio-pci", "safe"), ("pci-stub", "safe"),
                                            ("mlx5_vfio_pci", "safe")])
def test_group_members(place, driver, verdict):
    answer = place.check(intel(46, 48, functions=(NIC, sound(driver))), guest(devs=[ASSIGNED]))
    assert answer["verdict"] == verdict
    assert rules(answer, "unsafe") == (["R12"] if verdict == "unsafe" else [])


def test_group_assigned_whole(place):
    both = [ASSIGNED, {"address": "0000:01:00.1", "assigned": True}]
    assert place.check(intel(46, 48, functions=(NIC, sound("snd_hda_intel"))), guest(devs=both))["verdict"] == "safe"


def test_no_such_device(place):
    answer = place.check(intel(46, 48), guest(devs=[{"address": "0000:77:00.0", "assigned": True}]))
    assert rules(answer, "unsafe") == ["R12"]


def test_no_iommu(place):
    for devs in [ASSIGNED], [device(1 << 20)]:
        elsewhere = Place(place.path / devs[0].get("name", "address"))
        elsewhere.path.mkdir()
        assert rules(elsewhere.check(intel(46), guest(devs=devs)), "unsafe") == ["R12"]


def test_physical_function(place):
    def build(t):
        base(t, INTEL, 46, None, None, False)
        t.vtd("dmar0", 0xFED91000, 0x8D2078C106F0466, 0xF050DA, ["0000:01:00.0"])
        t.pci("0000:01:00.0", endpoint().sriov(8, 4), driver="ice", bars=[(0, 0x380000000000, 1 << 20, MEMORY64)])
        t.group(0, ["0000:01:00.0"])
        t.pci("0000:01:02.0", endpoint(), driver="iavf")
        t.link("sys/devices/pci0000:00/0000:01:02.0/physfn", "../0000:01:00.0")
    answer = place.check(build, guest(devs=[ASSIGNED]))
    assert rules(answer, "warning") == ["R12"] and answer["findings"][0]["numbers"].startswith("1 of 8")


def resizable(t):
    """A GPU whose BAR 1 has 256 MiB and may have 32 GiB: classic OVMF has 32 GiB for it and another one."""
    base(t, INTEL, 46, None, None, False)
    t.vtd("dmar0", 0xFED91000, 0x8D2078C106F0466, 0xF050DA, ["0000:01:00.0"])
    t.pci("0000:01:00.0", endpoint().rebar(1, [256, 32 * 1024]), driver="vfio-pci",
          bars=[(1, 0x380000000000, 256 << 20, MEMORY64), (3, 0x380010000000, 32 << 20, MEMORY64)])
    t.group(0, ["0000:01:00.0"])


def test_resizable(place):
    answer = place.check(resizable, guest(bits=40, firmware=ovmf("202208"), devs=[ASSIGNED]))
    assert rules(answer, "warning") == ["R7"] and "resizable" in answer["findings"][0]["summary"]


@pytest.mark.parametrize("memory,size,words,numbers", [
    ({"ram": "40GiB"}, GIB, "ends above the guest's address width", "0x1000000000-0x17ffffffff; the guest has 36 bits"),
    ({"ram": "4GiB"}, 64 * GIB, "do not fit into the firmware's window", "needs 64 GiB with alignment, the window has 32 GiB"),
])
def test_window_too_high_or_too_small(place, memory, size, words, numbers):
    """The classic window of 32 GiB stands at its multiple: above 42 GiB of addresses that is 64 GiB, the end of 36 bits."""
    answer = place.check(intel(39, 39), guest(bits=36, firmware=ovmf("202208"), devs=[device(size)], memory=memory, pciHole64Size="1GiB"))
    found = next(f for f in answer["findings"] if f["rule"] == "R7")
    assert words in found["summary"] and numbers in found["numbers"], found


@pytest.mark.parametrize("memory,said", [({"ram": "1000GiB"}, False), ({"ram": "16GiB", "max": "1000GiB", "slots": 1}, True)])
def test_relocated_with_or_without_hotplug(place, memory, said):
    answer = place.check(amd(48), guest(bits=48, model="EPYC", memory=memory, devs=[device(GIB)]))
    numbers = next(f["numbers"] for f in answer["findings"] if "code 43" in f["summary"])
    assert ("hot-plug" in numbers) == said and "0xfd00000000" in numbers


# ── holes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("regions,verdict", [((MSI, HT), "unsafe"), ((MSI,), "safe")])
def test_hypertransport(place, regions, verdict):
    """Memory from 4 GiB to above 1012 GiB under a machine type that does not move it: only where the host lists the hole."""
    document = guest(ram="1040GiB", bits="host", machine="pc-q35-7.0", devs=[device(1 << 20)])
    answer = place.check(amd(regions=regions), document)
    assert answer["verdict"] == verdict
    if verdict == "unsafe":
        conflict, = (f for f in answer["findings"] if f["rule"] == "R9")
        assert conflict["range"]["start"] == "0xfd00000000"


def test_reserved_in_memory(place):
    answer = place.check(intel(46, 48, regions=(MSI, (0x200000000, 0x20000FFFF, "reserved"))), guest(devs=[ASSIGNED]))
    assert rules(answer, "unsafe") == ["R3"]
    assert "0x200000000-0x20000ffff (reserved)" in answer["findings"][0]["numbers"]


@pytest.mark.parametrize("maximum,verdict", [("100GiB", "safe"), ("600GiB", "unsafe")])
def test_hotplug_region(place, maximum, verdict):
    """39 bits end at 512 GiB."""
    answer = place.check(intel(46, 39), guest(bits=41, model="Skylake-Server", firmware=seabios("1.16.2"), memory={"max": maximum, "slots": 1}, devs=[
        device(1 << 20, assigned=True) | {"bars": [bar(1 << 20, is64=False, prefetchable=False)]}]))
    assert answer["verdict"] == verdict
    if verdict == "unsafe":
        assert rules(answer, "unsafe") == ["R3"]
        conflict = answer["findings"][0]
        assert conflict["range"]["start"] == "0x8000000000" and "maxmem=" in conflict["option"]


def test_47_bits_of_first_stage(place):
    """48 by MGAW and 47 that the kernel hands out: QEMU's default of 48 is refused, 39 is not."""
    def build(t):
        intel(48, 48)(t)
        # SMTS (43) and FSTS (47) of ECAP: first-stage tables.
        unit = next(t.root.glob("sys/devices/virtual/iommu/dmar0/intel-iommu/ecap"))
        unit.write_text(f"{0xF050DA | 1 << 43 | 1 << 47:x}\n", encoding="ascii")
    answer = place.check(build, guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel"}, devs=[ASSIGNED]))
    refused, = (f for f in answer["findings"] if f["rule"] == "R5")
    assert refused["numbers"].startswith("aw-bits 48 > host aw-bits 47") and "aw-bits=39" in refused["option"]


@pytest.mark.parametrize("kind,bits,refused", [("intel", 39, False), ("intel", 48, False), ("intel", 42, True), ("intel", 57, True),
                                               ("virtio", 32, False), ("virtio", 57, False), ("virtio", 31, True)])
def test_width_that_no_viommu_has(place, kind, bits, refused):
    """QEMU 10.0 and 11.1: "supported values for aw-bits are: 39, 48", "aw-bits must be within [32,64]"."""
    answer = place.check(intel(46, 48), guest(bits=46, viommu={"kind": kind, "awBits": bits}))
    assert rules(answer, "unsafe") == (["R5"] if refused else [])
