"""The machines of the matrix: what QEMU is told to build, and what follows from that by the specifications alone."""
import dataclasses

REMAPPING = ["-M", "q35,kernel-irqchip=split"]
# Two cards behind a bridge that has no ACS, and two functions behind a root port that has been denied it.
SHARED = ["-device", "pcie-pci-bridge,id=bridge", "-device", "e1000,bus=bridge,addr=1",
          "-device", "pci-testdev,bus=bridge,addr=2",
          "-device", "pcie-root-port,id=rp1,chassis=1,disable-acs=on",
          "-device", "e1000e,bus=rp1,addr=0.0,multifunction=on", "-device", "e1000e,bus=rp1,addr=0.1"]
TWO_ROOTS = ["-device", "pxb-pcie,id=second,bus=pcie.0,bus_nr=128",
             "-device", "pcie-root-port,id=far,bus=second,chassis=8",
             "-device", "e1000e,bus=far"]


def vtd(bits, intremap="on"):
    return ["-device", f"intel-iommu,intremap={intremap},aw-bits={bits}"]


AMD_VI = ["-device", "amd-iommu,intremap=on"]


@dataclasses.dataclass
class Spec:
    """One machine. `second_level` is what KVM maps guests with: npt, shadow, or None without KVM."""
    name: str
    cpu: str
    physical_bits: int
    qemu: list
    append: tuple = ()
    unit: str | None = None
    iova_bits: int | None = None
    remapping: bool | None = None
    capable_57: bool = False
    active_57: bool = False
    second_level: str | None = None
    present: tuple = ()
    absent: tuple = ()

    def arguments(self):
        return [*self.qemu, "-cpu", f"{self.cpu},phys-bits={self.physical_bits}"]

    @property
    def driven(self):
        return self.iova_bits is not None

    def widths(self):
        """By the keys of the document; None is unknown."""
        guest = self.physical_bits if self.second_level else None
        mappable = guest
        # KVM of 6.1 builds NPT with as many levels as the host pages with.
        if self.second_level == "npt":
            mappable = min(guest, 52 if self.active_57 else 48)
        both = (mappable, self.iova_bits)
        return {
                "cpuPhysicalBits": self.physical_bits,
                "hostPhysicalBits": self.physical_bits,
                "guestPhysicalBits": guest,
                "guestMappableBits": mappable,
                "iovaBits": self.iova_bits,
                "linearBits": 57 if self.capable_57 else 48,
                "safeGuestBits": mappable,
                "safeGuestBitsWithDevices": None if None in both else min(both),
        }


SPECS = [
        Spec("vtd-39-shared-groups", "Skylake-Server", 46, [*REMAPPING, *vtd(39), *SHARED], ("intel_iommu=on",),
             unit="intel-vtd", iova_bits=39, remapping=True,
             present=("iommu-narrower-than-cpu", "group-not-isolated", "kvm-absent", "virtualised-host"),
             absent=("iommu-absent", "iommu-firmware-only", "interrupt-remapping-off", "five-level-capable-but-off")),
        Spec("vtd-48-five-levels", "max,vendor=GenuineIntel,-svm,min-xlevel=0x80000008", 52, [*REMAPPING, *vtd(48)], ("intel_iommu=on",),
             unit="intel-vtd", iova_bits=48, remapping=True, capable_57=True, active_57=True,
             present=("iommu-narrower-than-cpu", "kvm-absent"),
             absent=("five-level-capable-but-off", "group-not-isolated", "iommu-absent")),
        Spec("vtd-passthrough-two-roots", "Skylake-Server", 46, ["-M", "q35", *vtd(48, "off"), *TWO_ROOTS],
             ("intel_iommu=on", "iommu=pt"), unit="intel-vtd", iova_bits=48, remapping=False,
             present=("interrupt-remapping-off",),
             absent=("iommu-narrower-than-cpu", "group-not-isolated", "iommu-absent")),
        Spec("vtd-not-driven", "Skylake-Client", 39, [*REMAPPING, *vtd(39)], ("intel_iommu=off",), unit="intel-vtd",
             present=("iommu-firmware-only",), absent=("iommu-narrower-than-cpu", "group-not-isolated")),
        Spec("no-iommu", "Skylake-Client", 36, ["-M", "pc"],
             present=("iommu-absent", "kvm-absent"), absent=("iommu-firmware-only", "iommu-narrower-than-cpu")),
        # The emulated unit's EFR says six levels of tables: the 64 bits of HATS 2.
        Spec("amd-40-npt", "EPYC", 40, [*REMAPPING, *AMD_VI], unit="amd-vi", iova_bits=64, remapping=True, second_level="npt",
             absent=("kvm-absent", "guest-mappable-below-physical", "second-level-paging-off", "iommu-narrower-than-cpu")),
        Spec("amd-52-npt-five-levels", "max", 52, [*REMAPPING, *AMD_VI], unit="amd-vi", iova_bits=64, remapping=True,
             capable_57=True, active_57=True, second_level="npt",
             absent=("guest-mappable-below-physical", "five-level-capable-but-off", "kvm-absent")),
        Spec("amd-52-npt-no5lvl", "max", 52, [*REMAPPING, *AMD_VI], ("no5lvl",), unit="amd-vi", iova_bits=64, remapping=True,
             capable_57=True, second_level="npt",
             present=("guest-mappable-below-physical", "five-level-capable-but-off"), absent=("kvm-absent",)),
        Spec("amd-48-shadow", "EPYC", 48, ["-M", "q35"], ("kvm_amd.npt=0",), second_level="shadow",
             present=("second-level-paging-off", "iommu-absent"), absent=("kvm-absent", "guest-mappable-below-physical")),
]
# Those that are booted in each run; amd-40-npt is booted by other tests as well.
EACH_RUN = ("vtd-39-shared-groups", "vtd-passthrough-two-roots", "no-iommu", "amd-52-npt-five-levels", "amd-52-npt-no5lvl")


def root_ports(count):
    """QEMU's arguments for so many hot-plug ports, port1…: eight to a slot, without I/O windows, of which a machine
    has room for sixteen only."""
    arguments = []
    for n in range(count):
        slot, function = 8 + n // 8, n % 8
        together = ",multifunction=on" if function == 0 else ""
        arguments += ["-device", f"pcie-root-port,id=port{n + 1},chassis={n + 1},slot={n + 1},bus=pcie.0,"
                                 f"addr={slot:x}.{function},io-reserve=0,mem-reserve=1M,pref64-reserve=1M{together}"]
    return arguments


HOTPLUG = [*REMAPPING, "-cpu", "Skylake-Server,phys-bits=46", *vtd(39)]
