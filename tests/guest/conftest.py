"""A place for hosts and guests, and hawctl's answers about them."""
import subprocess

import pytest

from judges import found_judge  # noqa: F401
from place import Place
from recheck import Recorder


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture(autouse=True)
def every_remedy_is_tried(monkeypatch):
    """Whatever a test has hawctl print (recheck.py)."""
    recorder = Recorder()
    monkeypatch.setattr(subprocess, "run", recorder)
    return recorder
