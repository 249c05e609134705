"""Guests whose description leaves the architecture to the host: "uname -m" in a script, a program whose name says none, Cloud Hypervisor."""
import contextlib
import json
import shutil
import subprocess

import pytest

from guests import intel
from place import HAWCTL, Place, run
from test_virt_check import host

KVM = "-M virt -accel kvm -cpu host"
BIG, SMALL = f"qemu-system-aarch64 {KVM} -m 1100G", "qemu-system-aarch64 -M virt -cpu max -m 4G"
SCRIPT = f"""#!/bin/bash
if [ "$(uname -m)" = aarch64 ]; then
        exec qemu-system-aarch64 {KVM} -m 1100G
else
        exec qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 4G
fi
"""
SWITCH = """case $(arch) in
aarch64) BIN=qemu-system-aarch64; M=virt ;;
x86_64) BIN=qemu-system-x86_64; M=q35 ;;
esac
$BIN -M $M -accel kvm -cpu host -m 4G
"""
UNIT = f"[Service]\nExecStart=/usr/bin/qemu-system-%a {KVM} -m 4G\n"
CLOUD = "cloud-hypervisor --kernel vmlinux --memory size="
CLOUD_JSON = json.dumps({"payload": {"kernel": "/boot/vmlinux"}, "cpus": {"boot_vcpus": 1, "max_vcpus": 1}, "memory": {"size": 4 << 30}})
OWN = {"schema": "hawd-guest/1", "machine": "cloud-hypervisor", "memory": {"ram": "4GiB"}, "firmware": {"kind": "none"}}


def ask(tmp_path, build, text, *more):
    tmp_path.mkdir(exist_ok=True)
    guest = tmp_path / "guest"
    guest.write_text(text + "\n", encoding="utf-8")
    done = run("check", guest, f"--root={Place(tmp_path).host(build)}", "--qemu=10.0", "-j", *more)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


# 2^40 is 1 TiB: 1100 GiB do not fit.
ARM64 = {
    "script": (SCRIPT, "unsafe", []),
    "script without KVM": (f'if [ "$(uname -m)" = aarch64 ]; then {BIG}; else {SMALL}; fi', "unsafe", []),
    "switch": (SWITCH, "safe", []),
    "HOSTTYPE": (f"if [ $HOSTTYPE = aarch64 ]; then {BIG}; else {SMALL}; fi", "unsafe", []),
    "name": (f"qemu-system-$(uname -m) {KVM} -m 4G", "safe", []),
    "name of a large guest": (f"qemu-system-$(uname -m) {KVM} -m 1100G", "unsafe", []),
    "Debian's name": (f"A=$(dpkg --print-architecture)\n[ $A = arm64 ] && qemu-system-aarch64 {KVM} -m 4G", "safe", []),
    "unit": (UNIT, "safe", []),
    "Red Hat": ("/usr/libexec/qemu-kvm -m 4G -cpu host", "warning", ["what -machine means"]),
    "Red Hat, large": ("qemu-kvm -m 1100G -cpu host", "unsafe", ["what -machine means"]),
    "Red Hat with a machine": ("/usr/libexec/qemu-kvm -M virt -m 4G -cpu host", "safe", []),
    "options alone": ("-accel kvm -cpu host -m 4G", "warning", ["what -machine means"]),
    "Cloud Hypervisor": (CLOUD + "4G", "safe", []),
    "Cloud Hypervisor, large": (CLOUD + "1200G", "unsafe", []),
    "Cloud Hypervisor, script": (f"[ $(uname -m) = aarch64 ] && {CLOUD}4G", "safe", []),
    "Cloud Hypervisor, JSON": (CLOUD_JSON, "safe", []),
    "hawd's JSON": (json.dumps(OWN), "safe", []),
    "hawd's JSON with it": (json.dumps(OWN | {"architecture": "aarch64"}), "safe", []),
}


@pytest.mark.parametrize("name", ARM64)
def test_on_arm64(name, tmp_path):
    text, verdict, missing = ARM64[name]
    answer = ask(tmp_path, host(40), text)
    assert (answer["verdict"], answer["layout"]["physBits"], answer["missing"]) == (verdict, 40, missing), json.dumps(answer, indent=1)
    assert "x86" not in json.dumps(answer["findings"])


@pytest.mark.parametrize("text", [SCRIPT, SWITCH, "qemu-system-$(uname -m) -M q35 -accel kvm -cpu host -m 4G", "/usr/libexec/qemu-kvm -m 4G -cpu host",
                                  "-accel kvm -cpu host -m 4G", CLOUD + "4G", CLOUD_JSON, json.dumps(OWN),
                                  f"if [ $HOSTTYPE = aarch64 ]; then {BIG}; else qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 4G; fi"])
def test_on_x86(text, tmp_path):
    answer = ask(tmp_path, intel(46, 48), text)
    assert (answer["verdict"], answer["layout"]["physBits"], answer["missing"]) == ("safe", 46, []), json.dumps(answer, indent=1)


def test_what_the_description_says_counts(tmp_path):
    """It is a guest of x86 on any host."""
    answer = ask(tmp_path, host(40), json.dumps(OWN | {"architecture": "x86_64"}))
    assert any("does not run x86 guests" in finding["summary"] for finding in answer["findings"])


@pytest.mark.parametrize("text", [SCRIPT.replace("uname -m", "uname -p"), f'if [ "$(uname -i)" = x86_64 ]; then {SMALL}; else {BIG}; fi',
                                  f"if [ $MACHTYPE = aarch64-unknown-linux-gnu ]; then {BIG}; else {SMALL}; fi"])
def test_what_distributions_disagree_about(text, tmp_path):
    """Debian's "uname -p" says "unknown", Fedora's "aarch64": both branches are read."""
    answer = ask(tmp_path, host(40), text)
    assert answer["verdict"] != "safe" and any("condition in line" in what for what in answer["missing"]), answer["missing"]


FALL_BACK = ["-M virt,accel=kvm:tcg -cpu max", "-M virt -cpu max -accel kvm -accel tcg", "-M virt,accel=kvm:xen:tcg -cpu max"]


@pytest.mark.parametrize("options", FALL_BACK)
def test_accelerators(options, tmp_path):
    """A QEMU for another architecture has no KVM, and takes the next one. 52 bits are those of the CPU model "max" (7.0 and later)."""
    text = f"qemu-system-aarch64 {options} -m 4G"
    answer = ask(tmp_path / "x86", intel(46, 48), text)
    assert (answer["verdict"], answer["layout"]["physBits"], answer["missing"]) == ("safe", 52, [])
    assert ask(tmp_path / "arm64", host(40), text)["layout"]["physBits"] == 40
    x86 = text.replace("aarch64", "x86_64").replace("virt", "q35")
    answer = ask(tmp_path / "x86-on-arm64", host(40), x86)
    assert answer["verdict"] != "unsafe" and not any("KVM" in finding["summary"] for finding in answer["findings"])
    assert any("KVM" in f["summary"] for f in ask(tmp_path / "none", host(40), x86.replace("accel=kvm:xen:tcg", "accel=kvm:xen").replace(
        "accel=kvm:tcg", "accel=kvm").replace(" -accel tcg", ""))["findings"])


# ── no host, or another one ───────────────────────────────────────────────────────────────────────────────

LEFT_OPEN = "the guest's architecture, which its description leaves to the host"


def placed(text, form, tmp_path):
    """Verdict and missing inputs on a host of each architecture, by name, and what is said on standard error."""
    guest, place = tmp_path / "guest", Place(tmp_path)
    guest.write_text(text + "\n", encoding="utf-8")

    def other(t):
        host(48)(t)
        names = t.root / "hawd/host"
        names.write_text(names.read_text(encoding="utf-8").replace("machine-id 0", "machine-id f"), encoding="utf-8")
    fleet = place.host(other, "arm"), place.host(intel(46, 48), "intel")
    done = subprocess.run([HAWCTL, "place", guest if form == "file" else "-", *fleet, "--qemu=10.0", "-j"], input=text, text=True, timeout=60,
                          capture_output=True, check=False)
    return {line["host"]: (line["verdict"], line["missing"]) for line in map(json.loads, done.stdout.splitlines())}, done.stderr


@pytest.mark.parametrize("text,on_arm64", [
    (f'if [ "$(uname -m)" = aarch64 ]; then {BIG.replace("1100G", "300T")}; else {SMALL}; fi', ("unsafe", [])),
    ("qemu-kvm -m 4G -cpu host", ("warning", ["what -machine means"])), (CLOUD + "4G", ("safe", [])),
    (f'if [ "$(uname -m)" = x86_64 ]; then {SMALL}; fi', ("warning", [LEFT_OPEN]))])
@pytest.mark.parametrize("form", ["file", "stdin"])
def test_place(text, on_arm64, form, tmp_path):
    """The guest is read for hosts of each architecture; where its script starts none, an arm64 host says what is missing."""
    lines, said = placed(text, form, tmp_path)
    assert lines["host"] == ("safe", []) and lines["arm"][0] == on_arm64[0], (lines, said)
    assert len(lines["arm"][1]) == len(on_arm64[1]) and all(one.startswith(two) for one, two in zip(lines["arm"][1], on_arm64[1])), lines


@pytest.mark.parametrize("text", [f'[ "$(uname -m)" = aarch64 ] || exit 1\n{SMALL}', f"case $(arch) in aarch64) {SMALL};; esac",
                                  f"[Service]\nExecStart=/bin/sh -c 'test $(uname -m) = aarch64 && exec {SMALL}'"])
@pytest.mark.parametrize("form", ["file", "stdin"])
def test_place_on_arm64_only(text, form, tmp_path):
    lines, said = placed(text, form, tmp_path)
    assert lines["arm"] == ("safe", []) and lines["host"][0] == "warning" and said == "", (lines, said)
    assert len(lines["host"][1]) == 1 and lines["host"][1][0].startswith(LEFT_OPEN), lines


@pytest.mark.parametrize("text", ["[ $(uname -m) = riscv64 ] && qemu-system-riscv64 -M virt", "qemu-system-$(uname -m) -M none-such",
                                  f"if [ $(uname -m) = aarch64 ]; then {SMALL} -m x; else qemu-system-x86_64 -m y; fi"])
def test_place_on_none(text, tmp_path):
    """What starts nothing on either is refused as on x86, once."""
    guest, place = tmp_path / "guest", Place(tmp_path)
    guest.write_text(text + "\n", encoding="utf-8")
    done = subprocess.run([HAWCTL, "place", guest, place.host(host(48), "arm"), "--qemu=10.0", "-j"], text=True, timeout=60, capture_output=True, check=False)
    alone = run("check", guest, f"--root={place.host(intel(46, 48), 'intel')}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", alone.stderr) and done.stderr.count("\n") == 1


def test_errors_come_first(tmp_path):
    """A guest that is not understood is said before the host is read, unless its description asks for the host."""
    done = run("check", f"--root={tmp_path / 'none'}", "--", "qemu-system-x86_64", "-M", "none-such")
    assert done.returncode == 2 and "none-such" in done.stderr and str(tmp_path) not in done.stderr
    done = run("check", f"--root={tmp_path / 'none'}", "--", "qemu-kvm", "-m", "4G")
    assert done.returncode == 1 and done.stderr.count("hawctl: ") == 1 and str(tmp_path / "none") in done.stderr


# ── processes ─────────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def process(path):
    """A program of that name with Cloud Hypervisor's options, which waits."""
    program = path / "cloud-hypervisor"
    shutil.copy("/bin/bash", program)
    with subprocess.Popen(["bash", "-c", "read; :", *(CLOUD + "1200G").split()], executable=program, stdin=subprocess.PIPE) as started:
        yield started.pid
        started.stdin.close()


def test_process(tmp_path):
    root = f"--root={Place(tmp_path).host(host(40))}"
    with process(tmp_path) as pid:
        one = json.loads(run("check", f"--pid={pid}", root, "-j").stdout)
        row, = (row for row in json.loads(run("audit", root, "-j").stdout) if row["pid"] == pid)
    for answer in (one, row["check"]):
        assert (answer["verdict"], answer["layout"]["physBits"]) == ("unsafe", 40) and "x86" not in json.dumps(answer["findings"])
