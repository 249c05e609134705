"""Machines drawn at random, asked of the layout and of QEMUs that are started stopped: does it refuse, and where does it
put RAM, memory devices, CXL and the microvm's window? HAWD_QEMU_CASES is how many of each QEMU, HAWD_QEMU_SEED which,
HAWD_QEMU_RELEASES whose; HAWD_QEMU_LARGE draws more memory than a small machine can keep account of."""
import json
import os
import random
import re
import subprocess
import tempfile

from drawn_machine import GIB, MIB, command, draw, lines

CASES = int(os.environ.get("HAWD_QEMU_CASES", "80"))
LARGE = bool(os.environ.get("HAWD_QEMU_LARGE"))
# What a start is refused for because of where memory would lie. Anything else is a fault of the test.
REFUSALS = re.compile(r"phys-bits|maxmem.*not supported|memory slots|maximum memory size|"
                      r"range_(invariant|set_bounds): Assertion")


def ask_qemu(judge, case):
    """None when it refuses, else the ranges by kind, and the refusal's text."""
    questions = [{"execute": "qmp_capabilities"},
                 {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree -f"}},
                 {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree"}},
                 {"execute": "quit"}]
    with tempfile.TemporaryFile("w+") as errors, tempfile.TemporaryDirectory() as folder:
        words = command(case, judge, folder)
        done = subprocess.run(words, input="\n".join(map(json.dumps, questions)), stdout=subprocess.PIPE, stderr=errors,
                              text=True, timeout=60, check=False)
        errors.seek(0)
        complaint = "".join(line for line in errors if "warning: " not in line)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    returned = [a["return"] for a in answers if isinstance(a.get("return"), str)]
    if done.returncode:
        assert REFUSALS.search(complaint), (words, complaint)
        return None, complaint
    return ranges_of(*returned), complaint


def ranges_of(flat, tree):
    view = next(v for v in flat.split("FlatView #") if re.search(r'AS "memory"', v))
    ram = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"^  (\w+)-(\w+) \(prio \d+, (?:ram|rom)\): (?:/objects/)?m\s", view, re.MULTILINE)]
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


def ask_layout(judge, case):
    text = subprocess.run([os.environ["PRINT_LAYOUT"]], input=lines(case, judge), capture_output=True, text=True, check=True).stdout
    if re.search("^starts=0$", text, re.MULTILINE):
        return None
    found = {kind: sorted((int(a, 16), int(b, 16)) for a, b in re.findall(rf"^{kind}=(\w+)-(\w+) ", text, re.MULTILINE))
             for kind in ("ram", "hotplug", "cxl", "window64")}
    if case["machine"] != "microvm":
        found["window64"] = []  # the firmware's: not started here
    return found


class Hearing:
    """One judge's cases, and what came of them."""

    def __init__(self, judge):
        self.judge, self.wrong, self.refused, self.number, self.seen = judge, [], 0, 0, {}
        self.seed = int(os.environ.get("HAWD_QEMU_SEED") or random.SystemRandom().randrange(1 << 32))
        self.rng, self.known = random.Random(self.seed), judge.machines()

    def hear(self, case):
        (theirs, complaint), ours = ask_qemu(self.judge, case), ask_layout(self.judge, case)
        self.number += 1
        self.refused += theirs is None
        for kind, ranges in (theirs or {}).items():
            self.seen[kind] = self.seen.get(kind, 0) + bool(ranges)
        if theirs != ours:
            words = " ".join(command(case, self.judge, "FOLDER")[len(self.judge.words):])
            self.wrong.append(f"{self.number}: {words}\n  QEMU:   {theirs} {complaint.strip()}\n  layout: {ours}")

    def end(self):
        said = f"QEMU {self.judge.text}: HAWD_QEMU_SEED={self.seed}: {self.number} machines, {self.refused} refused"
        print(f"{said}, {len(self.wrong)} disagreements; with {self.seen}")
        assert not self.wrong, "\n".join([said, *self.wrong[:20]])


def test_random_machines(judge):
    hearing = Hearing(judge)
    for _ in range(CASES):
        hearing.hear(draw(hearing.rng, judge, hearing.known, LARGE))
    hearing.end()
    expected = {"ram", "hotplug", "window64"} | ({"cxl"} if judge.version >= (7, 1) else set())
    assert CASES < 80 or (CASES // 10 < hearing.refused < CASES * 9 // 10 and
                           all(hearing.seen[kind] for kind in expected)), "the draw misses something"


# A size to push against its limit, and the step in which it is pushed.
KNOBS = {"ram": MIB, "max": 4096, "hole64": 4096, "slots": 1, "below-4g": MIB}


def test_limits(judge):
    """The largest and smallest size with which it starts, found in the layout: QEMU agrees on both of its sides."""
    hearing = Hearing(judge)
    tries = 0
    while hearing.number < CASES // 4 and tries < CASES * 20:
        tries += 1
        case = draw(hearing.rng, judge, hearing.known, LARGE)
        knob = hearing.rng.choice([k for k in KNOBS if k in case])
        step = KNOBS[knob]
        low, high = 1, {"slots": 300, "below-4g": 4 * GIB}.get(knob, 8 << 40) // step
        if knob == "ram":
            low, high = 128, case.get("max", 8 << 40) // step
        elif knob == "max":
            low = case["ram"] // step + 1

        def starts(value):
            return ask_layout(judge, {**case, knob: value * step}) is not None

        if starts(low) == starts(high):
            continue
        first = starts(low)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if starts(middle) == first else (low, middle)
        case["besides"] = []
        hearing.hear({**case, knob: low * step})
        hearing.hear({**case, knob: high * step})
    hearing.end()
    assert CASES < 80 or hearing.refused >= CASES // 10, "no limits found"
