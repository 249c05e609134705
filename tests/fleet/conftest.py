"""What the tests of reading share."""
import json
import os
import shutil
import subprocess

import pytest

import hosts_intel
from fleet_reader import HAWCTL, Reader
from tree import Tree


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """hawd-archive is looked for beside the program that runs it."""
    directory = tmp_path_factory.mktemp("programs")
    shutil.copy(os.environ["PRINT_FLEET"], directory / "print-fleet")
    shutil.copy(HAWCTL.parent / "hawd-archive", directory / "hawd-archive")
    return directory / "print-fleet"


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("host")
    hosts_intel.client_46_39(Tree(path))
    return json.loads(subprocess.run([HAWCTL, "describe", f"--root={path}"], capture_output=True, check=True).stdout)


@pytest.fixture
def reader(program, template, tmp_path):
    return Reader(program, template, tmp_path)
