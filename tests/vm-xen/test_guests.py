"""Xen's guests: what xl and hvmloader say of each, against what hawd said of the same xl.cfg before."""
import guests


def ranges(document, *kinds):
    return [(r, int(r["start"], 16), int(r["end"], 16)) for r in document["layout"]["ranges"] if r["kind"] in kinds]


def placed(told, count):
    """(number of the BAR, first, last) of so many BARs on the last devices of the bus: those before are the machine's own; 6 is a ROM."""
    found = sorted((device, function, 6 if register == 0x30 else (register - 0x10) // 4, first, first + size - 1)
                   for (device, function, register), (first, size, _, _) in told.bars.items())
    return sorted(bar[2:] for bar in found[-count:]) if count else []


def less_firmware(ours, told, lines):
    """hvmloader takes pages for OVMF's image, of 4 MiB at most, from the end of RAM, which hawd shows whole (docs/check.md)."""
    if 'bios="ovmf"' in lines and ours and told.ram and 0 <= ours[-1][1] - told.ram[-1][1] < 4 << 20:
        return [*ours[:-1], (ours[-1][0], told.ram[-1][1])]
    return ours


def differences(told, document, lines):
    """Each as a line."""
    rules = {f"{finding['rule']} {finding['subject']}": finding["summary"] for finding in document["findings"]}
    unsafe = document["verdict"] == "unsafe"
    # A BAR without a place does not stop Xen; the guest has a device that does not work.
    if unsafe != bool(told.refused or told.homeless):
        yield f"hawd: {document['verdict']} {rules}; Xen: {told.refused or told.homeless or 'started'}"
    if told.refused:
        return
    shared = {rule for rule, summary in rules.items() if "another device's" in summary}
    if bool(told.conflicts) != any("reserved" in summary for rule, summary in rules.items() if rule not in shared):
        yield f"hawd: {rules}; Xen: conflicts at {[hex(at) for at in told.conflicts]}"
    if told.shared != bool(shared):
        yield f"hawd: {rules}; Xen: {'a' if told.shared else 'no'} shared RMRR"
    # The first MiB is not whole in the e820, and of no interest.
    ours = [(max(first, 1 << 20), last) for _, first, last in ranges(document, "ram") if last >= 1 << 20]
    if less_firmware(ours, told, lines) != told.ram:
        yield f"RAM: hawd {spell(ours)}, hvmloader {spell(told.ram)}"
    # hawd says that it does not follow cpuid=, and that this is missing.
    unfollowed = any("cpuid" in missing for missing in document["missing"])
    if unfollowed != any(line.startswith("cpuid=") for line in lines):
        yield f"missing: {document['missing']}"
    if not unfollowed and document["layout"]["physBits"] != told.width:
        yield f"width: hawd {document['layout']['physBits']}, hvmloader {told.width}"
    bars = sorted((r["bar"], first, last) for r, first, last in ranges(document, "bar"))
    theirs = placed(told, len(bars))
    if bars != theirs:
        yield f"BARs: hawd {spell(bars)}, hvmloader {spell(theirs)}"
    window = ranges(document, "window64")
    if window and window[0][1] != told.base:
        yield f"window: hawd {window[0][1]:#x}, hvmloader {told.base:#x}"


def spell(numbers):
    return " ".join("-".join(f"{number:#x}" for number in entry) for entry in numbers) or "none"


def test_guests(booted):
    host = booted.host
    wrong = []
    for name in host.guests or getattr(guests, host.table):
        if not host.passthrough and any("pci=" in line for line in getattr(guests, host.table)[name]):
            continue
        told, document = booted.guest(name)
        found = list(differences(told, document, getattr(guests, host.table)[name]))
        print(f"{host.name} {name}: {'refused' if told.refused else spell(placed(told, 4))}; hawd: {document['verdict']}", *found, sep="\n    ", flush=True)
        wrong += [f"{name}: {line}" for line in found]
    assert not wrong, "\n".join(wrong)
