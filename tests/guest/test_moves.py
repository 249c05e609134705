"""Where guests may go: the three answers of check --for, worked out by hand as in test_field.py, and the same answer from the
target itself."""
import json
import os
import subprocess

import pytest

from field_hosts import card, no_remapping, off, units
from guests import GIB, amd, device, guest, intel
from place import no_kvm, nothing, rules, run
from test_cases import check
from tree import Tree

MIB = 1 << 20
SERVER, CLIENT, EPYC = intel(46, 48), intel(39, 39), amd(48)
MIXED = intel(46, 39)
LA57 = intel(52, 48, la57=True)
SEV = amd(48, sme=True, sev=True, c_bit=51, reduction=1, cpuinfo=47)
KVMFR = device(256 * MIB, ram=True, assigned=False, name="kvmfr")
GPU = device(16 * GIB)
TCG = guest(bits=40, model="qemu64", cpu={"vendor": "amd"}, accelerator="tcg")

# id, source, target, guest, live, offline, hotplug, what must be said
MOVES = [
    ("equal", SERVER, SERVER, guest(bits="host", devs=[]), "safe", "safe", "safe", []),
    ("iova-46", SERVER, intel(46, 46), guest(bits="host"), "safe", "safe", "safe", []),
    # The guest keeps its 46 bits where 52 are.
    ("to-wider", SERVER, intel(52, 52), guest(bits="host"), "warning", "safe", "safe", ["source 46 bits, target 52 bits"]),
    # host-phys-bits-limit below both: the same 40 bits wherever it starts.
    ("limit-to-wider", SERVER, intel(52, 52), guest(bits="host", limit=40), "safe", "safe", "safe", []),
    ("limit-between", SERVER, intel(52, 52), guest(bits="host", limit=48), "warning", "safe", "safe", ["source 46 bits, target 52 bits"]),
    ("to-narrower", SERVER, CLIENT, guest(bits="host"), "unsafe", "safe", "warning", ["the guest has 46 bits, the target supports 39"]),
    # Its default of 40 bits: told more than 39 either way, and R2 where it starts; the classic window at 32 GiB is in reach.
    ("default-to-39", SERVER, CLIENT, guest(), "unsafe", "warning", "safe", ["the guest has 40 bits, the target supports 39"]),
    ("intel-to-amd", SERVER, EPYC, guest(bits=40), "unsafe", "safe", "safe", ["intel and amd"]),
    # 980 GiB at 40 bits: 982 + 32 on Intel; on AMD that is beyond 1012, so 1 TiB and 978 and 32.
    ("980-to-amd", SERVER, EPYC, guest(ram="980GiB", bits=40), "unsafe", "unsafe", "warning", ["0x1fc7fffffff"]),
    # Machine type 7.0: the window after 982 GiB, aligned to 32: [992, 1024), the hole begins at 1012.
    ("980-amd-old", EPYC, EPYC, guest(ram="980GiB", model="EPYC", bits=40, machine="pc-q35-7.0"), "safe", "safe", "warning", ["0xfd00000000"]),
    # No host's CPU is in it: neither vendor nor width. A window of 40 AMD bits is at 768 GiB, beyond 2^39.
    ("tcg-to-39", SERVER, CLIENT, TCG, "safe", "safe", "warning", []),
    ("tcg-to-amd", SERVER, EPYC, TCG, "safe", "safe", "safe", []),
    ("sev", SEV, SEV, guest(model="EPYC", bits=40, confidential="sev", reducedPhysBits=1), "unsafe", "safe", "safe", ["confidential"]),
    ("sev-to-none", SEV, EPYC, guest(model="EPYC", bits=40, confidential="sev", reducedPhysBits=1), "unsafe", "unsafe", "safe", ["does not support SEV"]),
    ("no-iommu", SERVER, off, guest(bits=40), "safe", "safe", "unsafe", ["no IOMMU"]),
    ("no-iommu-device", SERVER, off, guest(bits=40, devs=[GPU]), "warning", "unsafe", "unsafe", ["no device behind an IOMMU"]),
    ("no-remapping", SERVER, no_remapping, guest(bits=40), "safe", "safe", "unsafe", ["interrupt remapping is disabled"]),
    ("no-remapping-device", SERVER, no_remapping, guest(bits=40, devs=[GPU]), "warning", "unsafe", "unsafe", ["interrupt remapping is disabled"]),
    ("600-to-39", SERVER, MIXED, guest(ram="600GiB", bits=46), "safe", "safe", "unsafe", ["cannot address 0x8000000000"]),
    # What is promised ends at 402 GiB, the spare room at 658.
    ("spare-to-39", SERVER, MIXED, guest(ram="100GiB", bits=40, memory={"max": "400GiB", "slots": 256}), "safe", "safe", "warning", ["cannot address memory that may be plugged in later"]),
    # 102 and 450 GiB: plugged memory would end above 512.
    ("promised-to-39", SERVER, MIXED, guest(ram="100GiB", bits=40, memory={"max": "550GiB", "slots": 1}), "safe", "safe", "unsafe", []),
    # The VMM's own memory at 56 TiB: a device plugged in has to map it.
    ("shared-memory", SERVER, MIXED, guest(bits="host", devs=[KVMFR]), "safe", "safe", "unsafe", ["0x380000000000"]),
    ("viommu", SERVER, intel(46, 46), guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel"}), "safe", "safe", "unsafe", ["aw-bits 48 > host aw-bits 46"]),
    ("viommu-old", SERVER, intel(46, 46), guest(bits="host", viommu={"kind": "intel", "awBits": 48}) | {"vmmVersion": "9.0.0"}, "safe", "safe", "warning",
     ["aw-bits 48 > host aw-bits 46"]),
    ("viommu-no-dma", SERVER, intel(46, 46), guest(bits="host", machine="pc-q35-9.2", viommu={"kind": "intel", "dmaTranslation": False}), "safe", "safe", "safe", []),
    ("la57-unsaid", LA57, intel(52, 48), guest(bits="host"), "warning", "safe", "safe", ["five-level"]),
    ("la57-asked", LA57, intel(52, 48), guest(bits="host", cpu={"la57": True}), "unsafe", "safe", "safe", ["five-level"]),
    ("la57-model", LA57, intel(52, 48), guest(bits=46, model="Skylake-Server"), "safe", "safe", "safe", []),
    # 52 bits told, 48 mapped: OVMF 202311 stays below 2^46.
    ("mapped-less", intel(52, 52), intel(52, 52, mappable=48), guest(bits=52), "warning", "warning", "safe", ["the target maps 48"]),
    ("assigned", SERVER, SERVER, guest(bits=40, devs=[GPU]), "warning", "safe", "safe", ["save the device state"]),
    # To a host of unequal units: any of them may be behind a device.
    ("unequal-units", SERVER, units(46, (48, card("0000:01:00.0")), (39, card("0000:02:00.0"))), guest(bits="host", devs=[GPU]), "warning", "warning", "warning",
     ["(39 bits)"]),
]


def texts(answer):
    return [" ".join((f["summary"], f["numbers"])) for f in answer["findings"]]


@pytest.mark.parametrize("source,target,document,live,offline,hotplug,words", [m[1:] for m in MOVES], ids=[m[0] for m in MOVES])
def test_move(tmp_path, source, target, document, live, offline, hotplug, words):
    target(Tree(tmp_path / "target"))
    answer, = check(tmp_path, source, document, f"--for={tmp_path}/target")["targets"]
    assert {k: answer[k]["verdict"] for k in ("live", "offline", "hotplug")} == {"live": live, "offline": offline, "hotplug": hotplug}, answer
    assert not any(answer[k]["missing"] for k in ("live", "offline", "hotplug"))
    said = [text for k in ("live", "offline", "hotplug") for text in texts(answer[k])]
    for word in words:
        assert any(word in text for text in said), (word, said)


@pytest.mark.parametrize("source,target,document", [m[1:4] for m in MOVES], ids=[m[0] for m in MOVES])
def test_started_there(tmp_path, source, target, document):
    """A guest without devices of the source's: started on the target is what check there says."""
    target(Tree(tmp_path / "target"))
    answer, = check(tmp_path, source, document, f"--for={tmp_path}/target")["targets"]
    (tmp_path / "there").mkdir()
    there = check(tmp_path / "there", target, document)
    assert answer["offline"] == {"verdict": there["verdict"], "missing": there["missing"], "findings": there["findings"]}


# ── asked by itself ───────────────────────────────────────────────────────────────────────────────────────────────────


def verdicts(answer):
    return [{k: t[k]["verdict"] for k in ("live", "offline", "hotplug")} for t in answer["targets"]]


def test_three_questions(place):
    """To a host of 46 bits with an IOMMU of 39, the guest of 46: it goes there, and starts there, but devices plugged in there have
    their BARs out of reach; to a CPU of 39 it does not go, and would start there."""
    narrow_iommu, narrow_cpu = place.host(intel(46, 39), "a"), place.host(intel(39, 39), "b")
    answer = place.check(intel(46, 48), guest(bits="host"), f"--for={narrow_iommu}", f"--for={narrow_cpu}")
    assert verdicts(answer) == [{"live": "safe", "offline": "safe", "hotplug": "warning"}, {"live": "unsafe", "offline": "safe", "hotplug": "warning"}]


def test_memory_out_of_the_targets_reach(place):
    target = place.host(intel(46, 39), "a")
    answer = place.check(intel(46, 48), guest(ram="600GiB", bits=46), f"--for={target}")
    assert verdicts(answer) == [{"live": "safe", "offline": "safe", "hotplug": "unsafe"}]


def test_target_document_and_vendor(place):
    target = place.path / "target.json"
    target.write_text(run("describe", f"--root={place.host(amd(), 'amd')}").stdout, encoding="utf-8")
    answer = place.check(intel(48, 48), guest(bits=40), f"--for={target}")
    assert verdicts(answer)[0]["live"] == "unsafe"
    assert any("of different vendors" in f["summary"] for f in answer["targets"][0]["live"]["findings"])


def test_target_that_does_not_say(place):
    answer = place.check(intel(46, 48), guest(bits=40), f"--for={place.host(no_kvm, 'mute')}")
    assert verdicts(answer)[0]["live"] == "warning"
    assert any("guestPhysicalBits" in m for m in answer["targets"][0]["live"]["missing"])


def test_inputs_of_a_move(place):
    """What is not understood is missing in each answer; a version that is not known, where a device is plugged in."""
    document = guest(bits=40, firmware={"kind": "ovmf", "path": "/opt/OVMF.fd"})
    target = place.host(intel(46, 46), "a")
    answers = place.check(intel(46, 48), document, f"--for={target}")["targets"][0]
    assert {kind: answers[kind]["missing"] for kind in ("live", "offline", "hotplug")} == \
        {"live": [], "offline": [], "hotplug": ["the firmware's version"]}
    strange = place.path / "strange"
    strange.write_text("qemu-system-x86_64 -accel kvm -M q35 -cpu host -m 2G -device vhost-vdpa-device-pci,vhostdev=/dev/v\n", encoding="utf-8")
    done = run("check", strange, f"--root={place.path}/host", f"--for={target}", "-j")
    answers = json.loads(done.stdout)["targets"][0]
    for kind in ("live", "offline", "hotplug"):
        assert any(text.startswith("what ") for text in answers[kind]["missing"]), answers[kind]


def test_exit_status_of_targets(place):
    here, there = place.host(intel(46, 48)), place.host(intel(39, 39), "b")
    document = place.guest(guest(bits="host"))
    assert run("check", document, f"--root={here}").returncode == 0
    assert run("check", document, f"--root={here}", f"--for={there}").returncode == 3


def test_nothing_known_of_the_target(place):
    """What is not known of a target is no difference to it."""
    target = place.host(nothing, "target")
    answer = place.check(intel(46, 48), guest(bits=46), f"--for={target}")
    live = answer["targets"][0]["live"]
    assert live["verdict"] == "warning" and rules(live, "unsafe") == [] and "a host's architecture" in live["missing"]


def test_many_targets(place):
    """Each host has its answer, in the order in which they were named. With tools/test --all, a thousand."""
    n = 1000 if "HAWD_TEST_ALL" in os.environ else 200
    source, near, far = place.host(SERVER), place.host(intel(46, 46), "near"), place.host(EPYC, "far")
    for name, root in (("near.json", near), ("far.json", far)):
        (place.path / name).write_text(run("describe", f"--root={root}", "-j").stdout, encoding="utf-8")
    names = [place.path / ("far.json" if i % 7 == 0 else "near.json") for i in range(n)]
    done = subprocess.run([os.environ["HAWCTL"], "check", place.guest(guest(bits=40, model="qemu64")), f"--root={source}", "-j",
                           *(f"--for={name}" for name in names)], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 3, done.stderr
    targets = json.loads(done.stdout)["targets"]
    assert [target["target"] for target in targets] == [str(name) for name in names]
    assert [target["live"]["verdict"] for target in targets] == ["unsafe" if name.name == "far.json" else "safe" for name in names]
