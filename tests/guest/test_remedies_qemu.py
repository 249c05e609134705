"""Options that are proposed are put into the command line, and QEMU starts with it. Without KVM and the device, which this host need not
have: whether they are gone that were found, conftest.py asks."""
import json
import os
import shutil
import subprocess

import pytest

import remedies
from guests import intel
from tree import Tree

HAWCTL, QEMU = os.environ["HAWCTL"], shutil.which("qemu-system-x86_64")
VFIO = ["-device", "vfio-pci,host=01:00.0"]
START = ["qemu-system-x86_64", "-accel", "kvm", "-nodefaults", "-display", "none"]
BACKED = ["-object", "memory-backend-ram,id=ram,size=600G,reserve=off", "-m", "600G", "-machine", "memory-backend=ram"]
NUMA = ["-object", "memory-backend-ram,id=a,size=300G,reserve=off", "-object", "memory-backend-ram,id=b,size=300G,reserve=off", "-numa", "node,memdev=a", "-numa",
        "node,memdev=b", "-m", "600G"]


def without_host(words):
    """Under TCG: "max" is what "host" is there, and memory is not touched."""
    words = [w.replace("kvm", "tcg", 1) if words[i - 1] == "-accel" else w for i, w in enumerate(words)]
    for i in range(len(words) - 2, -1, -1):
        if words[i] == "-device" and words[i + 1].startswith("vfio-pci"):
            del words[i:i + 2]
        elif words[i] == "-bios":
            del words[i:i + 2]
    return [w.replace("host", "max", 1) if words[i - 1] == "-cpu" and w.startswith("host") else w for i, w in enumerate(words)]


def starts(words):
    done = subprocess.run([QEMU, *without_host(words)[1:], "-S", "-qmp", "stdio"], capture_output=True, text=True, timeout=60, check=False,
                          input='{"execute":"qmp_capabilities"}{"execute":"quit"}')
    return done.returncode == 0, done.stderr


@pytest.mark.skipif(not QEMU, reason="no qemu-system-x86_64 here")
@pytest.mark.parametrize("host,words,expected", [
    (intel(46, 39), ["-M", "q35", "-cpu", "max,migratable=off,-svm", "-m", "2G", "-bios", "OVMF.fd", *VFIO], "-cpu max,migratable=off,-svm,host-phys-bits-limit=39"),
    (intel(46, 39), ["-M", "q35", "-cpu", "EPYC,phys-bits=45,-svm", "-m", "2G", "-bios", "OVMF.fd", *VFIO], "-cpu EPYC,phys-bits=39,-svm"),
    (intel(46, 46), ["-M", "q35", "-cpu", "max", "-m", "2G", "-device", "intel-iommu,intremap=on,caching-mode=on,aw-bits=48", "-bios", "OVMF.fd", *VFIO],
     "-device intel-iommu,intremap=on,caching-mode=on,aw-bits=39"),
    (intel(46, 46), ["-M", "q35", "-cpu", "max", "-m", "2G", "-device", '{"driver":"intel-iommu","id":"i","caching-mode":true,"aw-bits":48}', "-bios", "OVMF.fd", *VFIO],
     '-device \'{"driver":"intel-iommu","id":"i","caching-mode":true,"aw-bits":39}\''),
    (intel(39, 39), ["-M", "pc-q35-7.2", "-cpu", "max", "-m", "2048,slots=8,maxmem=502G", "-bios", "OVMF.fd", *VFIO], "-m 2048,slots=8,maxmem="),
])
def test_starts(tmp_path, host, words, expected):
    host(Tree(tmp_path / "host"))
    done = subprocess.run([HAWCTL, "check", f"--root={tmp_path}/host", "--json=short", "--", *START, *words], capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    assert expected in answer["plan"]["option"], answer["plan"]
    good, said = starts(remedies.into_command(START + words, answer["plan"]["option"]))
    assert good, said


@pytest.mark.skipif(not QEMU, reason="no qemu-system-x86_64 here")
@pytest.mark.parametrize("memory", [BACKED, NUMA], ids=["backend", "numa"])
def test_less_memory(tmp_path, memory):
    """39 bits end at 512 GiB, of which 600 have no place, and the host has no more bits. What is behind the memory shrinks along: QEMU
    compares their sizes."""
    intel(39, 39)(Tree(tmp_path / "host"))
    words = [*START, "-M", "pc-q35-7.2", "-cpu", "max", *memory]
    done = subprocess.run([HAWCTL, "check", f"--root={tmp_path}/host", "--json=short", "--", *words], capture_output=True, text=True, check=False)
    plan = json.loads(done.stdout)["plan"]
    assert plan and "object" in plan["option"], done.stdout
    good, said = starts(remedies.into_command(words, plan["option"]))
    assert good, (plan["option"], said)
