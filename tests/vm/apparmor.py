"""AppArmor in the machines, as Debian has it: the kernel's is on by default, and the profiles that hawd installs are loaded and
enforced at boot. The parser and the files that profiles include are this system's, which the guest's packages come from, too."""
import os
import pathlib
import re
import shutil

import image

PARSER = shutil.which("apparmor_parser", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
PROFILES = {"hawd": "usr.libexec.hawd.hawd", "hawd-collect": "usr.libexec.hawd.hawd-collect"}
INCLUDED = ("etc/apparmor/parser.conf", "etc/apparmor.d/abi", "etc/apparmor.d/abstractions", "etc/apparmor.d/tunables",
            "usr/share/apparmor-features")
UNIT = """[Unit]
Description=Load the AppArmor profiles of hawd, as apparmor.service does
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target

[Service]
Type=oneshot
# Denials are counted on: none is left out of the log because there are many.
ExecStart=/bin/sh -c 'echo 0 >/proc/sys/kernel/printk_ratelimit'
ExecStart=/usr/sbin/apparmor_parser --replace --skip-cache {files}
RemainAfterExit=yes
"""


def archive(tmp):
    """What loads the profiles, as an archive; None without a parser."""
    if not PARSER:
        return None
    tree = tmp / "apparmor"
    (tree / "usr" / "sbin").mkdir(parents=True)
    shutil.copy(PARSER, tree / "usr" / "sbin" / "apparmor_parser")
    for name in INCLUDED:
        here, there = pathlib.Path("/") / name, tree / name
        if not here.exists():
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if here.is_dir() else shutil.copy)(here, there)
    units = tree / "etc" / "systemd" / "system"
    (units / "sysinit.target.wants").mkdir(parents=True)
    files = " ".join(f"/etc/apparmor.d/{name}" for name in PROFILES.values())
    (units / "load-profiles.service").write_text(UNIT.format(files=files), encoding="ascii")
    (units / "sysinit.target.wants" / "load-profiles.service").symlink_to("../load-profiles.service")
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or "sbin" in path.parts else 0o644)
    image.pack(tree, tmp / "apparmor.cpio")
    shutil.rmtree(tree)
    return tmp / "apparmor.cpio"


def enforced(machine):
    """The names of the profiles that the kernel enforces."""
    loaded = machine.output("cat /sys/kernel/security/apparmor/profiles")
    return set(re.findall(r"^(\S+) \(enforce\)$", loaded, re.M))


def denials(machine):
    """What the kernel has logged since the log was last cleared."""
    return [line for line in machine.kernel_log().splitlines() if re.search(r'apparmor="(DENIED|ALLOWED)"', line)]
