"""The shape of the house (CONTRIBUTING.md): sizes, names, which way includes point, one place that opens files."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
FOLDERS = ("probe", "profile", "guest", "fleet", "export", "doctor", "schema", "map", "dbus", "daemon", "ctl", "tests")
SOURCES = sorted(p for d in FOLDERS for p in (TOP / d).rglob("*.[ch]"))
LAYERS = {"probe/decode": ["probe/decode", "probe/"], "probe/root": ["probe/root", "probe/decode", "probe/"],
          "probe/source": ["probe/"], "probe": ["probe/"], "profile": ["profile/", "probe/"], "guest": ["guest/", "profile/", "probe/"], "fleet": ["fleet/", "guest/", "profile/", "probe/"], "export": ["export/", "fleet/", "guest/", "profile/", "probe/"], "doctor": ["doctor/", "profile/", "probe/"], "map": ["map/", "guest/", "profile/", "probe/"],
          "dbus": ["dbus/", "guest/", "profile/", "probe/"], "daemon": ["daemon/", "dbus/", "export/", "fleet/", "guest/", "profile/", "probe/"],
          "schema": ["schema/", "doctor/", "fleet/", "guest/", "profile/", "probe/"],
          "ctl": ["ctl/", "dbus/names.h", "dbus/bus-address.h", "doctor/", "export/", "fleet/", "map/", "guest/", "profile/", "probe/"]}
# The rooms, each above those that it may include: from left to right and from top to bottom. tests/ may include all.
ROOMS = """
    probe probe/decode probe/decode/firmware probe/decode/acpi probe/decode/amdvi probe/decode/cpu probe/decode/kernel probe/decode/memory probe/decode/pci
    probe/decode/vtd probe/decode/xen probe/root probe/source
    profile profile/model profile/findings profile/document profile/decoded profile/field profile/change profile/derive
    guest guest/layout guest/firmware guest/vmm guest/vmm/qemu guest/vmm/virt guest/vmm/cloud-hypervisor guest/vmm/xen guest/remedy guest/rules guest/answer
    guest/form/words guest/form/json guest/form/qemu guest/form/cloud-hypervisor guest/form/xen guest/form guest/form/libvirt guest/form/shell guest/form/text
    fleet export doctor schema map dbus daemon
    ctl/command ctl/sandbox ctl/input ctl/show ctl/capture ctl/process ctl/origin ctl/fleet ctl/verb ctl
""".split()


def test_sizes():
    assert len(SOURCES) > 100
    programs = SOURCES + sorted((TOP / "tests").rglob("*.py")) + [p for p in (TOP / "tools").iterdir() if p.is_file()]
    long = {str(p): n for p in programs if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_functions():
    """No function over 60 lines: from a line that opens one at the left margin to its closing brace."""
    long = []
    for path in SOURCES:
        if path.suffix != ".c":
            continue
        start = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"^[A-Za-z].*\) \{$|^ {16,}.*\) \{$", line) and not line.startswith(("struct", "typedef")) and start is None:
                start = number
            elif line == "}" and start:
                if number - start > 60:
                    long.append(f"{path}:{start}: {number - start} lines")
                start = None
    assert not long


def test_names():
    """Of files and of folders."""
    tracked = {p.relative_to(TOP) for d in FOLDERS for p in (TOP / d).rglob("*") if "__pycache__" not in p.parts}
    bad = [p for p in tracked if p.parts[:2] != ("tests", "fuzz") or p.suffix for part in p.parts if re.search(r"util|common|misc|helper", part)]
    assert not bad


def includes(path):
    return re.findall(r'#include "([^"]+)"', path.read_text(encoding="utf-8"))


def test_rooms_are_acyclic():
    """A room includes only rooms below it, so none includes itself through others, nor do files of two rooms each other."""
    houses = {p.relative_to(TOP) for p in SOURCES if not p.is_relative_to(TOP / "tests")}
    places = {room: i for i, room in enumerate(ROOMS)}
    assert {str(p.parent) for p in houses} == set(ROOMS)
    upward = {}
    for path in sorted(houses):
        for include in includes(TOP / path):
            room, other = str(path.parent), str(pathlib.PurePath(include).parent)
            if other in places and places[other] > places[room]:
                upward.setdefault((room, other), []).append(f"{path}: {include}")
    assert not upward


def test_includes_point_one_way():
    wrong = []
    for path in SOURCES:
        place = str(path.relative_to(TOP))
        layer = next((name for name in LAYERS if place.startswith(name + "/")), None)
        if not layer:
            continue
        for include in includes(path):
            allowed = LAYERS[layer]
            if not any(include.startswith(a) for a in allowed) or (layer == "probe/decode" and include.startswith(("probe/root", "probe/source"))):
                wrong.append(f"{place}: {include}")
    assert not wrong


def test_one_place_opens_files():
    opens = re.compile(r"\b(open|openat|fopen|opendir|readlink|readlinkat|ioctl|pread)\(")
    wrong = [str(p) for d in ("probe/decode", "probe/source", "profile", "guest", "fleet", "export", "doctor", "map", "dbus") for p in (TOP / d).rglob("*.c") if opens.search(p.read_text(encoding="utf-8"))]
    assert not wrong


def test_licence_and_format():
    assert not [p for p in SOURCES if not p.read_text(encoding="utf-8").startswith("/* SPDX-License-Identifier: LGPL-2.1-or-later */")]
    if not shutil.which("clang-format"):
        pytest.skip("no clang-format here")
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, SOURCES)], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
