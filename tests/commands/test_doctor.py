"""hawctl doctor on host trees: each cause for something unknown is presented, and is found with what to do."""
import os
import shutil
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
import hosts_xen
import hosts_xen_guests
from diagnosis import ESCAPES, HAWCTL, doctor, is_entry, run, whole
from tree import Tree


def reasons(t, *lines):
    t.write("hawd/reasons", "".join(line + "\n" for line in lines))


def without(t, path):
    (t.root / path).unlink()


def test_a_host_without_problems(tmp_path):
    tree = Tree(tmp_path)
    whole(tree)
    entries = doctor(f"--root={tmp_path}")
    assert entries.pop("source") == "tree" and {entry["state"] for entry in entries.values()} == {"ok"}
    assert set(entries) == {"sysfs", "container", "lockdown", "kernel-log", "kvm", "widths"}


def hide_kvm(t):
    reasons(t, "permission dev/kvm")
    without(t, "hawd/kvm")


def without_iommu(t):
    shutil.rmtree(t.root / "sys/class/iommu")
    (t.root / "sys/class/iommu").mkdir()
    shutil.rmtree(t.root / "sys/kernel/iommu_groups")
    (t.root / "sys/kernel/iommu_groups").mkdir()


CAUSES = {
    "docker": (lambda t: (t.write("run/systemd/container", "docker\n"), hide_kvm(t)), "container", "problem", "docker", "on the host"),
    "container without harm": (lambda t: t.write("run/systemd/container", "lxc\n"), "container", "ok", "/run/systemd/container: lxc", ""),
    "container of a host without an IOMMU": (lambda t: (t.write("run/systemd/container", "lxc\n"), without_iommu(t)), "container", "ok", "lxc", ""),
    "podman": (lambda t: (t.write("run/.containerenv", "engine=podman\nx=\"y\"\n"), hide_kvm(t)), "container", "problem", "(/run/.containerenv)", "/dev/kvm"),
    "variable": (lambda t: (t.write("proc/1/environ", b"A=1\0container=lxc-libvirt\0B=2"), hide_kvm(t)), "container", "problem", "lxc-libvirt", "host"),
    "no such variable": (lambda t: t.write("proc/1/environ", b"xcontainer=a\0container=\0container"), "container", "ok", "no container", ""),
    "namespace": (lambda t: (without(t, "proc/self/ns/pid"), t.link("proc/self/ns/pid", "pid:[4026532198]")), "container", "ok", "pid:[4026532198]", ""),
    "nothing tells": (lambda t: without(t, "proc/self/ns/pid"), "container", "unknown", "absent", "capture"),
    "hostile container": (lambda t: t.write("run/systemd/container", ESCAPES.encode() + b"\xff\0x\n"), "container", "ok", "\\x1b]0;owned", ""),
    "integrity": (lambda t: t.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n"), "lockdown", "ok", "(integrity)", ""),
    "integrity that hides": (lambda t: (t.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n"), reasons(t, "permission dev/cpu/0/msr"), without(t, "hawd/msr")),
                             "lockdown", "problem", "registers", "lockdown=none"),
    "lockdown nonsense": (lambda t: t.write("sys/kernel/security/lockdown", "[]\n"), "lockdown", "unknown", "malformed", ""),
    "no lockdown": (lambda t: (without(t, "sys/kernel/security/lockdown"), t.write("sys/kernel/security/lsm", "x")), "lockdown", "ok", "not locked down", ""),
    "no securityfs": (lambda t: without(t, "sys/kernel/security/lockdown"), "lockdown", "unknown", "absent", "capture"),
    "lockdown closed": (lambda t: (without(t, "sys/kernel/security/lockdown"), reasons(t, "permission sys/kernel/security/lockdown")), "lockdown", "unknown", "permission", "as root"),
    "kvm closed": (hide_kvm, "kvm", "problem", "may not open /dev/kvm", "Run hawctl as root."),
    "kvm for its group": (lambda t: (hide_kvm(t), t.write("dev/kvm", ""), os.chmod(t.root / "dev/kvm", 0o660)), "kvm", "problem", "may not open /dev/kvm", "usermod -a -G kvm "),
    "kvm for root": (lambda t: (hide_kvm(t), t.write("dev/kvm", ""), os.chmod(t.root / "dev/kvm", 0o600)), "kvm", "problem", "may not open /dev/kvm", "has mode 0600"),
    "no sysfs": (lambda t: os.rename(t.root / "sys", t.root / "was-sys"), "sysfs", "problem", "absent", "mount -t sysfs sysfs /sys"),
    "sysfs closed": (lambda t: (os.rename(t.root / "sys/class", t.root / "was-class"), reasons(t, "permission sys/class")), "sysfs", "problem", "permission", "sandbox"),
    "iommu closed": (lambda t: (os.rename(t.root / "sys/class/iommu", t.root / "was"), reasons(t, "permission sys/class/iommu")), "profile-incomplete", "problem", "/sys/class/iommu", "root"),
    "old files": (lambda t: (t.write("run/hawd/private/proc/iomem", ""), os.utime(t.root / "run/hawd/private/proc/iomem", (1699999999,) * 2)),
                  "collected", "problem", "older than this boot", "systemctl reload hawd"),
    "new files": (lambda t: t.write("run/hawd/private/proc/iomem", ""), "collected", "ok", "of this boot", ""),
    "files of a time unknown": (lambda t: (t.write("run/hawd/private/proc/iomem", ""), without(t, "proc/stat")), "collected", "unknown", "/proc/stat", "as root"),
    "hostile time": (lambda t: (t.write("run/hawd/private/proc/iomem", ""), t.write("proc/stat", "btime 99999999999999999999\nbtime -1\nbtime")), "collected", "unknown", "/proc/stat", ""),
}


@pytest.mark.parametrize("case", CAUSES, ids=str)
def test_causes(tmp_path, case):
    change, *expected = CAUSES[case]
    tree = Tree(tmp_path)
    whole(tree)
    change(tree)
    is_entry(doctor(f"--root={tmp_path}"), *expected)


@pytest.mark.parametrize("build,name,state,found,remedy", [
    (hosts_kernel.virtio_log_refused, "kernel-log", "problem", "cannot be read (dmesg_restrict 1)", "hawd-collect-log.service"),
    (hosts_kernel.virtio, "kernel-log", "problem", "no line about 0000:00:05.0", "Restart the host"),
    (hosts_kernel.virtio, "iova-bits", "problem", "absent", "See iommu-width-unknown"),
    (hosts_kernel.virtio_width_in_log, "kernel-log", "ok", "Nothing is unknown", ""),
    (hosts_kernel.kvm_alone, "kvm-absent", "problem", "KVM is not running", "modprobe"),
    (hosts_arm.arm64_kvm_off, "kvm-absent", "problem", "KVM is not running", ""),
    (hosts_arm.arm64_no_el2, "kvm-absent", "problem", "KVM is not running", "EL2"),
    (hosts_kernel.kvm_alone, "guest-physical-bits", "problem", "", "See kvm-absent"),
    (hosts_intel.no_iommu_vmx_locked, "vmx-locked-by-firmware", "problem", "", "firmware"),
    (hosts_other.bare, "cpu-physical-bits", "problem", "unknown", ""),
    (hosts_xen.xen_dom0_pv_amd, "xen", "ok", "Xen 4.17.5 answers", ""),
    (hosts_xen.xen_dom0_silent, "xen", "problem", "did not answer", "xen-not-asked"),
    (hosts_xen.xen_dom0_unknown_interface, "xen", "problem", "Xen did not say what this host is", "xen-not-asked"),
    (hosts_xen.xen_dom0_silent, "iova-bits", "problem", "unknown (xen)", "See xen-not-asked."),
    (hosts_xen.xen_dom0_iommu_off, "iova-bits", "problem", "unknown (absent)", "See xen-iommu-off."),
    (hosts_xen.xen_dom0_pv_only, "guest-physical-bits", "problem", "not-applicable", "See xen-hvm-off."),
    (hosts_xen.xen_dom0_quiet_log, "iova-bits", "problem", "unknown (xen)", "See iommu-width-unknown."),
    (hosts_xen_guests.xen_guest_pv, "xen", "ok", "PV domain", ""),
    (hosts_xen_guests.xen_guest_pv, "guest-physical-bits", "problem", "a PV domain runs no guests", "in dom0"),
    (hosts_xen_guests.xen_guest_pv, "iova-bits", "problem", "no unit", "Xen gives its guests no IOMMU."),
    (hosts_xen_guests.xen_guest_hvm, "iova-bits", "problem", "no unit", "Xen gives its guests no IOMMU."),
    (hosts_other.unreadable, "profile-incomplete", "problem", "/dev/kvm", "root"),
], ids=lambda value: getattr(value, "__name__", None))
def test_hosts(tmp_path, build, name, state, found, remedy):
    """What the profile says of the host is said again, with its own reasons."""
    tree = Tree(tmp_path)
    build(tree)
    tree.write("proc/sys/kernel/dmesg_restrict", "1\n")
    entry = doctor(f"--root={tmp_path}")[name]
    assert entry["state"] == state and found in entry["found"] and remedy in (entry["remedy"] or ""), entry


def test_kvm_absent_is_said_once(tmp_path):
    tree = Tree(tmp_path)
    hosts_kernel.kvm_alone(tree)
    assert "kvm" not in doctor(f"--root={tmp_path}")


def test_a_capture(tmp_path):
    """It has what hawd reads, and not what only the doctor looks at: that is unknown, and not ok."""
    tree = Tree(tmp_path / "tree")
    whole(tree)
    subprocess.run([HAWCTL, "capture", f"--root={tmp_path}/tree", f"{tmp_path}/x.tar.zst"], check=True, capture_output=True)
    entries = doctor(f"--root={tmp_path}/x.tar.zst")
    assert {name for name, entry in entries.items() if name != "source" and entry["state"] == "unknown"} == {"container", "lockdown", "kernel-log"}


def test_a_broken_tree(tmp_path):
    done = run(f"--root={tmp_path}")
    assert done.returncode == 1 and not done.stdout and "not a host tree" in done.stderr
