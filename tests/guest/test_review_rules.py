"""Verdicts that a second reader worked out by hand: facts of a host that nobody could read, memory above the guest's width under
QEMUs that do not look, confidential guests, and addresses by an arithmetic of its own (second_addresses.py)."""
import random

import pytest

from guests import GIB, amd, device, guest, intel, ovmf, seabios
from place import rules, run
from second_addresses import ovmf_window, qemu_addresses

CARD = {"address": "0000:01:00.0", "assigned": True}
TIB = 1024 * GIB


def without_kvm_node(kernel, raw=46, iova=39, parameters=None):
    """/dev/kvm could not be opened, as in a container: what KVM answers is not in the capture."""
    def build(t):
        intel(raw, iova)(t)
        t.write("proc/sys/kernel/osrelease", kernel + "\n")
        for name, value in (parameters or {}).items():
            t.write(f"sys/module/kvm_intel/parameters/{name}", value + "\n")
        (t.root / "hawd/kvm").unlink()
    return build


# QEMU 9.1 tells the guest GuestPhysBits where KVM tells them (6.10 and newer, 6.1 not). OVMF from 202408 on then trusts Intel's 40 bits: its window
# is 0xe000000000-0xffffffffff, out of the reach of 39 bits; else it is the classic one right after memory.
@pytest.mark.parametrize("kernel,parameters,machine,version,verdict,missing", [
    ("6.12.95-amd64", {}, "pc-q35-9.2", "202411", "warning", False),
    ("6.10.3", {}, "pc-q35-9.1", "202408", "warning", False),
    ("6.1.0-44-amd64", {}, "pc-q35-9.2", "202411", "safe", False),
    ("5.10.0-30-amd64", {}, "pc-q35-9.2", "202411", "safe", False),
    ("6.6.40", {}, "pc-q35-9.2", "202411", "warning", True),
    ("5.14.0-503.el9.x86_64", {}, "pc-q35-9.2", "202411", "warning", True),
    ("unreadable", {}, "pc-q35-9.2", "202411", "warning", True),
    ("6.6.40", {}, "pc-q35-9.0", "202411", "safe", False),       # the machine type tells none
    ("6.6.40", {}, "pc-q35-9.2", "202405", "safe", False),       # this OVMF reads none
    ("6.6.40", {"ept": "N"}, "pc-q35-9.2", "202411", "safe", False),  # without EPT there are none
])
def test_guest_bits_that_kvm_may_tell(place, kernel, parameters, machine, version, verdict, missing):
    document = guest(bits=40, machine=machine, firmware=ovmf(version), devs=[CARD])
    answer = place.check(without_kvm_node(kernel, parameters=parameters), document)
    assert (answer["verdict"], [m for m in answer["missing"] if "GuestPhysBits" in m] != []) == (verdict, missing), answer["missing"]
    assert rules(answer, "warning") == ([] if verdict == "safe" or missing else ["R4"])
    if missing:
        assert sorted(a["verdict"] for a in answer["alternatives"]) == ["safe", "warning"]


# 2 TiB lie at 0-0x7fffffff and 0x100000000-0x2007fffffff: 42 bits. QEMU 7.1 and newer refuse it (R1 unsafe).
@pytest.mark.parametrize("ram,raw,version,machine,firmware,model,verdict", [
    ("2TiB", 46, "6.2.0", "pc-q35-6.2", seabios("1.16.2"), None, "unsafe"),
    ("2TiB", 46, "7.0.0", "pc-i440fx-7.0", seabios("1.16.2"), None, "unsafe"),
    ("1020GiB", 46, "6.2.0", "pc-q35-6.2", seabios("1.16.2"), None, "safe"),      # ends at 0xff7fffffff: below 1 TiB
    ("1023GiB", 46, "6.2.0", "pc-q35-6.2", seabios("1.16.2"), None, "unsafe"),   # 4 GiB + 1021 GiB: one too many
    ("2TiB", 40, "6.2.0", "pc-q35-6.2", seabios("1.16.2"), None, "unsafe"),       # the host has no such addresses either
    ("2TiB", 46, "7.1.0", "pc-q35-7.1", seabios("1.16.2"), None, "unsafe"),
    ("8GiB", 46, "8.1.0", "pc-q35-8.1", seabios("1.16.2"), "pentium", "unsafe"),  # 32 bits, not counted before 8.2
    ("2GiB", 46, "8.1.0", "pc-q35-8.1", seabios("1.16.2"), "pentium", "safe"),
])
def test_memory_above_the_width(place, ram, raw, version, machine, firmware, model, verdict):
    document = guest(ram=ram, bits=None if model else 40, model=model, machine=machine, vmmVersion=version, firmware=firmware)
    answer = place.check(intel(raw, 48), document)
    assert answer["verdict"] == verdict
    assert rules(answer, verdict) == ([] if verdict == "safe" else ["R1"])


TDX = intel(52, 57, cpuinfo=46, la57=True, tdx=True)
MILAN = amd(48, sme=True, sev=True, snp=True, c_bit=51, reduction=5, cpuinfo=43)


def confidential(kind, firmware=None, **more):
    """One that starts, but for what a case changes: QEMU has SEV since 2.12, SEV-ES since 6.0, SEV-SNP since 9.1, TDX since 10.1."""
    sev = {} if kind == "tdx" else {"reducedPhysBits": 1, "cBit": 51, "cpu": {"vendor": "amd"}, "model": "EPYC-v4"}
    return guest(ram="2GiB", confidential=kind, firmware=firmware or ovmf("202505"),
                 **({"bits": "host", "machine": "pc-q35-10.1", "vmmVersion": "10.1.0"} | sev | more))


@pytest.mark.parametrize("kind", ["sev", "sev-es", "sev-snp", "tdx"])
def test_confidential(place, kind):
    host = TDX if kind == "tdx" else MILAN
    document = confidential(kind)
    answer = place.check(host, document)
    assert (answer["verdict"], answer["missing"]) == ("safe", [])


@pytest.mark.parametrize("kind", ["sev", "sev-es", "sev-snp", "tdx"])
@pytest.mark.parametrize("change,words", [
    ({"accelerator": "tcg"}, "only with KVM"),                        # QEMU 7.2: Assertion `machine->cgs->ready' failed
    ({"firmware": seabios("1.17.0")}, "SeaBIOS does not support confidential guests"),
])
def test_confidential_refused(place, kind, change, words):
    answer = place.check(TDX if kind == "tdx" else MILAN, confidential(kind) | change)
    assert words in [f for f in answer["findings"] if f["rule"] == "R10" and f["verdict"] == "unsafe"][0]["summary"]


@pytest.mark.parametrize("kind,version,known", [("tdx", "10.0.3", False), ("tdx", "10.1.0", True), ("sev-snp", "9.0.0", False), ("sev-snp", "9.1.0", True),
                                                ("sev-es", "5.2.0", False), ("sev-es", "6.0.0", True), ("sev", "5.2.0", True)])
def test_confidential_release(place, kind, version, known):
    """Vendors have it in builds of their own before: what an older one is decides, and nobody said."""
    major, minor = version.split(".")[:2]
    document = confidential(kind, vmmVersion=version, machine=f"pc-q35-{major}.{minor}")
    answer = place.check(TDX if kind == "tdx" else MILAN, document)
    assert (answer["verdict"], [m for m in answer["missing"] if "upstream: since QEMU" in m] == []) == ("safe" if known else "warning", known)


def drawn(seed):
    draw = random.Random(seed)
    kind = draw.choice(["intel", "amd"])
    raw = draw.choice([36, 39, 40, 42, 46, 48, 52] if kind == "intel" else [40, 43, 48, 52])
    q35, version = draw.random() < .6, draw.choice([(7, 2), (8, 2), (9, 0), (9, 2), (10, 0)])
    bits = draw.choice([raw, 40, draw.choice([36, 39, 41, 44, 46, 48])])
    ram = draw.choice([GIB, 0xB0000000, 3584 << 20, draw.randrange(5, 64) * GIB, draw.randrange(64, 1100) * GIB, draw.randrange(1000, 8000) * GIB,
                       draw.randrange(1000, 900000) << 20])
    room = draw.choice([0, 0, 512 << 20, draw.randrange(1, 600) * GIB])
    slots = draw.randrange(1, 20) if room else 0
    tag = draw.choice([202208, 202211, 202302, 202308, 202408, 202505, 202611])
    return kind, raw, q35, version, bits, ram, room, slots, tag


@pytest.mark.parametrize("seed", range(48))
def test_addresses_by_hand(place, seed):
    """The start check and OVMF's window, twice."""
    kind, raw, q35, version, bits, ram, room, slots, tag = drawn(seed)
    expected = qemu_addresses(q35, version, ram, room, slots, bits, kind == "amd")
    told = min(bits, raw) if version >= (9, 1) else 0
    name = f"pc-{'q35' if q35 else 'i440fx'}-{version[0]}.{version[1]}"
    document = guest(ram=ram, bits=bits, machine=name, vmmVersion=f"{version[0]}.{version[1]}.0", memory={"max": ram + room, "slots": slots} if room else {},
                     firmware=ovmf(str(tag), fiveLevelPaging=False, pciMmio64Exact=tag >= 202505), cpu={"pdpe1gb": True}, devs=[device(1 << 24)])
    answer = place.check(intel(raw, 57) if kind == "intel" else amd(raw), document)
    assert answer["layout"]["starts"] is expected["starts"]
    if not expected["starts"]:
        assert answer["verdict"] == "unsafe"
        return
    window, = (r for r in answer["layout"]["ranges"] if r["kind"] == "window64")
    start, size = ovmf_window(expected, tag, bits, told, kind)
    assert (int(window["start"], 16), int(window["end"], 16)) == (start, start + size - 1)


def test_sizes_in_words(place):
    """The forms count in MiB or KiB, a person does not."""
    document = guest(ram="16GiB", bits="host", limit=39, memory={"max": "600GiB", "slots": 16}, devs=[CARD])
    path = place.guest(document)
    done = run("check", path, f"--root={place.host(intel(46, 39))}", COLUMNS="80")
    # 4 + 14 GiB of memory, 16 GiB for slots and 32 GiB of hole leave 446 GiB of 512 for what is plugged in: 462 GiB with the 16 at boot.
    assert "reduce the maximum memory to 462 GiB" in " ".join(done.stdout.split())
