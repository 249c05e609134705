"""What the tests of this directory share."""
from judges import found_judge  # noqa: F401
