"""AAVMF and Linux as judges of BARs on QEMU's virt machine: what firmware puts where, what it leaves without an address, and where Linux has it
afterwards, against the layout and R7 of `hawctl check` for the same command line. The firmware of the stable release and a few
boots of Linux in each run; with HAWD_TEST_ALL four releases, and more guests. HAWD_SEED says which are drawn, HAWD_VIRT_RELEASES
of which releases."""
import concurrent.futures
import os
import random

import pytest

import release
from firmware_virt import GIB, MIB, Case, Emulator, asked, firmware_places, linux_places, make_parts
from hosts_arm import ampere_like
from tree import Tree

ALL = bool(os.environ.get("HAWD_TEST_ALL"))
RELEASES = os.environ.get("HAWD_VIRT_RELEASES", "bullseye bookworm trixie sid" if ALL else "trixie").split()
SEED = os.environ.get("HAWD_SEED", "1")


def port(size):
    return f"{size},port"


# As QEMU 7.2 with AAVMF 2022.11, and 10.0 with 2025.02 and Linux 6.12, were seen to place them.
SEEN = [
    Case((port(16 * GIB), str(GIB), "net"), ports=1, places=(0x8000000000, 0x8400000000, 0x8440000000)),
    Case((port(512 * GIB), "net"), places=(0, 0x8000000000)),
    Case((port(256 * GIB), port(256 * GIB), "net"), places=(0x8000000000, 0, 0xc000000000),
         linux=(0x8000000000, 0xc000000000, 0x10400000)),
    Case((port(16 * GIB), "net"), options=",highmem-mmio=off", places=(0, 0)),
    Case((port(16 * GIB), str(512 * MIB)), cpu="cortex-a53", ram="600G", places=(0, 0)),
    Case((port(4 * GIB), "net"), linux=(0x8000000000, 0x8100000000)),
]
SIZES = [MIB, 2 * MIB, 16 * MIB, 256 * MIB, 512 * MIB, GIB, 4 * GIB, 8 * GIB, 64 * GIB, 128 * GIB, 256 * GIB, 512 * GIB]


def draw(rng, emulator, low):
    """low: a machine without much memory, which Linux can boot."""
    bars = tuple(f"{rng.choice(SIZES)}{rng.choice(['', ',port', ',port'])}" for _ in range(rng.choice([1, 1, 2, 2, 3, 4])))
    case = {"bars": (*bars, "net") if rng.random() < .8 else bars, "ports": rng.choice([0, 0, 1, 2, 8])}
    roll, version = rng.random(), tuple(map(int, emulator.version.split(".")))
    if roll < .2 and version >= (8, 0):
        case["options"] = ",highmem-mmio=off"
    elif roll < .3 and version >= (10, 0):
        case["options"] = rng.choice([",highmem-mmio-size=1T", ",highmem-mmio-size=16T"])
    elif roll < .45 and not low and version >= (7, 0):
        case |= {"cpu": rng.choice(["cortex-a53", "cortex-a57"]), "ram": rng.choice(["300G", "600G", "1000G"])}
    return Case(**case)


def made_by(emulator, case):
    """Switches of the map came with 8.0; before 7.0 a machine whose window does not fit does not start."""
    version = tuple(map(int, emulator.version.split(".")))
    return version >= (8, 0) or (not case.options and (version >= (7, 0) or case.ram == "1G"))


def large(case, values):
    """Those that hawctl is told of: of a virtio-net it does not know the size."""
    return tuple(value for bar, value in zip(case.bars, values) if bar != "net")


def against_firmware(answer, case, places):
    """What firmware leaves out is said; what it places is where the layout says."""
    if not all(places):
        return answer.window == "unsafe" or (answer.window == "warning" and any(places))
    return answer.window is None and same(answer, case, places)


def same(answer, case, places):
    return all(told in (None, seen) for told, seen in zip(large(case, answer.places), large(case, places)))


def against_linux(answer, case, places):
    """Only a BAR that Linux leaves out as well, or firmware that leaves all of them out, is unsafe."""
    if not all(places):
        return answer.window == "unsafe"
    return answer.all_left or (answer.window != "unsafe" and same(answer, case, places))


def text(places):
    return [f"{place:#x}" if place else None for place in places]


def judged(emulator, case, host, places, agrees):
    answer = asked(emulator, case, host)
    if not answer.starts or not agrees(answer, case, places):
        return f"{emulator} {case}:\n  seen {text(places)}, layout {text(answer.places)}, R7 {answer.window}\n{answer.text}"
    return None


@pytest.fixture(name="host", scope="module")
def an_arm64_host(tmp_path_factory):
    path = tmp_path_factory.mktemp("host")
    ampere_like(Tree(path))
    return path


@pytest.fixture(name="emulator", scope="module", params=RELEASES)
def found_emulator(request):
    try:
        return Emulator(request.param)
    except release.Missing as error:
        pytest.skip(f"{request.param}: {error}")


def all_of(question, cases):
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        wrong = [text for text in pool.map(question, cases) if text]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(cases)}", *wrong])


def test_firmware(emulator, host):
    rng = random.Random(f"firmware {SEED} {emulator.version}")
    seen = [case for case in SEEN if case.places and made_by(emulator, case)]
    cases = seen + [draw(rng, emulator, False) for _ in range(40 if ALL else 4)]

    def question(case):
        places = firmware_places(emulator, case)
        if case.places and places != case.places:
            return f"{emulator} {case}: the firmware places it at {text(places)}"
        return judged(emulator, case, host, places, against_firmware)
    all_of(question, cases)
    print(f"{emulator}: firmware alone, {len(cases)} guests")


def test_linux(emulator, host, tmp_path):
    rng, parts = random.Random(f"linux {SEED} {emulator.version}"), make_parts(tmp_path)
    cases = [case for case in SEEN if case.linux] + [draw(rng, emulator, True) for _ in range(20 if ALL else 2)]

    def question(case):
        places = linux_places(emulator, case, parts)
        if case.linux and places != case.linux:
            return f"{emulator} {case}: Linux places it at {text(places)}"
        return judged(emulator, case, host, places, against_linux)
    all_of(question, cases)
    print(f"{emulator}: Linux after firmware, {len(cases)} guests")
