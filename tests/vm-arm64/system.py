"""The systems of the emulated hosts, of Debian's arm64 packages: nothing of them runs before they boot, so that no second stage of an
installation is needed. Made once and kept outside the tree. hawd is not in them: see tests/vm/overlay.py."""
import os
import shutil
import subprocess

import image
import release
from image import Missing
from unpacked import accounts, made_once

SUITE = "bookworm"
PACKAGES = ["base-files", "base-passwd", "bash", "coreutils", "dash", "diffutils", "findutils", "grep", "gzip", "hostname", "libc-bin",
            "login", "mount", "sed", "tar", "util-linux", "init-system-helpers", "systemd", "systemd-sysv", "dbus", "udev", "kmod",
            "procps", "libjansson4", "libmd0", "libsmartcols1", "libarchive13", "libxml2", "libpci3", "libseccomp2"]
MODULES = ["vfio", "vfio_iommu_type1", "vfio-pci", "virtio-iommu", "virtio_pci", "virtio_net", "ext4", "crc32c_generic", "virtio_blk", "e1000e"]
# 6.1 has no virtio-iommu; of the others some are built in, and some gone, in newer kernels.
NOT_IN_ALL = MODULES
UNUSED = ["usr/lib/aarch64-linux-gnu/gconv", "usr/lib/aarch64-linux-gnu/perl-base", "usr/lib/aarch64-linux-gnu/perl", "usr/share/perl",
          "usr/lib/debug", "packages"]
# What the packages' own scripts would have made and a boot does not make: accounts come from systemd-sysusers, the rest is
# in image.furnish().
LINKS = {"usr/bin/sh": "dash", "usr/bin/awk": "true"}


def base():
    """An archive with systemd and a bus."""
    if os.geteuid():
        raise Missing("root is needed to make the system of the emulated hosts: files in it have owners")
    source = release.tree(SUITE, PACKAGES, True, "arm64")
    with made_once(__file__, "arm64-system", source.name) as (place, ready):
        if ready:
            tree = ready / "tree"
            subprocess.run(["cp", "-a", source, tree], check=True)
            image.furnish(tree, "ttyS0")
            accounts(tree)
            for name in UNUSED:
                shutil.rmtree(tree / name, ignore_errors=True)
            for name, target in LINKS.items():
                (tree / name).unlink(missing_ok=True)
                (tree / name).symlink_to(target)
            image.pack(tree, ready / "base.cpio")
            shutil.rmtree(tree)
    return place / "base.cpio"


def kernel(suite, package="linux-image-arm64"):
    """A release's kernel, and an archive with its modules."""
    root = release.tree(suite, [package], True, "arm64")
    whole = root / "usr/lib/modules"
    version = next(p for p in sorted(whole.iterdir()) if (p / "kernel").is_dir()).name
    with made_once(__file__, f"arm64-modules-{version}", root.name) as (place, ready):
        if ready:
            tree = ready / "tree"
            (tree / "usr/lib").mkdir(parents=True)
            image.take_modules(whole, tree, MODULES, NOT_IN_ALL)
            image.pack(tree, ready / "modules.cpio")
            shutil.rmtree(tree)
    return next(p for p in (root / f"boot/vmlinuz-{version}", whole / version / "vmlinuz") if p.exists()), place / "modules.cpio"


def archive_of(files, tree):
    """An archive of programs: where each goes → the file."""
    for name, source in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tree / name)
    image.pack(tree, tree.with_suffix(".cpio"))
    return tree.with_suffix(".cpio")
