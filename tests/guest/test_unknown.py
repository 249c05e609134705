"""What nobody told and the layout depends on is tried in every way: only what holds in all of them is said.

Widths and windows by docs/check.md: OVMF 202308 and newer takes 1/8 of the address space; without 1 GiB pages it works with 40 bits (128 GiB of
1 TiB); before 202211 it takes 32 GiB behind memory."""
import pytest

from guests import GIB, device, guest, intel, ovmf
from place import rules, run

PDPE1GB = "cpu: pdpe1gb"
VERSION = "the firmware's version"
STRANGER = "Nonesuch-Server"  # no QEMU has such a model


def told(answer):
    """What stands behind each "if": the verdict, and the rules that only hold there."""
    return {a["when"]: (a["verdict"], [f["rule"] for f in a["findings"]]) for a in answer["alternatives"]}


# ── features of the CPU ───────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("model", ["host-model", "host"])
def test_host_model_has_the_hosts_pages(place, model):
    """46 bits: 8 TiB of window from 0x380000000000 on, where 256 GiB fit; at 40 bits 128 GiB would not hold them."""
    answer = place.check(intel(46, 48), guest(bits="host", model=model, firmware=ovmf("202411"), devs=[device(256 * GIB)]))
    assert (answer["verdict"], answer["missing"], answer["alternatives"]) == ("safe", [], [])
    assert answer["layout"]["firmwareBits"] == 46
    window, = (r for r in answer["layout"]["ranges"] if r["kind"] == "window64")
    assert window["start"] == "0x380000000000"


def test_unknown_model_both_ways(place):
    """1 GiB pages decide: 8 TiB of window or 128 GiB, for a BAR of 256 GiB."""
    answer = place.check(intel(46, 48), guest(bits="host", model=STRANGER, firmware=ovmf("202411"), devs=[device(256 * GIB)]))
    assert (answer["verdict"], answer["missing"], rules(answer, "unsafe")) == ("warning", [PDPE1GB], [])
    assert told(answer) == {"a CPU with 1 GiB pages (pdpe1gb)": ("safe", []), "a CPU without 1 GiB pages (pdpe1gb)": ("unsafe", ["R7", "R11"])}
    assert answer["layout"]["unknown"] is not None


@pytest.mark.parametrize("ram,bars,verdict,found", [
    ("16GiB", [], "safe", []),
    ("65TiB", [], "unsafe", ["R1"]),             # QEMU refuses before any firmware runs
])
def test_unknown_model_that_does_not_matter(place, ram, bars, verdict, found):
    answer = place.check(intel(46, 48), guest(ram=ram, bits="host", model=STRANGER, firmware=ovmf("202411"), devs=[device(*bars)] if bars else []))
    assert (answer["verdict"], rules(answer, "unsafe"), answer["missing"], answer["alternatives"]) == (verdict, found, [], [])


@pytest.mark.parametrize("given,verdict", [(True, "safe"), (False, "unsafe")])
def test_what_is_said_counts(place, given, verdict):
    """Neither the host nor both ways: the description has it."""
    answer = place.check(intel(46, 48), guest(bits="host", model=STRANGER, firmware=ovmf("202411"), devs=[device(256 * GIB)], cpu={"pdpe1gb": given}))
    assert (answer["verdict"], answer["missing"]) == (verdict, [])


@pytest.mark.parametrize("ram,bits,verdict,missing", [
    ("2GiB", None, "safe", []),
    ("100GiB", None, "warning", ["cpu: lm"]),  # 36 bits are 64 GiB
    ("100GiB", 40, "safe", []),                # QEMU takes a width for 64-bit models only
])
def test_unknown_model_of_32_bits(place, ram, bits, verdict, missing):
    document = guest(ram=ram, bits=bits, model=STRANGER, firmware={"kind": "seabios", "version": "1.16.2"}, cpu={"pse36": True})
    answer = place.check(intel(46, 48), document)
    assert (answer["verdict"], answer["missing"]) == (verdict, missing)


def test_two_unknowns(place):
    """OVMF before 202211 has 32 GiB whatever the CPU; from there on 1 GiB pages decide, though a quarter of 40 bits (202611) holds 256 GiB."""
    answer = place.check(intel(46, 48), guest(bits="host", model=STRANGER, firmware={"kind": "ovmf"}, devs=[device(256 * GIB)]))
    assert (answer["verdict"], answer["missing"]) == ("warning", [VERSION, PDPE1GB])
    large, small = "; a CPU with 1 GiB pages (pdpe1gb)", "; a CPU without 1 GiB pages (pdpe1gb)"
    assert told(answer) == {"OVMF before 202211": ("unsafe", ["R7"]), "OVMF 202211 or later" + large: ("safe", []),
                            "OVMF 202211 or later, before 202611" + small: ("unsafe", ["R7", "R11"]),
                            "OVMF 202611 or later" + small: ("warning", ["R11"])}


def test_build_of_the_firmware(place):
    """Whether 32 GiB of X-PciMmio64Mb shrink the 8 TiB is up to who built 202411: 64 GiB fit one of the two."""
    answer = place.check(intel(46, 48), guest(bits="host", firmware=ovmf("202411", pciMmio64Mb=32768), devs=[device(64 * GIB)]))
    assert answer["verdict"] == "warning" and len(answer["missing"]) == 1 and rules(answer, "unsafe") == []
    assert sorted(told(answer).values()) == [("safe", []), ("unsafe", ["R7"])]


# ── the firmware's version ────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("host,bits,bars,expected", [
    # 32 GiB before 202211.
    (intel(46, 48), "host", [64 * GIB], {"OVMF before 202211": ("unsafe", ["R7"]), "OVMF 202211 or later": ("safe", [])}),
    # At the top of 46 bits, beyond devices of 39.
    (intel(46, 39), "host", [16 * GIB], {"OVMF before 202211": ("safe", []), "OVMF 202211 or later": ("warning", ["R4"])}),
    # 1/8 of 39 bits is 64 GiB, 1/4 is 128.
    (intel(39, 39), "host", [64 * GIB, 64 * GIB], {"OVMF before 202611": ("unsafe", ["R7"]), "OVMF 202611 or later": ("safe", [])}),
    (intel(46, 48), "host", [16 * GIB], {}),
    (intel(46, 48), 40, [64 * GIB], {}),
])
def test_versions(place, host, bits, bars, expected):
    answer = place.check(host, guest(bits=bits, firmware={"kind": "ovmf"}, devs=[device(*bars)]))
    assert told(answer) == expected and answer["missing"] == ([VERSION] if expected else [])
    if expected:
        assert answer["verdict"] == "warning" and rules(answer, "unsafe") == [] and rules(answer, "warning") == []


def test_no_version_helps(place):
    """What all of them find is an answer: 40 bits of Intel are not believed, and 64 GiB do not fit 32."""
    answer = place.check(intel(46, 48), guest(bits=40, firmware={"kind": "ovmf"}, devs=[device(64 * GIB)]))
    assert answer["verdict"] == "unsafe" and rules(answer, "unsafe") == ["R7"]


def test_words(place):
    """On a screen: each answer, its verdict, what only it brings and what then helps."""
    document = guest(bits="host", firmware={"kind": "ovmf"}, devs=[device(16 * GIB)])
    done = run("check", place.guest(document), f"--root={place.host(intel(46, 39))}")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    first = lines.index("  if     OVMF before 202211: safe")
    assert lines[first + 1] == "  if     OVMF 202211 or later: warning"
    assert "[R4]" in done.stdout and "limit='39'" in done.stdout and max(map(len, lines)) <= 80
