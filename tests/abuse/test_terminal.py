"""Text of strangers on its way to a terminal: file names, documents, guests, devices. Each way that text takes is tried with
each kind of what must not arrive."""
import json
import os
import pty
import subprocess
import sys
import unicodedata

import pytest

import hosts_intel
from screen import EVIL, EVIL_BYTES, HAWCTL, KINDS, TEXTS, bytes_of, clean, run, unseen
from tree import Tree

every_kind = pytest.mark.parametrize("kind", KINDS)
every_text = pytest.mark.parametrize("kind", TEXTS)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp("host") / "tree")
    hosts_intel.client_46_39(tree)
    return tree.root


@pytest.fixture(scope="module")
def document(host):
    return json.loads(run(f"--root={host}", "describe", "--json=short", status=0).stdout)


def test_every_character():
    """Python's table of Unicode decides what is seen. Characters come 16,000 at a time, in the name of a verb."""
    seen = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    blank = set("\u115f\u1160\u3164\uffa0")  # letters of Hangul that are nothing but room
    for start in range(0, len(seen), 16000):
        part = seen[start:start + 16000]
        said = run("|".join(part), status=2).stderr.decode()
        there, escaped = set(said) | blank, set(said.split("|"))
        assert not [c for c in part if unicodedata.category(c)[0] in "LNPS" and c not in there]
        assert not [c for c in part[1:-1] if 0x7F <= ord(c) < 0x10000 and unseen(c) and f"\\u{ord(c):04x}" not in escaped]


@every_kind
def test_names_of_files(tmp_path, kind, document):
    name = tmp_path.joinpath("f").as_posix().encode() + bytes_of(kind).replace(b"/", b"")
    for arguments in ([b"--root=" + name, "status"], ["diff", name, name], ["decode", "dmar", name], ["check", name], ["compare", name, name],
                      ["history", name], ["capture", b"/nowhere/" + name], ["fit", name], ["map", name], [name], [b"--" + name],
                      ["describe", b"--json=" + name], [b"--host-profile=" + name, "check", name]):
        done = run(*arguments)
        assert done.returncode != 0 and b"hawctl: " in done.stderr and b"f" in done.stderr
        assert done.stderr.count(b"\n") <= 2
    with open(name, "wb") as file:
        file.write(b"\0rubbish" + bytes_of(kind))
    for arguments in (["diff", name, name], ["decode", "dmar", name], ["decode", "cpuid", name], ["decode", "ivrs", name], ["decode", "iort", name], ["check", name],
                      ["compare", name, name], ["map", name], ["fit", name]):
        run(*arguments)


@every_kind
def test_history(tmp_path, kind, document):
    """Names of files, those that can be read and those that cannot."""
    place = os.fsencode(tmp_path)
    for name, content in ((b"1-" + bytes_of(kind) + b".json", json.dumps(document).encode()), (bytes_of(kind) + b".json", b"{"),
                          (b"2.json", bytes_of(kind))):
        with open(place + b"/" + name.replace(b"/", b""), "wb") as file:
            file.write(content)
    # A name may itself be what comes before the first point.
    done = run("history", place, status=1)
    assert len(done.stdout.splitlines()) == 2 and len(done.stderr.splitlines()) == 2
    done = run("history", "--json=short", place)
    assert kind in EVIL_BYTES or len(json.loads(done.stdout)) == 1


@every_text
def test_members_of_profiles(tmp_path, kind, document, host):
    """Where texts are shown as they are, and where they are refused."""
    evil = json.loads(json.dumps(document))
    for holder in (evil["host"], evil["widths"], evil["iommus"][0], evil["devices"][0], evil["groups"][0], evil["findings"][0]):
        for name, value in list(holder.items()):
            if isinstance(value, str):
                holder[name] = value + EVIL[kind]
        holder["new" + EVIL[kind]] = EVIL[kind]
    evil[EVIL[kind]] = {EVIL[kind]: [EVIL[kind]]}
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(document), encoding="utf-8")
    for text in (json.dumps(evil), json.dumps(evil, ensure_ascii=False)):
        bad.write_text(text, encoding="utf-8")
        for order in ((good, bad), (bad, good)):
            shown = run("diff", *order)
            assert shown.returncode == 0 and b"new" in shown.stdout
            differences = json.loads(run("diff", "--json=short", *order, status=0).stdout)
            assert any(d["path"] == "host.new" + EVIL[kind] for d in differences)
        for arguments in (["compare", good, bad], ["compare", bad, good], ["check", f"--host-profile={bad}", good], ["diff", bad, host]):
            run(*arguments)


@every_text
def test_guests(tmp_path, kind, host):
    guests = {"line.args": f"qemu-system-x86_64 -name 'g{EVIL[kind]}' -m 4G -cpu 'E{EVIL[kind]}' -machine 'q{EVIL[kind]}' -new{EVIL[kind]} "
                           f"-device 'vfio-pci,host={EVIL[kind]},id={EVIL[kind]}' -bios '/f{EVIL[kind]}'",
              "name.args": f"qemu-system-x86_64 -name 'g{EVIL[kind]}' -m 4G",
              "guest.json": json.dumps({"name": EVIL[kind], "memory": 1 << 30, EVIL[kind]: EVIL[kind]}),
              "domain.xml": f"<domain type='kvm'><name>g{EVIL[kind]}</name><memory unit='{EVIL[kind]}'>4</memory><os><type arch='x86_64' machine='q35'>hvm"
                            f"</type></os></domain>",
              "host.sh": f"#!/bin/sh\nX='{EVIL[kind]}'\nexec qemu-system-x86_64 -m 4G -name \"$X\" -foo \"$X\"\n"}
    for name, text in guests.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        for verb in ("check", "map", "fit"):
            run(f"--root={host}", verb, tmp_path / name)
        done = run(f"--root={host}", "check", "--json=short", tmp_path / name)
        assert not done.stdout or isinstance(json.loads(done.stdout), (dict, list))


@every_kind
def test_devices(tmp_path, kind):
    tree = Tree(tmp_path / "tree")
    hosts_intel.client_46_39(tree)
    evil = bytes_of(kind)
    uevent = (tree.root / "sys/devices/pci0000:00/0000:00:02.0/uevent").read_bytes()
    tree.write("sys/devices/pci0000:00/0000:00:02.0/uevent", uevent.replace(b"i915", b"i" + evil))
    for path in ("proc/sys/kernel/hostname", "proc/sys/kernel/osrelease", "sys/kernel/iommu_groups/1/type", "sys/kernel/iommu_groups/1/name"):
        tree.write(path, b"x" + evil + b"\n")
    tree.write("proc/cmdline", b"intel_iommu=" + evil)
    for verb in (["status"], ["devices"], ["groups"], ["iommus"], ["regions"], ["describe"], ["devices", "-j"]):
        for locale in ("C", "C.UTF-8"):
            run(f"--root={tree.root}", *verb, status=0, env={"LC_ALL": locale})


def test_lines_with_a_time_limit(tmp_path):
    """What the process that works says in several lines is said in as many."""
    for name in ("1.json", "2.json", "x\ny.json"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    assert len(run("--timeout=60", "history", tmp_path, status=1).stderr.splitlines()) == 3


def on_a_terminal(*arguments):
    master, slave = pty.openpty()
    with subprocess.Popen([HAWCTL, *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                          env=os.environ | {"TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": ""}) as process:
        os.close(slave)
        said = b""
        try:
            while part := os.read(master, 65536):
                said += part
        except OSError:
            pass
        process.wait(60)
    os.close(master)
    return said


def test_own_colours_pass(tmp_path, host):
    """And others' do not, though they are the same: only those that hawctl itself sends are colours."""
    (tmp_path / "guest.args").write_text("qemu-system-x86_64 -name '\x1b[1;31mred\x1b[0m' -m 4G", encoding="utf-8")
    said = on_a_terminal(f"--root={host}", "--no-pager", "check", tmp_path / "guest.args")
    assert b"\x1b[1m" in said and b"\x1b[0m" in said and b"\x1b[1;31mred" not in said
    rest = said.replace(b"\r\n", b"\n")
    for own in (b"\x1b[1m", b"\x1b[2m", b"\x1b[0m", b"\x1b[1;31m", b"\x1b[1;33m"):
        rest = rest.replace(own, b"")
    clean(rest)
