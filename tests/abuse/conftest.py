"""Fixtures: those of tests/bus, on a bus with the limits of a system bus."""
import os

import pytest

from attack import Broker, Daemon
from fixtures import client, place, root, serve  # noqa: F401


@pytest.fixture(params=[Daemon, Broker], ids=["daemon", "broker"])
def bus(request, place, root):  # noqa: F811
    if why := request.param.missing():
        pytest.skip(why)
    os.chmod(place, 0o755)
    it = request.param(place).start()
    yield it
    it.stop()
