"""A host that has booted, and what was asked of it before its devices went to vfio-pci and after."""
import contextlib
import json
import pathlib
import shutil

import cross
import hosts
import inner
import kernel
import overlay
import release
import system
from machine import Machine, Platform

KERNEL_TESTS = pathlib.Path(__file__).resolve().parents[1] / "kernel"
EMULATOR = ("trixie", release.QEMU_ARM)

BIND = f"""
modprobe -a vfio-pci vfio_iommu_type1 2>/dev/null
for device in {hosts.NIC} {hosts.TESTDEV}; do
        path=/sys/bus/pci/devices/$device
        if [ -e $path/driver ]; then echo $device >$path/driver/unbind; fi
        echo vfio-pci >$path/driver_override
        echo $device >/sys/bus/pci/drivers_probe
done
"""


def archives(tmp, **programs):
    """hawd as it is installed; the judge of tests/kernel, and other programs by their names."""
    judge = cross.judge(KERNEL_TESTS, tmp / "judge")
    files = {f"usr/local/bin/{name}": path for name, path in {"judge": judge, **programs}.items()}
    return [overlay.archive(cross.build(), tmp), system.archive_of(files, tmp / "programs")]


def prepare(host, parts, tmp, tables=None):
    """Kernel, initramfs, QEMU's arguments and what starts it. tables: an archive of ACPI tables, which is read first."""
    emulator = release.tree(*EMULATOR)
    vmlinuz, modules = system.kernel(host.suite, host.package)
    whole = overlay.join([*([tables] if tables else []), system.base(), modules, *parts], tmp / "initramfs")
    arguments = host.arguments() + (inner.drive() if host.guests else [])
    if host.efi:
        variables = shutil.copy(emulator / "usr/share/AAVMF/AAVMF_VARS.fd", tmp / "variables")
        arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={emulator}/usr/share/AAVMF/AAVMF_CODE.fd",
                      "-drive", f"if=pflash,format=raw,file={variables}"]
    platform = Platform(tuple(release.qemu(emulator, "qemu-system-aarch64")), ("-device", "pci-serial,chardev=control,addr=6"),
                        ("console=ttyAMA0",))
    return vmlinuz, whole, arguments, platform


@contextlib.contextmanager
def start(host, vmlinuz, whole, arguments, platform):
    with Machine(vmlinuz, whole, arguments, host.append, memory="2G" if host.guests else "1G", platform=platform) as machine:
        machine.wait_for_boot(600)
        whole.unlink()
        print(f"{host.name}: booted in {machine.booted_in:.1f} s")
        yield machine


class Booted:
    def __init__(self, host, machine):
        self.host, self.machine = host, machine
        self.log = machine.kernel_log()
        self.interrupts = machine.output("cat /sys/kernel/irq/*/chip_name")
        self.before = self.describe()
        self.status = machine.output("hawctl --local status")
        machine.output(BIND)
        self.judged = {line["device"]: line for line in
                       map(json.loads, machine.output(f"judge {hosts.NIC} {hosts.TESTDEV}").splitlines())}
        self.groups = kernel.groups(machine)
        self.after = self.describe()

    def describe(self):
        return json.loads(self.machine.output("hawctl --local describe --json=short", 120))
