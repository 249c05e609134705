"""What Xen says of a guest: what xl prints when it makes the domain, and hvmloader's lines in Xen's log."""
import dataclasses
import re

# Words of xl and libxl that end the making of a domain; the lines are the answer, whatever follows.
RDM_CONFLICT = re.compile(r"RDM conflict at 0x([0-9a-f]+)\.?")
BAR = re.compile(r"^pci dev ([0-9a-f]{2}):([0-9a-f]) bar ([0-9a-f]{2}) size ([0-9a-f]+): ([0-9a-f]+)$")
NO_SPACE = re.compile(r"^pci dev ([0-9a-f]{2}):([0-9a-f]) bar ([0-9a-f]{2}) size ([0-9a-f]+): no space for resource!$")
RAM = re.compile(r"^\s*\[\d+\]: ([0-9a-f]{8}):([0-9a-f]{8}) - ([0-9a-f]{8}):([0-9a-f]{8}): (\S+)$")
WIDTH = re.compile(r"CPU0 \.\.\. (\d+)-bit phys")
BASE = re.compile(r"high_mem resource base to ([0-9a-f]+)")
# hvmloader has done its work, or could not.
END = re.compile(rb"^\(d\d+\) (?:Invoking |\*\*\*)|domain_crash", re.MULTILINE)


@dataclasses.dataclass
class Word:
    """bars: (device and function, register) → (first, size, 64-bit, prefetchable); homeless: those without a place. ram: (first, last)
    from 1 MiB up. base: where the window above 4 GiB starts. refused: libxl's error, None where the guest was made. shared: Xen warns of a region
    that is another device's, too."""
    refused: str | None
    conflicts: list
    bars: dict
    homeless: dict
    ram: list
    reserved: list
    width: int | None
    base: int | None
    shared: bool
    text: str


def read(status, said, log):
    """Exit status and words of xl, and Xen's log since."""
    text = f"exit status {status}\n{said}\n{log}"
    errors = re.findall(r"^(?:libxl: error: |ERROR: |.*: config parsing error |.*invalid value).*$", text, re.MULTILINE)
    told = Word("\n".join(errors) or f"exit status {status}" if status else None,
                [int(address, 16) for address in RDM_CONFLICT.findall(text)], {}, {}, [], [], None, None, "with shared RMRR at" in text, text)
    for line in re.findall(r"^\(d\d+\) (.*)$", text, re.MULTILINE):
        if found := BAR.match(line):
            device, function, register, size, value = (int(word, 16) for word in found.groups())
            # PCI Local Bus Specification 3.0, 6.2.5.1: bit 0 is I/O, bits 2:1 are 10b for 64 bits, bit 3 prefetchable.
            if not value & 1:
                told.bars[device, function, register] = (value & ~0xf, size, bool(value & 4), bool(value & 8))
        elif found := NO_SPACE.match(line):
            device, function, register, size = (int(word, 16) for word in found.groups())
            told.homeless[device, function, register] = size
        elif found := RAM.match(line):
            first, end = (int(a + b, 16) for a, b in (found.group(1, 2), found.group(3, 4)))
            if found.group(5) == "RAM" and first >= 1 << 20:
                told.ram.append((first, end - 1))
            elif first >= 1 << 20:
                told.reserved.append((first, end - 1))
        elif found := WIDTH.search(line):
            told.width = int(found.group(1))
        elif found := BASE.search(line):
            told.base = int(found.group(1), 16)
    return told
