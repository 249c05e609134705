"""hawctl baseline: the screen and the document of fleets that are worked out by hand."""
import dataclasses
import json
import os
import shutil
import subprocess

import jsonschema
import pytest

from baseline_fleets import CORE, DOCUMENTS, EPYC, HAWCTL, NEW_XEON, SCHEMA, UNREAD, XEON, answer, fleet, intel, run, screen
from fleet_kinds import MSI, Group, Kind

# ── three fleets on 80 columns ────────────────────────────────────────────────────────────────────────────────────────

HOMOGENEOUS = """\
3 hosts, 1 class, 1 migration pool

WIDEST GUEST    BITS  REACH LIMITED BY
without devices   46 64 TiB CPU on all hosts
with devices      46 64 TiB CPU on all hosts

CLASS HOSTS POOL CPU HOST GUEST IOVA MODEL          SUCH AS
A         3    1  46   46    46   48 Xeon Gold 6230 old1, old2

reserved    A guest with devices that is to run on every host must leave free:
            0xfee00000-0xfeefffff on 3 hosts
pools       live migration is safe in both directions between all hosts
"""


def test_homogeneous(tmp_path):
    assert screen(fleet(tmp_path, (XEON, 3, "old"))) == HOMOGENEOUS


# 46 bits on 33 hosts; 52 on 5, whose EPT maps 52, too. Two hosts' IOMMU has 39 bits.
GENERATIONS = """\
40 hosts, 4 classes, 4 migration pools
Guests cannot migrate live between CPU vendors: GenuineIntel (37 hosts),
AuthenticAMD (3 hosts).

WIDEST GUEST    BITS   REACH LIMITED BY
without devices   46  64 TiB CPU on 32 hosts
with devices      39 512 GiB IOMMU on 2 hosts

Wider guests without devices
  46 → 48 bits: 32 of 40 hosts cannot; class A, Xeon Gold 6230, CPU 46; class D,
    Core i7-8700, CPU 46
  48 → 52 bits: 35 of 40 hosts cannot; class C, EPYC 7742, CPU 48

Wider guests with devices
  39 → 46 bits: 2 of 40 hosts cannot; class D, Core i7-8700, IOMMU 39
  46 → 48 bits: 32 of 40 hosts cannot; class A, Xeon Gold 6230, CPU 46
  48 → 52 bits: 35 of 40 hosts cannot; class C, EPYC 7742, CPU 48 and IOMMU 48

CLASS HOSTS POOL CPU HOST GUEST IOVA MODEL          SUCH AS
A        30    1  46   46    46   48 Xeon Gold 6230 old1, old2
B         5    2  52   52    52   52 Xeon Gold 6430 new1, new2
C         3    3  48   43    48   48 EPYC 7742      amd1, amd2
D         2    4  46   46    46   39 Core i7-8700   core1, core2

encryption  takes 5 address bits from 3 hosts, such as amd1, amd2; it does not
            limit guests
reserved    A guest with devices that is to run on every host must leave free:
            0xfee00000-0xfeefffff on 40 hosts
pools       live migration is safe in both directions within each pool: 1 (30
            hosts: A), 2 (5 hosts: B), 3 (3 hosts: C), 4 (2 hosts: D)
"""


def test_generations(tmp_path):
    path = fleet(tmp_path, (CORE, 2, "core"), (NEW_XEON, 5, "new"), (XEON, 30, "old"), (EPYC, 3, "amd"))
    assert screen(path) == GENERATIONS


def mess():
    """20 classes: 17 that differ in what they reserve, from 40 hosts down to 24; one with a narrow IOMMU, one without any, one
    that is not known."""
    kinds = [(intel("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", 46, 48, (MSI, (0x70000000 + i * 0x1000000, 0x70000FFF + i * 0x1000000, "reserved"))),
              40 - i, f"node{chr(97 + i)}") for i in range(17)]
    return [*kinds, (CORE, 3, "core"), (intel("Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", 36, None), 2, "none"), (UNREAD, 1, "unread")]


# 40 + 39 + … + 24 = 544 hosts, and 6 others.
MESS = """\
550 hosts, 20 classes, 19 migration pools

WIDEST GUEST    BITS REACH LIMITED BY
without devices    —     — unknown on 1 host; the others support 36 bits: CPU
                           on 2 hosts
with devices       —     — unknown on 1 host; the others support 39 bits: IOMMU
                           on 3 hosts

Wider guests without devices
  36 → 46 bits: 2 of 550 hosts cannot, 1 unknown; class S, Core i5-2500, CPU 36

Wider guests with devices
  39 → 46 bits: 3 of 548 hosts cannot, 1 unknown; class R, Core i7-8700, IOMMU
    39

CLASS HOSTS POOL CPU HOST GUEST IOVA MODEL          SUCH AS
A        40    1  46   46    46   48 Xeon Gold 6230 nodea1, nodea2
B        39    2  46   46    46   48 Xeon Gold 6230 nodeb1, nodeb2
C        38    3  46   46    46   48 Xeon Gold 6230 nodec1, nodec2
D        37    4  46   46    46   48 Xeon Gold 6230 noded1, noded2
E        36    5  46   46    46   48 Xeon Gold 6230 nodee1, nodee2
F        35    6  46   46    46   48 Xeon Gold 6230 nodef1, nodef2
R         3   18  46   46    46   39 Core i7-8700   core1, core2
S         2   19  36   36    36 none Core i5-2500   none1, none2
and 12 more classes with 320 hosts; --all lists them

unknown     guest mappable width of 1 host (permission), such as unread1
unknown     guest physical width of 1 host (permission), such as unread1
devices     cannot be assigned on 2 hosts: no IOMMU is in use, such as none1,
            none2
reserved    A guest with devices that is to run on every host must leave free:
            0x70000000-0x70000fff on 40 hosts
            0x71000000-0x71000fff on 39 hosts
            0x72000000-0x72000fff on 38 hosts
            and 15 more regions; --all lists them
pools       live migration is safe in both directions within each pool: 1 (40
            hosts: A), 2 (39 hosts: B), 3 (38 hosts: C) and 16 more; 1 host in
            none, because something is unknown of them, such as unread1

No settings: there is no width that all hosts are known to support.
--for-width=N shows those for another width.
"""


def test_mess(tmp_path):
    path = fleet(tmp_path, *mess())
    assert screen(path) == MESS
    whole = screen(path, "--all")
    assert "--all" not in whole and all(f"\n{letter} " in whole for letter in "ABCDEFGHIJKLMNOPQRST")
    assert "0x80000000-0x80000fff on 24 hosts" in whole and "19 (2 hosts: S); 1 host in none" in " ".join(whole.split())


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_width_of_the_screen(tmp_path, columns):
    """But for the table of classes, which breaks no words."""
    text = screen(fleet(tmp_path, *mess()), COLUMNS=str(columns))
    assert not [line for line in text.splitlines() if len(line) > max(columns, 64)]
    assert "\x1b" not in text


# ── other widths ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_for_width(tmp_path):
    path = fleet(tmp_path, (XEON, 4, "old"), (CORE, 10, "core"), (UNREAD, 1, "unread"))
    text = screen(path, "--for-width=46")
    assert """
46 bits without devices: 0 of 15 hosts cannot, 1 unknown

46 bits with devices: 10 of 15 hosts cannot, 1 unknown
  class A, Core i7-8700, IOMMU 39: core1, core2, core3, core4, core5, core6,
    core7 and 3 hosts more
""" in text
    assert "core9, core10" in screen(path, "--for-width=46", "--all")
    document = answer(path, "--for-width=46")
    assert document["forWidth"] == {"bits": 46, "guest": {"cannot": 0, "unknown": 1, "classes": []},
                                    "withDevices": {"cannot": 10, "unknown": 1, "classes": [0]}, "impossible": 0}
    assert document["classes"][0]["names"] == [f"core{i + 1}" for i in range(10)]
    assert document["classes"][1]["names"] is None
    # They were checked on the hosts that hold this width, and on that of which it is not known.
    assert [(s["bits"], s["devices"], s["settings"][0]["hosts"]) for s in document["settings"]] == [(46, False, 15), (46, True, 5)]


def test_settings(tmp_path):
    path = fleet(tmp_path, (XEON, 4, "old"), (CORE, 2, "core"))
    assert [(s["bits"], s["devices"], s["settings"][0]["hosts"]) for s in answer(path)["settings"]] == [(46, False, 6), (39, True, 6)]
    text = run(path).stdout
    assert "limit='46'" in text and "host-phys-bits-limit=39" in text and "'--settings' shows" in text and "hw_maxphysaddr" not in text
    every = run(path, "--settings").stdout
    assert every.startswith("Settings for 46 bits") and "hw_maxphysaddr_bits=46" in every and "qm set" in every and "POOL" not in every
    same = run(fleet(tmp_path, (XEON, 4, "old"))).stdout
    assert same.count("limit='46'") == 1 and "With assigned devices: the same settings.\n" in same
    # Where no host can assign a device there are none for that.
    assert [s["devices"] for s in answer(fleet(tmp_path, (intel("x", 46, None), 1, "h")))["settings"]] == [False]


# ── edges ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_no_host(tmp_path):
    (tmp_path / "empty").write_text("", encoding="utf-8")
    for arguments in ([tmp_path / "empty"], [tmp_path / "empty", "-j"]):
        done = run(*arguments)
        assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("hawctl: ") and "empty" in done.stderr


def test_one_host(tmp_path):
    text = screen(fleet(tmp_path, (XEON, 1, "only")))
    assert text.startswith("1 host, 1 class, 1 migration pool\n") and "only1" in text and "on 1 host\n" in text


def test_nothing_known(tmp_path):
    path = fleet(tmp_path, (dataclasses.replace(UNREAD, cpu="permission", host="permission", taken="permission", la57="permission",
                                                iova="permission", units=(("dmar0", "intel-vtd", "permission"),),
                                                groups=(Group((), None, "unreadable", "permission", bits="permission"),)), 2, "dark"))
    text = screen(path)
    assert "without devices    —     — unknown on 2 hosts\n" in text and "Wider" not in text
    assert "pools       none: something that live migration depends on is unknown of all hosts\n" in screen(path, COLUMNS="100")
    document = answer(path)
    assert document["guest"] == {"bits": None, "known": None, "hosts": 2, "unknown": 2, "limits": [], "ladder": []}
    assert {gap["what"] for gap in document["unknown"]} == {"guestPhysicalBits", "guestMappableBits", "iovaBits", "la57", "reservedIova"}
    assert document["noPool"] == {"hosts": 2, "examples": ["dark1", "dark2"]} and document["settings"] == []
    assert document["encryption"] == {"hosts": 0, "unknown": 2, "limiting": 0}


def test_no_iommu(tmp_path):
    path = fleet(tmp_path, (intel("Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", 36, None), 3, "old"))
    text = screen(path)
    assert "with devices       —      — no host can assign devices\n" in text and "reserved" not in text and "unknown" not in text
    document = answer(path)
    assert document["withDevices"] == {"bits": None, "known": None, "hosts": 0, "unknown": 0, "limits": [], "ladder": [], "impossible": 3,
                                       "impossibleWhy": [{"why": "no-iommu", "hosts": 3, "examples": ["old1", "old2"]}]}
    assert document["pools"][0]["iovaBits"] is None and document["guest"]["bits"] == 36


def test_architectures(tmp_path):
    unit = ("smmu3.0x0000000009050000", "arm-smmu-v3", "not-applicable")
    arm = Kind("", 0, 0, None, "aarch64", "6.1.0-21-arm64", "not-applicable", "absent", 44, 44, "not-applicable", "not-applicable",
               "not-applicable", "absent", units=(unit,), groups=(Group((MSI,), bits=unit[2]),))
    path = fleet(tmp_path, (XEON, 2, "x"), (arm, 1, "arm"))
    text = screen(path)
    assert "No guest runs on all of them: x86_64 (2 hosts), aarch64 (1 host). Give only\nhosts of one architecture.\n" in text
    assert "without devices    —     — the hosts have different architectures\n" in text and "No settings" in text
    document = answer(path)
    assert document["guest"]["bits"] is None and document["guest"]["known"] == 44 and document["settings"] == []
    alone = fleet(tmp_path, (arm, 2, "arm"))
    for words in ([], ["--settings"], ["--for-width=40"]):
        text = run(alone, *words).stdout
        assert "No settings: the address width of an arm64 guest is the one of its host.\n" in text and "not offered" not in text
        # Below 2^44 and a window of 512 GiB: 15872 GiB, less the first one, where no RAM is, and one for what precedes the window.
        assert text.endswith("With up to 15870 GiB of memory, including maxmem and 1 GiB for each slot, guests\nof QEMU's machine type virt have the same "
                             "memory map on all hosts.\n"), text
    assert answer(alone)["guest"]["memory"] == 15870 << 30
    assert document["vendors"] == [{"name": "GenuineIntel", "hosts": 2}, {"name": None, "hosts": 1}]


def test_firmware(tmp_path):
    disabled = dataclasses.replace(XEON, kvm=False, guest_physical="absent", guest_mappable="absent", second_level="absent")
    path = fleet(tmp_path, (dataclasses.replace(NEW_XEON, cpu=46, host=46, guest_physical=46, guest_mappable=46, narrowed=True), 2, "limited"),
                 (NEW_XEON, 3, "new"), (disabled, 1, "off"))
    lines = path.read_text(encoding="utf-8").splitlines()
    document = json.loads(lines[-1])
    document["paging"]["virtualisation"]["enabled"]["value"] = False
    path.write_text("\n".join([*lines[:-1], json.dumps(document)]) + "\n", encoding="utf-8")
    assert "; class B, Xeon Gold 6430, firmware setting 46" in " ".join(screen(path).split())
    assert "firmware    disables virtualisation on 1 host, such as off1\n" in screen(path)
    document = answer(path)
    assert document["guest"]["limits"] == [{"limit": "firmware", "hosts": 2}]
    assert document["virtualisationDisabled"] == {"hosts": 1, "examples": ["off1"]}


def test_bad_line(tmp_path):
    """The rest is shown, and the exit status says that something is missing."""
    path = fleet(tmp_path, (XEON, 3, "old"))
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"schema": "hawd-profile/1"}\n')
    done = run(path)
    assert done.returncode == 1 and done.stdout.startswith("3 hosts,") and "fleet.jsonl:4: " in done.stderr
    assert json.loads(run(path, "-j").stdout)["hosts"] == 3


def test_settings_that_cannot_be_checked(tmp_path):
    """Domains are read by another program. Without it there are no settings; the rest does not depend on them."""
    path, alone = fleet(tmp_path, (XEON, 3, "old")), tmp_path / "hawctl"
    shutil.copy(HAWCTL, alone)
    (tmp_path / "hawd-domain").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    (tmp_path / "hawd-domain").chmod(0o755)
    done = subprocess.run([alone, "baseline", path], capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "80", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 1 and done.stdout == HOMOGENEOUS and "cannot check settings: hawd-domain" in done.stderr
    done = subprocess.run([alone, "baseline", path, "-j"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and json.loads(done.stdout)["settings"] is None and json.loads(done.stdout)["hosts"] == 3


def test_warnings_of_settings(tmp_path):
    """Whoever copies one of the texts sees that there is a warning; its words are printed once."""
    path = fleet(tmp_path, (dataclasses.replace(XEON, guest_physical="permission"), 2, "old"))
    text = run(path, "--for-width=40").stdout.split("\nSettings for ")[1]
    libvirt, qemu = text.split("\n  QEMU, ")
    assert "    warning on 2 hosts, such as old1: unknown: guestPhysicalBits (permission)" in libvirt and "    warning: as above\n" in qemu


def test_settings_of_classes_alike(tmp_path):
    """Classes that guests of a setting cannot tell apart are checked once, and all their hosts are counted; one that differs is not lost."""
    regions = [(MSI[0] + 4096 * i, MSI[1] + 4096 * i, "msi") for i in range(3)] + [(0x40000000, 0x4FFFFFFF, "reserved")]
    kinds = [(dataclasses.replace(XEON, groups=(Group((region,), bits=48),)), 2, f"old{i}n") for i, region in enumerate(regions)]
    document = answer(fleet(tmp_path, *kinds, (dataclasses.replace(XEON, guest_physical="permission"), 3, "unknown")), "--for-width=46")
    plain, devices = ({(one["for"], one["name"]): one for one in of["settings"]}["qemu", "-cpu host"] for of in document["settings"])
    assert len(document["classes"]) == 5 and plain["hosts"] == devices["hosts"] == 11
    assert plain["unsafe"]["hosts"] == 0 and (plain["warning"]["hosts"], plain["warning"]["host"]) == (3, "unknown1")
    # Guests have memory there.
    assert (devices["unsafe"]["hosts"], devices["unsafe"]["host"]) == (2, "old3n1")


def test_settings_of_many_classes(tmp_path):
    """Beyond 2000 classes settings are checked on request only, and this is said."""
    regions = ((MSI[0] + 4096 * i, MSI[1] + 4096 * i, "msi") for i in range(2001))
    path = fleet(tmp_path, *((dataclasses.replace(XEON, groups=(Group((region,), bits=48),)), 1, f"old{region[0]}") for region in regions))
    done = run(path)
    assert done.returncode == 0 and done.stdout.startswith("2,001 hosts, 2,001 classes") and "Settings" not in done.stdout
    assert done.stderr == "hawctl: settings are left out, as they must be checked on 2001 classes; --settings checks them\n"
    document = json.loads(run(path, "-j").stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["settings"] is None


def test_names(tmp_path):
    """Names come from other hosts. What moves a cursor is no name; what a terminal cannot show is escaped."""
    path = tmp_path / "fleet.jsonl"
    documents = [DOCUMENTS.document(XEON, 1, name, str(i) * 32) | {"digest": str(i) * 64} for i, name in enumerate(("b\u00e9", "a\u001b[31m", "c\u202e"))]
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    for locale in ("C", "C.UTF-8"):
        done = run(path, "--for-width=48", LC_ALL=locale)
        assert done.returncode == 1 and done.stdout.startswith("1 host, ") and done.stderr.count("host.hostname: expected") == 2
        assert not [c for c in done.stdout + done.stderr if c in "\x1b\u202e"] and ("b\u00e9" in done.stdout) == (locale == "C.UTF-8")
    arrow = screen(fleet(tmp_path, (XEON, 3, "old"), (CORE, 2, "core")), LC_ALL="C")
    assert "  39 -> 46 bits: 2 of 5 hosts cannot; class B, Core i7-8700, IOMMU 39\n" in arrow


def test_document(tmp_path):
    path = fleet(tmp_path, (XEON, 3, "old"), (CORE, 2, "core"), (EPYC, 1, "amd"))
    document = answer(path)
    assert document["withDevices"]["ladder"] == [
        {"bits": 46, "from": 39, "cannot": 2, "lost": 2, "unknown": 0, "classes": [1]},
        {"bits": 48, "from": 46, "cannot": 5, "lost": 3, "unknown": 0, "classes": [0]}]
    assert document["withDevices"]["limits"] == [{"limit": "iommu", "hosts": 2}]
    assert document["classes"][2]["encryptionBits"] == 5 and document["classes"][2]["pool"] == 2
    assert document["classes"][2]["widths"] == {"cpuPhysicalBits": 48, "hostPhysicalBits": 43, "guestPhysicalBits": 48,
                                                "guestMappableBits": 48, "iovaBits": 48}
    assert document["reserved"] == {"bits": 39, "unknown": 0, "regions": [{"start": "0xfee00000", "end": "0xfeefffff", "hosts": 6}]}
    pretty = run(path, "--json=pretty").stdout
    assert json.loads(pretty) == document and pretty.startswith('{\n  "schema": "hawd-baseline/1",\n  "hosts": 6,')
    with open("/dev/full", "w", encoding="ascii") as full:
        for options in ((), ("-j",)):
            done = subprocess.run([HAWCTL, "baseline", path, *options], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
            assert done.returncode == 1 and "standard output" in done.stderr
