"""The emulated arm64 hosts, and what follows for each from QEMU's command line, the kernel's release and the specifications: nothing
here is read from hawd. Widths of CPU models are those of their ID_AA64MMFR0_EL1.PARange in QEMU; a kernel without LPA2 stops at 48."""
import dataclasses

from vectors import DEVICE, GUESTS

TESTDEV, NIC = DEVICE, "0000:00:03.0"
DEVICES = ("-device", "virtio-net-pci,addr=3,romfile=", "-device", "pci-testdev,membar=64M,addr=4",
           "-device", "pcie-root-port,id=root1,chassis=1,slot=1,addr=5")
MSI_WINDOW = (0x8000000, 0x80FFFFF)
ITS_PAGE = (0x8090000, 0x809FFFF)
# Feature bits of the driver's own (arm-smmu-v3.h): stage 1, stage 2.
STAGE_1, STAGE_2 = 1 << 9, 1 << 10


@dataclasses.dataclass(frozen=True)
class Host:
    """ipa: bits of KVM's limit, None without KVM. parange: bits of a vCPU's PARange. stages: those of the SMMU, None without one; bits: the
    end of what VFIO lets devices reach; known: what of it can be known, if less; hole: what the kernel keeps for interrupts. isolated: by
    the interrupt controller. guests: what QEMU is started with inside."""
    name: str
    suite: str
    cpu: str
    machine: str
    ipa: int | None
    parange: int
    stages: tuple | None = (1, 2)
    oas: int | None = 44
    bits: int = 48
    known: int | None = None
    hole: tuple = MSI_WINDOW
    isolated: bool = True
    units: tuple = ()
    append: tuple = ()
    package: str = "linux-image-arm64"
    page: int = 4096
    efi: bool = False
    guests: tuple = ()

    def arguments(self):
        return ["-M", self.machine, "-cpu", self.cpu, *self.units, *DEVICES]

    @property
    def mode(self):
        """How KVM uses EL2: ARMv8.0 has no VHE."""
        if "kvm-arm.mode=protected" in self.append:
            return "protected"
        return "nvhe" if self.cpu == "cortex-a57" or "kvm-arm.mode=nvhe" in self.append else "vhe"

    @property
    def kind(self):
        return "arm-smmu-v3" if self.stages else "virtio-iommu"

    @property
    def published(self):
        return self.known or self.bits

    def usable(self, bits=None):
        bits = bits or self.bits
        return [(0, self.hole[0] - 1), (self.hole[1] + 1, (1 << bits) - 1)] if self.hole[1] < 1 << bits else [(0, (1 << bits) - 1)]


def virt(*more):
    return ",".join(["virt", "virtualization=on", *more])


ITS, GICV2 = "gic-version=3", "gic-version=2"
SMMU = "iommu=smmuv3"

N1 = Host("n1-6.12", "trixie", "neoverse-n1", virt(ITS, SMMU), 48, 48, guests=GUESTS[48])
GICV2M = Host("a57-6.1-gicv2m", "bookworm", "cortex-a57", virt(GICV2, SMMU), 44, 44, isolated=False, guests=GUESTS[44])

# Tables are replaced in these.
ACPI_6_1 = Host("a57-6.1-acpi", "bookworm", "cortex-a57", virt(ITS, SMMU), 44, 44, efi=True, guests=GUESTS[48][:1])
ACPI_6_12 = dataclasses.replace(ACPI_6_1, name="a57-6.12-acpi", suite="trixie")

EVERY = (N1, GICV2M)
ALL = (
        Host("max-6.1", "bookworm", "max,pauth-impdef=on", virt(ITS, SMMU), 48, 52),
        Host("max-6.12-stage2", "trixie", "max,pauth-impdef=on", "virt-9.0,virtualization=on,gic-version=3,iommu=smmuv3", 52, 52, stages=(2,),
             bits=44, units=("-global", "arm-smmuv3.stage=2"), guests=GUESTS[52]),
        Host("a76-6.12", "trixie", "cortex-a76", virt(ITS, SMMU), 40, 40, guests=GUESTS[40]),
        Host("a64fx-6.12", "trixie", "a64fx", virt(ITS, SMMU), 40, 40),
        Host("v1-6.1", "bookworm", "neoverse-v1", virt(ITS, SMMU), 48, 48),
        ACPI_6_12,
        Host("a57-6.12-gicv2m", "trixie", "cortex-a57", virt(GICV2, SMMU), 44, 44, isolated=False),
        Host("a57-6.12-virtio-39", "trixie", "cortex-a57", virt(ITS), 44, 44, stages=None, oas=None, bits=39, hole=ITS_PAGE,
             units=("-device", "virtio-iommu-pci,aw-bits=39,addr=2")),
        Host("a57-6.12-virtio-32", "trixie", "cortex-a57", virt(ITS), 44, 44, stages=None, oas=None, bits=32, hole=ITS_PAGE,
             units=("-device", "virtio-iommu-pci,aw-bits=32,addr=2")),
        # Its kernel has VA_BITS 52, the CPU 47 of them: as with one of VA_BITS 47, which would give 47.
        Host("a76-6.12-16k", "trixie", "cortex-a76", virt(ITS, SMMU), 40, 40, known=47, package="linux-image-arm64-16k", page=16384),
        Host("max-6.12-16k", "trixie", "max,pauth-impdef=on", virt(ITS, SMMU), 52, 52, package="linux-image-arm64-16k", page=16384),
        Host("n1-6.12-no-el2", "trixie", "neoverse-n1", "virt,gic-version=3,iommu=smmuv3", None, 48),
        Host("n1-6.12-kvm-off", "trixie", "neoverse-n1", virt(ITS, SMMU), None, 48, append=("kvm-arm.mode=none",)),
        Host("max-6.12-nvhe", "trixie", "max,pauth-impdef=on", virt(ITS, SMMU), 52, 52, append=("kvm-arm.mode=nvhe",)),
        Host("max-6.12-protected", "trixie", "max,pauth-impdef=on", virt(ITS, SMMU), 52, 52, append=("kvm-arm.mode=protected",)),
        Host("max-newest", "sid", "max,pauth-impdef=on", virt(ITS, SMMU), 52, 52),
)
