"""Guests that are started inside the hosts, stopped before their first instruction, by the width of the host's IPA space. What is expected
was worked out by QEMU's rule for the virt machine: RAM at 1 GiB, the hot-plug region behind it, then redistributors, ECAM and the
64-bit window, each at a multiple of its size from 256 GiB on; what ends above the width is left out, or QEMU does not start."""
import dataclasses

G = 1 << 30
QUIET = ("-nodefaults", "-no-user-config", "-display", "none")
DEVICE = "0000:00:04.0"


@dataclasses.dataclass(frozen=True)
class Guest:
    """memory, maxmem and slots, more words of -M; ecam and window: where they begin, None without one; hotplug: (start, end). error: what QEMU
    says when it does not start. device: with the one that is bound to vfio-pci. x86: a PC, without KVM."""
    memory: str
    maxmem: str = ""
    options: str = ""
    hotplug: tuple | None = None
    ecam: int | None = 0x4010000000
    window: tuple | None = (0x8000000000, 0xFFFFFFFFFF)
    error: str | None = None
    machine: str = "virt-10.0"
    device: bool = False
    gic: str = "gic-version=3"
    x86: bool = False

    @property
    def name(self):
        words = (self.memory, self.maxmem.replace("/", "x"), self.options.replace("=", ""), "device" * self.device, "x86" * self.x86)
        return "-".join(word for word in words if word)

    def words(self):
        devices = ["-device", f"vfio-pci,host={DEVICE}"] if self.device else []
        if self.x86:
            return ["qemu-system-x86_64", *QUIET, "-accel", "tcg", "-M", "q35", "-m", self.memory, *devices]
        more = f",maxmem={self.maxmem.split('/')[0]},slots={self.maxmem.split('/')[1]}" if self.maxmem else ""
        machine = ",".join(word for word in (self.machine, self.gic, self.options, "memory-backend=m") if word)
        return ["qemu-system-aarch64", *QUIET, "-accel", "kvm", "-cpu", "host",
                "-m", f"size={self.memory}{more}", "-object", f"memory-backend-ram,id=m,size={self.memory},reserve=off", "-M", machine, *devices]


def too_large(bits, excess):
    return f"Addressing limited to {bits} bits, but memory exceeds it by {excess} bytes"


# The first of each width are started in each run, the others with `tools/test --all`: a start takes seconds of processor time.
EACH_RUN = 4
GUESTS = {
        40: (Guest("4G", "1000G/8", hotplug=(0x140000000, 0xFC3FFFFFFF), ecam=0xFC50000000, window=None),
             Guest("600G", ecam=0x9650000000, window=None),
             Guest("4G", options="highmem-mmio-size=1T", window=None),
             Guest("255G", "256G/1", hotplug=(0x4000000000, 0x407FFFFFFF), ecam=0x4090000000),
             Guest("1024G", error=too_large(40, G))),
        44: (Guest("600G", ecam=0x9650000000, window=(0x10000000000, 0x17FFFFFFFFF)),
             # Its window would begin at a multiple of its size, where the width ends.
             Guest("4G", options="highmem-mmio-size=16T", window=None),
             Guest("4G", "20T/2", error=too_large(44, 4401267736576)),
             # This host has a GICv2m: nothing isolates the interrupts of its devices.
             Guest("512M", device=True, error="Operation not permitted"),
             Guest("4G", options="highmem-mmio-size=8T", window=(0x80000000000, 0xFFFFFFFFFFF)),
             Guest("2G", options="highmem=off", ecam=0x3F000000, window=None)),
        48: (Guest("255G", "256G/1", hotplug=(0x4000000000, 0x407FFFFFFF), ecam=0x4090000000),
             Guest("512M", device=True),
             # A PC's RAM begins at 0 and covers the window for interrupts at 128 MiB.
             Guest("129M", device=True, x86=True, error="= -22"),
             Guest("4G", options="highmem=off", error=too_large(32, G)),
             Guest("128M", device=True, x86=True),
             Guest("512M", options="iommu=smmuv3", device=True, error="requires iommu MAP notifier"),
             Guest("4G", options="highmem-mmio-size=1T", window=(0x10000000000, 0x1FFFFFFFFFF)),
             Guest("4G", options="highmem-mmio=off", window=None)),
        52: (Guest("4G", "20T/2", hotplug=(0x140000000, 0x1400BFFFFFFF), ecam=0x1400D0000000, window=(0x148000000000, 0x14FFFFFFFFFF)),
             Guest("1024G", ecam=0x10050000000, window=(0x18000000000, 0x1FFFFFFFFFF)),
             Guest("256G", machine="virt-7.2", ecam=0x4050000000)),
}
# KVM emulates the interrupt controller that the host has.
GUESTS[44] = tuple(dataclasses.replace(guest, gic="gic-version=2") for guest in GUESTS[44])
