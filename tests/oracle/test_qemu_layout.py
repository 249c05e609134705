"""Machines drawn at random, asked of the layout and of a QEMU that is started stopped: does it refuse, and where does it
put RAM, memory devices, CXL and the microvm's window? HAWD_QEMU_CASES is how many, HAWD_QEMU_SEED which."""
import json
import os
import random
import re
import shutil
import subprocess
import tempfile

import pytest

QEMU = shutil.which("qemu-system-x86_64")
pytestmark = pytest.mark.skipif(not QEMU, reason="no qemu-system-x86_64")
CASES = int(os.environ.get("HAWD_QEMU_CASES", "150"))
MIB, GIB = 1 << 20, 1 << 30
MODELS_64 = ["qemu64", "kvm64", "EPYC", "EPYC-Rome", "Opteron_G3", "phenom", "Skylake-Server", "Skylake-Client", "Nehalem",
             "Icelake-Server", "Dhyana", "max"]
MODELS_32 = ["486", "pentium", "pentium2", "pentium3", "qemu32", "kvm32", "coreduo", "n270", "athlon"]
# What a start is refused for because of where memory would lie. Anything else is a fault of the test.
REFUSALS = re.compile(r"phys-bits|maxmem.*not supported|memory slots|maximum memory size")


def qemu_version():
    text = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"version (\d+\.\d+)", text).group(1)


def machines():
    text = subprocess.run([QEMU, "-M", "help"], capture_output=True, text=True, check=True).stdout
    found = [(kind, version) for kind, version in re.findall(r"^pc-(i440fx|q35)-(\d+\.\d+)\s", text, re.MULTILINE)]
    return found + [("microvm", "")] * (len(found) // 10)


def draw(rng, known):
    """Each case is likely to lie near a limit: its sizes are around a power of two."""
    kind, version = rng.choice(known)
    case = {"machine": {"i440fx": "pc"}.get(kind, kind), "machine-version": version,
            "model": rng.choice(MODELS_32 if rng.random() < 0.2 else MODELS_64)}
    if rng.random() < (0.1 if case["model"] in MODELS_32 else 0.85):
        case["phys-bits"] = rng.choice([rng.randint(32, 52), rng.randint(36, 43), 40, 40, 31, 53])
    # Up to 8 TiB, as many around the limits of a split as around those of a width.
    around = rng.choice([2 ** rng.randint(27, 43), 0xB0000000, 0xC0000000, 0xE0000000, 0xFD00000000, 2 ** 40])
    case["ram"] = max(128 * MIB, min(8 << 40, around + rng.choice([0, 0, -1, 1, -32, 32]) * rng.choice([MIB, 128 * MIB, GIB])))
    if rng.random() < 0.5:
        case["max"] = case["ram"] + rng.choice([rng.randint(1, 64) * GIB, rng.randint(1, 1024) * 128 * MIB, 2 ** rng.randint(30, 43)])
        case["slots"] = rng.choice([1, 2, 8, 32, rng.randint(1, 256), 257])
    if case["machine"] != "microvm":
        if rng.random() < 0.3:
            case["hole64"] = rng.choice([2 ** rng.randint(30, 40), rng.randint(1, 64) * GIB])
        if rng.random() < 0.3:
            case["below-4g"] = rng.choice([rng.randint(8, 31) * 128 * MIB, 2 * GIB, 3 * GIB, 1 * GIB])
        if case["machine"] == "q35" and rng.random() < 0.5:
            case["cxl"] = 1
            case["cxl-window"] = [rng.randint(1, 16) * 256 * MIB for _ in range(rng.randint(0, 3))]
    return case


def command(case):
    kind, version = case["machine"], case["machine-version"]
    machine = "microvm,pcie=on" if kind == "microvm" else f"pc-{'i440fx' if kind == 'pc' else kind}-{version}"
    machine += ",memory-backend=m"
    if "below-4g" in case:
        machine += f",max-ram-below-4g={case['below-4g']}"
    if "cxl" in case:
        machine += ",cxl=on"
        machine += "".join(f",cxl-fmw.{i}.targets.0=cxl.{i},cxl-fmw.{i}.size={size}" for i, size in enumerate(case["cxl-window"]))
    memory = f"size={case['ram']}B" + (f",maxmem={case['max']}B,slots={case['slots']}" if "max" in case else "")
    line = [QEMU, "-accel", "tcg", "-M", machine, "-nodefaults", "-nographic", "-S", "-qmp", "stdio", "-m", memory,
            "-cpu", case["model"] + (f",phys-bits={case['phys-bits']}" if "phys-bits" in case else ""),
            "-object", f"memory-backend-ram,id=m,size={case['ram']},reserve=off"]
    if "hole64" in case:
        line += ["-global", f"{'q35-pcihost' if kind == 'q35' else 'i440FX-pcihost'}.pci-hole64-size={case['hole64']}"]
    for i in range(len(case.get("cxl-window", []))):
        line += ["-device", f"pxb-cxl,id=cxl.{i},bus=pcie.0,bus_nr={32 * (i + 1)}"]
    return line


def ask_qemu(case):
    """None when it refuses, else the ranges by kind, and the refusal's text."""
    questions = [{"execute": "qmp_capabilities"},
                 {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree -f"}},
                 {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree"}},
                 {"execute": "quit"}]
    with tempfile.TemporaryFile("w+") as errors:
        done = subprocess.run(command(case), input="\n".join(map(json.dumps, questions)), stdout=subprocess.PIPE, stderr=errors,
                              text=True, timeout=60, check=False)
        errors.seek(0)
        complaint = "".join(line for line in errors if "warning: " not in line)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    returned = [a["return"] for a in answers if isinstance(a.get("return"), str)]
    if done.returncode:
        assert REFUSALS.search(complaint), (command(case), complaint)
        return None, complaint
    return ranges_of(*returned), complaint


def ranges_of(flat, tree):
    view = next(v for v in flat.split("FlatView #") if re.search(r'AS "memory"', v))
    ram = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"^  (\w+)-(\w+) \(prio \d+, (?:ram|rom)\): m\s", view, re.MULTILINE)]
    found = {"ram": joined(ram), "hotplug": [], "cxl": [], "window64": []}
    for name, kind in (("device-memory", "hotplug"), ("cxl_host_reg", "cxl"), ("cxl-fixed-memory-region", "cxl"),
                       ("pcie-mmio64", "window64")):
        for a, b in re.findall(rf"^ +(\w+)-(\w+) \(prio -?\d+, [^)]*\): (?:alias )?{name}\b", tree.split("memory-region:")[0], re.MULTILINE):
            found[kind].append((int(a, 16), int(b, 16)))
    return {kind: sorted(set(ranges)) for kind, ranges in found.items()}


def joined(ranges):
    """RAM as two blocks: the legacy hole below 1 MiB and firmware shadows split it, nothing else does."""
    result = []
    for start, end in sorted(ranges):
        if result and (start == result[-1][1] + 1 or start <= MIB):
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def ask_layout(case):
    lines = [f"qemu={qemu_version()}", "firmware=seabios", "firmware-version=1.16.2"]
    for key, value in case.items():
        lines += [f"{key}={v}" for v in (value if isinstance(value, list) else [value])]
    text = subprocess.run([os.environ["PRINT_LAYOUT"]], input="\n".join(lines), capture_output=True, text=True, check=True).stdout
    if re.search("^starts=0$", text, re.MULTILINE):
        return None
    found = {kind: sorted((int(a, 16), int(b, 16)) for a, b in re.findall(rf"^{kind}=(\w+)-(\w+) ", text, re.MULTILINE))
             for kind in ("ram", "hotplug", "cxl", "window64")}
    if case["machine"] != "microvm":
        found["window64"] = []  # the firmware's: not started here
    return found


def test_random_machines():
    seed = int(os.environ.get("HAWD_QEMU_SEED") or random.SystemRandom().randrange(1 << 32))
    rng, known = random.Random(seed), machines()
    refused, wrong, seen = 0, [], {}
    for number in range(CASES):
        case = draw(rng, known)
        (theirs, complaint), ours = ask_qemu(case), ask_layout(case)
        refused += theirs is None
        for kind, ranges in (theirs or {}).items():
            seen[kind] = seen.get(kind, 0) + bool(ranges)
        if theirs != ours:
            wrong.append(f"{number}: {' '.join(command(case))}\n  QEMU:   {theirs} {complaint.strip()}\n  layout: {ours}")
    print(f"HAWD_QEMU_SEED={seed}: {CASES} machines, {refused} refused, {len(wrong)} disagreements; with {seen}")
    assert not wrong, f"HAWD_QEMU_SEED={seed}\n" + "\n".join(wrong)
    assert CASES < 100 or (CASES // 10 < refused < CASES * 9 // 10 and all(seen.values())), "the draw misses something"
