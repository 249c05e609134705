"""No layout that lies over itself is safe. Seen: QEMU 7.2 with SeaBIOS 1.16.3 shows RAM where it puts the BAR; with OVMF 2025.02
nothing is placed."""
import pytest

from guests import GIB, amd, device, guest, intel, ovmf, seabios
from place import Place, rules, run

CARD = [device(16 * GIB, assigned=False)]


@pytest.mark.parametrize("firmware", [seabios("1.16.3"), seabios("1.17.0"), ovmf("202302"), ovmf("202502", fiveLevelPaging=False)])
def test_epyc_of_40_bits(tmp_path, firmware):
    """Below AMD's hole there are 128 GiB for the window from 768 GiB on; RAM ends at 802."""
    document = guest(ram="800GiB", model="EPYC", bits=40, firmware=firmware, devs=CARD)
    answer = Place(tmp_path / "with").check(amd(48), document)
    assert answer["verdict"] == "unsafe" and rules(answer, "unsafe") == ["R14"]
    found = next(f for f in answer["findings"] if f["rule"] == "R14")
    assert found["numbers"] == ("gpu, BAR 0: 0xc000000000-0xc3ffffffff, RAM above 4 GiB: 0x100000000-0xc87fffffff; "
                                "the guest sees the memory; the device does not respond")
    assert found["range"] == {"start": "0xc000000000", "end": "0xc3ffffffff"}
    # One bit more, and the window is elsewhere.
    assert "bits='41'" in found["libvirt"]
    assert rules(Place(tmp_path / "wider").check(amd(48), document | {"cpu": document["cpu"] | {"physBits": 41}}), "unsafe") == []
    # The machine's own devices go into the window too.
    assert rules(Place(tmp_path / "alone").check(amd(48), document | {"devices": []}), "unsafe") == ["R14"]
    assert rules(Place(tmp_path / "less").check(amd(48), document | {"memory": {"ram": "700GiB"}}), "unsafe") == []


def test_cxl_without_a_region(tmp_path):
    """Firmware is told of CXL's windows together with the hot-plug region alone: 6 GiB end at 8, 40 GiB of CXL at 48."""
    document = guest(ram="6GiB", bits=39, firmware=ovmf("202208"), devs=CARD, memory={"cxlWindows": ["40GiB"]})
    assert rules(Place(tmp_path / "without").check(intel(46, 48), document), "unsafe") == ["R14"]
    document["memory"]["max"] = "7GiB"
    assert rules(Place(tmp_path / "with").check(intel(46, 48), document), "unsafe") == []


def test_screen(tmp_path):
    place = Place(tmp_path / "screen")
    text = run("check", place.guest(guest(ram="800GiB", model="EPYC", bits=40, firmware=seabios("1.17.0"), devs=CARD)), f"--root={place.host(amd(48))}",
               COLUMNS="80").stdout
    assert "the firmware places BARs at the addresses of memory" in " ".join(text.split())
