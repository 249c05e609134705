"""Memory, windows and ports that are likely to meet, under SeaBIOS and OVMF of several releases and the installed QEMU: what is
not placed or not seen at its place is unsafe by the layout, and nothing else is. A few guests of each in every run; with
HAWD_TEST_ALL sixty of each, of images with System Management Mode as well (HAWD_FIRMWARE_SEED draws others)."""
import concurrent.futures
import os
import shutil

import pytest
import release
from firmware_boot import AMD_1G, GIB, INTEL, Firmware, case
from firmware_meet import drawn_cases, judge
from test_firmware_releases import firmware_of
from test_firmware_window import installed

ALL = bool(os.environ.get("HAWD_TEST_ALL"))
SEED = int(os.environ.get("HAWD_FIRMWARE_SEED", "1"))
# Over RAM below AMD's hole; below 0; right at the end of the addresses; with ports beside.
SEABIOS = [case("q35", AMD_1G, 40, 800 * GIB, 16 * GIB), case("q35", AMD_1G, 40, 2 * GIB, *[64 * GIB] * 15),
           case("q35", INTEL, 39, 480 * GIB, 16 * GIB, f"{4 * GIB},port", ports=16, hole64=2 * GIB)]
OVMF = [case("q35", INTEL, 39, 2 * GIB, *[f"{8 * GIB},port"] * 8, ports=18), case("q35", INTEL, 39, 2 * GIB, *[f"{8 * GIB},port"] * 7, ports=18),
        case("q35", INTEL, 39, 2 * GIB, *[f"{8 * GIB},port"] * 8, ports=18, ports_fixed=1)]
OVMF_MOVED = [case("q35", AMD_1G, 40, 800 * GIB, 16 * GIB)]


def smm_of(suite):
    """The image that keeps its variables in System Management Mode, with a store for them."""
    firmware = firmware_of(suite, "ovmf")
    image = firmware.image.replace(".fd", ".secboot.fd")
    return Firmware("ovmf", firmware.version, image, variables=firmware.image.replace("CODE", "VARS"))


def all_of(firmware, cases, limit):
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        wrong = [text for text in pool.map(lambda drawn: judge(firmware, drawn, limit), cases) if text]
    assert not wrong, "\n".join(wrong)
    print(f"{firmware}: {len(cases)} guests")


def drawn(firmware, few, many, wide):
    return drawn_cases(firmware, many if ALL else few, SEED, wide)


@pytest.fixture(autouse=True)
def emulator():
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64 (package qemu-system-x86)")


def test_installed():
    firmware = installed("seabios")
    if not firmware:
        pytest.skip("no SeaBIOS that tells its version (package seabios)")
    all_of(firmware, drawn(firmware, 2, 60, True), 20)
    firmware = installed("ovmf")
    if not firmware:
        pytest.skip("no OVMF image with a version (package ovmf)")
    all_of(firmware, OVMF + drawn(firmware, 0, 30, False), 60)


@pytest.mark.parametrize("suite", ["trixie"] + (["bullseye", "sid"] if ALL else []))
def test_seabios(suite):
    firmware = firmware_of(suite, "seabios")
    all_of(firmware, (SEABIOS if suite != "bullseye" else []) + drawn(firmware, 3, 60, True), 20)


@pytest.mark.parametrize("suite", ["trixie"] + (["bullseye"] if ALL else []))
def test_ovmf(suite):
    firmware = firmware_of(suite, "ovmf")
    all_of(firmware, (OVMF_MOVED if suite == "trixie" else []) + drawn(firmware, 1, 30, False), 60)


@pytest.mark.parametrize("suite", ["trixie"] if ALL else [])
def test_management_mode(suite):
    firmware = smm_of(suite)
    all_of(firmware, drawn(firmware, 0, 20, False), 90)
