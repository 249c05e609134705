"""The emulated hosts, and what follows for each from QEMU's command line and Xen's options: nothing here is read from hawd."""
import host
import system
from host import Host

RMRR = "rmrr=0x60000-0x6000f=0:0:5.0;0x70000-0x7000f=0:0:6.0,0:0:7.0"
# As Xen reports them: first and last address, and whose they are.
REGIONS = ((0x60000000, 0x6000FFFF, "0000:00:05.0"), (0x70000000, 0x7000FFFF, "0000:00:06.0"), (0x70000000, 0x7000FFFF, "0000:00:07.0"))

# In the firmware's DMAR; both are reserved in QEMU's e820.
DMAR = ((0x7FFFE000, 0x7FFFFFFF, "0000:00:05.0"), (0xB8000000, 0xB80FFFFF, "0000:00:06.0"))

AMD_48 = Host("amd-48", guests=("bars-128M-64M-16M", "hole-512-256M", "bars-256G-512G-128G"), table="WIDE")
ALL = (
        Host("amd-48-guests", linux=("PV", "PVH"), table="WIDE"),
        Host("amd-40-guests", bits=40, table="NARROW"),
        Host("vtd-39-rmrr", units=host.vtd(39), unit="intel-vtd", iova=39, bits=40, xen=("iommu=verbose,debug,no-sharept", RMRR), regions=REGIONS,
             table="RESERVED"),
        Host("vtd-39-dmar", units=host.vtd(39), unit="intel-vtd", iova=39, bits=40, regions=DMAR, firmware=True, memory="6144M", table="DMAR"),
        Host("vtd-48", units=host.vtd(48), unit="intel-vtd", iova=48, bits=46, guests=("bar-64G", "pci-4G"), table="WIDE"),
        Host("amd-48-pvh", dom0_type="PVH", xen=("iommu=verbose", "dom0=pvh"), guests=("bar-256M", "bar-16G"), table="WIDE"),
        Host("no-iommu", units=(), unit=None, iova=None, bits=43, guests=("bar-1G",), table="WIDE"),
        Host("amd-48-4.20", release=system.TRIXIE, guests=("bar-64G", "ram-4096-256M", "hole-512-256M", "pci-4G", "pci-rdm"),
             linux=("PV", "PVH"), table="WIDE"),
        Host("vtd-39-rmrr-4.20", release=system.TRIXIE, units=host.vtd(39), unit="intel-vtd", iova=39, bits=40,
             xen=("iommu=verbose,debug,no-sharept", RMRR), regions=REGIONS, table="RESERVED"),
        Host("amd-48-pvh-4.20", release=system.TRIXIE, dom0_type="PVH", xen=("iommu=verbose", "dom0=pvh"), guests=("bar-16G",), table="WIDE"),
)
EVERY = (AMD_48,)
