"""Fixtures: one sshd for each file of tests."""
import os
import subprocess

import pytest

import hosts_intel
import sshd
from tree import Tree


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp("host") / "tree")
    hosts_intel.client_46_39(tree)
    return subprocess.run([os.environ["HAWCTL"], f"--root={tree.root}", "describe", "--json=short"], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory, document):
    if why := sshd.missing():
        pytest.skip(why)
    place = tmp_path_factory.mktemp("sshd")
    os.chmod(place, 0o755)
    it = sshd.Sshd(place, document)
    it.answers()
    it.start()
    yield it
    it.stop()
