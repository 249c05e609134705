"""hawd as `meson install` leaves it, packed as a second initramfs that the kernel unpacks over the base."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import time

import image

PREFIX = "/usr"


def options(build):
    listed = subprocess.run(["meson", "introspect", "--buildoptions", build], check=True, capture_output=True).stdout
    return {option["name"]: option["value"] for option in json.loads(listed)}


@contextlib.contextmanager
def alone(directory):
    """Tests run beside each other, and each brings the same build up to date."""
    with open(directory.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fits(build):
    """Installs where systemd and the bus look, and needs nothing of the sanitizers."""
    if not (build / "build.ninja").exists():
        return False
    chosen = options(build)
    return chosen["prefix"] == PREFIX and chosen["b_sanitize"] == "none"


def build():
    """The build directory to install from: HAWD_BUILD if it fits, else one of its own below it."""
    given = pathlib.Path(os.environ["HAWD_BUILD"])
    if fits(given):
        return given
    own = given / "vm-build"
    with alone(own):
        if not (own / "build.ninja").exists():
            subprocess.run(["meson", "setup", own, os.environ["HAWD_SOURCE"], f"--prefix={PREFIX}", "--sysconfdir=/etc",
                            "--localstatedir=/var", "-Dtests=disabled"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", own], check=True, stdout=subprocess.DEVNULL)
    return own


def programs(directory, names=("ctl/hawctl", "daemon/hawd", "daemon/hawd-collect")):
    return [directory / name for name in names if (directory / name).is_file()]


def base(directory):
    """Where the guest's archives are. What the programs need that read guests and captures is in the whole Debian only."""
    return image.image(programs(directory), programs(directory, ("ctl/hawd-archive", "ctl/hawd-domain")))


def archive(directory, tmp):
    """What that build installs, as an archive of its own."""
    tree = tmp / "overlay"
    subprocess.run(["meson", "install", "-C", directory, "--no-rebuild", "--quiet", "--destdir", tree], check=True,
                   stdout=subprocess.DEVNULL)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else path.stat().st_mode & 0o777)
    # Newer than /etc/.updated, which is not there: systemd-sysusers and systemd-tmpfiles run at boot, as after an
    # offline update of /usr.
    os.utime(tree / "usr", (time.time(), time.time()))
    image.pack(tree, tmp / "overlay.cpio")
    shutil.rmtree(tree)
    return tmp / "overlay.cpio"


def join(parts, whole):
    """The kernel unpacks one archive after the other."""
    with open(whole, "wb") as out:
        for part in parts:
            with open(part, "rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
    return whole


def initramfs(directory, tmp, more=()):
    """One file of these archives and more, and the kernel: ready for QEMU."""
    made = base(directory)
    return made / "vmlinuz", join((made / "base.cpio", archive(directory, tmp), *more), tmp / "initramfs")
