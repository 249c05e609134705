"""What stands on a screen, and what is asked wrongly."""
import json
import os
import subprocess

import pytest

from guests import guest, intel
from place import HAWCTL, run

ASSIGNED = {"address": "0000:01:00.0", "assigned": True}


# ── compare ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_compare(place):
    wide, narrow = place.host(intel(46, 48), "wide"), place.host(intel(39, 39), "narrow")
    done = run("compare", wide, narrow)
    assert done.returncode == 3 and done.stdout.startswith("unsafe") and "cpuPhysicalBits" in done.stdout
    answer = json.loads(run("compare", wide, narrow, "-j").stdout)
    assert (answer["toThere"]["verdict"], answer["toHere"]["verdict"]) == ("unsafe", "safe")
    same = run("compare", wide, wide)
    assert same.returncode == 0 and same.stdout.startswith("safe") and "0 differences" in same.stdout
    assert run("compare", "-", "-").returncode == 2 and run("compare", wide).returncode == 2
    assert run("compare", wide, "/no/such").returncode == 1


# ── the screen ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_text(place):
    host = place.host(intel(46, 39))
    done = run("check", place.guest(guest(bits="host", devs=[ASSIGNED])), f"--root={host}", "--layout", NO_COLOR="1")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[0].startswith("WARNING  guest on host: 46 address bits") and "\x1b" not in done.stdout
    assert any("limit='39'" in line for line in lines)
    assert any("window64" in line and "0x380000000000" in line for line in lines)
    done = run("check", place.guest(guest(ram="4130GiB", bits=42)), f"--root={host}")
    assert done.returncode == 3 and done.stdout.startswith("UNSAFE ")
    done = run("check", place.guest(guest()), f"--root={host}")
    assert done.returncode == 0 and done.stdout.startswith("SAFE ")


def test_no_numbers(place):
    """A finding's rule stands with its numbers, or where there are none, with what was found."""
    done = run("check", place.guest(guest(bits="host", devs=[ASSIGNED])), f"--root={place.host(intel(46))}", COLUMNS="140")
    lines = done.stdout.splitlines()
    assert done.returncode == 3 and any("it is not behind an IOMMU [R12]" in line for line in lines)
    assert not [line for line in lines if line.strip() == "[R12]"]


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_narrow(place, columns):
    """Only settings, which are there to be copied, pass the edge."""
    host = place.host(intel(46, 39))
    done = run("check", place.guest(guest(bits="host", devs=[ASSIGNED])), f"--root={host}", COLUMNS=str(columns))
    assert not [line for line in done.stdout.splitlines() if len(line) > columns and " QEMU " not in line and " libvirt " not in line]


def test_narrow_fit(place):
    """What is missing comes from the description, and is as long as that."""
    strange = guest(ignored=[{"what": "-device something-of-a-rather-long-name,with=options", "text": "not understood"}])
    done = run("fit", place.guest(strange), f"--root={place.host(intel(46, 39))}", "--bar=1GiB", COLUMNS="50")
    lines = done.stdout.splitlines()
    assert any(line.startswith("missing") for line in lines) and not [line for line in lines if len(line) > 50]


@pytest.mark.parametrize("columns", [60, 80])
def test_narrow_tables(place, columns):
    """The layout's addresses, sizes and kinds take 47 columns of it."""
    place.host(intel(46, 39), "a-host-of-a-rather-long-name.example")
    host = place.host(intel(39, 39), "b")
    for arguments in (("check", place.guest(guest(bits="host", devs=[ASSIGNED])), f"--root={host}", "--layout"),
                      ("compare", "a-host-of-a-rather-long-name.example", "b")):
        done = subprocess.run([HAWCTL, *map(str, arguments)], cwd=place.path, capture_output=True, text=True, check=False, timeout=60,
                              env=os.environ | {"COLUMNS": str(columns)})
        lines = done.stdout.splitlines()
        assert lines and not [line for line in lines if len(line) > columns and " QEMU " not in line and " libvirt " not in line]
        if arguments[0] == "compare":
            named = columns >= len("safeGuestBitsWithDevices a-host-of-a-rather-long-name.example b")
            assert ("here:  a-host-of-a-rather-long-name.example" in lines) != named
            assert any(line.split() == (["ADDRESS", "WIDTH"] + (list(map(str, arguments[1:])) if named else ["HERE", "THERE"])) for line in lines)


@pytest.mark.parametrize("text,status", [("", 1), ("{", 1), ("[]", 1), ('{"schema":"hawd-guest/1"}', 1), ('{"schema":"hawd-profile/1"}', 1),
                                         (json.dumps(guest(name="\u001b[31mred")), 1)])
def test_no_guest(place, text, status):
    host = place.host(intel(46, 48))
    path = place.path / "bad.json"
    path.write_text(text, encoding="utf-8")
    done = run("check", path, f"--root={host}")
    assert done.returncode in (status, 2) and done.stdout == "" and "bad.json" in done.stderr


def test_no_target(place):
    host, document = place.host(intel(46, 48)), place.guest(guest())
    for target in ("/no/such", document):
        done = run("check", document, f"--root={host}", f"--for={target}")
        assert done.returncode == 1 and str(target) in done.stderr and done.stdout == ""
