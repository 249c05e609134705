"""The service from start to end under valgrind. One that does not know openat2 (Debian 12's) is helped by a library that
answers it by openat. The sanitizers that tools/test builds with run all the other tests of this directory as well."""
import os
import shutil
import subprocess

import pytest

import hosts_intel
from bus import HOST, PATH, BusError
from change import card, no_card

VALGRIND = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,possible", "--track-fds=no"]


@pytest.fixture
def valgrind(place):
    if not shutil.which("valgrind"):
        pytest.skip("no valgrind here")
    (place / "empty/proc").mkdir(parents=True)
    done = subprocess.run(["valgrind", os.environ["HAWCTL"], f"--root={place}/empty", "describe"], capture_output=True, text=True, check=False)
    if "ASan runtime" in done.stderr or done.returncode not in (0, 1):
        pytest.skip("built with sanitizers, which do the same")
    return {"LD_PRELOAD": os.environ["OPENAT2_SHIM"]} if "unhandled" in done.stderr and "syscall: 437" in done.stderr else {}


def test_a_life(valgrind, serve, client):
    service = serve(hosts_intel.client_46_39, start=False)
    service.wrapper, service.environment = VALGRIND, valgrind
    service.start()
    client.subscribe()
    for _ in range(2):
        card(service.tree)
        service.reload()
        no_card(service.tree)
        service.reload()
        client.get_all()
        text = client.describe()
        client.call(PATH, HOST, "Compare", "s", (text,))
        with pytest.raises(BusError):
            client.call(PATH, HOST, "Compare", "s", ("{",))
    assert len(client.signals()) > 8
    assert service.stop() == 0, service.said()
    assert service.said() == ""
