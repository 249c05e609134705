"""Machines of QEMU's virt drawn at random, asked of the layout and of QEMUs that are started stopped, without KVM: does it
refuse and with which words, and where are RAM, memory devices, the PCI configuration and windows, the redistributors? Of
Debian's releases: 5.2, 7.2, 10.0 and 11.1 with HAWD_TEST_ALL, several hundred machines each; else a few of 7.2 and 10.0.
HAWD_VIRT_RELEASES says whose, HAWD_VIRT_CASES how many, HAWD_SEED which."""
import concurrent.futures
import json
import os
import random
import re
import subprocess
import tempfile

import pytest

import release
from virt_layout import asked

MIB, GIB, TIB = 1 << 20, 1 << 30, 1 << 40
ALL = bool(os.environ.get("HAWD_TEST_ALL"))
CASES = int(os.environ.get("HAWD_VIRT_CASES", "400" if ALL else "25"))
RELEASES = os.environ.get("HAWD_VIRT_RELEASES", "bullseye bookworm trixie sid" if ALL else "bookworm trixie").split()
# Of all releases: what this one has not yet, or no longer, it refuses.
MACHINES = [f"{major}.{minor}" for major, minors in ((2, range(5, 13)), (3, range(2)), *((major, range(3)) for major in range(4, 11)), (11, range(2)))
            for minor in minors]
MODELS = ["cortex-a7", "cortex-a15", "cortex-a35", "cortex-a53", "cortex-a55", "cortex-a57", "cortex-a710", "cortex-a72", "cortex-a76",
          "a64fx", "neoverse-n1", "neoverse-v1", "neoverse-n2", "max"]
KINDS = {"pcie-ecam": "ecam", "pcie-mmio": "window32", "pcie-mmio-high": "window64", "device-memory": "hotplug",
         "gicv3_redist_region[1]": "redistributors", "m": "ram", "/objects/m": "ram"}


class Judge:
    def __init__(self, suite):
        self.words = release.qemu(release.tree(suite, release.QEMU_ARM), "qemu-system-aarch64")
        self.text = re.search(r"version (\d+\.\d+\.\d+)", self.says("--version")).group(1)
        self.version = tuple(map(int, self.text.split(".")[:2]))
        self.machines = sorted(set(re.findall(r"^virt-([\d.]+) ", self.says("-M", "help"), re.MULTILINE)))
        known = self.says("-M", "virt", "-cpu", "help").split()
        self.models = [model for model in MODELS if model in known]
        assert all(machine in MACHINES for machine in self.machines), self.machines

    def says(self, *words):
        return subprocess.run([*self.words, *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture(name="judge", scope="module", params=RELEASES)
def found_judge(request):
    try:
        return Judge(request.param)
    except release.Missing as error:
        pytest.skip(f"{request.param}: {error}")


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────

def draw_memory(rng, case):
    """Around the limits of the map (255, 256, 512 GiB) and of widths, in steps that matter and others."""
    around = rng.choice([GIB, 3 * GIB, 4 * GIB, 16 * GIB, 255 * GIB, 256 * GIB, 511 * GIB, 512 * GIB, 768 * GIB, TIB - GIB, TIB, 4 * TIB, 12 * TIB])
    step = rng.choice([0, 0, -1, 1, -2, 2, 100]) * rng.choice([MIB, 256 * MIB, GIB])
    case["ram"] = max(128 * MIB, min(15 * TIB, around + step))
    if rng.random() < 0.5:
        case["max"] = case["ram"] + rng.choice([4096, 4097, 256 * MIB, GIB, 10 * GIB, 100 * GIB, 256 * GIB, 512 * GIB, 2 * TIB, 16 * TIB, 255 * TIB,
                                                rng.randint(1, 1 << 20) * MIB])
        case["slots"] = rng.choice([0, 1, 2, 4, 16, 64, 200, 255, 256, 257])


def draw_switches(rng, judge, case):
    if rng.random() < 0.15:
        case["highmem"] = rng.choice(["off", "on"])
    # One that this QEMU does not have is refused with words of its own.
    absent = rng.random() < 0.03
    if judge.version >= (8, 0) or absent:
        for switch in ("highmem-redists", "highmem-ecam", "highmem-mmio", "compact-highmem"):
            if rng.random() < 0.15:
                case[switch] = rng.choice(["off", "off", "on"])
    if (judge.version >= (10, 0) or absent) and rng.random() < 0.3:
        case["highmem-mmio-size"] = rng.choice([512 * GIB, TIB, TIB, 2 * TIB, 8 * TIB, 32 * TIB, 256 * GIB, 768 * GIB])


def draw_cpus(rng, judge, case):
    for switch, chance in (("mte", 0.05), ("virtualization", 0.15), ("its", 0.1)):
        # Tags take a 32nd of the memory, which is reserved.
        if rng.random() < chance and (switch != "mte" or case["ram"] <= 16 * GIB):
            case[switch] = rng.choice(["on", "on", "off"])
    if rng.random() < 0.6:
        case["gic-version"] = rng.choice([2, 3, 3, 3, "max"])
    if judge.version >= (7, 1) and case.get("virtualization") == "on" and rng.random() < 0.3:
        case["gic-version"] = rng.choice([4, "max"])
    if rng.random() < 0.2:
        # With EL2 each has more address spaces: a start of many takes minutes.
        case["cpus"] = rng.choice([8, 9, 61, 62, 318] if case.get("virtualization") == "on" else [8, 9, 61, 62, 123, 124, 200, 256, 300])
        if rng.random() < 0.3:
            case["cpus"], case["max-cpus"] = rng.choice([1, 4]), case["cpus"]


def draw(rng, judge):
    case = {"qemu": judge.text, "machine-version": rng.choice(judge.machines if rng.random() < 0.95 else MACHINES)}
    if rng.random() < 0.95:
        case["model"] = rng.choice(judge.models if rng.random() < 0.95 else MODELS)
    draw_memory(rng, case)
    draw_switches(rng, judge, case)
    draw_cpus(rng, judge, case)
    return case


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────

def command(case, judge, folder):
    memory = f"size={case['ram'] // MIB}M"
    if "max" in case:
        memory += f",maxmem={case['max']},slots={case['slots']}"
    switches = [f"{key}={case[key]}" for key in ("highmem", "highmem-redists", "highmem-ecam", "highmem-mmio", "compact-highmem",
                                                 "highmem-mmio-size", "gic-version", "mte", "virtualization", "its") if key in case]
    # Nothing is ever written to it. 5.2 cannot leave memory unreserved: a sparse file instead.
    backend = f"memory-backend-file,id=m,size={case['ram']},share=on,mem-path={folder}/ram" if judge.version < (6, 1) else \
        f"memory-backend-ram,id=m,size={case['ram']},reserve=off"
    words = [*judge.words, "-nodefaults", "-no-user-config", "-display", "none", "-S", "-qmp", "stdio", "-accel", "tcg", "-m", memory,
             "-object", backend, "-M", ",".join([f"virt-{case['machine-version']}", "memory-backend=m", *switches])]
    if "model" in case:
        words += ["-cpu", case["model"]]
    if "cpus" in case:
        words += ["-smp", f"{case['cpus']},maxcpus={case['max-cpus']}" if "max-cpus" in case else str(case["cpus"])]
    return words


def ask_qemu(judge, case):
    """The ranges by kind, or None where it does not start; its words."""
    questions = [{"execute": "qmp_capabilities"}, {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree"}},
                 {"execute": "quit"}]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command(case, judge, folder), input="\n".join(map(json.dumps, questions)), capture_output=True,
                              text=True, timeout=120, check=False)
    said = " / ".join(line.split("qemu-system-aarch64: ")[-1].strip() for line in done.stderr.splitlines()
                      if line.strip() and "warning: " not in line)
    if done.returncode:
        return None, "unsupported machine type" if "unsupported machine type" in said else said
    # 5.2 quits before a long tree is written whole; the address space of memory comes first.
    answers = [json.loads(line if line.endswith("}") else line.rstrip("\\") + '"}') for line in done.stdout.splitlines()]
    return ranges_of(next(a["return"] for a in answers if isinstance(a.get("return"), str))), said


def ranges_of(tree):
    found = {kind: [] for kind in KINDS.values()}
    memory = re.search(r"address-space: memory\r?\n(.*?)(?:\r?\n\r?\n|$)", tree, re.DOTALL).group(1)
    for first, last, name in re.findall(r"^ +(\w+)-(\w+) \(prio -?\d+, [^)]*\): (?:alias )?(\S+)", memory, re.MULTILINE):
        if name in KINDS:
            found[KINDS[name]].append((int(first, 16), int(last, 16)))
    return {kind: sorted(set(ranges)) for kind, ranges in found.items()}


def differs(judge, case):
    """None, or what each of them says."""
    (theirs, said), ours = ask_qemu(judge, case), asked(case)
    if theirs is None:
        same = not ours["starts"] and said in ours["errors"]
    else:
        same = ours["starts"] and all(ours[kind] == ranges for kind, ranges in theirs.items())
    words = " ".join(command(case, judge, "FOLDER")[len(judge.words):])
    return theirs, None if same else f"{words}\n  QEMU:   {theirs or said}\n  layout: {ours['errors']}\n{ours['text']}"


def test_random_machines(judge):
    seed = int(os.environ.get("HAWD_SEED") or random.SystemRandom().randrange(1 << 32))
    rng, wrong, refused, dropped = random.Random(f"{seed} {judge.version}"), [], 0, 0
    cases = [draw(rng, judge) for _ in range(CASES)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = list(pool.map(lambda case: differs(judge, case), cases))
    for theirs, difference in answers:
        refused += theirs is None
        dropped += theirs is not None and not theirs["window64"]
        wrong += [difference] if difference else []
    said = f"QEMU {judge.text}: HAWD_SEED={seed}: {CASES} machines, {refused} refused, {dropped} without a 64-bit window, {len(wrong)} disagreements"
    print(said)
    assert not wrong, "\n".join([said, *wrong[:20]])
    assert CASES < 100 or (CASES // 20 < refused < CASES * 9 // 10 and dropped >= CASES // 40), f"the draw misses something: {said}"
