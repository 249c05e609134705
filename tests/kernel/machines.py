"""The machines, and what follows for each by hand: the end of what VFIO lets devices reach, in bits, or why it refuses."""
import dataclasses

REMAPPING = ["-M", "q35,kernel-irqchip=split"]
SKYLAKE, EPYC = "Skylake-Server,phys-bits=46", "EPYC,phys-bits=48"
# Fixed slots, so that tables can name devices: 10h, 11h and 15h of bus 0, and a port with a card.
DEVICES = ["-device", "edu,addr=10", "-device", "pci-testdev,membar=64M,addr=11", "-device", "VGA,addr=15",
           "-device", "pcie-root-port,id=root,chassis=1,addr=12", "-device", "e1000e,bus=root,romfile="]
TESTDEV = 0x11 << 3
UNITY = (0xB0000000, 0x100000)


@dataclasses.dataclass(frozen=True)
class Spec:
    """table: how its ACPI table is changed: name, function of tables.py, arguments. refused: slots that VFIO refuses, left_out:
    (start, length) that it keeps from guests. provenance: of hawd's width. iommufd: takes devices; that of 6.12 asks for a
    second stage."""
    name: str
    unit: str
    append: tuple
    cpu: str = SKYLAKE
    bits: int | None = None
    table: tuple = ()
    refused: tuple = ()
    remapping: bool = True
    left_out: tuple = ()
    provenance: str = "derived"
    iommufd: bool = True

    def arguments(self):
        return [*REMAPPING, "-cpu", self.cpu, "-device", self.unit, *DEVICES]


def vtd(bits, more=""):
    return f"intel-iommu,intremap=on,aw-bits={bits}{more}"


FIRST_STAGE = vtd(48, ",x-scalable-mode=on,x-flts=on")
AMD = "amd-iommu,intremap=on"
I, GUEST_TABLES = ("intel_iommu=on",), {"guest_tables": True}
UNITY_TABLE = ("IVRS", "ivrs", {"memory": ((TESTDEV, *UNITY),)})

I39 = Spec("i39", vtd(39), I, bits=39)
I48 = Spec("i48", vtd(48), I, bits=48)
# Scalable mode is on by default, which hawd cannot see.
FS = Spec("i48-fs", FIRST_STAGE, I, bits=47, provenance="assumed")
FS_OFF = Spec("i48-fs-sm-off", FIRST_STAGE, ("intel_iommu=on,sm_off",), bits=48)
RMRR = Spec("i48-rmrr", vtd(48), I, bits=48, table=("DMAR", "dmar", ((0x11, 0xB0000000, 0xB00FFFFF),)), refused=(0x11,))
NOIR = Spec("i39-noir", "intel-iommu,intremap=off,aw-bits=39", I, bits=39, remapping=False)
VIRTIO = Spec("v39", "virtio-iommu-pci,aw-bits=39", (), bits=39, remapping=False, provenance="measured")
AMD_64 = Spec("amd", AMD, (), EPYC, 64)


def v2(bits, *more):
    return Spec("amd-gio-v2" + "".join("-" + word.replace("=", "-") for word in more), AMD, ("amd_iommu=pgtbl_v2", *more), EPYC, bits,
                ("IVRS", "ivrs", GUEST_TABLES))


def hatdis(bits):
    return Spec("amd-hatdis", AMD, ("iommu=pt",), EPYC, bits, ("IVRS", "ivrs", GUEST_TABLES | {"hatdis": True}))


def vasize(bits):
    return Spec("amd-vasize48", AMD, (), EPYC, bits, ("IVRS", "ivrs", {"vasize": 48}))


def unity(refused):
    return Spec("amd-unity", AMD, ("iommu=pt",), EPYC, 64, UNITY_TABLE, refused, left_out=() if refused else (UNITY,))


# (kernel, machine): what every run asks, and what --all asks besides. Kernels by the release of Debian that has them; with
# "-iommufd" that module is added (iommufd.py), in every run once --all has built it.
EVERY = [("trixie", FS_OFF), ("trixie", v2(47, "iommu=pt")), ("trixie-iommufd", FS_OFF), ("trixie-iommufd", v2(47))]
ALL = [("bookworm", I48), ("bookworm", FS), ("bookworm", v2(64, "iommu=pt")), ("bookworm", v2(48, "iommu=nopt")),
       ("bookworm", unity(())),
       ("trixie", FS), ("trixie", I39), ("trixie", RMRR), ("trixie", NOIR), ("trixie", VIRTIO), ("trixie", AMD_64),
       ("trixie", unity((0x11,))),
       ("sid", FS), ("sid", FS_OFF), ("sid", v2(47, "iommu=pt")), ("sid", vasize(48)), ("sid", hatdis(47)), ("sid", unity((0x11,))),
       *(("trixie-iommufd", spec) for spec in (I39, I48, dataclasses.replace(FS, iommufd=False), RMRR, NOIR, VIRTIO, AMD_64))]
