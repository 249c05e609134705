"""How many more devices fit."""
import json

import pytest

from field_hosts import no_remapping, off
from guests import GIB, GPU, amd, device, guest, intel, seabios
from place import nothing, rules, run
from test_cases import FIT
from tree import MEMORY32, MSI


def fit(place, build, document, *arguments):
    done = run("fit", place.guest(document), f"--root={place.host(build)}", "-j", *arguments)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    FIT.validate(answer)
    return answer


def test_fit_dynamic_window(place):
    """OVMF at 41 bits has 1/8 of 2 TiB, 256 GiB: sixteen BARs of 16 GiB; at 39 bits 64 GiB, four."""
    answer = fit(place, intel(46, 48), guest(bits=41), "--bar=16GiB", "--count=5")
    assert answer["now"]["fit"] == 16 and answer["bytesEach"] == 16 * GIB
    assert {w["bits"]: w["fit"] for w in answer["widths"]}[39] == 4


def test_fit_by_address(place):
    """16 GiB and 32 MiB behind one port: 32 GiB of the 64 that 39 bits leave."""
    answer = fit(place, intel(46, 48), guest(bits=39), "--device=0000:01:00.0", "--count=2")
    assert answer["bytesEach"] == 32 * GIB and answer["now"]["fit"] == 2


def test_fit_reached(place):
    """39 bits of IOVA: at 41 bits of the guest all BARs fit and none is reached."""
    answer = fit(place, intel(46, 39), guest(bits=41), "--bar=16GiB")
    assert answer["now"]["fit"] == 16 and answer["now"]["reached"] == 0


@pytest.mark.parametrize("build,document,word", [
    (nothing, guest(bits="host"), "physical address width"), (intel(46, 48), guest(firmware={"kind": "unknown", "path": "/x.bin"}), "firmware")])
def test_fit_unknown(place, build, document, word):
    """How many fit where nobody knows how wide the guest is, or what places BARs: not 256."""
    answer = fit(place, build, document, "--bar=16GiB")
    assert (answer["now"]["fit"], answer["bitsForAll"], answer["stopsAt"]) == (0, None, "")
    assert word in answer["why"] and any(word in m for m in answer["missing"])
    text = run("fit", place.path / "guest.json", f"--root={place.path / 'host'}", "--bar=16GiB").stdout
    assert text.startswith("0 of 1 fit ") and "one more: unknown: " in text and "[]" not in text and "They do not all fit" not in text


def test_fit_text(place):
    """Four BARs of 16 GiB fill the 64 GiB of 39 bits; 40 are 640 GiB, for which 43 bits have 1 TiB."""
    host = place.host(intel(46, 48))
    text = run("fit", place.guest(guest(bits=39)), f"--root={host}", "--bar=16GiB", "--count=40").stdout
    assert text.startswith("4 of 40 fit beside this guest at 39 bits; up to 4 fit, each needs 16 GiB\n")
    assert "With 43 address bits, all of them fit." in text and "unsafe" not in text
    text = run("fit", place.guest(guest(ram="600GiB", bits=39)), f"--root={host}", "--bar=16GiB").stdout
    assert text.startswith("0 of 1 fit ") and "The guest is unsafe without additional devices" in text


@pytest.mark.parametrize("arguments,status,word", [
    ([], 2, "--bar"), (["--bar=16GiB", "--device=0000:01:00.0"], 2, "requires either"), (["--bar=3GiB"], 2, "power of two"), (["--bar=x"], 2, "--bar=x"),
    (["--bar=1GiB", "--count=0"], 2, "--count"), (["--bar=1GiB", "--count=-1"], 2, "--count"), (["--bar=1GiB", "--count=99999"], 2, "256"),
    (["--device=0000:09:00.0"], 1, "0000:09:00.0"), (["--bar=1GiB"] * 7, 2, "at most 6"),
])
def test_fit_asked_wrongly(place, arguments, status, word):
    done = run("fit", place.guest(guest()), f"--root={place.host(intel(46, 48))}", *arguments)
    assert done.returncode == status and word in done.stderr and done.stdout == ""


# ── what VFIO refuses, whatever fits ─────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("build,asked,word", [
    (off, "--bar=16GiB", "no device behind an IOMMU"), (off, "--device=0000:01:00.0", "it is not behind an IOMMU"),
    (no_remapping, "--bar=16GiB", "interrupt remapping is disabled"), (no_remapping, "--device=0000:01:00.0", "interrupt remapping is disabled"),
    (intel(46, 48, regions=(MSI, (0x7B800000, 0x7BFFFFFF, "direct"))), "--device=0000:01:00.0", "0x7b800000-0x7bffffff (direct)"),
    (intel(46, 48, functions=(GPU, ("0000:01:00.1", "snd_hda_intel", ()))), "--device=0000:01:00.0", "0000:01:00.1 (snd_hda_intel)"),
])
def test_refused(place, build, asked, word):
    """At 41 bits 256 GiB hold sixteen BARs of 16 GiB or eight ports of 32, and none of them can be assigned."""
    answer = fit(place, build, guest(bits=41), asked)
    assert answer["now"]["fit"] == (16 if "bar" in asked else 8)
    assert any(word in text for text in answer["refused"]), answer["refused"]
    text = run("fit", place.path / "guest.json", f"--root={place.path / 'host'}", asked, COLUMNS="200").stdout
    assert [line for line in text.splitlines() if line.startswith("refused  ") and word in line]


def test_not_refused(place):
    """The control, with the guest having that very device already: another of its kind is meant."""
    document = guest(bits=41, devs=[{"address": "0000:01:00.0", "assigned": True}])
    answer = fit(place, intel(46, 48), document, "--device=0000:01:00.0")
    assert answer["refused"] == [] and answer["now"]["fit"] == 7 and answer["missing"] == []


# ── against checks, one for each count ───────────────────────────────────────────────────────────────────────────────────

def outcome(place, count, document, sizes):
    """Do so many fit, and are all of them reached? By check, which knows nothing of fit."""
    devs = [device(*sizes, name=f"card{i}", ownPort=True) for i in range(count)]
    path = place.path / "with.json"
    path.write_text(json.dumps(document | {"devices": devs}), encoding="utf-8")
    answer = json.loads(run("check", path, f"--root={place.path / 'host'}", "--json=short").stdout)
    fits = answer["layout"]["unknown"] is None and not set(rules(answer, "unsafe")) - {"R6", "R12"}
    return fits, fits and not {"R4", "R9"} & set(rules(answer, "warning"))


@pytest.mark.parametrize("build,document,sizes", [
    (intel(46, 48), guest(bits=41), (16 * GIB, 32 << 20)), (intel(46, 39), guest(bits=42), (16 * GIB,)),
    (intel(46, 39), guest(bits=40, firmware=seabios("1.16.2")), (32 * GIB,)),
    # SeaBIOS moves its window by what is in it: into AMD's hole for some counts, past it for more.
    (amd(48), guest(ram="2GiB", model="EPYC", bits=40, firmware=seabios("1.17.0")), (16 * GIB, 32 << 20)),
    (amd(48), guest(ram="2GiB", model="EPYC", bits=40, firmware=seabios("1.16.3")), (64 * GIB,)),
    # 31 of 32 MiB are 992 of the 1004 MiB below 4 GiB: the machine's own decide; 32 have a window above.
    (intel(46, 48), guest(ram="2GiB", bits=39, firmware=seabios("1.16.2")), (32 << 20,)),
])
def test_against_checks(place, build, document, sizes):
    answer = fit(place, build, document, *(f"--bar={size >> 20}MiB" for size in sizes))
    n, reached = answer["now"]["fit"], answer["now"]["reached"]
    assert n > 0
    for count in {1, 2, 3, 4, 5, 8, 15, 30, 32, n // 2, n - 1, n, n + 1} - {0}:
        if count <= 256:
            fits, all_reached = outcome(place, count, document, sizes)
            assert fits == (count <= n)
            assert all_reached or count > reached
    if 0 < reached < n:
        assert outcome(place, reached, document, sizes)[1] and not outcome(place, reached + 1, document, sizes)[1]


def test_no_window(place):
    """A card with nothing but 32-bit BARs takes none of the classic window; of a larger one its port takes 1/256: of an eighth of
    41 bits that is 1 GiB."""
    nic = ("0000:01:00.0", "vfio-pci", ((0, 0xC0000000, 1 << 20, MEMORY32),))
    host = place.host(intel(46, 48, functions=(nic,)))
    text = run("fit", place.guest(guest(bits=41)), f"--root={host}", "--device=0000:01:00.0", COLUMNS="200").stdout
    for bits, words in ((36, "no 64-bit window"), (41, "1 GiB")):
        text = run("fit", place.guest(guest(bits=bits)), f"--root={host}", "--device=0000:01:00.0", COLUMNS="200").stdout
        assert f"each needs {words}" in text
