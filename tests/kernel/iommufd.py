"""iommufd for a kernel of Debian, which has none (CONFIG_IOMMUFD is off in 6.12 to 7.3): its module and VFIO's with it, from the
source of the same release, with the configuration of that kernel and nothing else changed. Built once by `tools/test --all`;
every later run loads what was built."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import release
from image import Missing

TOOLS = ["make", "gcc", "flex", "bison", "bc", "tar", "xz", "pahole", "strip", "pkg-config"]
# The trees are unpacked without what no build reads.
LEFT_OUT = ["*/Documentation/*/*", "*/tools/testing"]
ON = ["IOMMUFD=m", "VFIO_DEVICE_CDEV=y"]
OFF = ["MLX5_VFIO_PCI", "PDS_VFIO_PCI", "VIRTIO_VFIO_PCI", "QAT_VFIO_PCI", "VFIO_MDEV"]
# What iommufd wants and that kernel was built without: of lib/interval_tree.c what follows its exported functions.
SPANS = """#include <linux/export.h>
#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol)
#include "../../../lib/interval_tree.c"
"""
MODULES = ["iommufd", "vfio", "vfio_iommu_type1", "vfio-pci-core", "vfio-pci"]  # in the order of loading
RECIPE = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:12]


def make(tree, version, *words):
    done = subprocess.run(["nice", "-n", "15", "make", "-s", "-j2", "-C", tree, "ARCH=x86", f"KERNELRELEASE={version}", *words],
                          capture_output=True, text=True, check=False,
                          env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ})
    assert done.returncode == 0, f"make {' '.join(map(str, words))}: {done.stderr[-3000:]}"


def configure(tree, headers):
    unset = [f"CONFIG_{name}=n" for name in OFF]
    text = (headers / ".config").read_text(encoding="utf-8")
    (tree / ".config").write_text(text + "\n".join([f"CONFIG_{line}" for line in ON] + unset) + "\n", encoding="utf-8")
    # VFIO's own modules are built anew here, under the same names.
    symbols = (headers / "Module.symvers").read_text(encoding="utf-8").splitlines()
    (tree / "Module.symvers").write_text("\n".join(line for line in symbols if "drivers/vfio" not in line) + "\n", encoding="utf-8")
    source = tree / "drivers/iommu/iommufd"
    (source / "spans.c").write_text(SPANS, encoding="ascii")
    rules = [line for line in (source / "Makefile").read_text(encoding="utf-8").splitlines() if "iova_bitmap" not in line]
    (source / "Makefile").write_text("\n".join([*rules, "iommufd-y += iova_bitmap.o spans.o"]) + "\n", encoding="utf-8")


def build(archive, headers, version, place):
    with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as made:
        subprocess.run(["nice", "-n", "15", "tar", "-xJf", archive, "-C", made, *[f"--exclude={name}" for name in LEFT_OUT]], check=True)
        tree = next(pathlib.Path(made).iterdir())
        configure(tree, headers)
        make(tree, version, "olddefconfig")
        make(tree, version, "modules_prepare")
        make(tree, version, "M=drivers/iommu/iommufd", "modules")
        make(tree, version, "M=drivers/vfio", f"KBUILD_EXTRA_SYMBOLS={tree}/drivers/iommu/iommufd/Module.symvers", "modules")
        ready = pathlib.Path(made) / "ready"
        ready.mkdir()
        for name in MODULES:
            subprocess.run(["strip", "--strip-debug", "-o", ready / f"{name}.ko", next(tree.glob(f"drivers/**/{name}.ko"))], check=True)
        ready.rename(place)


def missing():
    tools = [name for name in TOOLS if not shutil.which(name)]
    if tools:
        return tools
    return [] if subprocess.run(["pkg-config", "--exists", "libelf"], check=False).returncode == 0 else ["libelf-dev"]


def modules(suite, version):
    """The directory with them, for the kernel of that release and version."""
    place = release.cache() / f"iommufd-{version}-{RECIPE}"
    with open(f"{place}.lock", "w", encoding="utf-8") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            if not os.environ.get("HAWD_TEST_ALL"):
                raise Missing(f"iommufd for {version} is not built: tools/test --all does that once")
            if missing():
                raise Missing("not installed: " + " ".join(missing()))
            headers = release.tree(suite, [f"linux-headers-{version}"], False) / f"usr/src/linux-headers-{version}"
            source = release.tree(suite, ["linux-source"]) / "usr/src"
            build(next(source.glob("linux-source-*.tar.xz")), headers, version, place)
    return place
