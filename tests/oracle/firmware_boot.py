"""One boot of Linux under a given firmware, and what differs between where it finds the root bus's 64-bit window and every
BAR, and where the layout says."""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

SOURCE = pathlib.Path(os.environ["HAWD_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests" / "vm"))
import image  # noqa: E402

MIB, GIB = 1 << 20, 1 << 30
FIRST_SLOT, EMPTY_SLOT = 0x10, 0x18
INTEL, INTEL_1G, AMD, AMD_1G = "Skylake-Client", "Skylake-Server", "Opteron_G3", "EPYC"
OPTIONS = {"mmio64-mib": "opt/ovmf/X-PciMmio64Mb", "pci64": "opt/org.seabios/pci64",
           "paging-level": "opt/org.tianocore/PagingLevel"}
FEATURES = {"guest-phys-bits": "guest-phys-bits={}", "la57": "la57={}"}


@dataclasses.dataclass
class Firmware:
    kind: str
    version: str
    image: str = ""  # "": QEMU's own
    emulator: tuple = ("qemu-system-x86_64",)
    variables: str = ""  # of an OVMF that keeps them in System Management Mode

    def __str__(self):
        return f"{self.kind} {self.version}"


def kernel():
    """The distribution's, from the emulated machines' cache or fetched into it."""
    name = image.kernel_package()
    for path in (*sorted(image.cache().glob("*/vmlinuz")), image.cache() / (name + ".vmlinuz")):
        if path.is_file():
            return path
    image.cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=image.cache()) as work:
        subprocess.run(["apt-get", "download", "-qq", name], cwd=work, check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", next(pathlib.Path(work).glob("*.deb")), work], check=True)
        return shutil.move(next(pathlib.Path(work).glob("boot/vmlinuz-*")), image.cache() / (name + ".vmlinuz"))


def make_parts(work):
    """Kernel and initramfs, or the test is skipped."""
    missing = [p for p in ("qemu-system-x86_64", "cpio", "cc", "apt-get", "dpkg") if not shutil.which(p)]
    if missing:
        pytest.skip("not installed: " + " ".join(missing))
    done = subprocess.run(["cc", "-static", "-O1", "-o", work / "init", SOURCE / "tests" / "guest" / "init-windows.c"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no static C library: " + done.stderr.strip().splitlines()[-1])
    with open(work / "initrd", "wb") as archive:
        subprocess.run(["cpio", "--create", "--format=newc", "--quiet"], cwd=work, input=b"init\n", stdout=archive, check=True)
    try:
        return {"kernel": kernel(), "initrd": work / "initrd"}
    except (image.Missing, subprocess.CalledProcessError) as error:
        pytest.skip(f"no kernel: {error}")


def case(machine, model, bits, ram, *bars, maximum=0, slots=0, **more):
    """A BAR is SIZE[,32][,plain][,port]; more: mmio64-mib, pci64, paging-level, guest-phys-bits, la57, with underscores."""
    return {"machine": machine, "model": model, "phys-bits": bits, "ram": ram, "bar": [str(b) for b in bars],
            **({"max": maximum, "slots": slots} if maximum else {}), **{k.replace("_", "-"): v for k, v in more.items()}}


# With more than 42 bits OVMF's own page tables take minutes to write without KVM: those boots are in the long run.
BOTH = [
    case("q35", INTEL, 39, 6 * GIB, GIB), case("q35", AMD_1G, 40, 6 * GIB, 4 * GIB), case("q35", INTEL, 36, 6 * GIB, GIB, 4 * GIB, GIB),
    case("q35", AMD_1G, 42, 2 * GIB, GIB, maximum=1000 * GIB, slots=4), case("q35", INTEL_1G, 42, GIB, 16 * GIB),
    case("q35", INTEL, 40, 2 * GIB, 2 * GIB),
]
EACH_RUN = 4
MORE = [
    case("q35", INTEL_1G, 46, GIB, 16 * GIB), case("q35", INTEL_1G, 52, 6 * GIB, GIB, 4 * GIB, GIB),
    case("q35", INTEL, 36, 6 * GIB, GIB), case("q35", INTEL, 46, 6 * GIB, GIB), case("q35", AMD, 48, 2 * GIB, GIB),
    case("pc", INTEL_1G, 42, 6 * GIB, GIB), case("pc", AMD_1G, 46, 2 * GIB, 2 * GIB), case("q35", INTEL, 39, 6 * GIB),
    case("q35", INTEL_1G, 46, 6 * GIB, f"{MIB},plain", 2 * GIB), case("q35", AMD_1G, 41, 2 * GIB, 8 * GIB, 16 * GIB),
    case("q35", INTEL_1G, 42, 2 * GIB, 16 * GIB, maximum=64 * GIB, slots=2), case("q35", INTEL, 39, 2 * GIB, f"{4 * GIB},port"),
    case("q35", INTEL_1G, 46, 6 * GIB, f"{GIB},port", f"{2 * GIB},port"), case("q35", INTEL, 36, 2 * GIB, 16 * GIB),
]
OVMF_ONLY = [case("q35", INTEL, 40, 2 * GIB, 32 * GIB, mmio64_mib=65536), case("q35", INTEL, 39, 2 * GIB, GIB, mmio64_mib=262144),
             case("q35", INTEL, 39, 2 * GIB, GIB, mmio64_mib=65536), case("q35", INTEL_1G, 46, 2 * GIB, GIB, mmio64_mib=65536)]


def device(i, size, words, bus):
    """The device whose large BAR is of that kind; QEMU has 32-bit ones up to 256 MiB, and the only 64-bit BAR that is
    not prefetchable and of a size to be chosen is the one that holds NVMe's doorbells."""
    if "32" in words:
        return ["-device", f"bochs-display,vgamem={size}{bus}"]
    if "plain" in words:
        assert int(size) == MIB
        return ["-device", f"nvme,serial=n{i},max_ioqpairs=65535{bus}"]
    return ["-object", f"memory-backend-ram,id=b{i},size={size},share=on,reserve=off", "-device", f"ivshmem-plain,memdev=b{i}{bus}"]


def command(firmware, drawn, parts):
    memory = f"size={drawn['ram']}B" + (f",maxmem={drawn['max']}B,slots={drawn['slots']}" if "max" in drawn else "")
    features = "".join("," + form.format(drawn[key]) for key, form in FEATURES.items() if key in drawn)
    line = [*firmware.emulator, "-accel", "tcg", "-M", drawn["machine"] + ",memory-backend=m", "-m", memory, "-nodefaults",
            "-cpu", f"{drawn['model']},phys-bits={drawn['phys-bits']}{features}", "-display", "none", "-serial", "stdio",
            "-no-reboot", "-object", f"memory-backend-ram,id=m,size={drawn['ram']},reserve=off", "-kernel", parts["kernel"],
            "-initrd", parts["initrd"], "-append", "console=ttyS0 quiet panic=-1 nokaslr no_timer_check"]
    for i, bar in enumerate(drawn["bar"]):
        size, *words = bar.split(",")
        slot = f",addr={FIRST_SLOT + i:#x}"
        if "port" in words:
            line += ["-device", f"pcie-root-port,id=p{i},chassis={i + 1},slot={i + 1}{slot}"]
            slot = f",bus=p{i}"
        line += device(i, size, words, slot)
    # Behind all devices, as the layout has them.
    for i in range(drawn.get("ports", 0)):
        hotplug = ",hotplug=off" if drawn.get("ports-fixed") else ""
        line += ["-device", f"pcie-root-port,id=e{i},chassis={100 + i},slot={100 + i},addr={EMPTY_SLOT + i // 8:#x}.{i % 8},multifunction=on{hotplug}"]
    if "hole64" in drawn:
        host = "q35-pcihost" if drawn["machine"] == "q35" else "i440FX-pcihost"
        line += ["-global", f"{host}.pci-hole64-size={drawn['hole64']}"]
    if firmware.kind == "ovmf":
        line += ["-drive", f"if=pflash,format=raw,readonly=on,file={firmware.image}"]
        if firmware.variables:
            line += ["-drive", f"if=pflash,format=raw,unit=1,snapshot=on,file={firmware.variables}", "-machine", "smm=on",
                     "-global", "driver=cfi.pflash01,property=secure,value=on"]
    elif firmware.image:
        line += ["-bios", firmware.image]
    for key, name in OPTIONS.items():
        if key in drawn:
            line += ["-fw_cfg", f"name={name},string={drawn[key]}"]
    return [str(word) for word in line]


def ask_layout(firmware, drawn):
    version = subprocess.run([*firmware.emulator, "--version"], capture_output=True, text=True, check=True).stdout
    lines = [f"qemu={re.search(r'version ([0-9.]+)', version).group(1)}", f"firmware={firmware.kind}",
             f"firmware-version={firmware.version}", "built-by=debian"]
    for key, value in drawn.items():
        lines += [f"{key}={v}" for v in (value if isinstance(value, list) else [value])]
    return subprocess.run([os.environ["PRINT_LAYOUT"]], input="\n".join(lines), capture_output=True, text=True, check=True).stdout


def ranges(text, pattern):
    return [(int(a, 16), int(b, 16)) for a, b in re.findall(pattern, text, re.MULTILINE)]


def find_bars(seen, drawn):
    """What Linux says of each case's BAR: None where it has no place."""
    behind = iter(sorted(set(re.findall(r"^device (0000:(?!00)\S+) ", seen, re.MULTILINE))))
    found = []
    for i, bar in enumerate(drawn["bar"]):
        name = next(behind, "none") if "port" in bar else f"0000:00:{FIRST_SLOT + i:x}.0"
        size = int(bar.split(",")[0])
        found.append(next(((a, b) for a, b in ranges(seen, rf"^resource {name} 0x0*(\w+) 0x0*(\w+) ") if b - a + 1 == size and a), None))
    return found


def text(pairs):
    return [f"{p[0]:#x}-{p[1]:#x}" if p else None for p in pairs]


def told_bars(ours, drawn):
    bars = {int(d): (int(a, 16), int(b, 16)) for a, b, d in re.findall(r"^bar=(\w+)-(\w+) (\d+) ", ours, re.MULTILINE)}
    return [bars.get(i) for i in range(len(drawn["bar"]))]


def wrong_bars(ours, theirs, drawn):
    """The BARs that are not where the layout says. It does not say where those below 4 GiB are."""
    low = ranges(ours, r"^window32=(\w+)-(\w+) ")
    wrong = [f"unknown={why}" for why in re.findall(r"^unknown=(?!none)(.*)", ours, re.MULTILINE)]
    for i, (their, our) in enumerate(zip(theirs, told_bars(ours, drawn))):
        below = our is None and their and any(w[0] <= their[0] and their[1] <= w[1] for w in low) and \
            ("32" in drawn["bar"][i].split(",") or "fits64=1" in ours)
        if their != our and not below:
            wrong.append(f"BAR {i}")
    return wrong


def differs(ours, seen, drawn):
    """What is not as the layout says, or nothing."""
    theirs, told = find_bars(seen, drawn), told_bars(ours, drawn)
    if "fits64=0" in ours and any(theirs):
        # Linux keeps those that are within the width.
        return None if None in theirs else f"all fit: {text(theirs)}\n{ours}"
    bars = [b for b in told if b]
    windows = [w for w in ranges(seen, r"^iomem (\w+)-(\w+) : PCI Bus 0000:00$") if w[0] >= 1 << 32]
    wrong = wrong_bars(ours, theirs, drawn)
    # QEMU tells Linux of a window that starts with the lowest 64-bit BAR; without one it is the hole after RAM.
    place = ranges(ours, r"^window64=(\w+)-(\w+) ") if bars else ranges(ours, r"^hole64=(\w+)-(\w+) ")
    if len(windows) != 1 or len(place) != 1 or windows[0][0] < place[0][0] or \
            windows[0][0] != min([b[0] for b in bars], default=place[0][0]):
        wrong.append("window")
    return wrong and f"{wrong}\n  BARs {text(theirs)}, layout {text(told)}\n  windows {text(windows)}, layout {text(place)}\n{ours}"


def boot(firmware, drawn, parts, timeout=600):
    """None, or what differs."""
    try:
        done = subprocess.run(command(firmware, drawn, parts), capture_output=True, text=True, errors="replace", timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return f"{firmware} {drawn}: not booted in {timeout} s"
    if "complete" not in done.stdout:
        return f"{firmware} {drawn}: did not boot: {done.stdout[-300:]} {done.stderr[-300:]}"
    what = differs(ask_layout(firmware, drawn), done.stdout.replace("\r", ""), drawn)
    return what and f"{firmware} {drawn}:\n  {what}"
