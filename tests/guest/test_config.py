"""-readconfig and -set: the syntax is that of QEMU's util/qemu-config.c, and where QEMU is here it has the word on which
files are right and what they make of a machine. Incus and LXD hand it all but the CPU so, Proxmox the ports."""
import contextlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from forms import at, ignored, read, refused

MIB, GIB = 1 << 20, 1 << 30
HAWCTL = os.environ["HAWCTL"]

MACHINE = """# Machine
[machine]
type = "q35"
accel = "tcg"
usb = "off"

[boot-opts]
strict = "on"

[memory]
size = "512M"
slots = "4"
maxmem = "8192M"

[smp-opts]
cpus = "1"
maxcpus = "4"

[object "mem0"]
qom-type = "memory-backend-ram"
size = "512M"

[numa]
type = "node"
nodeid = "0"
memdev = "mem0"

[global]
driver = "q35-pcihost"
property = "pci-hole64-size"
value = "64G"

[device "qemu_pcie0"]
driver = "pcie-root-port"
bus = "pcie.0"
addr = "1.0"
multifunction = "on"

[device "viommu"]
driver = "intel-iommu"
aw-bits = "48"
"""
CARD = """
[device "card"]
driver = "vfio-pci"
bus = "qemu_pcie0"
host = "0000:01:00.0"
"""
GOOD = [
    "", "# nothing\n", "\n[device]\n", "[device \"x\"]\ndriver = \"pci-testdev\"\n", "[memory]\nsize = \"256M\"", "[name]\n  guest = \"a b\"\n",
    "[memory]\n size\t=\t\"128M\"\n", "[name]\nguest = \"\"\n", "[memory]\nsize = \"128M\" and more\n",
]
# With the line that is refused.
BAD = [
    ("size = \"1G\"\n", 1), ("[memory]\nsize = 1G\n", 2), ("[memory]\n\nsize\n", 3), ("[]\nsize = \"1G\"\n", 1), ("[memory]\nsize = \"1G\n", 2),
    ("# x\nmemory\n", 2), ("[memory]\nsize=\"1G\"\n", 2), ("[memory]\n = \"1G\"\n", 2),
]


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    def write(text):
        path = tmp_path / "vm.conf"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)
    return write


def command(path, *more):
    return read("--", "qemu-system-x86_64", "-cpu", "EPYC", "-readconfig", path, *more)


def test_machine(file):
    document = command(file(MACHINE + CARD))
    assert ignored(document) == []
    assert document["machine"] == "q35" and document["accelerator"] == "tcg" and document["pciHole64Size"] == 64 * GIB
    assert document["memory"] == {"ram": 512 * MIB, "max": 8 * GIB, "slots": 4, "numa": 512 * MIB}
    assert document["viommu"] == {"kind": "intel", "awBits": 48}
    assert document["devices"] == [{"name": "card", "assigned": True, "ownPort": True, "address": "0000:01:00.0"}]


def test_ports_alone(file):
    """The file has the port, the command line the device: Proxmox's way."""
    document = command(file('[device "port-1"]\ndriver = "pcie-root-port"\nchassis = "1"\n'), "-device", "vfio-pci,host=0000:01:00.0,id=hostpci0,bus=port-1")
    assert at(document, "devices.0.ownPort") is True


def test_set(file):
    """Behind what the device says itself, in whichever place."""
    path = file(MACHINE + CARD)
    assert at(command(path, "-set", "device.card.host=02:00.0"), "devices.0.address") == "0000:02:00.0"
    assert at(command(path, "-set", "device.viommu.aw-bits=39"), "viommu.awBits") == 39
    assert ignored(command(path, "-set", "device.viommu.aw-bits=39", "-set", "device.card.host=02:00.0")) == []
    assert ignored(command(path, "-set", "device.card.x-vga=on", "-set", "device.gone.x-vga=on", "-set", "object.mem0.share=on")) == []
    assert ignored(command(path, "-set", "device.gone.host=03:00.0")) == ["-set device.gone.host=03:00.0"]
    named = read("--", "-set", "device.hostpci0.host=0a:00.1", "-device", "vfio-pci,id=hostpci0,host=01:00.0", "-S")
    assert at(named, "devices.0.address") == "0000:0a:00.1"
    for text in SET_BAD:
        assert refused("--", "-S", "-set", text) == f"command line: -set: expected GROUP.ID.PROPERTY=VALUE, not '{text}'"
    pointed = read("--", "-device", "vfio-pci,id=a.0,host=01:00.0", "-device", "vfio-pci,id=a,host=02:00.0", "-set", "device.a.0.host=03:00.0", "-S")
    assert [device["address"] for device in pointed["devices"]] == ["0000:01:00.0", "0000:02:00.0"]


SET_BAD = ["device", "device.x", "device.x=1", "device..x=1", "device.x.=1", ".x.y=1", "device.x.y"]


def test_qemu_on_set(file):
    """What it cannot take apart, and that an id ends at its first point."""
    for text in SET_BAD:
        assert f"can't parse: \"{text}\"" in qemu(file(MACHINE), "-set", text).stderr
    done = qemu(file(MACHINE), "-device", "pci-testdev,id=a.0", "-set", "device.a.0.addr=3")
    assert 'no device "a" defined' in done.stderr


@pytest.mark.parametrize("text", GOOD)
def test_good(file, text):
    if "[device]" in text:
        assert "expected DRIVER" in refused("--", "-S", "-readconfig", file(text))
    else:
        assert ignored(command(file(text))) == []


@pytest.mark.parametrize("text, line", BAD)
def test_bad(file, text, line):
    path = file(text)
    assert refused("--", "-S", "-readconfig", path).startswith(f"command line: -readconfig {path}: line {line}: expected ")


def test_unknown_group(file):
    assert ignored(command(file('[future]\na = "b"\n'))) == ["-readconfig [future]"]
    assert ignored(command(file('[machine]\nfuture = "b"\n'))) == ["-machine future=b"]


def test_too_many(file):
    """Each bound is said, with its place; the id is one of the values."""
    path = file('[device "x"]\n' + 'a = "b"\n' * 5000)
    assert refused("--", "-S", "-readconfig", path) == f"command line: -readconfig {path}: line 4097: expected no more values in a group"
    assert refused("--", "-device", "e1000,id=x" + ",a=b" * 4094, "-set", "device.x.a=1") == "command line: -set: expected at most 4096 properties of x"
    assert refused("--", "-S", *["-set", "device.x.a=1"] * 257) == "command line: -set: expected at most 256"


def test_values_that_are_refused(file):
    assert refused("--", "-S", "-readconfig", file('[memory]\nsize = "much"\n')) == "command line: -m: expected a size such as 4G, not 'much'"


def test_what_cannot_be_read(file, tmp_path):
    """Named, and the verdict is not "safe"."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, why in ((str(tmp_path / "gone"), "No such file or directory"), (str(tmp_path), "not a regular file"), (str(fifo), "not a regular file"),
                      ("/dev/zero", "not a regular file"), (file(b"#" * ((1 << 20) + 1)), "larger than 1 MiB")):
        notes = command(path)["ignored"]
        assert [note["text"] for note in notes] == ["cannot read the file: " + why], path
    assert "expected" in refused("--", "-S", "-readconfig", file(b"[memory]\n\0size = \"1G\"\n"))
    assert "line 1: expected at most 1022 characters" in refused("--", "-S", "-readconfig", file("[" + "x" * 1100))


def test_file_given_alone(file):
    done = subprocess.run([HAWCTL, "check", file(MACHINE)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and "-readconfig" in done.stderr


def test_what_is_no_file_of_a_disk():
    """To read some of the kernel's files is to change something."""
    for path in ("/proc/version", "/sys/kernel/notes"):
        assert [note["text"] for note in command(path)["ignored"]] == ["cannot read the file: not a regular file"]


def test_at_most_16(file):
    path = file(MACHINE)
    assert command(path, *["-readconfig", path] * 15)["memory"]["max"] == 8 * GIB
    assert refused("--", "-S", *["-readconfig", path] * 17) == "command line: -readconfig: expected at most 16"


@contextlib.contextmanager
def process_of(path, directory, root=None):
    """What has that command line, waits, and has gone into another root directory if so."""
    code = f"import os, time; os.chroot({str(root)!r}) if {root is not None} else 0; print(flush=True); time.sleep(60)"
    arguments = ["qemu-system-x86_64", "-c", code, "-m", "256", "-readconfig", path]
    with subprocess.Popen(arguments, executable=sys.executable, cwd=directory, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            yield process.pid
        finally:
            process.kill()


def config_of_process(*where):
    with process_of(*where) as pid:
        document = read(f"--pid={pid}")
    return document["memory"].get("max"), [note["text"] for note in document.get("ignored", []) if note["what"].startswith("-readconfig")]


OUTSIDE = "cannot read the file: outside the file system of the process"
ABSENT = "cannot read the file: No such file or directory"


def test_of_a_process(file, tmp_path):
    """Its own directory is where a path starts; what lies beside that may be another's."""
    path = file(MACHINE)
    (tmp_path / "below").mkdir()
    assert config_of_process("vm.conf", tmp_path) == (8 * GIB, []) == config_of_process(path, "/")
    assert config_of_process("../vm.conf", tmp_path / "below") == (None, [OUTSIDE])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to have another root directory")
def test_of_a_process_elsewhere(file, tmp_path):
    """Links lead where they would lead it, and not to this host's files."""
    path, root = file(MACHINE), tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/own.conf").write_text('[memory]\nmaxmem = "4G"\nslots = "2"\n')
    (root / "link").symlink_to("/etc/own.conf")
    (root / "up").symlink_to("../../../../etc/own.conf")
    (root / "host").symlink_to(path)
    (root / "beside").symlink_to("../vm.conf")
    for name in ("/etc/own.conf", "/link", "/up", "/../etc/own.conf"):
        assert config_of_process(name, root, root) == (4 * GIB, []), name
    for name in ("/host", "/beside", "/../vm.conf", path):
        assert config_of_process(name, root, root) == (None, [ABSENT]), name


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to have another root directory")
def test_packages_of_a_process_elsewhere(tmp_path):
    """What is installed here says nothing of it."""
    said = []
    for root in ("/", tmp_path):
        with process_of("/x", "/", root) as pid:
            done = subprocess.run([HAWCTL, "check", f"--pid={pid}", "-j"], capture_output=True, text=True, timeout=60, check=False)
        said.append(any("installed here" in note["text"] for note in json.loads(done.stdout)["assumed"]))
    if not said[0]:
        pytest.skip("no package of QEMU's here")
    assert not said[1]


# ── what QEMU says ───────────────────────────────────────────────────────────────────────────────────────


def qemu(path, *more):
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64 here")
    asked = [{"execute": "qmp_capabilities"}, {"execute": "query-memory-size-summary"},
             {"execute": "qom-get", "arguments": {"path": "/machine/q35", "property": "pci-hole64-size"}}, {"execute": "quit"}]
    return subprocess.run(["qemu-system-x86_64", "-S", "-display", "none", "-nodefaults", "-qmp", "stdio", "-readconfig", path, *more], text=True,
                          input="".join(json.dumps(one) + "\n" for one in asked), capture_output=True, timeout=60, check=False)


def test_qemu_makes_the_same_of_it(file):
    path = file(MACHINE)
    done = qemu(path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    values = [answer["return"] for answer in answers if "return" in answer]
    assert done.returncode == 0, done.stderr
    document = command(path)
    assert values[1]["base-memory"] == document["memory"]["ram"] and values[2] == document["pciHole64Size"]


@pytest.mark.parametrize("text", GOOD)
def test_qemu_takes_the_good(file, text):
    done = qemu(file(text))
    assert done.returncode == 0 or "driver" in done.stderr, done.stderr


@pytest.mark.parametrize("text, line", BAD)
def test_qemu_refuses_the_bad(file, text, line):
    done = qemu(file(text))
    assert done.returncode != 0 and (f":{line}:" in done.stderr or "no group" in done.stderr or "There is no option group" in done.stderr), done.stderr
