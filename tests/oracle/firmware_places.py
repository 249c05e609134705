"""Where firmware put the BARs, by QEMU's own word (query-pci) while nothing but the firmware has run: a second or some for
each guest, so that many can be asked about."""
import json
import random
import re
import subprocess
import time

from firmware_boot import AMD, AMD_1G, FIRST_SLOT, GIB, INTEL, INTEL_1G, MIB, ask_layout, case, command, text, told_bars, wrong_bars

STILL = 1.5  # seconds without a change: all BARs are programmed at once
LIMIT = 60


def without_kernel(words):
    for key in ("-kernel", "-initrd", "-append"):
        at = words.index(key)
        del words[at:at + 2]
    words[words.index("-serial") + 1] = "none"
    return words + ["-qmp", "stdio"]


def ask(process, word):
    process.stdin.write(json.dumps({"execute": word}) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        answer = json.loads(line)
        if "return" in answer:
            return answer["return"]
        if "error" in answer:
            break
    raise RuntimeError(f"{word}: QEMU ended")


def found_bars(buses, drawn):
    regions = {}

    def walk(devices):
        for device in devices:
            regions.setdefault((device["bus"], device["slot"]), []).extend((r["address"], r["size"]) for r in device["regions"])
            walk(device.get("pci_bridge", {}).get("devices", []))
    for bus in buses:
        walk(bus["devices"])
    behind = iter(sorted(key for key in regions if key[0]))
    found = []
    for i, bar in enumerate(drawn["bar"]):
        size, *words = bar.split(",")
        key = next(behind, None) if "port" in words else (0, FIRST_SLOT + i)
        found.append(next(((a, a + s - 1) for a, s in regions.get(key, []) if s == int(size) and 0 < a < 1 << 63), None))
    return found


def places(firmware, drawn, limit=LIMIT):
    words = without_kernel(command(firmware, drawn, {"kernel": "", "initrd": ""}))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            ask(process, "qmp_capabilities")
            end, since, last = time.monotonic() + limit, 0, None
            while time.monotonic() < end:
                now = found_bars(ask(process, "query-pci"), drawn)
                if now != last:
                    last, since = now, time.monotonic()
                if all(now) and time.monotonic() - since > STILL:
                    break
                time.sleep(0.2)
            return last
        finally:
            process.kill()


def as_decoded(pair):
    """A BAR decodes the multiple of its size, whatever was written."""
    mask = pair[1] - pair[0] if pair else 0
    return (pair[0] & ~mask, pair[0] | mask) if mask & (mask + 1) == 0 and pair else pair


def judge(firmware, drawn, limit=LIMIT):
    """None, or what differs."""
    ours = ask_layout(firmware, drawn)
    theirs = places(firmware, drawn, limit)
    if "fits64=0" in ours:
        end = 1 << int(re.search(r"^bits=(\d+)", ours, re.MULTILINE).group(1))
        good = any(their is None or their[1] >= end for their in theirs)
        return None if good else f"{firmware} {drawn}: all fit\n  {text(theirs)}\n{ours}"
    # What is misaligned stands so in the layout, for a finding of its own.
    ours = re.sub(r"^bar=(\w+)-(\w+)", lambda m: "bar={:#x}-{:#x}".format(*as_decoded((int(m[1], 16), int(m[2], 16)))), ours,
                  flags=re.MULTILINE)
    wrong = wrong_bars(ours, theirs, drawn)
    return wrong and f"{firmware} {drawn}: {wrong}\n  {text(theirs)}, layout {text(told_bars(ours, drawn))}\n{ours}"


SEABIOS = [
    case("q35", INTEL_1G, 37, 3 * GIB, f"{16 * GIB},port", 16 * GIB, f"{2 * GIB},port", maximum=4 * GIB, slots=8),
    case("q35", AMD, 46, 600 * GIB, 64 * GIB, f"{16 * GIB},port", 32 * GIB, 128 * GIB),
    case("q35", AMD, 44, 3 * GIB, f"{MIB},plain", f"{16 * MIB},port", 4 * GIB, maximum=67 * GIB, slots=8),
    case("q35", INTEL_1G, 48, GIB, f"{2 * GIB},port", 256 * MIB, f"{128 * GIB},port", GIB, maximum=2 * GIB, slots=8, pci64="yes"),
    case("q35", INTEL, 39, 300 * GIB, 64 * GIB, f"{256 * MIB},port", GIB, f"{16 * GIB},port", pci64="no"),
    case("pc", AMD_1G, 40, 6 * GIB, 2 * GIB, f"{256 * MIB},32", GIB), case("pc", INTEL_1G, 52, 2000 * GIB, 32 * GIB, f"{MIB},plain"),
    case("q35", INTEL, 39, 2 * GIB, 256 * MIB, f"{MIB},plain"),
]
OVMF = [
    case("q35", INTEL, 39, 2 * GIB, f"{MIB},port", f"{16 * MIB},port", GIB),
    case("q35", INTEL, 39, 2 * GIB, GIB, mmio64_mib=4096),
    case("pc", INTEL, 39, 6 * GIB, GIB, 2 * GIB, f"{256 * MIB},32"),
]
# Under a QEMU that has guest-phys-bits; SeaBIOS does not read it.
MAPPED = [case("q35", INTEL_1G, 46, 2 * GIB, GIB, guest_phys_bits=42), case("q35", AMD_1G, 48, 2 * GIB, GIB, guest_phys_bits=40),
          case("q35", INTEL, 40, 2 * GIB, GIB, guest_phys_bits=40),
          case("q35", "Icelake-Server", 52, 2 * GIB, GIB, guest_phys_bits=50, la57="on", paging_level=5)]
# With the OVMF of 2022.11 such widths take minutes, and the one with much RAM takes longer than others anywhere.
WIDE = [case("q35", AMD, 40, 300 * GIB, f"{MIB},plain", f"{16 * MIB},port", 64 * GIB, f"{GIB},port"),
        case("q35", INTEL_1G, 46, 2 * GIB, GIB, f"{MIB},port"), case("q35", AMD_1G, 48, 2 * GIB, GIB), case("q35", INTEL, 46, 6 * GIB, GIB),
        case("q35", "Icelake-Server", 52, 2 * GIB, GIB, la57="on", paging_level=5),
        case("q35", "Icelake-Server", 52, 1100 * GIB, GIB, la57="on")]


def draw(kind, source):
    machine, model = source.choice(["q35", "q35", "pc"]), source.choice([INTEL, INTEL_1G, AMD, AMD_1G])
    bits = source.choice([36, 37, 38, 39, 39, 40, 40, 41, 42] + ([43, 44, 45, 46, 47, 48, 52] if kind == "seabios" else []))
    ram = source.choice([GIB // 2, GIB, 2 * GIB, 3 * GIB, 4 * GIB, 6 * GIB, 32 * GIB, 100 * GIB, 300 * GIB, 600 * GIB, 1000 * GIB, 1100 * GIB])
    more = {}
    if source.random() < .3:
        more = {"maximum": ram + source.choice([GIB, 10 * GIB, 64 * GIB]), "slots": source.choice([1, 2, 8])}
    bars = []
    for _ in range(source.choice([1, 1, 2, 3, 4])):
        size = source.choice([MIB, 16 * MIB, 256 * MIB, GIB, 2 * GIB, 4 * GIB, 8 * GIB, 16 * GIB, 32 * GIB, 64 * GIB, 128 * GIB])
        port = ",port" if machine == "q35" and source.random() < .4 else ""
        bars.append(source.choice([f"{256 * MIB},32", f"{MIB},plain"] + [f"{size}{port}"] * 6))
    if source.random() < .3:
        more |= {"pci64": source.choice(["yes", "no"])} if kind == "seabios" else \
            {"mmio64_mib": source.choice([1000, 1024, 4096, 32768, 65536, 131072, 262144])}
    return case(machine, model, bits, ram, *bars, **more)


def drawn_cases(firmware, n, seed=1):
    """Guests that QEMU starts."""
    source = random.Random(seed)
    cases = []
    while len(cases) < n:
        drawn = draw(firmware.kind, source)
        if "starts=1" in ask_layout(firmware, drawn):
            cases.append(drawn)
    return cases
