"""SeaBIOS and OVMF of other releases of Debian, under the installed QEMU: every BAR is where the layout says, by QEMU's word
of what the firmware programmed, and a few of them by Linux's with the window. bullseye and trixie; with
HAWD_FIRMWARE_BOOTS=all also sid, every case and boot, and drawn guests. Without the mirror they are skipped."""
import concurrent.futures
import dataclasses
import os
import re

import pytest
import release
from firmware_boot import BOTH, MORE, OVMF_ONLY, Firmware, boot, make_parts
from firmware_places import MAPPED, OVMF, SEABIOS, WIDE, drawn_cases, judge

ALL = os.environ.get("HAWD_FIRMWARE_BOOTS") == "all"
SUITES = ["bullseye", "trixie"] + (["sid"] if ALL else [])
PACKAGES = {"seabios": "seabios", "ovmf": "ovmf"}
IMAGES = {"seabios": "usr/share/seabios/bios-256k.bin", "ovmf": "usr/share/OVMF/OVMF_CODE_4M.fd"}
# By Linux too: at the top of the addresses where the release goes there.
BOOTED = BOTH[:1]


def firmware_of(suite, kind):
    # In sid the package "ovmf" has no image of its own.
    package = "ovmf-generic" if (suite, kind) == ("sid", "ovmf") else PACKAGES[kind]
    try:
        root = release.tree(suite, [package], closure=False)
    except release.Missing as missing:
        pytest.skip(f"no {package} of {suite}: {missing}")
    version = re.match(r"[a-z-]+_(?:\d+%3a)?([0-9.]+)", (root / "packages").read_text(encoding="utf-8")).group(1)
    if kind == "ovmf":
        version = "".join(version.split(".")[:2])
    return Firmware(kind, version, str(root / IMAGES[kind]))


def all_of(pool, question, cases):
    wrong = [text for text in pool.map(question, cases) if text]
    assert not wrong, "\n".join(wrong)
    return len(cases)


@pytest.mark.parametrize("kind", ["seabios", "ovmf"])
@pytest.mark.parametrize("suite", SUITES)
def test_places(suite, kind):
    firmware = firmware_of(suite, kind)
    cases = SEABIOS if kind == "seabios" else OVMF
    if ALL:
        cases = cases + drawn_cases(firmware, 60 if kind == "seabios" else 20) + (WIDE if kind == "ovmf" else [])
    with concurrent.futures.ThreadPoolExecutor(max_workers=4 if kind == "seabios" else 2) as pool:
        n = all_of(pool, lambda drawn: judge(firmware, drawn), cases)
    print(f"{firmware}: {n} guests by query-pci")


@pytest.mark.parametrize("kind", ["seabios", "ovmf"])
@pytest.mark.parametrize("suite", SUITES)
def test_linux(suite, kind, tmp_path):
    firmware, parts = firmware_of(suite, kind), make_parts(tmp_path)
    cases = BOTH + MORE + (OVMF_ONLY if kind == "ovmf" else []) if ALL else BOOTED
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        n = all_of(pool, lambda drawn: boot(firmware, drawn, parts), cases)
    print(f"{firmware}: {n} boots of Linux")


@pytest.mark.parametrize("suite,kind,of", [("trixie", "ovmf", "trixie")] + ([("sid", "ovmf", "sid"), ("sid", "seabios", "sid")] if ALL else []))
def test_guest_phys_bits(suite, kind, of):
    """A property of QEMU since 9.1, so that it takes one of another release."""
    firmware = firmware_of(suite, kind)
    try:
        emulator = release.qemu(release.tree(of, release.QEMU))
    except release.Missing as missing:
        pytest.skip(f"no QEMU of {of}: {missing}")
    firmware = dataclasses.replace(firmware, emulator=tuple(emulator))
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        all_of(pool, lambda drawn: judge(firmware, drawn), MAPPED)
