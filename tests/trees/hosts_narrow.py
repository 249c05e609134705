"""Hosts with fewer address bits than others of their CPU model. The numbers of machines are those of profile/model/seen.c, which
tests/corpus/test_models.py holds against the data. See hosts_intel.py."""
from hosts_other import epyc
from tree import AMD, INTEL


def renoir_sme(t):
    """Memory encryption is on; most hosts with this CPU have it off."""
    epyc(t, "renoir", 44)
    t.cpuid(AMD, 48, family=(23, 0x60, 1), svm=True, npt=True, sme=True, sev=True, c_bit=47, reduction=4)


renoir_sme.expect = {
    "widths.cpuPhysicalBits.value": 48, "widths.hostPhysicalBits.value": 44, "encryption.bitsTaken.value": 4,
    "findings.0.summary": "The host has 44 address bits; 772 of 1067 known hosts with this CPU have 48",
}
renoir_sme.findings = {"encryption-takes-bits", "cpu-narrower-than-usual", "hypertransport-hole"}


def zen_sme(t):
    """Nearly all hosts with this CPU have encryption on: 43 bits are usual."""
    epyc(t, "zen", 43)
    t.cpuid(AMD, 48, family=(23, 1, 1), svm=True, npt=True, sme=True, sev=True, c_bit=47, reduction=5)


zen_sme.expect = {"widths.hostPhysicalBits.value": 43, "encryption.bitsTaken.value": 5}
zen_sme.findings = {"encryption-takes-bits", "hypertransport-hole"}


def sapphire(t, bits, taken=0, hypervisor=None):
    t.base(name="sapphire")
    t.cpuid(INTEL, bits, linear=57, family=(6, 0x8F, 8), vmx=True, tme=True, **({"hypervisor": hypervisor} if hypervisor else {}))
    t.cpuinfo(INTEL, bits - taken, virtual=57, flags="fpu lm vmx ept tme", vmx_flags="ept ept_5level")
    t.msrs({0x482: 1 << 63, 0x48B: 1 << 33, 0x48C: 0xF01063341C1, 0x982: 3 | taken << 32 if taken else 0})
    t.kvm("kvm_intel", bits, bits, {"ept": "Y"})


def sapphire_limited(t):
    """46 bits in CPUID, where another Sapphire Rapids has 52: perhaps by firmware setup."""
    sapphire(t, 46)


sapphire_limited.expect = {
    "widths.cpuPhysicalBits.value": 46, "encryption.bitsTaken.value": 0,
    "findings.1.summary": "The CPU reports 46 address bits; 1 of 2 known CPUs of this model have 52",
    "findings.1.remedy": "If guests need more than 46 bits, disable \"Limit CPU PA to 46 Bits\" in firmware setup.",
}
sapphire_limited.findings = {"cpu-narrower-than-usual", "iommu-absent"}


def sapphire_encrypted(t):
    """52 bits in CPUID, of which encryption takes six."""
    sapphire(t, 52, 6)


sapphire_encrypted.expect = {
    "widths.cpuPhysicalBits.value": 52, "widths.hostPhysicalBits.value": 46, "encryption.bitsTaken.value": 6,
    "findings.1.summary": "The host has 46 address bits; 1 of 2 known CPUs of this model have 52",
}
sapphire_encrypted.findings = {"cpu-narrower-than-usual", "encryption-takes-bits", "iommu-absent"}


def sapphire_virtual(t):
    """A virtual machine with 46 bits: whether its host's firmware or its hypervisor limits it cannot be told."""
    sapphire(t, 46, hypervisor="KVMKVMKVM\0\0\0")


sapphire_virtual.expect = {"host.virtualised": "kvm"}
sapphire_virtual.findings = {"virtualised-host", "iommu-absent"}

HOSTS = [renoir_sme, zen_sme, sapphire_limited, sapphire_encrypted, sapphire_virtual]
