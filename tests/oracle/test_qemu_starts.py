"""Does it start? Machines drawn along the axes of drawn_start.py are asked of hawctl check, which finds R1 where it says no,
and of QEMUs that are started stopped, without KVM. Where both say no, the setting that QEMU names is one that hawctl names.
Twenty of each axis, with HAWD_TEST_ALL several hundred; HAWD_QEMU_SEED says which, HAWD_QEMU_RELEASES of whose QEMU."""
import json
import os
import random
import re
import subprocess

import judges
import pytest

import drawn_start
from forms import read
from guests import intel
from tree import Tree

ALL = bool(os.environ.get("HAWD_TEST_ALL"))
CASES = int(os.environ.get("HAWD_QEMU_CASES", "400" if ALL else "20"))

# QEMU's words, and what stands in our finding.
CULPRITS = [
    (r"unsupported machine type", r"machine type (pc|q35)"),
    (r"total memory for NUMA nodes", r"NUMA nodes does not match"),
    (r"mixing both is not allowed", r"mem= and memdev= cannot be used together"),
    (r"numa node,mem is not supported|-numa node,mem", r"mem= of -numa"),
    (r"Node ID missing", r"node \d+ is missing"),
    (r"Duplicate NUMA nodeid", r"is defined twice"),
    (r"Max number of NUMA nodes", r"above the maximum, 127"),
    (r"can't be used multiple times|already busy", r"is used twice"),
    (r"mutually exclusive", r"together with -machine memory-backend="),
    (r"memdev=\w+ is ambiguous", r"memory backend '.*' not found"),
    (r"does not match the size of the memory backend|must match size of explicitly specified", r"-machine memory-backend="),
    (r"phys-bits is not user-configurable in 32 bit", r"(address width|guest-phys-bits) of a 32-bit CPU"),
    (r"guest-phys-bits should be|guest-phys-bits.*(range|between)", r"guest-phys-bits"),
    (r"no free slots available|no slots where allocated", r"fewer memory slots"),
    (r"not enough space", r"do not fit into their region"),
    (r"not enabled, please specify the maxmem|not prepared for memory devices", r"no region for the memory devices"),
    (r"slots.*(no max-size|were specified but maximum)", r"maxmem leaves no memory to plug in"),
    (r"has to be (a )?multiples? of|must be multiple of", r"must be a multiple of|because of their alignment"),
    (r"power of two|'block-size' property", r"block-size must be"),
    (r"could not find position", r"because of their alignment|must be a multiple of"),
    (r"TCG only supports phys-bits", r"supports only one address width"),
    (r"phys-bits too low", r"address space is too small"),
    (r"Can't add chassis slot", r"are used by"),
    (r"Bridge chassis not specified", r"is missing or 0"),
    (r"expects uint(8|16)_t", r"(chassis|slot|chassis_nr|bus_nr) is \d+; the maximum is"),
    (r"\.addr' doesn't take value", r"the highest slot is 1f"),
    (r"not available for .*in use by", r"is in use by"),
    (r"single function device can't be populated", r"is a single function"),
    (r"indicates single function", r"add multifunction=on|set addr= or multifunction=on"),
    (r"no slot/function available", r"no slot is free"),
    (r"Bus '.*' not found", r"bus .* not found|is defined later|no PCI bus"),
    (r"Only PCI/PCIe bridges can be plugged", r"accepts only ports and bridges"),
    (r"Bus \d+ is already in use", r"bus_nr \d+ is used by|bus_nr= is missing or 0"),
    (r"can be attached only to root bus|cannot reside on a PCI", r"requires the machine's own bus|the expander for this machine"),
    (r"No 'PCI' bus found", r"no PCI bus"),
    (r"Duplicate (device )?ID", r"two (devices|objects) have this id"),
    (r"'id' is missing", r"id= is missing"),
    (r"'reduced-phys-bits' is missing", r"reduced-phys-bits= is missing"),
    (r"Device '\w+' not found|No such memory encryption object", r"object .* not found|is a memory backend"),
    # 7.2 ends on an assertion; SEV-ES looks for its block in the firmware first.
    (r"accelerator does not support confidential|cgs->ready|KVM required|SEV information block", r"confidential guests only with KVM"),
    (r"does not accept value '(sev-snp|tdx)-guest'", r"this QEMU does not support (SEV-SNP|TDX) guests"),
]


class Court:
    def __init__(self, judge, place):
        intel(46, 48)(Tree(place))
        self.judge, self.place = judge, place

    def theirs(self, words):
        """None: it starts; else its complaint."""
        try:
            with self.judge.ask("-accel", "tcg", *words, defaults="-display" in words):
                return None
        except judges.Refused as why:
            return str(why)

    def ours(self, words):
        """What stands in each finding that keeps it from starting, whatever the host."""
        bare = [] if "-display" in words else ["-nodefaults"]
        document = read(f"--defaults={self.judge.text},,", "--", "-accel", "tcg", *bare, *words) | {"vmmBuild": "debian"}
        done = subprocess.run([os.environ["HAWCTL"], "check", "-", f"--root={self.place}", "-j"], input=json.dumps(document),
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in (0, 3), (words, done.stderr)
        answer = json.loads(done.stdout)
        return [f"{f['summary']}: {f['numbers']}" for f in answer["findings"] if f["verdict"] == "unsafe" and
                (f["rule"] == "R1" or (f["rule"] == "R10" and f["summary"].startswith("the guest does not start")))]

    def disagreement(self, words):
        complaint, findings = self.theirs(words), self.ours(words)
        if (complaint is None) != (not findings):
            return f"{' '.join(words)}\n  QEMU {self.judge.text}: {complaint or 'starts'}\n  hawctl: {findings or 'starts'}"
        if complaint is None:
            return None
        named = [ours for theirs, ours in CULPRITS if re.search(theirs, complaint, re.IGNORECASE)]
        if any(re.search(word, finding) for word in named for finding in findings):
            return None
        return f"{' '.join(words)}\n  QEMU {self.judge.text} names another setting: {complaint}\n  hawctl: {findings}"


@pytest.fixture(name="court")
def fixture_court(judge, tmp_path):
    return Court(judge, tmp_path)


@pytest.mark.parametrize("axis", drawn_start.AXES)
def test_drawn(court, axis):
    seed = int(os.environ.get("HAWD_QEMU_SEED") or random.SystemRandom().randrange(1 << 32))
    rng, refused, wrong = random.Random(seed), 0, []
    for _ in range(CASES):
        words = drawn_start.AXES[axis](rng, court.judge)
        answer = court.disagreement(words)
        refused += bool(court.ours(words)) if ALL else 0
        wrong += [answer] if answer else []
    said = f"{axis}, QEMU {court.judge.text}: HAWD_QEMU_SEED={seed}: {CASES} machines, {refused} refused, {len(wrong)} disagreements"
    print(said)
    assert not wrong, "\n".join([said, *wrong[:20]])
    assert not ALL or CASES // 20 < refused < CASES, "the draw misses something"
