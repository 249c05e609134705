"""A machine from a kernel of a release of Debian, a busybox, hawctl and the judge; its answers by name."""
import os
import pathlib
import re
import shutil
import subprocess

import image
import iommufd
import overlay
import release
import tables
from machines import Spec

HERE = pathlib.Path(__file__).resolve().parent
MODULES = ["msr", "cpuid", "virtio_pci", "virtio_iommu", "vfio_iommu_type1", "vfio-pci"]
NOT_IN_ALL = ["virtio_iommu"]  # Debian's 6.1 has none
QEMU_SUITE = "trixie"  # x-flts of intel-iommu since 10.0
WITH_IOMMUFD = "-iommufd"  # ends the name of a release whose kernel has iommufd added
SECONDS = 300


def unpack_module(path, target):
    tool = {".xz": ["xz", "-dc"], ".zst": ["zstd", "-dcq"]}.get(path.suffix)
    target.write_bytes(subprocess.run([*tool, path], check=True, capture_output=True).stdout if tool else path.read_bytes())


def replace_modules(place, order, built):
    """VFIO's modules by those that know iommufd, which is loaded before them."""
    for path in built.glob("*.ko"):
        shutil.copy(path, place / path.name)
    at = order.index("vfio")
    return [*order[:at], "iommufd", *order[at:]]


def kernel(suite, tree):
    """The release's kernel; its modules, with what they need and in that order, go into the tree."""
    named, suite = suite, suite.removesuffix(WITH_IOMMUFD)
    root = release.tree(suite, ["linux-image-amd64"])
    whole = next(p for p in (root / "usr/lib/modules", root / "lib/modules") if p.is_dir())
    version = next(p for p in sorted(whole.iterdir()) if (p / "kernel").is_dir()).name
    place, order = tree / "modules", []
    base = place.parent / "base"
    base.mkdir(parents=True)
    (base / "lib").mkdir()
    (base / "lib/modules").symlink_to(whole)
    place.mkdir()
    if not (whole / version / "modules.dep").exists():
        subprocess.run(["depmod", "-b", base, version], check=True, env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    for module in MODULES:
        shown = subprocess.run(["/sbin/modprobe", "-d", base, "-S", version, "--show-depends", module],
                               check=module not in NOT_IN_ALL, capture_output=True, text=True).stdout
        for found in re.findall(r"^insmod (\S+)", shown, re.MULTILINE):
            path = pathlib.Path(found)
            name = path.name.split(".ko")[0]
            if name not in order:
                order.append(name)
                unpack_module(path, place / f"{name}.ko")
    shutil.rmtree(base)
    if named != suite:
        order = replace_modules(place, order, iommufd.modules(suite, version))
    (place / "order").write_text("\n".join(order) + "\n", encoding="ascii")
    return next(p for p in (root / "boot" / f"vmlinuz-{version}", whole / version / "vmlinuz") if p.exists())


def judge(program):
    """The interface of iommufd is newer than the oldest system that tests run on."""
    headers = release.tree("trixie", ["linux-libc-dev"], False) / "usr/include"
    subprocess.run(["gcc", "-static", "-O1", "-D_GNU_SOURCE", "-Wall", "-Werror", "-isystem", headers,
                    "-isystem", headers / "x86_64-linux-gnu", "-o", program, *HERE.glob("judge*.c")], check=True)


def programs(tree, tmp):
    """busybox, hawctl with what it starts and its libraries, and the judge, which knows nothing of it."""
    busybox = next(release.tree("bookworm", ["busybox-static"], False).glob("bin/busybox"))
    for folder in ("bin", "usr/bin", "proc", "sys", "dev", "tmp", "etc"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(busybox, tree / "bin/busybox")
    (tree / "bin/sh").symlink_to("busybox")
    build = overlay.build()
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", tmp / "installed"], check=True,
                   stdout=subprocess.DEVNULL)
    wanted = [tmp / "installed/usr/bin/hawctl", tmp / "installed/usr/libexec/hawd/hawd-archive"]
    for program in wanted:
        place = tree / program.relative_to(tmp / "installed")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, place)
        for library in re.findall(r"(/\S+\.so\S*)", subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout):
            place = tree / library.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)
    judge(tree / "usr/bin/judge")
    shutil.copy(HERE / "init", tree / "init")
    (tree / "init").chmod(0o755)
    shutil.copy(HERE / "guest.json", tree / "guest.json")
    (tree / "etc/hostname").write_text("judge\n", encoding="ascii")


def initramfs(suite, tmp):
    tree = tmp / "tree"
    tree.mkdir()
    vmlinuz = kernel(suite, tree)
    programs(tree, tmp)
    image.pack(tree, tmp / "initramfs")
    shutil.rmtree(tree)
    return vmlinuz, tmp / "initramfs"


def replaced(qemu, spec: Spec, tmp):
    if not spec.table:
        return b""
    name, change, arguments = spec.table
    found = tables.dump(qemu, spec.arguments(), name, tmp)
    fresh = getattr(tables, change)(found, **arguments) if isinstance(arguments, dict) else getattr(tables, change)(found, *arguments)
    return tables.archive(tmp, name, fresh).read_bytes()


def parts(text):
    found = {}
    for part in text.replace("\r", "").split("@@@ ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body
    return found


def boot(suite, ready, spec, tmp):
    """What the machine said, by part; the part "end" is there when it came to its end."""
    qemu = release.qemu(release.tree(QEMU_SUITE, release.QEMU))
    vmlinuz, base = ready
    whole = tmp / "initrd"
    whole.write_bytes(replaced(qemu, spec, tmp) + base.read_bytes())
    # no_timer_check: an emulated timer on a busy host may be too late for the kernel's own test of it.
    append = ["console=ttyS0", "no_timer_check", "quiet", "loglevel=4", "panic=-1", *spec.append]
    command = ["setpriv", "--pdeathsig", "KILL", *qemu, "-accel", "tcg,thread=multi", "-m", "512M", "-smp", "1", "-nodefaults",
               "-no-user-config", "-display", "none", "-no-reboot", "-kernel", vmlinuz, "-initrd", whole, "-append", " ".join(append),
               "-serial", f"file:{tmp}/console", "-serial", f"file:{tmp}/answers", *spec.arguments()]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS, check=False,
                          stdin=subprocess.DEVNULL)
    whole.unlink()
    said = parts((tmp / "answers").read_text(encoding="utf-8", errors="replace"))
    console = (tmp / "console").read_text(encoding="utf-8", errors="replace")
    assert "end" in said, f"{suite} {spec.name}: {done.stderr[-2000:]}\n{console[-3000:]}"
    return said
