"""The example hook of libvirt, called as libvirt calls it: what it refuses, what it lets pass, and what it says."""
import os
import pathlib
import subprocess

import pytest

import hosts_intel
from tree import Tree

HOOK = pathlib.Path(os.environ["HAWD_SOURCE"]) / "examples" / "libvirt-hook"
HAWCTL = os.environ["HAWCTL"]


def domain(bits):
    return (f"<domain type='kvm'><name>guest</name><memory unit='GiB'>4</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc-q35-8.2'>hvm</type></os>"
            f"<cpu mode='host-passthrough'><maxphysaddr mode='emulate' bits='{bits}'/></cpu><features><acpi/></features>"
            f"<devices><hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices></domain>")


@pytest.fixture(name="hook")
def fixture_hook(tmp_path):
    """The hook with a hawctl on its path that sees a host of 46 bits whose devices reach 39, or with what is given as hawctl."""
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    tools = tmp_path / "bin"
    tools.mkdir()

    def call(xml, *words, hawctl=f'exec {HAWCTL} "$@" --root={tmp_path / "tree"}'):
        if hawctl is not None:
            (tools / "hawctl").write_text(f"#!/bin/sh\n{hawctl}\n", encoding="utf-8")
            (tools / "hawctl").chmod(0o755)
        return subprocess.run([HOOK, "guest", *words], input=xml, capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": f"{tools}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    return call


# 600 GiB lie above the 512 GiB that 39 bits reach.
LARGE = domain(46).replace("<memory unit='GiB'>4<", "<memory unit='GiB'>600<")


@pytest.mark.parametrize("operation", ["prepare", "migrate", "restore"])
def test_refused(hook, operation):
    done = hook(LARGE, operation, "begin", "-")
    assert done.returncode != 0 and done.stdout == ""
    assert done.stderr.startswith("UNSAFE") and "[R3]" in done.stderr and "39 bits" in done.stderr


@pytest.mark.parametrize("operation", ["prepare", "migrate", "restore"])
def test_passed(hook, operation):
    done = hook(domain(46), operation, "begin", "-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("words", [("start", "begin", "-"), ("started", "begin", "-"), ("stopped", "end", "-"), ("release", "end", "-"), ("reconnect", "begin", "-"),
                                   ("prepare", "end", "-"), ()])
def test_other_operations_are_not_its_own(hook, words):
    done = hook(LARGE, *words, hawctl="echo called >&2; exit 3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("hawctl", [None, "exit 1", "exit 2", "kill -9 $$", "echo SAFE"], ids=["missing", "fails", "usage", "dies", "safe"])
def test_who_cannot_tell_does_not_refuse(hook, hawctl):
    done = hook(LARGE, "prepare", "begin", "-", hawctl=hawctl)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("xml", ["", "<domain", "<domain type='lxc'/>", "no XML at all"])
def test_what_is_no_guest_passes(hook, xml):
    done = hook(xml, "prepare", "begin", "-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
