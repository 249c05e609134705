"""What hawctl prints for pasting holds words of others: pasted into a shell each arrives as it was given, and nothing of it runs."""
import json
import os
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

from guests import GPU, INTEL, base, capability, dmar, drhd, guest, intel
from tree import Tree, endpoint, root_port

HAWCTL = os.environ["HAWCTL"]
SHELLS = [s for s in ("sh", "dash", "bash", "busybox", "zsh", "ksh", "mksh") if shutil.which(s)]
EVIL = ["Evil$(touch x)`id`", "a;touch x", "a'b", "'; touch x; '", '"; touch x; "', "a\\", "a\\'; touch x #", "$IFS", "${HOME}", "~", "~root", "a b", "a  b", "*", "?", "[a-z]*", "{a,,b}", "!x", "!!", "a!b", "#x", "=ls",
        "&touch x", "|touch x", "<x", ">x", "a&&touch x", "(touch x)", "%s%n", "-n", "--", "\t", "a\tb", "a\nb", "a\n\ntouch x\n\nb", "a\rb", "\x1b[31mred", "\x07", "\x7f", "a\x01'; touch x; '", "\x01\\'; touch x; \\'",
        "\u00e9", "\u202etxet", "\u2028touch x", "\U0001f600", "\u00a0", "\x01%d%s\\n", "\x01`touch x`$(touch x)", "^touch^x", "\\x41", "\x01\\x41\\101", "a\\nb", "%%", "\x01%%"]


def pasted(shell, text, tmp_path):
    """The words that a command gets, without a program in reach; whatever ran would have left a file or a message."""
    empty = tmp_path / "empty"
    empty.mkdir(exist_ok=True)
    command = [shutil.which(shell)] + (["sh"] if shell == "busybox" else []) + ["-c", 'stub() { for w in "$@"; do printf "%s\\0" "$w"; done; }\nstub ' + text]
    done = subprocess.run(command, cwd=empty, capture_output=True, check=False, timeout=20, env={"PATH": "/nowhere", "LC_ALL": "C.UTF-8", "HOME": "/home/of"})
    assert done.returncode == 0 and not done.stderr and not list(empty.iterdir()), (text, done)
    return done.stdout.decode().split("\0")[:-1]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    path = tmp_path_factory.mktemp("host")
    intel(39, 39)(Tree(path / "tree"))
    return path / "tree"


def check(host, *words, text=None):
    done = subprocess.run([HAWCTL, "check", f"--root={host}", "--json=short", *(["--", *words] if words else ["-"])], input=text, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 3), done
    return json.loads(done.stdout)


def settings(answer, kind):
    """All of that form in an answer."""
    found = [answer["plan"].get(kind)] if answer.get("plan") else []
    for a in [answer, *answer["alternatives"]]:
        found += [f[kind] for f in a["findings"]]
    return {text for text in found if text}


QEMU = ["qemu-system-x86_64", "-accel", "kvm", "-M", "q35", "-bios", "OVMF.fd", "-m", "4G"]


@pytest.mark.parametrize("evil", EVIL)
def test_options(evil, host, tmp_path):
    """As one word, the one of the command line with its width changed; the same on a screen of any width."""
    word = ("Skylake-Server,x=" if evil[0] in "={" else "") + evil.replace(",", ",,") + ",phys-bits="
    command = [*QEMU, "-cpu", word + "46"]
    options = settings(check(host, *command), "option")
    assert options
    for option in options:
        assert option.isprintable() and option.isascii()
        for shell in SHELLS:
            assert pasted(shell, option, tmp_path) == ["-cpu", word + "39"], (shell, option)
    for columns in ("40", "80"):
        screen = subprocess.run([HAWCTL, "check", f"--root={host}", "--", *command], capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": columns}).stdout
        assert [line for line in screen.splitlines() for option in options if line.endswith(option)]


def test_drawn_words(host, tmp_path):
    """Of all characters, those that mean something to a shell more often."""
    draw = random.Random(10)
    letters = "ab'\"\\$`();&|<>*?[]{}!#~%-=^ \t\n\r\x01\x1b\x7f\u00e9\u202e0123"
    for _ in range(60):
        word = "Skylake-Server,x=" + "".join(draw.choice(letters) for _ in range(draw.randrange(1, 30)))
        option, = settings(check(host, *QEMU, "-cpu", f"{word},phys-bits=46"), "option")
        for shell in SHELLS:
            assert pasted(shell, option, tmp_path) == ["-cpu", f"{word},phys-bits=39"], (shell, option)


def test_newline_at_the_end(host, tmp_path):
    """Which some shells cannot be given in one line: they get another word, and run nothing."""
    option, = settings(check(host, *QEMU, "-cpu", "host,phys-bits=46,host-phys-bits=off,x='; touch x; '\n"), "option")
    for shell in SHELLS:
        words = pasted(shell, option, tmp_path)
        assert len(words) == 2 and (shell not in ("bash", "zsh", "ksh") or words[1].endswith("x='; touch x; '\n"))


@pytest.mark.parametrize("evil", EVIL)
def test_document(evil, host, tmp_path):
    """hawd's own document can hold any text, of any manager's form."""
    document = guest(bits=46) | {"form": {"manager": "command-line", "options": [["cpu", f"{evil.replace(',', ',,')},phys-bits=46"]]}}
    for option in settings(check(host, text=json.dumps(document)), "option"):
        words = pasted("sh", option, tmp_path)
        assert words[0] == "-cpu" and len(words) == 2 and words[1].startswith(evil.replace(",", ",,"))
    document["form"] = {"manager": "libvirt", "elements": [["cpu", {"mode": evil}, ["model", {}, evil], ["maxphysaddr", {"mode": "emulate", "bits": "46"}]]]}
    for text in settings(check(host, text=json.dumps(document)), "libvirt"):
        cpu = ET.fromstring(text)
        given = re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", evil)
        assert text.isascii() and (cpu.tag, cpu.get("mode"), cpu.find("model").text) == ("cpu", given, given)


def test_domain(host):
    text = """<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os firmware='efi'><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
<cpu mode='custom' match='exact'><model fallback='forbid'>E$(touch x)`id`'"&lt;/model&gt;&amp;&#9;</model><maxphysaddr mode='emulate' bits='46'/></cpu></domain>"""
    found = settings(check(host, text=text), "libvirt")
    assert found and all(ET.fromstring(t).find("model").text == "E$(touch x)`id`'\"</model>&\t" for t in found)


@pytest.mark.parametrize("evil", EVIL)
def test_proxmox(evil, host, tmp_path):
    """One command with the properties that are changed; what qm would take for another property gives none."""
    command = ["/usr/bin/kvm", "-id", "100", "-accel", "kvm", "-chardev", "socket,path=/var/run/qemu-server/100.qmp,id=a", "-M", "q35", "-bios", "OVMF.fd", "-m", "4G",
               "-cpu", f"Skylake-Server,phys-bits=46,hv-vendor-id={evil.replace(',', ',,')}"]
    for option in settings(check(host, *command), "proxmox"):
        words = pasted("sh", option.removeprefix("qm "), tmp_path)
        assert words[:3] == ["set", "100", "--cpu"] and len(words) == 4
        assert set(p.split("=")[0] for p in words[3].split(",")[1:]) <= {"phys-bits", "hv-vendor-id", "flags"}, words


def test_proxmox_property(host):
    for injected in ("-cpu=Skylake-Server,phys-bits=46,hv-vendor-id=a,,phys-bits=52", "-cpu=a,,phys-bits=52,phys-bits=46", "-cpu=a;b,phys-bits=46", "-cpu=Skylake-Server,phys-bits=46,hv-vendor-id=" + "a" * 500):
        answer = check(host, "/usr/bin/kvm", "-id", "100", "-accel", "kvm", "-chardev", "socket,path=/var/run/qemu-server/100.qmp,id=a", "-M", "q35", "-bios", "OVMF.fd", "-m", "4G", *injected.split("=", 1))
        assert not settings(answer, "proxmox"), injected


def unbind(driver, tmp_path):
    """What is advised about a bridge in the device's group with that driver."""
    def build(t):
        bridge = "0000:00:1c.0"
        base(t, INTEL, 46, None, None, False)
        t.table("DMAR", dmar(46, drhd(0xFED91000)))
        t.vtd("dmar0", 0xFED91000, capability(48), 0xF050DA, [GPU[0], bridge])
        t.pci(GPU[0], endpoint(0x10DE, 0x2204, 0x030000), driver="vfio-pci", bars=GPU[2])
        t.pci(bridge, root_port(), driver="shpchp")
        t.group(0, [GPU[0], bridge])

    build(Tree(tmp_path / "host"))
    for uevent in (tmp_path / "host/sys").rglob("uevent"):
        uevent.write_text(uevent.read_text().replace("DRIVER=shpchp\n", f"DRIVER={driver}\n"))
    answer = check(tmp_path / "host", text=json.dumps(guest(devs=[{"address": GPU[0], "assigned": True}])))
    return next(f["remedy"] for f in answer["findings"] if f["rule"] == "R12" and "host drivers use other devices" in f["summary"])


@pytest.mark.parametrize("driver", ["$(touch x)", "`id`", "a;touch x", "a b", "'; touch x; '", ">x", "*", "&", "a'b", "\"", "harmless"])
def test_driver(driver, tmp_path):
    """Its name is in the command that unbinds it."""
    remedy = unbind(driver, tmp_path)
    command = remedy[remedy.index("echo ") + 5:].replace(" > ", " ", 1)
    for shell in SHELLS:
        assert pasted(shell, command, tmp_path) == ["0000:00:1c.0", f"/sys/bus/pci/drivers/{driver}/unbind"]


@pytest.mark.parametrize("driver", ["../../../../../etc/x", "..", "a/b", "a\\", "\x1b[31m", "\\'; touch x; '", "\u202e"])
def test_driver_without_a_file(driver, tmp_path):
    """It leads elsewhere, or is not the name that is printed: no command."""
    assert unbind(driver, tmp_path) == "unbind the bridge's driver (vfio-pci does not support bridges)"
