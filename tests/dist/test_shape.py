"""The shape of the house (CONTRIBUTING.md): sizes, names, which way includes point, one place that opens files."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
SOURCES = sorted(p for d in ("probe", "profile", "guest", "map", "dbus", "daemon", "ctl", "tests") for p in (TOP / d).rglob("*.[ch]"))
LAYERS = {"probe/decode": ["probe/decode", "probe/"], "probe/root": ["probe/root", "probe/decode", "probe/"],
          "probe/source": ["probe/"], "probe": ["probe/"], "profile": ["profile/", "probe/"], "guest": ["guest/", "profile/", "probe/"], "map": ["map/", "guest/", "profile/", "probe/"],
          "dbus": ["dbus/", "guest/", "profile/", "probe/"], "daemon": ["daemon/", "dbus/", "guest/", "profile/", "probe/"],
          "ctl": ["ctl/", "dbus/names.h", "dbus/bus-address.h", "map/", "guest/", "profile/", "probe/"]}


def test_sizes():
    assert len(SOURCES) > 100
    long = {str(p): n for p in SOURCES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_functions():
    """No function over 60 lines: from a line that opens one at the left margin to its closing brace."""
    long = []
    for path in SOURCES:
        if path.suffix != ".c":
            continue
        start = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"^[a-z].*\) \{$|^ {16,}.*\) \{$", line) and not line.startswith(("struct", "typedef")) and start is None:
                start = number
            elif line == "}" and start:
                if number - start > 60:
                    long.append(f"{path}:{start}: {number - start} lines")
                start = None
    assert not long


def test_names():
    bad = [p for p in SOURCES if re.search(r"util|common|misc|helper", p.name)]
    assert not bad


def test_includes_point_one_way():
    wrong = []
    for path in SOURCES:
        place = str(path.relative_to(TOP))
        layer = next((name for name in LAYERS if place.startswith(name + "/")), None)
        if not layer:
            continue
        for include in re.findall(r'#include "([^"]+)"', path.read_text(encoding="utf-8")):
            allowed = LAYERS[layer]
            if not any(include.startswith(a) for a in allowed) or (layer == "probe/decode" and include.startswith(("probe/root", "probe/source"))):
                wrong.append(f"{place}: {include}")
    assert not wrong


def test_one_place_opens_files():
    opens = re.compile(r"\b(open|openat|fopen|opendir|readlink|readlinkat|ioctl|pread)\(")
    wrong = [str(p) for d in ("probe/decode", "probe/source", "profile", "guest", "map", "dbus") for p in (TOP / d).rglob("*.c") if opens.search(p.read_text(encoding="utf-8"))]
    assert not wrong


def test_licence_and_format():
    assert not [p for p in SOURCES if not p.read_text(encoding="utf-8").startswith("/* SPDX-License-Identifier: LGPL-2.1-or-later */")]
    if not shutil.which("clang-format"):
        pytest.skip("no clang-format here")
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, SOURCES)], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
