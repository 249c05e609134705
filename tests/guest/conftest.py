"""A place for hosts and guests, and hawctl's answers about them."""
import pytest

from judges import found_judge  # noqa: F401
from place import Place


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)
