"""Builds host trees (man hawd-root(5)) in the exact formats that kernels print: sysfs, procfs, ACPI tables, PCI
configuration space, and the text files of hawd/."""
import os
import pathlib
import struct

INTEL, AMD, HYGON = "GenuineIntel", "AuthenticAMD", "HygonGenuine"
MSI = (0xFEE00000, 0xFEEFFFFF, "msi")
MSI_WINDOW = (0x8000000, 0x80FFFFF, "msi")  # of the kernel's arm-smmu drivers
HT = (0xFD00000000, 0xFFFFFFFFFF, "reserved")
GIB = 1 << 30


# ── ACPI ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

def acpi_table(signature, body):
    length = 36 + len(body)
    table = bytearray(struct.pack("<4sIBB6s8sI4sI", signature, length, 1, 0, b"HAWDOM", b"HAWDTREE", 1, b"HAWD", 1) + body)
    table[9] = -sum(table) & 0xFF
    return bytes(table)


def scope(kind, bus, *path, enumeration=0):
    return bytes([kind, 6 + 2 * len(path), 0, 0, enumeration, bus]) + b"".join(bytes(hop) for hop in path)


def structure(kind, payload):
    return struct.pack("<HH", kind, 4 + len(payload)) + payload


def drhd(base, include_all=True, *scopes):
    return structure(0, struct.pack("<BBHQ", int(include_all), 0, 0, base) + b"".join(scopes))


def rmrr(base, limit, *scopes):
    return structure(1, struct.pack("<HHQQ", 0, 0, base, limit) + b"".join(scopes))


def dmar(width, *structures, flags=1):
    return acpi_table(b"DMAR", bytes([width - 1, flags]) + bytes(10) + b"".join(structures))


def ivhd(kind, device, base, efr=0, features=0, entries=b"\3\x08\0\0\4\xff\xff\0"):
    extra = struct.pack("<QQ", efr, 0) if kind != 0x10 else b""
    payload = struct.pack("<HQHHI", 0x40, base, 0, 0, features) + extra + entries
    return struct.pack("<BBHH", kind, 0xB0, 6 + len(payload), device) + payload


def ivmd(kind, flags, device, start, length):
    return struct.pack("<BBHHHQQQ", kind, flags, 32, device, 0, 0, start, length)


def ivrs(*blocks, info=0x203043):
    return acpi_table(b"IVRS", struct.pack("<IQ", info, 0) + b"".join(blocks))


# ── PCI configuration space ──────────────────────────────────────────────────────────────────────────────────────────

class Config:
    """Configuration space of one function; port is the PCIe device/port type, None for a conventional one."""

    def __init__(self, vendor, device, class_code, port=None, header=0, multifunction=False):
        self.bytes = bytearray(4096 if port is not None else 256)
        self.next, self.last = 0x100, None
        struct.pack_into("<HHHH", self.bytes, 0, vendor, device, 6, 0x10 if port is not None else 0)
        struct.pack_into("<I", self.bytes, 8, class_code << 8 | 1)
        self.bytes[0x0E] = header | (0x80 if multifunction else 0)
        if port is not None:
            self.bytes[0x34] = 0x40
            struct.pack_into("<BBH", self.bytes, 0x40, 0x10, 0, port << 4 | 2)

    def extended(self, identifier, payload):
        offset = self.next
        if self.last is not None:
            header, = struct.unpack_from("<I", self.bytes, self.last)
            struct.pack_into("<I", self.bytes, self.last, header | offset << 20)
        struct.pack_into("<I", self.bytes, offset, identifier | 1 << 16)
        self.bytes[offset + 4:offset + 4 + len(payload)] = payload
        self.last, self.next = offset, offset + (4 + len(payload) + 15) // 16 * 16
        return self

    def acs(self, capability=0x1F, control=0x1D):
        return self.extended(0x000D, struct.pack("<HH", capability, control))

    def sriov(self, total, vfs=0):
        payload = bytearray(0x3C)
        struct.pack_into("<HHH", payload, 8, total, total, vfs)
        return self.extended(0x0010, bytes(payload[:0x0C - 4]) + struct.pack("<HHH", total, total, vfs) + bytes(0x3C - 14))

    def rebar(self, index, sizes_mib):
        mask = sum(1 << (size.bit_length() - 1 + 4) for size in sizes_mib)
        return self.extended(0x0015, struct.pack("<II", mask, index | 1 << 5))


# ── the tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────

class Tree:
    def __init__(self, path):
        self.root = pathlib.Path(path)

    def write(self, path, content):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def link(self, path, target):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, file)

    def directory(self, path):
        (self.root / path).mkdir(parents=True, exist_ok=True)

    def base(self, kernel="6.12.95-amd64", cmdline="", architecture="x86_64", name="tree"):
        self.write("hawd/format", "hawd-capture/1\n")
        self.write("hawd/host", f"architecture {architecture}\nmachine-id {'0123456789abcdef' * 2}\n")
        self.write("proc/sys/kernel/hostname", name + "\n")
        self.write("proc/sys/kernel/osrelease", kernel + "\n")
        self.write("proc/cmdline", f"BOOT_IMAGE=/vmlinuz root=/dev/sda1 {cmdline}\n")
        self.directory("sys/class/iommu")
        self.directory("sys/kernel/iommu_groups")
        self.directory("sys/bus/pci/devices")
        self.directory("sys/module")
        # Distributions' kernels have the buses of Xen's domains on any machine.
        self.directory("sys/bus/xen/drivers/vbd")
        self.directory("sys/bus/xen-backend/drivers")

    def arm_kernel(self, page_size=4096, address_bits=48):
        """What an arm64 kernel is built with; 0: not known."""
        self.write("hawd/host", f"architecture aarch64\nmachine-id {'0123456789abcdef' * 2}\n" +
                   (f"page-size {page_size}\n" if page_size else "") + (f"address-bits {address_bits}\n" if address_bits else ""))

    def cpuid(self, vendor, physical, linear=48, guest=0, family=(6, 0x55, 4), vmx=False, svm=False, npt=False, la57=False,
              gigabyte_pages=True, tme=False, sme=False, sev=False, snp=False, c_bit=0, reduction=0, hypervisor=None,
              brand="Test CPU"):
        def word(text, i):
            return int.from_bytes(text.encode()[4 * i:4 * i + 4].ljust(4, b"\0"), "little")
        base, model, stepping = family
        signature = stepping | (model & 15) << 4 | (model >> 4) << 16
        signature |= (0xF << 8 | (base - 15) << 20) if base >= 15 else base << 8
        leaves = {
            0: (0xD, word(vendor, 0), word(vendor, 2), word(vendor, 1)),
            1: (signature, 0, vmx << 5 | (1 << 31 if hypervisor else 0), 1 << 6 | 1 << 17),
            7: (0, 0, la57 << 16 | tme << 13, 0),
            0x80000000: (0x8000001F if vendor != INTEL else 0x80000008, 0, 0, 0),
            0x80000001: (0, 0, svm << 2, 1 << 29 | gigabyte_pages << 26),
            0x80000008: (physical | linear << 8 | guest << 16, 0, 0, 0),
        }
        for i in range(3):
            leaves[0x80000002 + i] = tuple(word(brand, 4 * i + j) for j in range(4))
        if vendor != INTEL:
            leaves[0x8000000A] = (1, 64, 0, int(npt))
            leaves[0x8000001F] = (sme | sev << 1 | snp << 3 | snp << 4, c_bit | reduction << 6, 0, 0)
        if hypervisor:
            leaves[0x40000000] = (0x40000001,) + tuple(word(hypervisor, i) for i in range(3))
        self.write("hawd/cpuid", "CPU:\n" + "".join(self.leaf(n, r) for n, r in sorted(leaves.items())))

    @staticmethod
    def leaf(number, registers):
        return f"   0x{number:08x} 0x00: " + " ".join(f"{n}=0x{v:08x}" for n, v in zip(("eax", "ebx", "ecx", "edx"), registers)) + "\n"

    def cpuinfo(self, vendor, bits, virtual=48, flags="fpu pae lm", vmx_flags=None):
        """bits: one number, or one for each CPU."""
        text = ""
        for i, width in enumerate(bits if isinstance(bits, (list, tuple)) else [bits, bits]):
            text += f"processor\t: {i}\nvendor_id\t: {vendor}\nmodel name\t: Test CPU\nflags\t\t: {flags}\n"
            if vmx_flags:
                text += f"vmx flags\t: {vmx_flags}\n"
            text += f"address sizes\t: {width} bits physical, {virtual} bits virtual\n\n"
        self.write("proc/cpuinfo", text)

    def kvm(self, backend, physical=None, guest=0, parameters=None, msrs=None, answers=True):
        self.write("sys/class/misc/kvm/dev", "10:232\n")
        self.directory(f"sys/module/kvm/holders/{backend}")
        for name, value in (parameters or {}).items():
            self.write(f"sys/module/{backend}/parameters/{name}", value + "\n")
        if not answers:
            return
        text = "api-version 12\ncapability 153 1\ncapability 185 0\n"
        text += "".join(f"msr 0x{n:08x} 0x{v:016x}\n" for n, v in (msrs or {}).items())
        if physical is not None:
            text += self.leaf(0x80000008, (physical | 48 << 8 | guest << 16, 0, 0, 0))
        self.write("hawd/kvm", text)

    def msrs(self, values):
        self.write("hawd/msr", "".join(f"0x{n:08x} 0x{v:016x}\n" for n, v in values.items()))

    def memory(self, ram, others=()):
        entries = sorted([(a, b, "System RAM") for a, b in ram] + list(others))
        for i, (start, end, kind) in enumerate(entries):
            for file, value in (("start", f"0x{start:x}"), ("end", f"0x{end:x}"), ("type", kind)):
                self.write(f"sys/firmware/memmap/{i}/{file}", value + "\n")
        self.write("proc/iomem", "".join(f"{a:08x}-{b:08x} : {k}\n" for a, b, k in entries))

    def interrupts(self, remapped):
        self.write("sys/kernel/irq/0/chip_name", "IR-IO-APIC\n" if remapped else "IO-APIC\n")

    def table(self, name, content):
        self.write(f"sys/firmware/acpi/tables/{name}", content)

    def _unit(self, name, files, devices, parent="virtual/iommu"):
        place = f"sys/devices/{parent}/{name}"
        self.directory(place + "/devices")
        for file, value in files.items():
            self.write(f"{place}/{file}", value + "\n")
        for device in devices:
            self.link(f"{place}/devices/{device}", f"../../../../pci0000:00/{device}")
        self.link(f"sys/class/iommu/{name}", f"../../devices/{parent}/{name}")

    def vtd(self, name, address, cap, ecap, devices, version="1:0"):
        self._unit(name, {"intel-iommu/address": f"{address:x}", "intel-iommu/cap": f"{cap:x}",
                          "intel-iommu/ecap": f"{ecap:x}", "intel-iommu/version": version,
                          "intel-iommu/domains_supported": "65536", "intel-iommu/domains_used": "7"}, devices)

    def amdvi(self, name, features, devices, cap=0x190B640F):
        self._unit(name, {"amd-iommu/cap": f"{cap:x}", "amd-iommu/features": features}, devices,
                   "pci0000:00/0000:00:00.2/iommu")

    def xen(self, kind, version="4.17.5", control=True, features=True):
        """What the kernel shows of Xen in a domain of a kind: PV, HVM, PVH."""
        major, minor, extra = version.split(".", 2)
        self.write("sys/hypervisor/type", "xen\n")
        self.write("sys/hypervisor/guest_type", kind + "\n")
        for name, text in (("major", major), ("minor", minor), ("extra", "." + extra)):
            self.write(f"sys/hypervisor/version/{name}", text + "\n")
        if features:
            self.write("sys/hypervisor/properties/features", "%08x\n" % (int(control) << 11 | int(kind != "PV") << 2))
        self.write("proc/xen/capabilities", "control_d\n" if control else "\n")

    def xen_answers(self, text, log=""):
        """hawd/xen, and Xen's boot log."""
        self.write("hawd/xen", text)
        if log:
            self.write("hawd/xen-log", "".join(f"(XEN) {line}\n" for line in log.strip().splitlines()))

    def pciback(self, *devices):
        self.directory("sys/bus/pci/drivers/pciback")
        for device in devices:
            self.link(f"sys/bus/pci/drivers/pciback/{device}", f"../../../../devices/pci0000:00/{device}")

    def smmu(self, base, devices, node="arm-smmu-v3.0.auto", kind=3):
        """node: of ACPI as here, of a device tree "9050000.smmuv3"."""
        self._unit(f"smmu{kind}.0x{base:016x}", {}, devices, f"platform/{node}")

    def kvm_arm(self, ipa, registers=(), more=""):
        """ipa: KVM's limit; registers: (id, value) of a scratch vCPU."""
        self.write("sys/class/misc/kvm/dev", "10:232\n")
        self.directory("sys/module/kvm")
        self.write("hawd/kvm", f"api-version 12\ncapability 165 {ipa}\n" + more +
                   "".join(f"one-reg 0x{n:016x} 0x{v:016x}\n" for n, v in registers))

    def midr(self, midr, cpus=1):
        """midr: of all CPUs, or a list with that of each."""
        for cpu, value in enumerate(midr if isinstance(midr, list) else [midr] * cpus):
            self.write(f"sys/devices/system/cpu/cpu{cpu}/regs/identification/midr_el1", f"0x{value:016x}\n")

    def cpuinfo_arm(self, midr, cpus=1):
        """midr: of all CPUs, or a list with that of each."""
        midrs = midr if isinstance(midr, list) else [midr] * cpus
        self.write("proc/cpuinfo", "".join(
            f"processor\t: {cpu}\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x{midr >> 24:02x}\n"
            f"CPU architecture: 8\nCPU variant\t: 0x{midr >> 20 & 15:x}\nCPU part\t: 0x{midr >> 4 & 0xFFF:03x}\n"
            f"CPU revision\t: {midr & 15}\n\n" for cpu, midr in enumerate(midrs)))

    def kernel_log(self, *lines):
        self.write("hawd/kernel-log", "".join(line + "\n" for line in lines))

    def chip(self, irq, name):
        """chip_name of an interrupt: ITS-MSI, ITS-PCI-MSIX-0000:00:01.0, MSI, GICv2m-PCI-MSIX-0000:00:01.0."""
        self.write(f"sys/kernel/irq/{irq}/chip_name", name + "\n")

    def device_tree(self, path, **properties):
        """Properties of a node: bytes, text, a list of texts, or a list of 32-bit cells; _ in a name is -, __ is a comma."""
        for name, value in properties.items():
            if isinstance(value, str):
                value = [value]
            if isinstance(value, (list, tuple)):
                value = b"".join(v.encode() + b"\0" if isinstance(v, str) else struct.pack(">I", v) for v in value)
            name = name.replace("__", ",").replace("_", "-")
            self.write(f"sys/firmware/devicetree/base/{path}/{name}".replace("//", "/"), value)

    def group(self, number, devices, regions=(MSI,), kind="DMA-FQ"):
        place = f"sys/kernel/iommu_groups/{number}"
        self.write(place + "/type", kind + "\n")
        self.write(place + "/reserved_regions", "".join(f"0x{a:016x} 0x{b:016x} {w}\n" for a, b, w in sorted(regions)))
        self.directory(place + "/devices")
        for device in devices:
            self.link(f"{place}/devices/{device}", f"../../../../devices/pci0000:00/{device}")

    def pci(self, address, config, driver=None, bars=(), below=None, privileged=True):
        """bars: (index, start, size, flags), flags as include/linux/ioport.h."""
        place = "sys/devices/pci0000:00/" + (f"{below}/" if below else "") + address
        vendor, device = struct.unpack_from("<HH", config.bytes, 0)
        class_code = struct.unpack_from("<I", config.bytes, 8)[0] >> 8
        uevent = (f"DRIVER={driver}\n" if driver else "") + f"PCI_CLASS={class_code:X}\nPCI_ID={vendor:04X}:{device:04X}\n"
        self.write(place + "/uevent", uevent + f"PCI_SUBSYS_ID=0000:0000\nPCI_SLOT_NAME={address}\n")
        lines = [(0, 0, 0)] * 13
        for index, start, size, flags in bars:
            lines[index] = (start, start + size - 1, flags)
        self.write(place + "/resource", "".join("0x%016x 0x%016x 0x%016x\n" % line for line in lines))
        self.write(place + "/config", bytes(config.bytes if privileged else config.bytes[:64]))
        self.link(f"sys/bus/pci/devices/{address}", f"../../../devices/pci0000:00/{f'{below}/' if below else ''}{address}")


MEMORY64 = 0x0014220C
MEMORY32 = 0x00040200


def host_bridge(vendor=0x8086):
    return Config(vendor, 0x1234, 0x060000)


def root_port(acs=True):
    config = Config(0x8086, 0xA110, 0x060400, port=4, header=1)
    return config.acs() if acs else config


def endpoint(vendor=0x8086, device=0x1572, class_code=0x020000, multifunction=False):
    return Config(vendor, device, class_code, port=0, multifunction=multifunction)
