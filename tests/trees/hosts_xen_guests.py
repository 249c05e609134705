"""Guests of Xen, and hosts that only look like them. See hosts_xen.py."""
from tree import AMD, INTEL

XEN = "XenVMMXenVMM"


def xen_by_kvm(t):
    """KVM shows the leaves of Xen to a guest that wants them (QEMU, xen-version=), and its own after them: no Xen, no dom0."""
    t.base(name="looks-like-xen")
    t.cpuid(INTEL, 46, hypervisor=XEN)
    t.cpuinfo(INTEL, 46, flags="fpu lm hypervisor")
    path = t.root / "hawd/cpuid"
    path.write_text(path.read_text(encoding="utf-8") + t.leaf(0x40000100, (0x40000101, 0x4B4D564B, 0x564B4D56, 0x4D)), encoding="utf-8")
    t.xen("HVM", control=False)
    t.memory([(0x100000, 0x7FFFFFFF)])


xen_by_kvm.expect = {"host.virtualised": "kvm", "widths.cpuPhysicalBits.value": 46}
xen_by_kvm.findings = {"virtualised-host", "kvm-absent", "iommu-absent"}


def xen_bare(t):
    """No Xen: a kernel that was built with its drivers has an empty /sys/hypervisor."""
    t.base(name="bare")
    t.cpuid(INTEL, 46, vmx=True)
    t.cpuinfo(INTEL, 46, flags="fpu lm vmx ept")
    t.directory("sys/hypervisor")
    t.memory([(0x100000, 0x7FFFFFFF)])


xen_bare.expect = {"host.virtualised": "none", "paging.virtualisation.enabled.value": True}
xen_bare.findings = {"kvm-absent", "iommu-absent"}


def xen_guest_pv(t):
    """A PV domain on AMD: CPUID names the hardware, with SVM; the kernel has neither."""
    t.base(name="guest-pv")
    t.cpuid(AMD, 48, family=(25, 1, 1), svm=True, npt=True, sme=True, sev=True, c_bit=51, reduction=5)
    t.cpuinfo(AMD, 43, flags="fpu lm hypervisor")
    t.xen("PV", control=False)
    t.memory([(0x100000, 0x3FFFFFFF)])


xen_guest_pv.expect = {
    "host.virtualised": "xen", "xen.role": "guest", "xen.domainType": "pv", "paging.kvm.loaded.reason": "xen",
    "paging.virtualisation.capable.reason": "xen", "widths.guestPhysicalBits.reason": "xen", "encryption.bitsTaken.reason": "xen",
    "paging.page1G.reason": "xen",
}
xen_guest_pv.findings = {"virtualised-host"}


def xen_guest_hvm(t, kind="HVM"):
    """A virtual machine like others, but for the IOMMU that Xen does not give."""
    t.base(name="guest-hvm")
    t.cpuid(INTEL, 46, hypervisor=XEN)
    t.cpuinfo(INTEL, 46, flags="fpu lm hypervisor")
    t.xen(kind, control=False)
    t.memory([(0x100000, 0xEFFFFFFF), (0x100000000, 0x10FFFFFFF)])


xen_guest_hvm.expect = {
    "host.virtualised": "xen", "xen.role": "guest", "xen.domainType": "hvm", "widths.cpuPhysicalBits.value": 46,
    "memory.ramTop.value": "0x110000000", "paging.kvm.loaded.value": False,
}
xen_guest_hvm.findings = {"virtualised-host", "kvm-absent"}


def xen_guest_pvh(t):
    """The same."""
    xen_guest_hvm(t, "PVH")


xen_guest_pvh.expect = {"host.virtualised": "xen", "xen.domainType": "pvh"}
xen_guest_pvh.findings = {"virtualised-host", "kvm-absent"}


HOSTS = [xen_by_kvm, xen_bare, xen_guest_pv, xen_guest_hvm, xen_guest_pvh]
