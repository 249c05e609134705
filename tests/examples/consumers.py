"""The programs that read what hawd exports: the installed ones, or Debian's, unpacked outside of the tree."""
import os
import pathlib
import shutil
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
import release
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
EXAMPLES = TOP / "examples"
# Each is one program that needs the C library and nothing else.
PACKAGES = ["kubernetes-client", "prometheus", "prometheus-node-exporter"]
# Hosts with all kinds of IOMMU, none, unknown widths, errors, and a name to escape.
HOSTS = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_kernel.HOSTS


def program(name):
    if found := shutil.which(name):
        return found
    try:
        return str(release.tree("bookworm", PACKAGES, closure=False) / "usr/bin" / name)
    except release.Missing as why:
        pytest.skip(f"no {name} here: {why}")


def installed(name):
    return shutil.which(name) or pytest.skip(f"no {name} here")


def run(*command, **more):
    """Nothing is asked of whoever started the tests: Ansible refuses to run with a standard input that does not block."""
    given = more if "input" in more else {"stdin": subprocess.DEVNULL} | more
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=240, **given)


def host(build, place):
    build(Tree(place))
    return place


def export(form, root, *more):
    done = run(HAWCTL, "export", form, f"--root={root}", *more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout
