"""QEMU's version, where nobody says it: every one that may be meant is tried, and what hangs on it is told with it."""
import json
import subprocess

import pytest

from forms import assumed, read
from guests import GIB, amd, device, guest, intel, seabios
from place import HAWCTL, run

MISSING = "QEMU's version"


def unnamed(machine="q35", **more):
    document = guest(machine=machine, firmware=seabios("1.16.3"), **more)
    del document["vmmVersion"]
    return document


def nested(machine="q35", bits=None):
    return unnamed(machine, devs=[{"name": "gpu", "assigned": True, "address": "0000:01:00.0"}],
                   viommu={"kind": "intel"} | ({"awBits": bits} if bits else {}))


def told(answer):
    return [(a["when"], a["verdict"], sorted(f["rule"] for f in a["findings"])) for a in answer["alternatives"]]


def test_viommu_by_the_newest(place):
    """intel-iommu has 39 bits up to machine version 9.1 and 48 from 9.2 on (hw/i386/pc.c, pc_compat_9_1); 48 do not fit 39."""
    answer = place.check(intel(46, 39), nested())
    assert answer["verdict"] == "warning" and answer["missing"] == [MISSING]
    assert told(answer) == [("QEMU before 9.2", "safe", []), ("QEMU 9.2 or later", "unsafe", ["R5"])]


@pytest.mark.parametrize("machine,bits,verdict,missing,expected", [
    # The machine type says it.
    ("pc-q35-9.1", None, "safe", [], []), ("pc-q35-7.2", None, "safe", [], []), ("pc-q35-9.2", None, "unsafe", [], []),
    # Before 9.1 QEMU does not compare (hw/vfio, vtd_check_hiod came with 9.1): a warning there, refused from there on.
    ("pc-q35-8.2", 48, "warning", [MISSING], [("QEMU before 9.1", "warning", ["R5"]), ("QEMU 9.1 or later", "unsafe", ["R5"])]),
    ("pc-q35-9.1", 48, "unsafe", [], []),
    # 39 is enough whatever it is.
    ("q35", 39, "safe", [], []),
])
def test_viommu_by_the_machine(place, machine, bits, verdict, missing, expected):
    answer = place.check(intel(46, 39), nested(machine, bits))
    assert (answer["verdict"], answer["missing"], told(answer)) == (verdict, missing, expected)


@pytest.mark.parametrize("option,verdict", [("--qemu=9.1", "safe"), ("--qemu=9.2", "unsafe"), ("--qemu=10.0.2", "unsafe")])
def test_settled(place, option, verdict):
    """By an option; a site's defaults and the description itself do it as well."""
    host, version, site = place.host(intel(46, 39)), option.removeprefix("--qemu="), place.path / "site.json"
    site.write_text(json.dumps({"schema": "hawd-guest-defaults/1", "qemu": version}), encoding="utf-8")
    for document, more in ((nested(), [option]), (nested() | {"vmmVersion": version}, []), (nested(), [f"--defaults={site}"])):
        answer = json.loads(run("check", place.guest(document), f"--root={host}", "-j", *more).stdout)
        assert (answer["verdict"], answer["missing"]) == (verdict, [])


def test_start_check(place):
    """600 GiB do not fit the 512 GiB of 39 bits: QEMU refuses it from 7.1 on (pc_memory_init); before, it starts with memory that
    its CPU has no address for. That is unsafe with all, and each says what it is."""
    answer = place.check(intel(46, 39), unnamed(ram="600GiB", bits=39))
    assert answer["verdict"] == "unsafe"
    assert [(when, verdict) for when, verdict, _ in told(answer)] == [("QEMU before 7.1", "unsafe"), ("QEMU 7.1 or later", "unsafe")]


@pytest.mark.parametrize("ram,more,verdict", [
    # RAM ends at 4 GiB + 510 - 2 GiB: the width's end; and 2 GiB beyond it.
    ("510GiB", {}, "safe"), ("512GiB", {}, "unsafe"),
    # A region of 512 GiB after them, and nothing plugged into it.
    ("16GiB", {"max": "528GiB", "slots": 4}, "warning"),
])
def test_before_it_compared(place, ram, more, verdict):
    """QEMU 7.0 does not compare: what it starts is no more reached for that."""
    answer = place.check(intel(46, 39), guest(machine="pc-q35-7.0", ram=ram, bits=39, firmware=seabios("1.16.3"), memory=more) | {"vmmVersion": "7.0"})
    assert answer["verdict"] == verdict


def test_nothing_hangs_on_it(place):
    """A plain guest is the same under all of them: nothing is missing."""
    answer = place.check(intel(46, 46), unnamed(bits=40))
    assert (answer["verdict"], answer["missing"], answer["alternatives"]) == ("safe", [], [])


def test_hint(place):
    """guest-phys-bits came with 9.1: what is older ends on it."""
    answer = place.check(intel(46, 46), unnamed(bits=46, cpu={"guestPhysBits": 40}))
    assert answer["missing"] == [MISSING]
    assert told(answer) == [("QEMU before 9.1", "unsafe", ["R1"]), ("QEMU 9.1 or later", "safe", [])]


def test_both_are_open(place):
    """64 GiB do not fit the 32 GiB of OVMF before 202211, and 48 bits do not fit 39: four answers, of two questions."""
    document = nested() | {"firmware": {"kind": "ovmf"}}
    document["devices"] = [device(64 * GIB)]
    answer = place.check(intel(46, 39), document | {"cpu": {"model": "host", "physBits": 39}})
    assert set(answer["missing"]) == {MISSING, "the firmware's version"}
    whens = [when for when, _, _ in told(answer)]
    assert "QEMU before 9.2; OVMF before 202211" in whens and len(whens) == len(set(whens)) >= 4


def test_by_text(place):
    text = run("check", place.guest(nested()), f"--root={place.host(intel(46, 39))}").stdout
    assert MISSING in text and "QEMU before 9.2" in text and "QEMU 9.2 or later" in text


@pytest.mark.parametrize("path,version", [
    ("/nix/store/0a1b2c3d-qemu-9.1.2/bin/qemu-system-x86_64", "9.1.2"), ("/nix/store/9.9-qemu-host-cpu-only-8.2.4/bin/qemu-kvm", "8.2.4"),
    ("/opt/qemu-10.0/bin/qemu-system-x86_64", "10.0"), ("/opt/qemu-v7.2.1-rc2/qemu-system-x86_64", "7.2.1"),
    ("/opt/bin/qemu-system-x86_64.tdx-8.1", "8.1"),
    # Numbers of something else.
    ("/usr/libexec/qemu-kvm", None), ("/usr/lib/xen-4.17/bin/qemu-system-x86_64", None), ("/opt/qemu/2024.05/qemu-system-x86_64", None),
    ("./qemu-system-x86_64", None), ("/usr/local/bin/qemu-system-x86_64", None), ("/srv/qemu-2024.05/bin/qemu-system-x86_64", None),
    # The packages' own.
    ("/usr/bin/qemu-system-x86_64", "7.2"), ("qemu-system-x86_64", "7.2"), ("kvm", "7.2"), ("/usr/bin/kvm", "7.2"),
])
def test_paths(place, path, version):
    """7.2 is what is installed; a path of another tree says whether that is another version."""
    place.path.mkdir(exist_ok=True)
    xml = place.path / "guest.xml"
    xml.write_text(f"<domain type='kvm'><name>g</name><memory>1048576</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>"
                   f"<devices><emulator>{path}</emulator></devices></domain>", encoding="utf-8")
    for document in (read("--defaults=7.2,,", "--", path, "-M", "q35"), read("--defaults=7.2,,", xml)):
        assert document.get("vmmVersion") == version
        assert ("no package" in assumed(document)["vmmVersion"]) is (version is None)
        # Its firmware is not the one that is installed here, either.
        assert ("vmmPath" in document) is (version != "7.2")


def test_of_this_machine(tmp_path):
    """A link to a place that has a version, as NixOS has them; and one to the package's own program, if there is one."""
    def version(path):
        done = subprocess.run([HAWCTL, "check", "--local", "-j", "--", str(path), "-M", "q35"], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in (0, 3), done.stderr
        return {note["what"]: note["text"] for note in json.loads(done.stdout)["assumed"]}["vmmVersion"]

    store = tmp_path / "hash-qemu-8.2.4/bin"
    store.mkdir(parents=True)
    (store / "qemu-system-x86_64").write_text("")
    (tmp_path / "qemu-kvm").symlink_to(store / "qemu-system-x86_64")
    assert version(tmp_path / "qemu-kvm") == "QEMU 8.2.4, from the path of its program"
    (tmp_path / "kvm").symlink_to("/usr/bin/qemu-system-x86_64")
    assert version(tmp_path / "kvm") == version("qemu-system-x86_64") or not subprocess.run(
        ["test", "-e", "/usr/bin/qemu-system-x86_64"], check=False).returncode == 0
    assert "unknown" in version("/nonesuch/bin/qemu-system-x86_64")


def test_relocation(place):
    """AMD with 1100 GiB: from machine version 7.1 on memory above 4 GiB moves to 1 TiB instead of into HyperTransport's hole."""
    more = {"ram": "1100GiB", "bits": "host", "devs": [device(16 * GIB)]}
    answer = place.check(amd(48), unnamed(**more))
    assert answer["missing"] == [MISSING] and answer["alternatives"][0]["when"] == "QEMU before 7.1"
    assert told(answer) == [("QEMU before 7.1", "unsafe", ["R9"]), ("QEMU 7.1 or later", "safe", [])]
