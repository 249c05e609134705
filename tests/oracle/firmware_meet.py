"""Guests whose memory, ports and windows are likely to meet: each BAR after the firmware by QEMU's own word, where it was put
(query-pci) and whether the guest sees it there (info mtree -f). What was not placed, or is not seen at its place, must be
unsafe by the layout; what is seen must be where the layout says, or some shares of a port beside it."""
import json
import random
import re
import subprocess
import time

from firmware_boot import AMD_1G, GIB, INTEL, INTEL_1G, MIB, ask_layout, case, command, ranges, text, told_bars
from firmware_places import STILL, as_decoded, ask, found_bars, without_kernel

# The dirty bitmaps of more memory fill a small machine.
RAM_MAX = 2048 * GIB
SIZES = [16 * MIB, 256 * MIB, GIB, 2 * GIB, 4 * GIB, 8 * GIB, 16 * GIB, 32 * GIB, 64 * GIB]


def draw(kind, source, wide):
    """Memory that ends near the end of a width, or near where the window of the width starts."""
    machine, model = source.choice(["q35", "q35", "q35", "pc"]), source.choice([INTEL, INTEL_1G, AMD_1G, AMD_1G])
    bits = source.choice(list(range(36, 47 if wide else 43)) + [40])
    end, hole = 1 << bits, source.choice([2, 2, 32]) * GIB
    near = min(RAM_MAX, source.choice([end - hole, end - end // 8, end - end // 4, end - end // 8 - (12 << 30), end // 2, 1012 * GIB, 6 * GIB]))
    ram = max(GIB, near - source.choice([0, 0, 1, 2, 3, 4, 8, 16, 32, 64, 100, 128]) * GIB)
    more = {"hole64": hole}
    if source.random() < .2:
        more |= {"maximum": ram + source.choice([GIB, 16 * GIB, 64 * GIB]), "slots": source.choice([1, 2, 8])}
    if machine == "q35" and source.random() < .6:
        more["ports"] = source.randint(1, 24)
        if source.random() < .2:
            more["ports_fixed"] = 1
    bars = []
    for _ in range(source.choice([1, 1, 2, 3, 4])):
        port = ",port" if machine == "q35" and source.random() < .5 else ""
        bars.append(f"{source.choice(SIZES + [end >> 5, end >> 4])}{port}")
    if source.random() < .2:
        more |= {"pci64": source.choice(["yes", "no"])} if kind == "seabios" else {"mmio64_mib": source.choice([1024, 32768, 65536, 262144])}
    return case(machine, model, bits, ram, *bars, **more)


def drawn_cases(firmware, n, seed, wide):
    """Guests that QEMU starts."""
    source, cases = random.Random(seed), []
    while len(cases) < n:
        drawn = draw(firmware.kind, source, wide)
        if "starts=1" in ask_layout(firmware, drawn):
            cases.append(drawn)
    return cases


def flat_view(process):
    process.stdin.write(json.dumps({"execute": "human-monitor-command", "arguments": {"command-line": "info mtree -f"}}) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        answer = json.loads(line)
        if "return" in answer:
            return answer["return"]
    raise RuntimeError("info mtree: QEMU ended")


def ports_beyond(buses, top):
    """Does a port's window end above the addresses? What is behind such a port has no place."""
    def walk(devices):
        for device in devices:
            window = device.get("pci_bridge", {}).get("bus", {}).get("prefetchable_range", {})
            if top <= window.get("limit", 0) < 1 << 63 and window["base"] <= window["limit"]:
                return True
            if walk(device.get("pci_bridge", {}).get("devices", [])):
                return True
        return False
    return any(walk(bus["devices"]) for bus in buses)


def seen_there(view, i, pair):
    """Is all of it that BAR's memory, from its first byte on?"""
    spans = [(int(a, 16), int(b, 16), int(o or "0", 16)) for a, b, o in
             re.findall(rf"^\s+(\w+)-(\w+) \(prio \d+, ram\): b{i}(?: @(\w+))?(?: KVM)?\s*$", view, re.MULTILINE)]
    at = pair[0]
    for start, end, offset in sorted(set(spans)):
        if start == at and offset == start - pair[0]:
            at = end + 1
    return at == pair[1] + 1


def look(firmware, drawn, limit):
    """Where each BAR is, and whether it is seen."""
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
            view = flat_view(process)
            # What lies above the guest's own addresses QEMU shows, and no guest sees.
            top = 1 << drawn["phys-bits"]
            if ports_beyond(ask(process, "query-pci"), top):
                return last, [False for _ in last]
            return last, [bool(pair) and pair[1] < top and seen_there(view, i, pair) for i, pair in enumerate(last)]
        finally:
            process.kill()


def is_unsafe(ours):
    """What check makes of it: R1, R7 and R14; a BAR that is misaligned is R7's too."""
    bars = ranges(ours, r"^bar=(\w+)-(\w+) ")
    return any(word in ours for word in ("starts=0", "fits64=0", "fits32=0", "overlap=")) or any(as_decoded(b) != b for b in bars)


def wrong_places(ours, theirs, drawn):
    """Equal windows of ports lie in the order of the bus: a BAR may be some of them off, within its window."""
    windows = ranges(ours, r"^window64=(\w+)-(\w+) ")
    wrong = []
    for i, (their, our) in enumerate(zip(theirs, told_bars(ours, drawn))):
        if our is None:
            if their[0] >= 1 << 32 and "fits64=1" in ours:
                wrong.append(f"BAR {i} is not below 4 GiB")
        elif their != our and not ("ports" in drawn and windows and windows[0][0] <= their[0] and their[1] <= windows[0][1]):
            wrong.append(f"BAR {i}")
    return wrong


def judge(firmware, drawn, limit):
    """None, or what differs."""
    ours = ask_layout(firmware, drawn)
    # What is unsafe is waited for no longer than what is safe takes.
    theirs, seen = look(firmware, drawn, min(limit, 25 if firmware.kind == "ovmf" else 10) if is_unsafe(ours) else limit)
    told = f"{firmware} {drawn}\n  {text(theirs)} seen {seen}, layout {text(told_bars(ours, drawn))}\n{ours}"
    if not all(seen):
        return None if is_unsafe(ours) else f"FALSE SAFE {told}"
    if is_unsafe(ours):
        return f"false unsafe {told}"
    wrong = [f"unknown={why}" for why in re.findall(r"^unknown=(?!none)(.*)", ours, re.MULTILINE)] or wrong_places(ours, theirs, drawn)
    return wrong and f"{wrong} {told}"
