"""The system of dom0: a disk with packages of a Debian release and its Xen, of which nothing runs before it boots, and an initramfs that
finds it, with the kernel's modules. Made once and kept outside the tree. hawd is not in them: see tests/vm/overlay.py."""
import dataclasses
import gzip
import os
import shutil
import subprocess

import image
import release
from image import Missing
from unpacked import accounts, made_once

PACKAGES = ["base-files", "base-passwd", "bash", "coreutils", "dash", "diffutils", "findutils", "grep", "gzip", "hostname", "libc-bin",
            "login", "mount", "sed", "tar", "util-linux", "init-system-helpers", "systemd", "systemd-sysv", "dbus", "udev", "kmod",
            "procps", "libjansson4", "libmd0", "libsmartcols1", "libxml2", "libpci3", "libseccomp2", "mawk", "pciutils", "cpuid",
            "busybox-static", "xen-utils-common", "xenstore-utils", "qemu-system-xen", "seabios", "ovmf", "linux-image-amd64"]
MODULES = ["virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xenfs",
           "xen-pciback", "xen-blkback", "xen-acpi-processor", "msr", "cpuid", "kvm-amd", "kvm-intel", "vfio-pci", "e1000e", "tun"]
UNUSED = ["usr/lib/modules", "boot", "packages", "usr/share/iso-codes", "usr/share/xml", "usr/share/perl", "usr/lib/debug"]
DISK = "1500M"

# Nothing else is on the way from the kernel to systemd: the disk, and over it what the initramfs has beside this.
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe -a virtio_pci virtio_blk ext4 crc32c_generic
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -b /dev/vda ] && break; sleep 1; done
mkdir /system
mount -t ext4 /dev/vda /system
for name in usr etc var srv; do [ -e /$name ] && cp -a /$name /system/; done
umount /proc /sys
mount --move /dev /system/dev
exec switch_root /system /init
"""
# Debian's script for System V's init starts Xen's daemons; the package's own scripts would have put it among the others.
FILES = {
        "etc/systemd/system/xen-daemons.service": """[Unit]
Description=Xen daemons
ConditionPathExists=/sys/hypervisor/type
Before=control-shell.service hawd.service

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=_SYSTEMCTL_SKIP_REDIRECT=1
ExecStart=/bin/sh -c 'grep -q control_d /proc/xen/capabilities 2>/dev/null || mount -t xenfs xenfs /proc/xen; exec /etc/init.d/xen start'
""",
        "etc/default/xen": "XENCONSOLED_ARGS=--log=guest\n",
        "etc/modules-load.d/xen.conf": "xen-evtchn\nxen-gntdev\nxen-gntalloc\nxen-privcmd\nxenfs\nxen-pciback\n",
        # No bridge is wanted, and no lock on start: one guest at a time.
        "etc/xen/xl.conf": "autoballoon=\"off\"\n",
}
LINKS = {"usr/bin/sh": "dash", "usr/bin/awk": "mawk",
         "etc/systemd/system/multi-user.target.wants/xen-daemons.service": "../xen-daemons.service",
         # Xen's console has the log, not a login.
         "etc/systemd/system/serial-getty@hvc0.service": "/dev/null"}


@dataclasses.dataclass(frozen=True)
class Release:
    """A release of Debian and its Xen; more: packages that are not called so in each release."""
    suite: str
    xen: str
    more: tuple

    def packages(self):
        return [*PACKAGES, *self.more, f"xen-utils-{self.xen}", f"xen-hypervisor-{self.xen}-amd64"]


BOOKWORM = Release("bookworm", "4.17", ("libarchive13",))
# Debian 12 has the functions of scripts for System V init in each system.
TRIXIE = Release("trixie", "4.20", ("libarchive13t64", "sysvinit-utils"))


def disk(source, ready):
    tree = ready / "tree"
    subprocess.run(["cp", "-a", source, tree], check=True)
    image.furnish(tree, "ttyS1")
    accounts(tree)
    for name in UNUSED:
        path = tree / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    for name, target in LINKS.items():
        (tree / name).unlink(missing_ok=True)
        (tree / name).symlink_to(target)
    for name in ("proc", "sys", "dev", "run", "tmp", "var/log/xen/console", "var/lib/xen", "var/lib/xenstored"):
        (tree / name).mkdir(parents=True, exist_ok=True)
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, ready / "disk", DISK], check=True,
                   stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def start_of(source, tree):
    """The initramfs's own files: the modules come where dom0 will look for them, too."""
    for name in ("bin", "dev", "proc", "sys", "usr/lib"):
        (tree / name).mkdir(parents=True)
    (tree / "lib").symlink_to("usr/lib")
    shutil.copy(source / "usr/bin/busybox", tree / "bin/busybox")
    (tree / "init").write_text(INIT, encoding="utf-8")
    (tree / "init").chmod(0o755)
    image.take_modules(source / "usr/lib/modules", tree, MODULES, MODULES)


def system(wanted):
    """The directory with xen, vmlinuz, disk and start.cpio of that release."""
    if os.geteuid():
        raise Missing("root is needed to make the system of dom0: files in it have owners")
    missing = [name for name in ("qemu-system-x86_64", "setpriv", "cpio", "depmod", "mke2fs")
               if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    if missing:
        raise Missing("not installed: " + " ".join(missing))
    source = release.tree(wanted.suite, wanted.packages(), True, "amd64")
    with made_once(__file__, f"xen-{wanted.xen}", source.name) as (place, ready):
        if ready:
            disk(source, ready)
            start_of(source, ready / "start")
            image.pack(ready / "start", ready / "start.cpio")
            shutil.rmtree(ready / "start")
            shutil.copy(next((source / "boot").glob("vmlinuz-*")), ready / "vmlinuz")
            # QEMU takes an ELF file for multiboot.
            (ready / "xen").write_bytes(gzip.decompress((source / f"boot/xen-{wanted.xen}-amd64.gz").read_bytes()))
    return place
