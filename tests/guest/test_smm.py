"""OVMF with System Management Mode. Seen with Debian's images of 2022.11 and 2025.02: with smm=off, and on a machine that is not
q35, nothing is placed; at 40, 42, 46 and 52 bits all is. What its page tables map is from the sources (PiSmmCpuDxeSmm): 47 bits
with 4 levels from 202402 on, 48 before, and with 5 what the firmware has, where CPUID has la57 and more than 48 bits."""
import pytest

from forms import at, read
from guests import guest, intel, ovmf
from place import rules

FORMS = [
    ("-M q35,smm=on", {"smm": True, "firmware.smm": None}), ("-M q35,smm=off", {"smm": False}), ("-M q35,smm=auto", {"smm": None}),
    ("-M q35 -global driver=cfi.pflash01,property=secure,value=on", {"firmware.smm": True}),
    ("-M q35 -global cfi.pflash01.secure=off", {"firmware.smm": None}),
]


@pytest.mark.parametrize("words, members", FORMS)
def test_command_line(words, members):
    document = read("--", *words.split())
    assert {path: at(document, path) for path in members} == members


@pytest.mark.parametrize("os, features, members", [
    ("<loader readonly='yes' secure='yes' type='pflash'>/x/OVMF_CODE.fd</loader>", "<smm state='on'/>", {"smm": True, "firmware.smm": True}),
    ("<loader readonly='yes' secure='no' type='pflash'>/x/OVMF_CODE.fd</loader>", "<smm state='off'/>", {"smm": False, "firmware.smm": None}),
    ("<firmware><feature enabled='yes' name='secure-boot'/></firmware>", "<smm/>", {"smm": True, "firmware.smm": True}),
    ("<firmware><feature enabled='no' name='secure-boot'/></firmware>", "<acpi/>", {"smm": None, "firmware.smm": None}),
])
def test_domain(os, features, members, tmp_path):
    path = tmp_path / "domain.xml"
    path.write_text(f"<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type>{os}</os>"
                    f"<features>{features}</features><devices/></domain>")
    document = read(str(path))
    assert {name: at(document, name) for name in members} == members


SECBOOT = {"path": "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"}
LA57 = {"la57": True}
CASES = [
    # What there is to say of the machine.
    (guest(bits=46, firmware=ovmf("202211", smm=True)), [], None), (guest(bits=46, firmware=ovmf("202211", smm=True), smm=False), ["R7"], "smm=off"),
    (guest(bits=46, firmware=ovmf("202211", **SECBOOT), smm=False), ["R7"], "smm=off"), (guest(bits=46, firmware=ovmf("202211"), smm=False), [], None),
    (guest(bits=46, machine="pc-i440fx-9.0", firmware=ovmf("202211", smm=True)), ["R7"], "q35"),
    # A build with 5-level paging, 48 bits and la57: the window is 224 to 256 TiB, and SMM maps 128.
    (guest(ram="1100GiB", bits=48, firmware=ovmf("202411", smm=True, fiveLevelPaging=True), cpu=LA57), ["R7"], "it maps 47 bits (up to 0x7fffffffffff)"),
    (guest(ram="1100GiB", bits=48, firmware=ovmf("202411", smm=False, fiveLevelPaging=True), cpu=LA57), [], None),
    # Above 48 bits it has 5 levels itself.
    (guest(ram="1100GiB", bits=52, firmware=ovmf("202411", smm=True, fiveLevelPaging=True), cpu=LA57), [], None),
    # 4 levels: the window ends at 46 bits, which is said where the guest has more.
    (guest(bits=52, firmware=ovmf("202411", smm=True, fiveLevelPaging=False)), [], "it maps 46 bits"),
]


@pytest.mark.parametrize("document, unsafe, words", CASES)
def test_check(place, document, unsafe, words):
    answer = place.check(intel(52, 57, la57=True), document)
    assert rules(answer, "unsafe") == unsafe, answer["findings"]
    assert words is None or any(words in f["numbers"] for f in answer["findings"] if f["rule"] == "R7")
    if unsafe and not words.startswith("it maps"):
        assert next(f for f in answer["findings"] if f["rule"] == "R7" and f["verdict"] == "unsafe")["remedy"]


def test_unknown_paging(place):
    """Whether the image has 5-level paging decides, and nobody said it: never safe."""
    answer = place.check(intel(52, 57, la57=True), guest(ram="1100GiB", bits=48, firmware=ovmf("202411", smm=True), cpu=LA57))
    assert answer["verdict"] != "safe"
