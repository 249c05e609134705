"""An emulated host with Xen: QEMU starts Xen as its kernel, with dom0's kernel and initramfs as Xen's modules."""
import contextlib
import dataclasses
import json
import shlex
import time

import firmware
import guests
import linux
import overlay
import system
import word
from machine import Machine, Platform

AMD_VI = ("-device", "amd-iommu,intremap=on")
# Seen at 00:05.0, 00:06.0 and 00:07.0 of dom0; what guests get.
ASSIGNED = ("0000:00:05.0", "0000:00:06.0", "0000:00:07.0", "0000:00:08.0")
DEVICES = ("-device", "pci-testdev,addr=5.0,membar=2G", "-device", "pci-testdev,addr=6.0,membar=256M",
           "-device", "e1000e,addr=7.0,romfile=", "-device", "pci-testdev,addr=8.0,membar=4G")
# Xen crashes under TCG with SMAP or MONITOR; without the bit for hypervisors and with a maker's SMBIOS, Linux believes in hardware.
CPU = "EPYC,-smap,-monitor,-rdtscp,+svm,+npt,-hypervisor"
# Below Xen, a domain with hardware assistance that has CPUID's word for AVX finds its instructions invalid under TCG.
NO_AVX = ",-avx,-avx2,-fma,-f16c"
MAKER = ("-smbios", "type=0,vendor=Dell Inc.", "-smbios", "type=1,manufacturer=Dell Inc.,product=PowerEdge R7425")
XEN = ("console=com1", "com1=115200,8n1", "loglvl=all", "guest_loglvl=all", "dom0_mem=1024M,max:1024M", "noreboot", "conring_size=256k",
       "bootscrub=0")
DOM0 = ("console=hvc0", "no_timer_check", "panic=-1", "net.ifnames=0", "quiet", "loglevel=4", "systemd.show_status=false",
        "systemd.log_level=notice")
PLATFORM = Platform(("qemu-system-x86_64",), ("-serial", "chardev:control"), XEN, ())


def vtd(bits):
    return ("-device", f"intel-iommu,intremap=on,aw-bits={bits}")


@dataclasses.dataclass(frozen=True)
class Host:
    """xen: options of Xen's command line; units: QEMU's arguments for IOMMUs; unit, iova: kind and width of them, None without one.
    regions: (first, last, device) of reserved memory, which the firmware tells Xen of if not its own options. guests: names in the table that are created there, all of them if none is named. linux: kinds of Linux guests with hawd in them."""
    name: str
    release: system.Release = system.BOOKWORM
    units: tuple = AMD_VI
    unit: str | None = "amd-vi"
    # The emulated unit has six levels of tables; Xen uses four for guests (amd_iommu_max_paging_mode, DEFAULT_DOMAIN_ADDRESS_WIDTH).
    iova: int | None = 48
    bits: int = 48
    xen: tuple = ("iommu=verbose,debug",)
    dom0_type: str = "PV"
    regions: tuple = ()
    firmware: bool = False
    table: str = "WIDE"
    guests: tuple = ()
    linux: tuple = ()
    memory: str = "4096M"

    @property
    def passthrough(self):
        """A PVH dom0 hands no devices over."""
        return self.unit and self.dom0_type == "PV"

    def arguments(self, place):
        return ["-machine", "q35,kernel-irqchip=split", "-cpu", f"{CPU}{NO_AVX if self.dom0_type == 'PVH' else ''},phys-bits={self.bits}",
                *self.units, *MAKER, *DEVICES,
                "-drive", f"file={place}/disk,format=raw,if=none,id=disk,snapshot=on",
                "-device", "virtio-blk-pci,drive=disk,iommu_platform=on,disable-legacy=on,addr=4.0"]


@contextlib.contextmanager
def start(host, archives, tmp):
    """archives: what goes over the system's files, as hawd does."""
    place = system.system(host.release)
    if host.linux:
        archives = [*archives, linux.archive(place / "vmlinuz", tmp)]
    whole = overlay.join([place / "start.cpio", *archives], tmp / "initramfs")
    line = " ".join(DOM0).replace(",", ",,")
    arguments = host.arguments(place)
    if host.firmware:
        arguments += ["-S", "-gdb", f"unix:{tmp}/gdb,server=on,wait=off"]
    with Machine(place / "xen", f"{place}/vmlinuz {line},{whole}", arguments, host.xen, memory=host.memory,
                 platform=PLATFORM) as machine:
        if host.firmware:
            firmware.reserve(tmp / "gdb", place / "xen", host.regions)
        machine.wait_for_boot(900)
        whole.unlink()
        print(f"{host.name}: booted in {machine.booted_in:.1f} s")
        yield machine


class Booted:
    """A host that has booted, and what was asked of it before its devices were handed over and after."""

    def __init__(self, host, machine):
        self.host, self.machine = host, machine
        self.log = machine.output("xl dmesg")
        self.info = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in machine.output("xl info").splitlines())}
        self.before = self.describe()
        for device in ASSIGNED if host.passthrough else ():
            machine.output(f"xl pci-assignable-add {device}", machine.patience(60))
        self.after = self.describe()
        self.status = machine.output("hawctl --local status", 120)

    def describe(self):
        return json.loads(self.machine.output("hawctl --local describe --json=short", self.machine.patience(60)))

    def guest(self, name):
        """What Xen says of a guest of the table, and what hawctl said before that: its exit status and its document."""
        machine, lines = self.machine, getattr(guests, self.host.table)[name]
        text = guests.text(name, lines)
        machine.output(f"printf %s {shlex.quote(text)} >/run/guest.cfg")
        status, answer = machine.run("hawctl --local check --json=short /run/guest.cfg 2>/run/check.errors", machine.patience(60))
        assert status in (0, 3), machine.output("cat /run/check.errors")
        return self.create(name), json.loads(answer)

    def create(self, name):
        """hvmloader's lines come over Xen's serial port, without any work in dom0."""
        machine, start = self.machine, self.machine.console.stat().st_size
        made, said = machine.run("timeout 200 xl create -e /run/guest.cfg", machine.patience(200))
        deadline = time.monotonic() + machine.patience(120)
        while made == 0 and not word.END.search(self.console(start)) and time.monotonic() < deadline:
            time.sleep(0.2)
        machine.run(f"xl destroy {name}", machine.patience(100))
        return word.read(made, said, self.console(start).decode(errors="replace").replace("\r", ""))

    def console(self, start):
        with open(self.machine.console, "rb") as file:
            file.seek(start)
            return file.read()
