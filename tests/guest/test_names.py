"""Names of guests and devices as their owners write them: printable UTF-8 as it is, everything else escaped once."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import quoteattr, escape

import pytest

from guests import GIB, guest, intel
from place import HAWCTL, run

# What a terminal must not get is in none of these; the last is as long as a name may be, in characters of three bytes.
PLAIN = ["Gäste", "гость-1", "客人", "🐧 penguin", "שרת", "é" + "日" * 20]
# A name, and how it is shown: invalid bytes (Python's surrogateescape), overrides of the direction, zero width, controls, C1.
ESCAPED = [("a\udcffb", "a\\xffb"), ("\udcc3", "\\xc3"), ("evil\u202egnp.exe", "evil\\u202egnp.exe"), ("a\u200bb", "a\\u200bb"),
           ("a\x1b[31mb", "a\\x1b[31mb"), ("a\x9bb", "a\\u009bb"), ("back\\slash", "back\\slash"), ("\ufeffa", "\\ufeffa")]
ALL = [(name, name) for name in PLAIN] + ESCAPED
HOSTILE = {"Cc", "Cf", "Zl", "Zp"}
ASSIGNED = {"address": "0000:01:00.0", "assigned": True, "bars": [{"index": 0, "size": 32 * GIB, "is64bit": True, "prefetchable": True}]}


def outputs(*arguments, columns="80"):
    """A guest as text in check, fit and map, as JSON and as SVG; all of it UTF-8 and nothing in it that is not seen."""
    result = {}
    for name, more in (("check", ["check", "--layout"]), ("json", ["check", "-j"]), ("fit", ["fit", "--bar=64GiB"]), ("fit-json", ["fit", "--bar=64GiB", "-j"]),
                       ("map", ["map"]), ("map-json", ["map", "-j"]), ("svg", ["map", "--svg"])):
        verb, *options = more
        done = subprocess.run([HAWCTL, verb, *options, *arguments], capture_output=True, timeout=60, check=False,
                              env=os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": columns, "NO_COLOR": "1"})
        text = done.stdout.decode("utf-8")
        assert done.returncode in (0, 3), (name, done.stderr)
        assert not [c for c in text if unicodedata.category(c) in HOSTILE and c not in "\n\t"], (name, text)
        result[name] = text
    assert ElementTree.fromstring(result["svg"]) is not None
    return result


def xml_file(place, name):
    xml = (f"<domain type='kvm'><name>{escape(name)}</name><memory unit='GiB'>8</memory><vcpu>2</vcpu><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>"
           f"<cpu mode='host-passthrough'/><devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' slot='0' function='0'/></source>"
           f"<alias name={quoteattr('ua-' + name)}/></hostdev></devices></domain>")
    place.path.mkdir(exist_ok=True)
    path = place.path / "guest.xml"
    path.write_text(xml, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", PLAIN)
def test_libvirt(place, name):
    host = place.host(intel(46, 39))
    shown = outputs(xml_file(place, name), f"--root={host}")
    assert f"{name} on host" in " ".join(shown["check"].split()) and f"{name} on host" in shown["map"].replace("\n", " ")
    assert json.loads(shown["json"])["guest"]["name"] == name
    assert name in "".join(ElementTree.fromstring(shown["svg"]).itertext())
    assert "\\x" not in "".join(shown.values())


@pytest.mark.parametrize("name,shown", ALL)
def test_qemu(place, name, shown):
    host = place.host(intel(46, 39))
    out = outputs(f"--root={host}", "--", "qemu-system-x86_64", "-enable-kvm", "-name", "guest=" + name, "-m", "8G", "-cpu", "host", "-device", "vfio-pci,host=01:00.0")
    assert json.loads(out["json"])["guest"]["name"] == shown
    assert f"{shown} on host" in " ".join(out["check"].split())


@pytest.mark.parametrize("name", PLAIN)
def test_json(place, name):
    host, document = place.host(intel(46, 39)), guest(bits="host", devs=[ASSIGNED | {"name": name}]) | {"name": name}
    shown = outputs(place.guest(document), f"--root={host}")
    answer = json.loads(shown["json"])
    assert answer["guest"]["name"] == name
    bar = next(r for r in answer["layout"]["ranges"] if r["kind"] == "bar")
    assert bar["device"] == name
    # Of a name that is cut the characters that are left are whole.
    assert name.startswith(bar["label"].split(", BAR")[0])
    assert "\\x" not in "".join(shown.values())


@pytest.mark.parametrize("name", [n for n, s in ESCAPED if n != s and not any("\udc80" <= c <= "\udcff" for c in n)])
def test_json_is_refused(place, name):
    done = run("check", place.guest(guest() | {"name": name}), f"--root={place.host(intel(46, 39))}")
    assert done.returncode == 2 and "without control characters" in done.stderr


def test_too_long(place):
    """Bounds are bytes."""
    host = place.host(intel(46, 39))
    limit = 127
    assert run("check", place.guest(guest() | {"name": "ä" * (limit // 2)}), f"--root={host}").returncode == 0
    done = run("check", place.guest(guest() | {"name": "ä" * (limit // 2 + 1)}), f"--root={host}")
    assert done.returncode == 2 and f"at most {limit} bytes" in done.stderr
    for length in range(30, 50):
        answer = json.loads(run("check", "-j", f"--root={host}", "--", "qemu-system-x86_64", "-name", "x" * (length % 4) + "日" * length, "-m", "1G").stdout)
        assert answer["guest"]["name"] == ("x" * (length % 4) + "日" * length).encode()[:limit].decode("utf-8", "ignore")


@pytest.fixture(name="processes")
def fixture_processes(tmp_path):
    """Processes that count as QEMU by their program's name, and have these names in their command lines."""
    program = tmp_path / "qemu-system-x86_64"
    shutil.copy(pathlib.Path(sys.executable).resolve(), program)
    running = []
    for name, _ in ALL:
        code = "import sys; print(flush=True); sys.stdin.read()"
        running.append(subprocess.Popen([program, "-c", code, "-enable-kvm", "-name", name, "-m", "8G", "-cpu", "host"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=os.environ | {"PYTHONHOME": sys.base_prefix}))
    for process in running:
        process.stdout.readline()
    yield [process.pid for process in running]
    for process in running:
        process.kill()
        process.communicate()


def test_processes(place, processes):
    """check --pid, and audit as text and as JSON."""
    root = f"--root={place.host(intel(46, 39))}"
    rows = {row["pid"]: row["name"] for row in json.loads(run("audit", "-j", root).stdout)}
    lines = {line.split()[0]: line for line in run("audit", root, LC_ALL="C.UTF-8", COLUMNS="200").stdout.splitlines()}
    for pid, (name, shown) in zip(processes, ALL):
        out = outputs(f"--pid={pid}", root)
        assert json.loads(out["json"])["guest"]["name"] == shown == rows[pid]
        assert shown in lines[str(pid)]


def test_map_in_a_locale_without_utf8(place):
    """There nothing but ASCII is drawn."""
    host = place.host(intel(46, 39))
    path = place.guest(guest(bits="host", devs=[ASSIGNED | {"name": "日本"}]) | {"name": "Gäste"})
    assert run("map", path, f"--root={host}", LC_ALL="C", COLUMNS="80").stdout.isascii()


# ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("extra", range(3))
def test_host(place, extra):
    """Names of a host, longer than what is kept of them: describe, compare and diff, in UTF-8 that is whole."""
    name = "x" * extra + "日" * 70

    def build(t):
        intel(46, 39)(t)
        t.write("proc/sys/kernel/hostname", name + "\n")
        t.write("proc/sys/kernel/osrelease", "6.12-\u202e" + name + "\n")
    root, other = place.host(build), place.host(intel(46, 39), "other")
    for arguments in (["describe"], ["status"], ["iommus"], ["devices"], ["groups"], ["map"], ["map", "--svg"]):
        done = subprocess.run([HAWCTL, *arguments, f"--root={root}"], capture_output=True, timeout=60, check=False)
        text = done.stdout.decode("utf-8")
        assert done.returncode == 0 and not [c for c in text if unicodedata.category(c) in HOSTILE and c not in "\n\t"]
    document = json.loads(run("describe", f"--root={root}").stdout)
    assert document["host"]["hostname"] == name.encode()[:64].decode("utf-8", "ignore")
    assert document["host"]["kernel"].startswith("6.12-\\u202ex" if extra else "6.12-\\u202e日")
    saved = place.path / "profile.json"
    saved.write_text(run("describe", f"--root={root}").stdout, encoding="utf-8")
    assert run("diff", saved, root).stdout == "No differences.\n"
    assert "日日" in run("diff", saved, other, LC_ALL="C.UTF-8").stdout
    assert run("compare", saved, root).returncode == 0
