"""Guests of QEMU's virt machine with large BARs, without KVM: where AAVMF puts each, read from its configuration space, and where
Linux has it after EFI; and what hawctl says of the same command line."""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import release
from place import run

MIB, GIB = 1 << 20, 1 << 30
SOURCE = pathlib.Path(os.environ["HAWD_SOURCE"])
MASK = (1 << 64) - 1
FIRST_SLOT, EMPTY_SLOT = 0x10, 0x18
COMPILER = "aarch64-linux-gnu-gcc"
# BdsDxe speaks when all buses are enumerated.
DONE = b"BdsDxe: "
SECONDS, ATTEMPTS = 200, 3


@dataclasses.dataclass(frozen=True)
class Case:
    """bars: size[,port], or "net" for a virtio-net, whose own BAR has 16 KiB. places: of each after firmware, linux: after Linux, where known
    beforehand; 0: none."""
    bars: tuple
    ram: str = "1G"
    cpu: str = "cortex-a57"
    options: str = ""
    ports: int = 0
    places: tuple = ()
    linux: tuple = ()


def wanted(bar):
    return 16 << 10 if bar.startswith("net") else int(bar.split(",")[0])


class Emulator:
    """QEMU and AAVMF of a release of Debian."""

    def __init__(self, suite):
        self.tree = release.tree(suite, release.QEMU_ARM)
        self.start = release.qemu(self.tree, "qemu-system-aarch64")
        said = subprocess.run([*self.start, "--version"], capture_output=True, text=True, check=True).stdout
        self.version = re.search(r"version (\d+\.\d+)", said).group(1)
        self.firmware = self.tree / "usr/share/AAVMF/AAVMF_CODE.fd"
        self.variables = self.tree / "usr/share/AAVMF/AAVMF_VARS.fd"

    def __str__(self):
        return f"QEMU {self.version} with its AAVMF"

    def memory(self, name, size, folder):
        """Nothing is written to it. 5.2 cannot leave memory unreserved: a sparse file instead."""
        if self.version == "5.2":
            return f"memory-backend-file,id={name},size={size},share=on,mem-path={folder}/{name}"
        return f"memory-backend-ram,id={name},size={size},share=on,reserve=off"


def machine_words(emulator, case, folder):
    """What both QEMU and hawctl are told."""
    words = ["-accel", "tcg", "-M", f"virt,memory-backend=m{case.options}", "-cpu", case.cpu, "-m", case.ram, "-nodefaults",
             "-object", emulator.memory("m", case.ram, folder),
             "-drive", f"if=pflash,format=raw,readonly=on,file={emulator.firmware}",
             "-drive", f"if=pflash,format=raw,snapshot=on,file={emulator.variables}"]
    for i, bar in enumerate(case.bars):
        place = f",addr={FIRST_SLOT + i:#x}"
        if bar.endswith(",port"):
            words += ["-device", f"pcie-root-port,id=p{i},chassis={i + 1},slot={i + 1}{place}"]
            place = f",bus=p{i}"
        if bar.startswith("net"):
            words += ["-device", f"virtio-net-pci,id=d{i},romfile={place}"]
        else:
            words += ["-object", emulator.memory(f"b{i}", wanted(bar), folder), "-device", f"ivshmem-plain,id=d{i},memdev=b{i}{place}"]
    for i in range(case.ports):
        words += ["-device", f"pcie-root-port,id=e{i},chassis={100 + i},slot={100 + i},multifunction=on,addr={EMPTY_SLOT:#x}.{i}"]
    return words


# ── firmware ────────────────────────────────────────────────────────────────────────────────────────────────

class Monitor:
    def __init__(self, process):
        self.process = process
        process.stdout.readline()
        self.call("qmp_capabilities")

    def call(self, name, **arguments):
        self.process.stdin.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")
        raise RuntimeError(f"{name}: QEMU ended")

    def say(self, line):
        return self.call("human-monitor-command", **{"command-line": line}).replace("\r", "")

    def bar(self, ecam, bus, slot, number):
        """Its two words in configuration space, whether or not the device decodes it."""
        said = self.say(f"xp /2xw {ecam + (bus << 20) + (slot << 15) + 0x10 + 4 * number:#x}")
        low, high = (int(word, 16) for word in said.split(":")[1].split())
        return (high << 32 | low) & ~0xf


def functions(devices, windows):
    """Of all devices: name, bus, slot, number and size of each BAR, and the windows that lead to it."""
    for device in devices:
        yield device["qdev_id"], device["bus"], device["slot"], [(r["bar"], r["size"]) for r in device["regions"]], windows
        bridge = device.get("pci_bridge")
        if bridge:
            ranges = [bridge["bus"][kind] for kind in ("memory_range", "prefetchable_range")]
            yield from functions(bridge.get("devices", []), [(r["base"] & MASK, r["limit"] & MASK) for r in ranges])


def firmware_places(emulator, case):
    """Of each BAR: its address, 0 without one. A start of firmware that hangs is begun anew."""
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory() as folder:
            serial = pathlib.Path(folder, "serial")
            words = [*emulator.start, "-display", "none", "-serial", f"file:{serial}", "-qmp", "stdio", *machine_words(emulator, case, folder)]
            with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
                try:
                    monitor = Monitor(process)
                    if wait_for(serial, process):
                        return read_places(monitor, case)
                finally:
                    process.kill()
    raise AssertionError(f"{emulator} {case}: firmware starts nothing, tried {ATTEMPTS} times")


def wait_for(serial, process):
    end = time.monotonic() + SECONDS
    while DONE not in serial.read_bytes():
        if time.monotonic() > end or process.poll() is not None:
            return False
        time.sleep(0.1)
    return True


def read_places(monitor, case):
    """What firmware leaves out keeps whatever was written last: a BAR counts within a window of its bus."""
    monitor.call("stop")
    tree = monitor.say("info mtree")
    spans = {name: (int(a, 16), int(b, 16)) for a, b, name in re.findall(r"(\w{16})-(\w{16}) \(prio [^)]*\): (?:alias )?(pcie-\S+)", tree)}
    root = [spans[name] for name in ("pcie-mmio", "pcie-mmio-high") if name in spans]
    found = {name: rest for name, *rest in functions(monitor.call("query-pci")[0]["devices"], root)}
    places = []
    for i, bar in enumerate(case.bars):
        bus, slot, regions, windows = found[f"d{i}"]
        number = next(number for number, size in regions if size == wanted(bar))
        at = monitor.bar(spans["pcie-ecam"][0], bus, slot, number)
        inside = all(any(a <= at and at + wanted(bar) - 1 <= b for a, b in spans) for spans in (windows, root))
        places.append(at if inside else 0)
    return tuple(places)


# ── Linux ───────────────────────────────────────────────────────────────────────────────────────────────────

def make_parts(work):
    """Debian's kernel, and an initramfs whose only program prints what Linux sees, or the test is skipped."""
    missing = [p for p in (COMPILER, "cpio") if not shutil.which(p)]
    if missing:
        pytest.skip("not installed: " + " ".join(missing))
    subprocess.run([COMPILER, "-static", "-O1", "-o", work / "init", SOURCE / "tests/guest/init-windows.c"], check=True)
    with open(work / "initrd", "wb") as archive:
        subprocess.run(["cpio", "--create", "--format=newc", "--quiet"], cwd=work, input=b"init\n", stdout=archive, check=True)
    root = release.tree("trixie", ["linux-image-arm64"], True, "arm64")
    return next(root.glob("boot/vmlinuz-*")), work / "initrd"


def linux_places(emulator, case, parts, seconds=SECONDS):
    """By /sys: a resource that has no place has no end either."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["timeout", "--signal=KILL", seconds, *emulator.start, "-display", "none", "-serial", "stdio", "-no-reboot",
                 "-kernel", parts[0], "-initrd", parts[1], "-append", "console=ttyAMA0 quiet panic=-1", *machine_words(emulator, case, folder)]
        for _ in range(ATTEMPTS):
            done = subprocess.run(list(map(str, words)), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
            if "complete" in done.stdout:
                break
    assert "complete" in done.stdout, f"{emulator} {case}: did not boot: {done.stdout[-500:]} {done.stderr[-500:]}"
    seen = done.stdout.replace("\r", "")
    behind = iter(sorted(set(re.findall(r"^device (0000:(?!00)\S+) ", seen, re.MULTILINE))))
    places = []
    for i, bar in enumerate(case.bars):
        name = next(behind) if bar.endswith(",port") else f"0000:00:{FIRST_SLOT + i:02x}.0"
        resources = [(int(a, 16), int(b, 16)) for a, b in re.findall(rf"^resource {name} 0x(\w+) 0x(\w+) ", seen, re.MULTILINE)]
        places.append(next((a for a, b in resources if a and b - a + 1 == wanted(bar)), 0))
    return tuple(places)


# ── hawctl ──────────────────────────────────────────────────────────────────────────────────────────────────

@dataclasses.dataclass
class Answer:
    """starts; R7's verdict, or None; places of BARs where they are known; whether firmware leaves all of them without an address."""
    starts: bool
    window: str | None
    places: tuple
    all_left: bool
    text: str


def asked(emulator, case, host):
    done = run("check", f"--root={host}", f"--qemu={emulator.version}", "-j", "--", "qemu-system-aarch64", *machine_words(emulator, case, "/"))
    assert done.returncode in (0, 3), done.stderr
    answer = json.loads(done.stdout)
    found = [finding for finding in answer["findings"] if finding["rule"] == "R7"]
    worst = max((finding["verdict"] for finding in found), key=["info", "warning", "unsafe"].index, default=None)
    bars = {r["device"]: int(r["start"], 16) for r in answer["layout"]["ranges"] if r["kind"] == "bar"}
    return Answer(answer["layout"]["starts"], worst, tuple(bars.get(f"d{i}") for i in range(len(case.bars))),
                  any("gives no device an address" in finding["summary"] for finding in found),
                  "\n".join(f"  {f['verdict']} {f['rule']} {f['summary']}" for f in answer["findings"]))
