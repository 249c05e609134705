"""Linux guests of Xen with hawd in them: dom0's own kernel, and an initramfs of dom0's own files that is made there."""
import json
import shlex

import image

# HVM guests are left out: SeaBIOS takes five minutes to load the kernel under TCG.
# Below Xen, domains with hardware assistance find AVX's instructions invalid under TCG (see host.py).
NO_AVX = 'cpuid="host,avx=0,avx2=0,fma=0,f16c=0"'
KINDS = {
        "PV": ('type="pv"',),
        "PVH": ('type="pvh"', NO_AVX),
}
CONFIG = ("memory=320", "vcpus=1", 'kernel="/srv/guest/vmlinuz"', 'ramdisk="/run/guest.cpio"',
          'cmdline="console=hvc0 quiet loglevel=3 no_timer_check panic=-1"', 'on_poweroff="destroy"', 'on_reboot="destroy"', 'on_crash="destroy"')
# What the guest prints, each under its name; the last is the end.
MARK = "==== "
ASKED = {
        "type": "cat /sys/hypervisor/guest_type",
        "cpu": "cat /proc/cpuinfo",
        "xenbus": "cat '/sys/devices/virtual/misc/xen!xenbus/dev'",
        "status": "hawctl --no-pager --local status | cat",
        "describe": "hawctl --no-pager --local describe --json=short",
}
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
export PATH=/usr/bin:/bin LC_ALL=C.UTF-8 COLUMNS=200
dmesg -n 1
@ASKED@
echo @MARK@end
poweroff -f
"""
# busybox and the libraries that the loader names, without which a program does not start.
MAKE = """set -e
rm -rf /run/guest && mkdir -p /run/guest/bin /run/guest/dev /run/guest/proc /run/guest/sys /run/guest/run /run/guest/tmp
cd /run/guest
cp "$(command -v busybox)" bin/busybox
cp --parents -L /usr/bin/hawctl $(ldd /usr/bin/hawctl | grep -o '/[^ ]*') .
cp -L /srv/guest/init init
find . | busybox cpio -o -H newc >/run/guest.cpio
"""


def archive(vmlinuz, tmp):
    """What dom0 does not have: the kernel that it was booted with, and the guest's first program."""
    place = tmp / "linux/srv/guest"
    place.mkdir(parents=True)
    asked = "\n".join(f"echo {MARK}{name}\n{command}" for name, command in ASKED.items())
    (place / "init").write_text(INIT.replace("@ASKED@", asked).replace("@MARK@", MARK), encoding="utf-8")
    (place / "init").chmod(0o755)
    (place / "vmlinuz").write_bytes(vmlinuz.read_bytes())
    image.pack(tmp / "linux", tmp / "linux.cpio")
    return tmp / "linux.cpio"


def text(kind):
    return "\n".join((f'name="linux-{kind}"', *CONFIG, *KINDS[kind], ""))


def run(machine, kind):
    """What such a guest printed on its console, by name. Xen's console daemon keeps the console in a file."""
    name, log = f"linux-{kind}", f"/var/log/xen/console/guest-linux-{kind}.log"
    machine.output(f"test -e /run/guest.cpio || {{ {MAKE} }}", machine.patience(60))
    machine.output(f"printf %s {shlex.quote(text(kind))} >/run/linux.cfg")
    try:
        machine.output("timeout 300 xl create -e /run/linux.cfg", machine.patience(300))
        status, said = machine.run(f"until grep -qs '^{MARK}end' {log}; do sleep 2; done", machine.patience(200))
        assert status == 0, said + machine.run(f"tail -n 60 {log}; xl list; xl dmesg | tail -n 20")[1]
    finally:
        machine.run(f"xl destroy {name}", machine.patience(100))
    return sections(machine.output(f"cat {log}", machine.patience(60)))


def sections(console):
    found = {}
    for part in f"\n{console}".replace("\r", "").split(f"\n{MARK}")[1:]:
        name, _, said = part.partition("\n")
        found[name] = said
    return found


def document(told):
    return json.loads(told["describe"])
