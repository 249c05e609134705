"""The example hookscript of Proxmox VE, called as qemu-server calls it (PVE::GuestHelpers: VMID PHASE; on the target of a live
migration with PVE_MIGRATED_FROM), with a qm and an ssh of its own: what it refuses, what it lets pass, and what it says, also
when there is no answer."""
import os
import pathlib
import subprocess

import pytest

import hosts_intel
from tree import Tree

HOOK = pathlib.Path(os.environ["HAWD_SOURCE"]) / "examples" / "proxmox-hookscript"
HAWCTL = os.environ["HAWCTL"]
# As qm showcmd prints it, reduced. 600 GiB lie above the 512 GiB that devices of 39 bits reach.
COMMAND = ("/usr/bin/kvm -id 100 -name 'guest,debug-threads=on' -machine type=q35+pve0 -cpu {cpu},+kvm_pv_eoi,+kvm_pv_unhalt -m {memory} "
           "-device vfio-pci,host=0000:01:00.0,id=hostpci0,bus=pcie.0,addr=0x10")
GOOD, BAD = COMMAND.format(cpu="host", memory=4096), COMMAND.format(cpu="host", memory=614400)


@pytest.fixture(name="hook")
def fixture_hook(tmp_path):
    """The hook on a node whose devices reach 39 bits; the other node is "wide" or "same". Its ssh runs the command here."""
    hosts_intel.client_46_39(Tree(tmp_path / "here"))
    hosts_intel.client_46_39(Tree(tmp_path / "same"))
    hosts_intel.sapphire_rapids(Tree(tmp_path / "wide"))
    tools = tmp_path / "bin"
    tools.mkdir()

    def program(name, text):
        (tools / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tools / name).chmod(0o755)

    def call(*words, command=GOOD, qm=None, hawctl=None, ssh=None, on_failure="allow", **environment):
        (tmp_path / "command").write_text(command + "\n", encoding="utf-8")
        program("qm", qm or f'[ "$*" = "showcmd 100" ] || exit 9; cat {tmp_path / "command"}')
        # The running guest is what this --pid names.
        program("hawctl", hawctl or 'case "$*" in *--local*) ;; *) exit 9 ;; esac\n'
                f'case "$*" in *--pid=4711*) for word; do shift; case $word in --pid=*) ;; *) set -- "$@" "$word" ;; esac; done; set -- "$@" {tmp_path / "command"} ;; esac\n'
                f'exec {HAWCTL} "$@" --root="{tmp_path}/${{NODE:-here}}"')
        program("ssh", ssh or f'while [ $# -gt 2 ]; do shift; done; [ "$1" = "root@$PVE_MIGRATED_FROM" ] || exit 9\n'
                f'printf 4711 > {tmp_path / "pid"}\n'
                f'NODE=$PVE_MIGRATED_FROM exec sh -c "$(printf %s "$2" | sed "s|/run/qemu-server/100.pid|{tmp_path / "pid"}|")"')
        text = HOOK.read_text(encoding="utf-8")
        assert text.count("\non_failure=allow\n") == 1
        program("hook", text.replace("\non_failure=allow\n", f"\non_failure={on_failure}\n"))
        return subprocess.run([tools / "hook", *words], capture_output=True, text=True, timeout=100, check=False, stdin=subprocess.DEVNULL,
                              env={"PATH": f"{tools}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | environment)
    return call


def test_start(hook):
    done = hook("100", "pre-start")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = hook("100", "pre-start", command=BAD)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("UNSAFE") and "[R3]" in done.stderr


@pytest.mark.parametrize("phase", ["post-start", "pre-stop", "post-stop"])
def test_other_phases_pass(hook, phase):
    done = hook("100", phase, command=BAD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_migration(hook):
    """From a node with 52 bits, a guest with the width of that node cannot come here, one with 39 can; from a node like this one, any."""
    for source, cpu, passes in (("wide", "host", False), ("wide", "host,host-phys-bits-limit=39", True), ("same", "host", True)):
        plain = COMMAND.split(" -device")[0]
        done = hook("100", "pre-start", command=plain.format(cpu=cpu, memory=4096), PVE_MIGRATED_FROM=source)
        print(source, cpu, done.stderr)
        assert done.returncode == (0 if passes else 1) and done.stdout == ""
        assert done.stderr == "" if passes else done.stderr.startswith("UNSAFE   moved while it runs\n") and "52 bits" in done.stderr and "[R8]" in done.stderr


def test_migration_does_not_ask_qm(hook):
    """On the target, qm does not find the guest's configuration."""
    plain = COMMAND.split(" -device")[0].format(cpu="host", memory=4096)
    done = hook("100", "pre-start", command=plain, qm="echo asked >&2; exit 2", PVE_MIGRATED_FROM="same")
    assert (done.returncode, done.stderr) == (0, "")


FAILURES = {
    "qm": ({"qm": "echo no such guest >&2; exit 2"}, "qm showcmd failed"), "missing": ({"hawctl": "exit 127"}, "not installed"),
    "fails": ({"hawctl": "echo hawctl: no memory >&2; exit 1"}, "no memory"), "says-nothing": ({"hawctl": "exit 1"}, "exit status 1"),
    "killed": ({"hawctl": "kill -9 $$"}, "killed"), "no-guest": ({"command": "echo hello"}, "hawctl: "),
    "ssh": ({"ssh": "echo no route to host >&2; exit 255", "PVE_MIGRATED_FROM": "same"}, "same, failed (exit status 255)"),
    "no-json": ({"ssh": "echo hello", "PVE_MIGRATED_FROM": "same"}, "was not checked"),
    "other-json": ({"ssh": "echo '{}'", "PVE_MIGRATED_FROM": "same"}, "no answer"),
    "node": ({"PVE_MIGRATED_FROM": "-oProxyCommand=x"}, "name of a node"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("on_failure", ["allow", "refuse"])
def test_without_an_answer(hook, failure, on_failure):
    options, word = FAILURES[failure]
    done = hook("100", "pre-start", on_failure=on_failure, **options)
    said = done.stderr.splitlines()[-1]
    assert done.returncode == (1 if on_failure == "refuse" else 0) and done.stdout == "", done.stderr
    assert said.startswith("hawd: guest 100 was not checked and is " + ("refused" if on_failure == "refuse" else "allowed")) and word in said


def test_id_that_is_none(hook):
    done = hook("1; touch x", "pre-start", on_failure="refuse")
    assert done.returncode == 1 and "ID of a guest" in done.stderr
