"""virsh with libvirt's QEMU driver in it: the installed one, or that of another release, in the root directory it was unpacked
to. No daemon runs, and nothing of this host's is touched."""
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests" / "oracle"))
import release  # noqa: E402

CONFIGURATION = """user = "root"
group = "root"
namespaces = []
remember_owner = 0
security_driver = "none"
"""
PACKAGES = ["libvirt-clients", "libvirt-common", "libvirt-daemon", "libvirt-daemon-common", "libvirt-daemon-driver-qemu", "ovmf", "qemu-system-data",
            "qemu-system-modules-spice", "qemu-system-x86", "seabios"]
ARM64 = [name for name in PACKAGES if name not in ("ovmf", "qemu-system-x86", "seabios")] + ["qemu-efi-aarch64", "qemu-system-arm"]
# What libvirt's own packages add when they are installed, and an unprivileged account that QEMU runs as by default: without it
# the driver does not start. Here it is added in a mount namespace, where the installed virsh runs too.
ACCOUNTS = """set -e
mount --make-rprivate /
mount --bind "$0/passwd" /etc/passwd
mount --bind "$0/group" /etc/group
exec "$@"
"""
# In a mount namespace of its own: a release's files, with this host's accounts, devices and processes, and the test's place as /tmp.
ENTER = """set -e
mount --make-rprivate /
mount --bind "$0" "$0"
mount --rbind /etc "$0/etc"
mount --rbind /proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
mount --bind "$1" "$0/tmp"
tree=$0
shift
exec env -i PATH=/usr/bin:/usr/sbin:/bin HOME=/tmp LC_ALL=C "$(command -v chroot)" "$tree" virsh "$@"
"""


class Unavailable(Exception):
    """Why there is no such virsh here."""


class Virsh:
    """suite None: the installed one. arm64: with the QEMU and the firmware for that instead of x86's."""

    def __init__(self, place, suite=None, arm64=False):
        self.place = place
        self.seen_as = pathlib.Path("/tmp") if suite else place
        if suite and os.geteuid() != 0:
            raise Unavailable("another root directory wants root")
        if not suite and not shutil.which("virsh"):
            raise Unavailable("no virsh here (packages libvirt-clients, libvirt-daemon, libvirt-daemon-driver-qemu)")
        try:
            self.start = ["unshare", "--mount", "sh", "-c", ENTER, release.tree(suite, ARM64 if arm64 else PACKAGES), place] if suite else ["virsh"]
        except release.Missing as why:
            raise Unavailable(f"{suite}: {why}") from why
        self.start = self.with_account(self.start)
        (place / "libvirt" / "etc").mkdir(parents=True)
        (place / "libvirt" / "etc" / "qemu.conf").write_text(CONFIGURATION if os.geteuid() == 0 else "")
        # Its first look at QEMU takes a while where /dev/kvm is odd; it is kept for the others.
        done = self("domcapabilities", "--virttype", "qemu", *(["--arch", "aarch64", "--machine", "virt"] if arm64 else []))
        if done.returncode != 0:
            raise Unavailable("libvirt's QEMU driver does not run here: " + done.stderr.strip().splitlines()[-1])
        # The version of its newest machine type is the emulator's.
        self.qemu = re.search(r"<machine>(?:pc-\w+|virt)-(\d+\.\d+)</machine>", done.stdout).group(1)

    def with_account(self, words):
        if os.geteuid() != 0 or "libvirt-qemu" in [account.pw_name for account in pwd.getpwall()]:
            return words
        for name, line in (("passwd", "libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin"), ("group", "libvirt-qemu:x:64055:")):
            known = pathlib.Path("/etc", name).read_text(encoding="utf-8").rstrip("\n")
            (self.place / name).write_text(f"{known}\n{line}\n", encoding="utf-8")
        if not any(line.startswith("kvm:") for line in known.splitlines()):
            with open(self.place / "group", "a", encoding="utf-8") as group:
                group.write("kvm:x:64056:\n")
        return ["unshare", "--mount", "sh", "-c", ACCOUNTS, self.place, *words]

    def __call__(self, *arguments):
        return subprocess.run([*self.start, "-q", "-c", f"qemu:///embed?root={self.seen_as}/libvirt", *arguments], capture_output=True, text=True,
                              timeout=240, check=False)

    def of(self, text, *command, before=None):
        """A command about a domain's text. before: what is done with the text before the command, in one virsh."""
        (self.place / "domain.xml").write_text(text, encoding="utf-8")
        path = f"{self.seen_as}/domain.xml"
        return self(f"{before} {path}; {' '.join(command)}") if before else self(*command, path)
