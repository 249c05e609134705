"""QEMU inside an emulated host: a disk with Debian's arm64 QEMU, and starts that stop before the first instruction."""
import json
import re
import shlex
import subprocess

import release
from unpacked import made_once

SUITE, PACKAGES = "trixie", ["qemu-system-arm", "qemu-system-x86"]
PLACE = "/run/qemu"
READY = f"""
modprobe -a virtio_blk ext4 vfio-pci 2>/dev/null
mkdir -p {PLACE}
mountpoint -q {PLACE} || {{ mount -o ro /dev/vda {PLACE} && for name in proc dev sys; do mount --rbind /$name {PLACE}/$name; done; }}
"""
# info mtree without -f: empty windows are not in the flat view.
QMP = [{"execute": "qmp_capabilities"},
       {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree"}}, {"execute": "quit"}]


def drive():
    """QEMU's arguments for the disk."""
    source = release.tree(SUITE, PACKAGES, True, "arm64")
    with made_once(__file__, "arm64-qemu", source.name) as (place, ready):
        if ready:
            for name in ("proc", "dev", "sys", "tmp", "run"):
                (source / name).mkdir(exist_ok=True)
            subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", source, ready / "disk", "500M"], check=True,
                           stdout=subprocess.DEVNULL)
    return ["-drive", f"if=none,id=disk,format=raw,file={place}/disk,snapshot=on", "-device", "virtio-blk-pci,drive=disk,addr=7"]


def start(machine, words, seconds=180):
    """What QEMU did: None and its map of memory, or its errors and None."""
    machine.output(READY)
    script = "; ".join(f"echo {shlex.quote(json.dumps(line))}" for line in QMP)
    status, text = machine.run(f"({script}) | timeout {seconds} chroot {PLACE} {shlex.join([*words, '-S', '-qmp', 'stdio'])}", seconds + 10)
    answers = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    tree = next((answer["return"] for answer in answers if isinstance(answer.get("return"), str) and "address-space" in answer["return"]), None)
    if tree is None:
        return "\n".join(line for line in text.splitlines() if not line.startswith("{")) or f"exit status {status}", None
    return None, places(tree)


def places(tree):
    """Name of the region → (first, last), in the address space of memory."""
    memory = re.split(r"^(?:address-space|memory-region): ", tree.replace("\r", ""), flags=re.MULTILINE)
    system_memory = next(part for part in memory if part.startswith("memory\n"))
    found = {}
    for first, last, name in re.findall(r"([0-9a-f]{16})-([0-9a-f]{16}) \(prio [^)]*\): (?:alias )?(\S+)", system_memory):
        found.setdefault(name, (int(first, 16), int(last, 16)))
    return found
