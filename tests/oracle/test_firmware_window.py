"""Linux under the installed SeaBIOS and OVMF: the root bus's 64-bit window in /proc/iomem and every BAR lie where the layout
says. Eight boots; with HAWD_TEST_ALL a dozen; all of them with HAWD_FIRMWARE_BOOTS=all. HAWD_OVMF names an OVMF_CODE file that is not
installed, HAWD_OVMF_VERSION its stable tag. Firmware of other releases: test_firmware_releases.py."""
import concurrent.futures
import os
import pathlib
import re
import subprocess

import pytest
from firmware_boot import BOTH, EACH_RUN, MORE, OVMF_ONLY, Firmware, boot, make_parts

OVMF = [os.environ.get("HAWD_OVMF", ""), "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"]


def seabios_version():
    for directory in ("/usr/share/seabios", "/usr/share/qemu"):
        path = pathlib.Path(directory, "bios-256k.bin")
        if path.is_file():
            found = re.search(rb"\x00(?:rel-)?(\d+\.\d+\.\d+)[-\x00]", path.read_bytes())
            if found:
                return found.group(1).decode()
    return None


def ovmf():
    """The file, and the stable tag as Debian's package version has it: 2022.11-6."""
    path = next((p for p in OVMF if p and os.path.exists(p)), None)
    version = os.environ.get("HAWD_OVMF_VERSION")
    if path and not version:
        text = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "ovmf"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"(?:\d+:)?(\d{4})\.(\d{2})", text)
        version = found.group(1) + found.group(2) if found else None
    return (path, version) if path and version else (None, None)


def installed(kind):
    if kind == "seabios":
        return Firmware("seabios", seabios_version()) if seabios_version() else None
    path, version = ovmf()
    return Firmware("ovmf", version, path) if path else None


@pytest.mark.parametrize("kind", ["seabios", "ovmf"])
def test_windows(kind, tmp_path):
    firmware = installed(kind)
    if not firmware:
        pytest.skip("no OVMF image with a version (package ovmf)" if kind == "ovmf" else
                    "no SeaBIOS that tells its version (package seabios)")
    parts = make_parts(tmp_path)
    chosen = BOTH if os.environ.get("HAWD_TEST_ALL") else BOTH[:EACH_RUN]
    if os.environ.get("HAWD_FIRMWARE_BOOTS") == "all":
        chosen = BOTH + MORE + (OVMF_ONLY if kind == "ovmf" else [])
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        wrong = [text for text in pool.map(lambda drawn: boot(firmware, drawn, parts), chosen) if text]
    print(f"{firmware}: {len(chosen)} boots, {len(wrong)} disagreements")
    assert not wrong, "\n".join(wrong)
