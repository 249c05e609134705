"""The guest: Debian's (or Ubuntu's) kernel and a small root file system of its packages, made once by debootstrap and
kept outside the tree as an initramfs: once with what hawd needs alone, and once as a Debian that packages can be installed on.
hawd itself is in neither: see overlay.py and debian.py."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile

PACKAGES = ["systemd", "systemd-sysv", "dbus", "udev", "kmod", "pciutils", "libpci3", "strace"]
MODULES = ["msr", "cpuid", "kvm-amd", "kvm-intel", "vfio-pci", "vfio_iommu_type1", "virtio_pci", "virtio_net", "e1000e",
           "e1000"]
# What the guest that packages are installed on has beside them.
WHOLE = ["apparmor", "apt-utils", "iproute2", "openssh-server"]
# What a booted guest never opens: it would be unpacked at every boot.
UNREAD = ["boot", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/zoneinfo", "usr/share/i18n",
          "var/cache/apt", "var/lib/apt/lists", "var/log/bootstrap.log", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/udev/hwdb.d",
          "usr/lib/udev/hwdb.bin", "etc/udev/hwdb.bin", "etc/.updated", "var/.updated"]
# And what only package managers open.
UNUSED = ["boot", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/zoneinfo",
          "usr/share/i18n", "usr/share/perl5", "usr/share/bash-completion", "var/cache/apt", "var/lib/apt", "var/lib/dpkg",
          "var/log/bootstrap.log", "usr/lib/x86_64-linux-gnu/perl-base", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/apt",
          "usr/bin/perl", "usr/lib/udev/hwdb.d", "usr/lib/udev/hwdb.bin", "etc/udev/hwdb.bin", "usr/lib/systemd/catalog",
          "etc/.updated", "var/.updated"]
# Not there for a test: work that takes seconds under emulation, and a login on the console that carries the log.
MASKED = ["ldconfig.service", "systemd-hwdb-update.service", "systemd-journal-catalog-update.service",
          "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service", "systemd-logind.service",
          "serial-getty@ttyS0.service", "serial-getty@ttyAMA0.service", "getty@tty1.service", "apt-daily.timer", "apt-daily-upgrade.timer",
          "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer",
          "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service", "systemd-random-seed.service",
          "dev-mqueue.mount", "sys-kernel-tracing.mount", "sys-kernel-config.mount", "sys-fs-fuse-connections.mount",
          "modprobe@configfs.service", "modprobe@dm_mod.service", "modprobe@efi_pstore.service",
          "modprobe@fuse.service", "modprobe@loop.service", "modprobe@drm.service", "systemd-timesyncd.service", "systemd-firstboot.service"]
FILES = {
        "etc/hostname": "hawd-vm\n",
        "etc/machine-id": "5eed0000000000000000000000000001\n",
        "etc/fstab": "",
        "usr/local/sbin/control-shell": """#!/bin/bash
exec </dev/@CONTROL@ >/dev/@CONTROL@ 2>/dev/null
stty raw -echo
echo control-shell
exec /bin/bash --norc --noprofile
""",
        "etc/systemd/system/control-shell.service": """[Unit]
Description=Root shell of the tests on a serial port of its own

[Service]
ExecStart=/usr/local/sbin/control-shell
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LC_ALL=C.UTF-8 SYSTEMD_PAGER= COLUMNS=200
KillMode=process
""",
}
LINKS = {
        "init": "usr/lib/systemd/systemd",
        "etc/systemd/system/default.target": "/usr/lib/systemd/system/multi-user.target",
        "etc/systemd/system/multi-user.target.wants/control-shell.service": "../control-shell.service",
}


class Missing(Exception):
    """The image cannot be made here, and why."""


def cache():
    named = os.environ.get("HAWD_VM_CACHE")
    return pathlib.Path(named) if named else \
        pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "hawd-vm"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(programs):
    """The packages that the programs' shared libraries come from, in this distribution's names."""
    found = set()
    for program in programs:
        for path in re.findall(r"=> (/\S+)", output("ldd", str(program))):
            for candidate in (path, "/usr" + path, path.removeprefix("/usr")):
                done = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    found.add(done.stdout.split(":")[0])
                    break
    return sorted(found)


def mirror():
    """Where apt has this distribution from: address and suite."""
    suite = next((line.split("=")[1].strip().strip('"') for line in pathlib.Path("/etc/os-release").read_text().splitlines()
                  if line.startswith("VERSION_CODENAME=")), "")
    targets = output("apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(COMPONENT)", "Created-By: Packages")
    site = next((line.split()[0] for line in targets.splitlines() if line.split()[1:] == [suite, "main"]), None)
    if not site:
        raise Missing(f"apt has no mirror of {suite or 'this system'}")
    return site, suite


def kernel_package():
    """The newest kernel that the distribution's meta package points to."""
    for meta in ("linux-image-amd64", "linux-image-generic"):
        done = subprocess.run(["apt-cache", "depends", meta], capture_output=True, text=True, check=False)
        names = re.findall(r"Depends: (linux-image-\d\S+)", done.stdout)
        if names:
            return names[0]
    raise Missing("apt knows no linux-image-amd64 and no linux-image-generic")


def unpack_kernel(tree, work):
    """Puts the kernel beside the tree and the wanted modules with what they need into it."""
    name = kernel_package()
    packages = [name]
    if name.startswith("linux-image") and "generic" in name:
        packages += [name.replace("linux-image", f"linux-modules{extra}") for extra in ("", "-extra")]
    subprocess.run(["apt-get", "download", "-qq", *packages], cwd=work, check=True, stderr=subprocess.DEVNULL)
    for package in work.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, work / "kernel"], check=True)
    shutil.copy(next((work / "kernel" / "boot").glob("vmlinuz-*")), work / "vmlinuz")
    whole = next(p for p in (work / "kernel" / "lib" / "modules", work / "kernel" / "usr" / "lib" / "modules") if p.is_dir())
    (work / "kernel" / "usr" / "lib").mkdir(parents=True, exist_ok=True)
    take_modules(whole, tree, MODULES)


def take_modules(whole, tree, modules, not_in_all=()):
    """From a directory of kernel modules, the wanted ones and what they need go into the tree, with what finds them there."""
    version = next(p for p in sorted(whole.iterdir()) if (p / "kernel").is_dir()).name
    if not (whole / version / "modules.dep").exists():
        subprocess.run(["depmod", "-b", whole.parents[1], version], check=True)
    kept = tree / "usr" / "lib" / "modules" / version
    kept.mkdir(parents=True)
    for module in modules:
        needed = subprocess.run(["modprobe", "-d", str(whole.parents[1]), "-S", version, "--show-depends", module],
                                check=module not in not_in_all, capture_output=True, text=True).stdout
        for path in re.findall(r"^insmod (\S+)", needed, re.MULTILINE):
            place = kept / pathlib.Path(path).resolve().relative_to((whole / version).resolve())
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(whole / version / name, kept)
    subprocess.run(["depmod", "-b", tree / "usr", version] if not (tree / "lib").exists() else
                   ["depmod", "-b", tree, version], check=True)


def furnish(tree, control="ttyS1", unused=tuple(UNUSED)):
    for name in unused:
        path = tree / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name, text in FILES.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@CONTROL@", control), encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    links = LINKS | {f"etc/systemd/system/{unit}": "/dev/null" for unit in MASKED}
    for name, target in links.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)


def pack(tree, archive):
    """An uncompressed initramfs of the tree, everything owned as in it."""
    names = subprocess.run(["find", ".", "-mindepth", "1", "-print0"], cwd=tree, check=True, capture_output=True).stdout
    with open(archive, "wb") as file:
        subprocess.run(["cpio", "--null", "--create", "--format=newc", "--quiet"], cwd=tree, input=names, stdout=file,
                       check=True)


def install(tree, packages):
    """Into a tree that can still be managed."""
    shutil.copy("/etc/resolv.conf", tree / "etc" / "resolv.conf")
    # No service starts in the tree.
    refusal = tree / "usr" / "sbin" / "policy-rc.d"
    refusal.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    refusal.chmod(0o755)
    for words in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "-y", *packages]):
        subprocess.run(["chroot", tree, "apt-get", *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
    refusal.unlink()


def build(place, packages, more):
    with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as made:
        work = pathlib.Path(made)
        site, suite = mirror()
        tree = work / "tree"
        done = subprocess.run(["debootstrap", "--variant=minbase", "--include=" + ",".join(packages), suite, tree, site],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing("debootstrap: " + (done.stdout + done.stderr).strip().splitlines()[-1])
        unpack_kernel(tree, work)
        ready = work / "ready"
        ready.mkdir()
        whole = work / "whole"
        subprocess.run(["cp", "-a", tree, whole], check=True)
        furnish(tree)
        pack(tree, ready / "base.cpio")
        install(whole, more)
        furnish(whole, unused=UNREAD)
        pack(whole, ready / "whole.cpio")
        shutil.move(work / "vmlinuz", ready / "vmlinuz")
        ready.rename(place)


def image(programs, others=()):
    """The directory with vmlinuz, base.cpio (with the libraries of the programs) and whole.cpio (with those of the others, too), made
    when it is not there yet."""
    if platform.machine() != "x86_64":
        raise Missing("the emulated machines are x86_64 and take their packages from the running system")
    missing = [name for name in ("qemu-system-x86_64", "debootstrap", "cpio", "depmod", "apt-get", "setpriv")
               if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    if missing:
        raise Missing("not installed: " + " ".join(missing))
    packages = PACKAGES + libraries(programs)
    more = WHOLE + libraries(others)
    recipe = hashlib.sha256(repr((packages, more, kernel_package(), mirror())).encode())
    recipe.update(pathlib.Path(__file__).read_bytes())
    place = cache() / recipe.hexdigest()[:16]
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(cache() / "lock", "w", encoding="utf-8") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            if os.geteuid():
                raise Missing("debootstrap wants root: run once as root to make the guest's image")
            try:
                build(place, packages, more)
            except subprocess.CalledProcessError as error:
                raise Missing(f"{' '.join(map(str, error.cmd[:2]))} failed: no network?") from error
    return place
