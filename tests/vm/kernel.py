"""What the guest's own kernel says of its machine: /proc, /sys and the kernel's log, read without hawd."""
import dataclasses
import re

READ_GROUPS = r"""
cd /sys/kernel/iommu_groups 2>/dev/null || exit 0
for g in *; do
        [ -d "$g" ] || continue
        echo "group $g $(cat $g/type) $(cd $g/devices && echo *)"
        cat $g/reserved_regions
done
"""


@dataclasses.dataclass
class Group:
    type: str
    devices: list
    regions: list = dataclasses.field(default_factory=list)

    def usable(self, bits):
        """[0, 2^bits) without what VFIO keeps from guests: everything but direct-relaxable regions."""
        free, start = [], 0
        for low, high, kind in sorted(self.regions):
            if kind == "direct-relaxable" or low >= 1 << bits:
                continue
            if low > start:
                free.append((start, low - 1))
            start = max(start, high + 1)
        if start < 1 << bits:
            free.append((start, (1 << bits) - 1))
        return free


def groups(machine):
    found = {}
    for line in machine.output(READ_GROUPS).splitlines():
        words = line.split()
        if words[0] == "group":
            group = found[int(words[1])] = Group(words[2], sorted(words[3:]))
        else:
            group.regions.append((int(words[0], 16), int(words[1], 16), words[2]))
    return found


def units(machine):
    """Names of the units that the kernel drives."""
    return machine.output("ls /sys/class/iommu 2>/dev/null; true").split()


def pci_devices(machine):
    return machine.output("ls /sys/bus/pci/devices").split()


def address_sizes(machine):
    """Bits physical and virtual of every CPU, and whether the la57 flag is there."""
    text = machine.output("cat /proc/cpuinfo")
    sizes = {tuple(map(int, found)) for found in re.findall(r"address sizes\s*: (\d+) bits physical, (\d+) bits virtual", text)}
    assert len(sizes) == 1, sizes
    return (*sizes.pop(), " la57" in text)


def ram_top(machine):
    """The first address above RAM."""
    ends = [int(end, 16) for end in re.findall(r"^[0-9a-f]+-([0-9a-f]+) : System RAM$", machine.output("cat /proc/iomem"),
                                               re.MULTILINE)]
    return max(ends) + 1
