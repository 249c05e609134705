"""Fixtures: a place, a bus in it, and hosts that the service serves there."""
import os
import pathlib
import shutil
import tempfile

import pytest

from bus import Bus, Client, Service
from tree import Tree


@pytest.fixture
def place():
    """A directory with a short name, for a socket's path is at most 107 bytes, which everybody may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="hawd-bus-"))
    os.chmod(path, 0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def root():
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")


@pytest.fixture
def bus(place):
    it = Bus(place).start()
    yield it
    it.stop()


@pytest.fixture
def client(bus):
    it = Client(bus.address)
    yield it
    it.close()


@pytest.fixture
def serve(bus, place):
    """serve(build): builds a host's tree and starts the service on it. The tree is its `tree`, directories its `runtime` and
    `state`. With start=False it is only prepared."""
    services = []

    def start_service(build, start=True, **options):
        tree = Tree(place / "tree")
        if not tree.root.exists():
            build(tree)
        runtime, state = place / "runtime", place / "state"
        for directory in (runtime, state):
            directory.mkdir(exist_ok=True)
            os.chmod(directory, 0o777)
        service = Service(bus, place, tree.root, **{"runtime_directory": runtime, "state_directory": state} | options)
        service.tree, service.runtime, service.state = tree, runtime, state
        services.append(service)
        if not start:
            return service
        return service.start()

    yield start_service
    for service in services:
        service.close()
