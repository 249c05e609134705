"""What a guest is not started for: one finding for each setting, with its value and what is possible. Expected values are QEMU's
and libvirt's own rules, in words beside each case."""
import json

import pytest

from forms import read
from guests import amd, guest, intel
from place import Place, rules, run
from test_xml import domain

Place.number = 0
QEMU = "--defaults=7.2.22,202211,1.16.2"
HOST = intel(46, 48)


def check(place, build, document):
    """As often as wanted, on hosts that are made once."""
    Place.number += 1
    (place.path / str(Place.number)).mkdir()
    return Place(place.path / str(Place.number)).check(build, document)


def refusals(place, document, build=HOST):
    answer = check(place, build, document)
    return [f for f in answer["findings"] if f["rule"] == "R1" and f["verdict"] == "unsafe"], answer


def asked(place, *words, defaults=QEMU):
    return refusals(place, read(defaults, "--", "-accel", "kvm", *words))


def backends(*sizes):
    return [word for i, size in enumerate(sizes) for word in ("-object", f"memory-backend-ram,id=m{i},size={size}")]


# Options of QEMU 7.2, what the one finding says of it, its value and what is possible.
ONE = [
    # pc-q35-9.2 came with 9.2.
    (["-M", "pc-q35-9.2"], "does not support machine type pc-q35-9.2 yet", "supported since QEMU 9.2; the newest of QEMU 7.2.22 is pc-q35-7.2"),
    (["-M", "pc-i440fx-9.0"], "does not support machine type pc-i440fx-9.0 yet", "pc-i440fx-7.2"),
    # 1.0 to 1.3 went with 6.0.
    (["-M", "pc-1.2"], "no longer supports machine type pc-1.2", "its oldest type is pc-i440fx-1.4"),
    (["-M", "pc-q35-7.3"], "no QEMU supports machine type pc-q35-7.3", "QEMU 7.3 was never released"),
    # 960 GiB of nodes on QEMU's default of 128 MiB.
    (["-M", "q35", *backends("480G", "480G"), "-numa", "node,memdev=m0", "-numa", "node,memdev=m1"], "NUMA nodes",
     "the nodes have 960 GiB (0xf000000000), the machine has 128 MiB (0x8000000)"),
    (["-M", "q35", "-m", "4G", *backends("2G"), "-numa", "node,memdev=m0", "-numa", "node"], "NUMA nodes", "have 2 GiB (0x80000000)"),
    # A node without memory of its own has none: there is no more sharing out since 5.1.
    (["-M", "q35", "-m", "4G", "-numa", "node", "-numa", "node"], "NUMA nodes", "(0x0)"),
    (["-M", "q35", "-m", "4G", "-numa", "node,mem=4G"], "mem= of -numa", "up to version 5.0"),
    (["-M", "pc-q35-5.0", "-m", "4G", "-numa", "node,mem=3072"], "NUMA nodes", "have 3 GiB"),
    (["-M", "pc-q35-5.0", "-m", "4G", *backends("2G"), "-numa", "node,mem=2G", "-numa", "node,memdev=m0"], "-numa",
     "mem= and memdev= cannot be used together"),
    (["-M", "q35", "-m", "4G", *backends("4G"), "-numa", "node,memdev=m0,nodeid=1"], "-numa", "node 0 is missing"),
    (["-M", "q35", "-m", "4G", *backends("2G"), "-numa", "node,memdev=m0", "-numa", "node,memdev=m0"], "-numa memdev=", "'m0' is used twice"),
    (["-M", "q35,memory-backend=m0", "-m", "4G", *backends("2G")], "-machine memory-backend=", "'m0' has 2048 MiB, -m sets 4096 MiB"),
    (["-M", "q35,memory-backend=m0", *backends("2G", "2G"), "-numa", "node,memdev=m1"], "-numa memdev=", "together with -machine memory-backend="),
    # A 32-bit CPU's width is what PAE or PSE36 make of it.
    (["-M", "q35", "-m", "1G", "-cpu", "qemu32,phys-bits=36"], "address width of a 32-bit CPU", "phys-bits is 36; the CPU (qemu32)"),
    (["-M", "q35", "-m", "1G", "-cpu", "EPYC,lm=off,phys-bits=40"], "address width of a 32-bit CPU", "phys-bits is 40"),
    (["-M", "q35", "-m", "1G", "-cpu", "n270,host-phys-bits=on,phys-bits=36"], "address width of a 32-bit CPU", "phys-bits is 36"),
    (["-M", "q35", "-m", "1G", "-cpu", "host,host-phys-bits-limit=20"], "limit of the address width", "host-phys-bits-limit is 20; the minimum is 32"),
    (["-M", "q35", "-m", "1G", "-cpu", "host,guest-phys-bits=40"], "guest-phys-bits is not supported by QEMU 7.2.22", "supported since QEMU 9.1"),
    # Memory devices: slots, the region, its room.
    (["-M", "q35", "-m", "1G,maxmem=4G,slots=1", *backends("1G", "1G"), "-device", "pc-dimm,memdev=m0", "-device", "pc-dimm,memdev=m1"],
     "fewer memory slots than DIMMs", "2 DIMMs, 1 slots"),
    (["-M", "q35", "-m", "1G", *backends("1G"), "-device", "virtio-mem-pci,memdev=m0"], "no region for the memory devices", "they need 1 GiB"),
    (["-M", "q35", "-m", "1G,maxmem=4G", *backends("4G"), "-device", "virtio-mem-pci,memdev=m0"], "do not fit into their region",
     "they need 4 GiB; maxmem leaves 3 GiB above the memory at boot"),
    (["-M", "q35", "-m", "1G,maxmem=5G", *backends("4G"), "-device", "virtio-mem-pci,memdev=m0,requested-size=1M"], "-device virtio-mem-pci",
     "requested-size is 0x100000; it must be a multiple of 0x200000"),
    (["-M", "q35", "-m", "1G,maxmem=5G", *backends("129M"), "-device", "virtio-mem-pci,memdev=m0,block-size=1M"], "-device virtio-mem-pci",
     "its memory backend is 0x8100000; it must be a multiple of 0x200000"),
    (["-M", "q35", "-m", "1G,maxmem=5G", *backends("4G"), "-device", "virtio-mem-pci,memdev=m0,block-size=3M"], "-device virtio-mem-pci", "power of two"),
    # 128 MiB first, then blocks of 1 GiB: the second begins at 1 GiB, and ends 1 GiB behind the region.
    (["-M", "q35", "-m", "1G,maxmem=4224M", *backends("128M", "3G"), "-device", "virtio-mem-pci,memdev=m0", "-device",
      "virtio-mem-pci,memdev=m1,block-size=1G"], "do not fit into their region because of their alignment", "they need 3.1 GiB, the region has 3.1 GiB"),
]


@pytest.mark.parametrize("words, summary, numbers", ONE, ids=lambda value: " ".join(value)[-60:] if isinstance(value, list) else "")
def test_one_setting(place, words, summary, numbers):
    (found, *more), answer = asked(place, *words)
    assert not more and summary in found["summary"] and numbers in found["numbers"], (found, more)
    assert answer["verdict"] == "unsafe" and answer["layout"]["starts"] is False


def test_two_settings(place):
    """Each by itself: what is wrong with the CPU says nothing of the slots."""
    found, _ = asked(place, "-M", "q35", "-m", "1G,maxmem=4G,slots=1", *backends("1G", "1G"), "-device", "pc-dimm,memdev=m0", "-device",
                     "pc-dimm,memdev=m1", "-cpu", "qemu32,phys-bits=36")
    assert len(found) == 2 and {"phys-bits" in f["numbers"] for f in found} == {True, False}


# What looks like one of those, and starts.
FINE = [
    ["-M", "pc-q35-7.2"],
    ["-M", "q35", "-m", "4G", *backends("2G", "2G"), "-numa", "node,memdev=m0", "-numa", "node,memdev=m1", "-numa", "node,cpus=0"],
    ["-M", "pc-q35-5.0", "-m", "4G", "-numa", "node,mem=2048", "-numa", "node,mem=2G"],
    ["-M", "q35,memory-backend=m0", *backends("2G")],
    # host-phys-bits is passed over where there is no long mode: QEMU 5.2, 7.2 and 10.0, with KVM and without.
    ["-M", "q35", "-m", "1G", "-cpu", "qemu32,host-phys-bits=on"],
    ["-M", "q35", "-m", "1G", "-cpu", "n270,host-phys-bits=on,host-phys-bits-limit=36"],
    ["-M", "q35", "-m", "1G", "-cpu", "qemu32,phys-bits=0"],
    ["-M", "q35", "-m", "1G,maxmem=5G", *backends("4G"), "-device", "virtio-mem-pci,memdev=m0,requested-size=5G"],
    # An NVDIMM may have any size.
    ["-M", "q35,nvdimm=on", "-m", "1G,maxmem=4G,slots=2", *backends("513M"), "-device", "nvdimm,memdev=m0"],
    ["-M", "q35", "-m", "1G,maxmem=4G,slots=2", *backends("1G", "2G"), "-device", "pc-dimm,memdev=m0", "-device", "virtio-mem-pci,memdev=m1"],
]


@pytest.mark.parametrize("words", FINE, ids=lambda words: " ".join(words)[-60:])
def test_starts(place, words):
    found, answer = asked(place, *words)
    assert found == [] and answer["layout"]["starts"] is True


def test_own_types(place):
    """Ubuntu's are in Ubuntu's QEMU, and in no other."""
    document = guest(bits=40, machine="pc-q35-noble", vmmVersion="8.2.2")
    assert any("machine type pc-q35-noble" in missing for missing in refusals(place, document)[1]["missing"])
    found, answer = refusals(place, document | {"vmmBuild": "ubuntu"})
    assert found == [] and answer["missing"] == []
    found, _ = refusals(place, document | {"vmmBuild": "debian"})
    assert "does not support machine type pc-q35-noble" in found[0]["summary"]
    # 8.2 is later than 7.2, whosever it is.
    found, _ = refusals(place, document | {"vmmBuild": "ubuntu", "vmmVersion": "7.2"})
    assert "yet" in found[0]["summary"]


# ── what the screen shows ─────────────────────────────────────────────────────────────────────────────────────────────

def test_machine_remedy(place):
    (found,), _ = asked(place, "-M", "pc-q35-9.2", "-m", "4G", "-cpu", "host")
    assert found["option"] == "-M pc-q35-7.2" and found["remedy"] == "use machine type pc-q35-7.2"


def test_no_width_for_short(place):
    """40 bits would be too few for the memory of a model without long mode, and no other can be given to it."""
    found, answer = asked(place, "-M", "pc-q35-10.0", "-m", "80G", "-cpu", "qemu32", defaults="--defaults=10.0,202502,1.16.3")
    assert found and not any("phys-bits" in (f["option"] or "") or "maxphysaddr" in (f["libvirt"] or "") for f in answer["findings"])


# ── SEV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

def sev(*properties):
    return ["-bios", "/usr/share/ovmf/OVMF.fd", "-M", "q35,confidential-guest-support=s", "-m", "4G", "-cpu", "EPYC", "-object", ",".join(("sev-guest,id=s", *properties))]


def test_c_bit(place):
    """The host's is 51 (CPUID 0x8000001F EBX[5:0])."""
    host = amd(48, sev=True, c_bit=51)
    answer = check(place, host, read(QEMU, "--", "-accel", "kvm", *sev("cbitpos=40", "reduced-phys-bits=1")))
    wrong, = (f for f in answer["findings"] if f["rule"] == "R10" and "C-bit" in f["summary"])
    assert wrong["verdict"] == "unsafe" and "cbitpos is 40" in wrong["numbers"] and wrong["remedy"] == "set cbitpos to 51"
    again = check(place, host, read(QEMU, "--", "-accel", "kvm", *sev("cbitpos=51", "reduced-phys-bits=1")))
    assert rules(again, "unsafe") == []


@pytest.mark.parametrize("properties, what", [
    (["reduced-phys-bits=1"], "cbitpos"), (["cbitpos=51", "reduced-phys-bits=0"], "reduced-phys-bits"), (["cbitpos=51"], "-object sev-guest s"),
    (["cbitpos=51", "reduced-phys-bits=64"], "reduced-phys-bits")])
def test_sev_refused(place, properties, what):
    """QEMU 10.0: "it should be in the range of 1 to 63"; cbitpos is compared with the host's, which is never 0."""
    found, _ = asked(place, *sev(*properties))
    assert what in found[0]["summary"]


SEV = "sev-guest,id=s,cbitpos=51"


@pytest.mark.parametrize("words, what, text", [
    # QEMU reads every object, whether the machine has it or not.
    (["-object", SEV], "-object sev-guest s", "reduced-phys-bits= is missing"),
    (["-object", "sev-guest,cbitpos=51,reduced-phys-bits=1"], "-object sev-guest", "id= is missing"),
    (["-object", SEV + ",reduced-phys-bits=1", "-object", SEV + ",reduced-phys-bits=1"], "-object sev-guest s", "two objects have this id"),
    (["-machine", "confidential-guest-support=t", "-object", SEV + ",reduced-phys-bits=1"], "-machine confidential-guest-support=", "object 't' not found"),
    (["-machine", "memory-encryption=t"], "-machine confidential-guest-support=", "object 't' not found"),
    (["-machine", "confidential-guest-support=m", *backends("1G")[:1], "memory-backend-ram,id=m,size=1G"], "-machine confidential-guest-support=",
     "m is a memory backend"),
])
def test_sev_objects(words, what, text):
    """Seen with QEMU 7.2 and 10.0, without KVM and without such a host."""
    found = read("--", "-M", "q35", *words)["refused"]
    assert [note["what"] for note in found] == [what] and text in found[0]["text"]


def test_sev_objects_not_known(tmp_path):
    """What a file may bring that is not here, or a variable names."""
    assert "refused" not in read("--", "-M", "q35,confidential-guest-support=s", "-readconfig", "/nonexistent/sev.cfg")
    assert "refused" not in read("--", "-M", "q35,confidential-guest-support=", "-object", SEV + ",reduced-phys-bits=1")


def test_sev_release(place):
    """Debian's QEMU 7.2: "Parameter 'qom-type' does not accept value 'sev-snp-guest'"; of another's nobody knows."""
    words = ["--", "-accel", "kvm", "-M", "q35,confidential-guest-support=s", "-bios", "/usr/share/ovmf/OVMF.fd", "-object",
             "sev-snp-guest,id=s,cbitpos=51,reduced-phys-bits=1"]
    document = read(QEMU, *words)
    for build, verdicts in (("debian", ["unsafe"]), ("ubuntu", [])):
        answer = check(place, amd(48, sev=True, c_bit=51), document | {"vmmBuild": build})
        assert [f["verdict"] for f in answer["findings"] if "QEMU does not support SEV-SNP guests" in f["summary"]] == verdicts
        assert verdicts or any("supports SEV-SNP" in text for text in answer["missing"])


# ── libvirt ───────────────────────────────────────────────────────────────────────────────────────────────────────────

EMULATE = "<cpu mode='custom'><model>EPYC</model><maxphysaddr mode='emulate' bits='46'/></cpu>"


def test_libvirt_width(place):
    """libvirt 9.0: "The number of virtual CPU address bits cannot exceed the number supported by the host CPU", which it takes from
    /proc/cpuinfo; QEMU starts the same command line."""
    host = intel(46, 48, cpuinfo=42)
    answer = check(place, host, read(QEMU, "-", text=domain(inside=EMULATE)))
    refused, = (f for f in answer["findings"] if f["rule"] == "R13")
    assert refused["verdict"] == "unsafe" and "46 bits, /proc/cpuinfo reports 42" in refused["numbers"] and "limit='46'" in refused["libvirt"]
    answer = check(place, host, read(QEMU, "--", "-accel", "kvm", "-M", "q35", "-m", "4G", "-cpu", "EPYC,phys-bits=46"))
    assert [f["verdict"] for f in answer["findings"] if f["rule"] == "R13"] == ["info"]


@pytest.mark.parametrize("bits", [41, 42])
def test_libvirt_width_within(place, bits):
    answer = check(place, intel(46, 48, cpuinfo=42), read(QEMU, "-", text=domain(inside=EMULATE.replace("46", str(bits)))))
    assert "R13" not in rules(answer, "unsafe")


def test_past_libvirt(place):
    """What <qemu:commandline> says libvirt does not look at."""
    text = domain(inside="<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-cpu'/>"
                         "<qemu:arg value='EPYC,phys-bits=46'/></qemu:commandline>")
    document = read(QEMU, "-", text=text)
    assert document["form"]["manager"] == "libvirt" and document["cpu"]["pastLibvirt"] is True
    assert "R13" not in rules(check(place, intel(46, 48, cpuinfo=42), document), "unsafe")


def test_seen(place):
    """As a person sees it: the one setting, its value, what to do."""
    place.host(HOST)
    path = place.guest(read(QEMU, "--", "-accel", "kvm", "-M", "pc-q35-9.2", "-m", "4G", "-cpu", "host"))
    done = run("check", path, f"--root={place.path / 'host'}")
    assert done.returncode == 3 and "QEMU 7.2.22 does not support machine type pc-q35-9.2 yet" in " ".join(done.stdout.split())
    assert json.loads(run("check", path, f"--root={place.path / 'host'}", "-j").stdout)["verdict"] == "unsafe"
