"""arm64 hosts with reserved memory regions of firmware's (RMR), which the kernel has as direct regions. See hosts_smmu.py."""
from hosts_smmu import BELOW_48, BELOW_WINDOW, ITS, ITS_61, expect, smmuv3, unit_host
from tree import MSI_WINDOW


def rmr_of_6_1(t):
    """A direct region of firmware's: Linux 6.1 takes the group, and RAM must leave the region free."""
    unit_host(t, "6.1.0-50", 44, smmuv3(), chip=ITS_61, regions=[MSI_WINDOW, (0x50000000, 0x500FFFFF, "direct")])


rmr_of_6_1.expect = expect(48, [BELOW_WINDOW, {"start": "0x8100000", "end": "0x4fffffff"}, {"start": "0x50100000", "end": "0xffffffffffff"}])
rmr_of_6_1.findings = {"direct-mapping-not-kept", "msi-window-in-low-memory"}


def rmr_of_6_12(t):
    """The same with Linux 6.12, which refuses it."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS, regions=[MSI_WINDOW, (0x50000000, 0x500FFFFF, "direct")])


rmr_of_6_12.expect = rmr_of_6_1.expect | {"groups.0.assignable": False, "groups.0.assignableReason": "direct-region"}
rmr_of_6_12.findings = {"rmrr-device-not-assignable", "msi-window-in-low-memory"}


def rmr_relaxable(t):
    """Firmware permits remapping: VFIO takes no account of the regions."""
    unit_host(t, "6.12.107", 44, smmuv3(), chip=ITS, regions=[
        MSI_WINDOW, (0x60000000, 0x601FFFFF, "direct-relaxable"), (0x8200000000, 0x820000FFFF, "direct-relaxable")])


rmr_relaxable.expect = expect(48, [BELOW_WINDOW, BELOW_48])
rmr_relaxable.findings = {"msi-window-in-low-memory"}

HOSTS = [rmr_of_6_1, rmr_of_6_12, rmr_relaxable]
