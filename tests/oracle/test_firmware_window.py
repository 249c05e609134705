"""Linux under a real SeaBIOS and a real OVMF: the root bus's 64-bit window in /proc/iomem and every BAR lie where the layout
says. About a dozen boots; all of them with HAWD_FIRMWARE_BOOTS=all. HAWD_OVMF names an OVMF_CODE file that is not
installed, HAWD_OVMF_VERSION its stable tag."""
import concurrent.futures
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
OVMF = [os.environ.get("HAWD_OVMF", ""), "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"]
INTEL, INTEL_1G, AMD, AMD_1G = "Skylake-Client", "Skylake-Server", "Opteron_G3", "EPYC"


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


def seabios_version():
    for directory in ("/usr/share/seabios", "/usr/share/qemu"):
        path = pathlib.Path(directory, "bios-256k.bin")
        if path.is_file():
            found = re.search(rb"\x00(?:rel-)?(\d+\.\d+\.\d+)[-\x00]", path.read_bytes())
            if found:
                return found.group(1).decode()
    return None


def ovmf():
    """The file, and the stable tag as Debian's package version has it: 2022.11-6."""
    path = next((p for p in OVMF if p and os.path.exists(p)), None)
    version = os.environ.get("HAWD_OVMF_VERSION")
    if path and not version:
        text = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "ovmf"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"(?:\d+:)?(\d{4})\.(\d{2})", text)
        version = found.group(1) + found.group(2) if found else None
    return (path, version) if path and version else (None, None)


@pytest.fixture(scope="module", name="parts")
def parts_fixture(tmp_path_factory):
    missing = [p for p in ("qemu-system-x86_64", "cpio", "cc", "apt-get", "dpkg") if not shutil.which(p)]
    if missing:
        pytest.skip("not installed: " + " ".join(missing))
    work = tmp_path_factory.mktemp("guest")
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


def case(machine, model, bits, ram, *bars, maximum=0, slots=0, mmio=0):
    return {"machine": machine, "model": model, "phys-bits": bits, "ram": ram, "bar": list(bars),
            **({"max": maximum, "slots": slots} if maximum else {}), **({"mmio64-mib": mmio} if mmio else {})}


# With more than 42 bits OVMF's own page tables take minutes to write without KVM: those boots are in the long run.
BOTH = [
    case("q35", INTEL, 39, 6 * GIB, GIB), case("q35", AMD_1G, 40, 6 * GIB, 4 * GIB), case("q35", INTEL_1G, 42, GIB, 16 * GIB),
    case("q35", INTEL, 36, 6 * GIB, GIB, 4 * GIB, GIB), case("q35", INTEL, 40, 2 * GIB, 2 * GIB),
    case("q35", AMD_1G, 42, 2 * GIB, GIB, maximum=1000 * GIB, slots=4),
]
MORE = [
    case("q35", INTEL_1G, 46, GIB, 16 * GIB), case("q35", INTEL_1G, 52, 6 * GIB, GIB, 4 * GIB, GIB),
    case("q35", INTEL, 36, 6 * GIB, GIB), case("q35", INTEL, 46, 6 * GIB, GIB), case("q35", AMD, 48, 2 * GIB, GIB),
    case("pc", INTEL_1G, 42, 6 * GIB, GIB), case("pc", AMD_1G, 46, 2 * GIB, 2 * GIB), case("q35", INTEL, 39, 6 * GIB),
    case("q35", INTEL_1G, 46, 6 * GIB, f"{GIB},plain", 2 * GIB), case("q35", AMD_1G, 41, 2 * GIB, 8 * GIB, 16 * GIB),
    case("q35", INTEL_1G, 42, 2 * GIB, 16 * GIB, maximum=64 * GIB, slots=2), case("q35", INTEL, 39, 2 * GIB, f"{4 * GIB},port"),
    case("q35", INTEL_1G, 46, 6 * GIB, f"{GIB},port", f"{2 * GIB},port"), case("q35", INTEL, 36, 2 * GIB, 16 * GIB),
]
OVMF_ONLY = [case("q35", INTEL, 40, 2 * GIB, 32 * GIB, mmio=65536), case("q35", INTEL, 39, 2 * GIB, GIB, mmio=262144),
             case("q35", INTEL, 39, 2 * GIB, GIB, mmio=65536), case("q35", INTEL_1G, 46, 2 * GIB, GIB, mmio=65536)]


def boots():
    everything = os.environ.get("HAWD_FIRMWARE_BOOTS") == "all"
    for firmware in ("seabios", "ovmf"):
        yield from ((firmware, c) for c in BOTH + (MORE if everything else []))
    yield from (("ovmf", c) for c in (OVMF_ONLY if everything else []))


def command(firmware, drawn, parts):
    memory = f"size={drawn['ram']}B" + (f",maxmem={drawn['max']}B,slots={drawn['slots']}" if "max" in drawn else "")
    line = ["qemu-system-x86_64", "-accel", "tcg", "-M", drawn["machine"] + ",memory-backend=m", "-m", memory, "-nodefaults",
            "-cpu", f"{drawn['model']},phys-bits={drawn['phys-bits']}", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-object", f"memory-backend-ram,id=m,size={drawn['ram']},reserve=off", "-kernel", parts["kernel"],
            "-initrd", parts["initrd"], "-append", "console=ttyS0 quiet panic=-1 nokaslr"]
    for i, bar in enumerate(drawn["bar"]):
        size, *words = str(bar).split(",")
        line += ["-object", f"memory-backend-ram,id=b{i},size={size},share=on,reserve=off"]
        bus = ""
        if "port" in words:
            line += ["-device", f"pcie-root-port,id=p{i},chassis={i + 1},slot={i + 1}"]
            bus = f",bus=p{i}"
        line += ["-device", f"ivshmem-plain,memdev=b{i}{bus}"]
    if firmware == "ovmf":
        line += ["-drive", f"if=pflash,format=raw,readonly=on,file={ovmf()[0]}"]
    if "mmio64-mib" in drawn:
        line += ["-fw_cfg", f"name=opt/ovmf/X-PciMmio64Mb,string={drawn['mmio64-mib']}"]
    return [str(word) for word in line]


def ask_layout(firmware, drawn):
    version = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    lines = [f"qemu={re.search(r'version ([0-9.]+)', version).group(1)}", f"firmware={firmware}",
             f"firmware-version={seabios_version() if firmware == 'seabios' else ovmf()[1]}"]
    for key, value in drawn.items():
        lines += [f"{key}={v}" for v in (value if isinstance(value, list) else [value])]
    return subprocess.run([os.environ["PRINT_LAYOUT"]], input="\n".join(lines), capture_output=True, text=True, check=True).stdout


def ranges(text, pattern):
    return [(int(a, 16), int(b, 16)) for a, b in re.findall(pattern, text, re.MULTILINE)]


def check(firmware, drawn, parts):
    """None, or what differs."""
    ours = ask_layout(firmware, drawn)
    done = subprocess.run(command(firmware, drawn, parts), capture_output=True, text=True, errors="replace", timeout=600, check=False)
    if "complete" not in done.stdout:
        return f"{firmware} {drawn}: did not boot: {done.stdout[-300:]} {done.stderr[-300:]}"
    seen = done.stdout.replace("\r", "")
    shared = re.findall(r"^device (\S+) 0x1af4$", seen, re.MULTILINE)
    high = [ranges(seen, rf"^resource {d} 0x0*(\w+) 0x0*(\w+) ") for d in sorted(shared)]
    theirs = [next(((a, b) for a, b in found if b - a >= MIB - 1), None) for found in high]
    bars = {int(d): (int(a, 16), int(b, 16)) for a, b, d in re.findall(r"^bar=(\w+)-(\w+) (\d+) ", ours, re.MULTILINE)}
    told = [bars.get(i) for i in range(len(drawn["bar"]))]
    windows = [w for w in ranges(seen, r"^iomem (\w+)-(\w+) : PCI Bus 0000:00$") if w[0] >= 1 << 32]
    # QEMU tells Linux of a window that starts with the lowest 64-bit BAR; without one it is the hole after RAM.
    place = ranges(ours, r"^window64=(\w+)-(\w+) ") if bars else ranges(ours, r"^hole64=(\w+)-(\w+) ")
    good = theirs == told and len(windows) == 1 and len(place) == 1 and windows[0][0] >= place[0][0] and \
        windows[0][0] == min([b[0] for b in bars.values()], default=place[0][0])
    told_of = ranges(seen, r"^iomem (\w+)-(\w+) : PCI Bus 0000:00$")
    if good:
        return None

    def text(pairs):
        return [f"{p[0]:#x}-{p[1]:#x}" if p else None for p in pairs]
    return f"{firmware} {drawn}:\n  BARs {text(theirs)}, layout {text(told)}\n  windows {text(told_of)}, layout {text(place)}\n{ours}"


@pytest.mark.parametrize("firmware", ["seabios", "ovmf"])
def test_windows(firmware, parts):
    if firmware == "ovmf" and not ovmf()[0]:
        pytest.skip("no OVMF image with a version (package ovmf)")
    if firmware == "seabios" and not seabios_version():
        pytest.skip("no SeaBIOS that tells its version (package seabios)")
    chosen = [drawn for kind, drawn in boots() if kind == firmware]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        wrong = [text for text in pool.map(lambda drawn: check(firmware, drawn, parts), chosen) if text]
    print(f"{firmware}: {len(chosen)} boots, {len(wrong)} disagreements")
    assert not wrong, "\n".join(wrong)
