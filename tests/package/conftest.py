import os
import pathlib
import types

import pytest

import packages

NAMES = ("hawd", "hawctl", "hawd-cockpit")


@pytest.fixture(scope="session", name="debs")
def fixture_debs(tmp_path_factory):
    """The directory with the packages, and each package's files."""
    directory = packages.built()
    place = tmp_path_factory.mktemp("unpacked")
    return types.SimpleNamespace(directory=directory, trees={name: packages.unpacked(directory, name, place) for name in NAMES})


@pytest.fixture(scope="session", name="source")
def fixture_source():
    return pathlib.Path(os.environ["HAWD_SOURCE"])
