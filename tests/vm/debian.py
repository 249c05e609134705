"""Debian packages of this commit, and a machine with a Debian that they are installed on."""
import re
import shutil
import subprocess

import image
import overlay
import packages

# Of the packages, those whose dependencies are on the machine: not the page.
NAMES = ("hawd", "hawctl")
# What an installation may change beside its own files: package management, accounts, logs, caches.
BESIDE = ["/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/srv", "/tmp", "/root"]
ACCOUNTS = {f"/etc/{name}{old}" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid") for old in ("", "-")} | {"/etc/.pwd.lock"}

# An empty directory of package apparmor, which dh_apparmor removes on purge.
REMOVED = {"/etc/apparmor.d/disable"}


def built(commit="HEAD"):
    directory = packages.built(commit)
    return {name: packages.one(directory, f"{name}_*.deb") for name in NAMES}


def earlier(made, tmp):
    """The same packages with a version that comes before all others."""
    found = {}
    for name, path in made.items():
        tree, found[name] = tmp / "earlier" / name, tmp / "earlier" / f"{name}_0~earlier.deb"
        tree.parent.mkdir(exist_ok=True)
        subprocess.run(["dpkg-deb", "--raw-extract", path, tree], check=True)
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 0~earlier", control.read_text()))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, found[name]], check=True, stdout=subprocess.DEVNULL)
    return found


def initramfs(directory, tmp, **folders):
    """A Debian that can be managed, with files in folders of /srv, and its kernel: ready for QEMU."""
    made = overlay.base(directory)
    tree = tmp / "srv"
    for folder, files in folders.items():
        (tree / "srv" / folder).mkdir(parents=True)
        for path in files:
            shutil.copy(path, tree / "srv" / folder)
    # apt reads packages as a user of its own.
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o444)
    image.pack(tree, tmp / "srv.cpio")
    return made / "vmlinuz", overlay.join((made / "whole.cpio", tmp / "srv.cpio"), tmp / "whole-initramfs")


def apt(machine, *words):
    """apt-get, which must succeed; what it said."""
    said = machine.output(f"DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -qq -y {' '.join(words)}", machine.patience(180))
    print(said)
    return said


def files(machine):
    """Path → kind, mode, owner, group, target of a link, and what is in it, if it is in /etc."""
    skipped = " -o ".join(f"-path {path}" for path in BESIDE)
    listed = machine.output(f"find / /run /dev/shm -xdev \\( {skipped} \\) -prune -o ! -path '/run/*' -printf '%p\\t%y %m %u %g %l\\n' -o -name '*hawd*' -print",
                            machine.patience(60))
    found = dict(line.split("\t") if "\t" in line else (line, "") for line in listed.splitlines())
    for line in machine.output("find /etc -type f -exec md5sum {} +").splitlines():
        digest, path = line.split("  ", 1)
        found[path] += " " + digest
    return found


def changed(before, after):
    """Paths that are there in one only, or differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def failed_units(machine):
    return machine.output("systemctl list-units --failed --plain --no-legend").split("\n")[:-1]


def dangling(machine):
    """Links of the system's configuration and state whose target is not there; masked units have one."""
    return set(machine.output("find /etc /var/lib /usr/lib/systemd /lib/systemd -xtype l").split())
