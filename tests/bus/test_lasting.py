"""summary.json and metrics.prom: what hawctl export prints, whole at every moment, still there after a stop, and written only when
something changed."""
import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import threading
import time

import jsonschema
import pytest

import hosts_intel
from bus import NOBODY
from change import card, no_card, replace
from test_full import change, full

TYPE = "sys/kernel/iommu_groups/1/type"
NAMES = {"summary.json": "ansible", "metrics.prom": "prometheus"}


def exported(tree):
    """What each file has to be, read from the tree by another program of the house."""
    return {name: subprocess.run([os.environ["HAWCTL"], "export", form, f"--root={tree.root}"], capture_output=True, check=True).stdout
            for name, form in NAMES.items()}


def files(service):
    return {name: (service.runtime / name).read_bytes() for name in NAMES}


def stamps(service):
    return {name: ((st := (service.runtime / name).stat()).st_ino, st.st_mtime_ns) for name in NAMES}


def test_both(serve):
    service = serve(hosts_intel.client_46_39)
    service.settle()
    assert files(service) == exported(service.tree)
    summary = json.loads(files(service)["summary.json"])
    schema = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("summary.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(summary)
    assert summary["digest"] == (service.runtime / "current/digest").read_text(encoding="ascii").strip()
    # The widths of tests/trees/hosts_intel.py.
    assert summary["widths"]["safeGuestBits"] == {"value": 46, "reason": None} and summary["widths"]["iovaBits"]["value"] == 39
    assert b'hawd_address_width{kind="safe_guest_with_devices"} 39\n' in files(service)["metrics.prom"]
    assert len(files(service)["summary.json"]) < 2048 and all(text.endswith(b"\n") for text in files(service).values())


@pytest.mark.usefixtures("root")
def test_everybody_reads_them(serve):
    """The service's umask is not theirs."""
    service = serve(hosts_intel.client_46_39, start=False)
    service.uid = NOBODY
    service.wrapper = ["sh", "-c", 'umask 0077; exec "$@"', "sh"]
    service.start()
    service.settle()
    for name in NAMES:
        assert stat.S_IMODE((service.runtime / name).stat().st_mode) == 0o644


def test_they_outlive_a_stop_and_are_not_rewritten(serve):
    service = serve(hosts_intel.client_46_39)
    service.settle()
    before = stamps(service)
    service.reload()
    assert service.stop() == 0
    assert sorted(os.listdir(service.runtime)) == sorted(NAMES) and stamps(service) == before
    service.start()
    service.settle()
    assert stamps(service) == before and files(service) == exported(service.tree)
    card(service.tree)
    service.reload()
    service.settle()
    assert all(stamps(service)[name] != before[name] for name in NAMES) and files(service) == exported(service.tree)
    no_card(service.tree)
    service.reload()
    service.settle()
    assert service.stop(signal.SIGKILL) == -9
    assert files(service) == exported(service.tree)


def test_what_is_in_their_place(serve):
    """Links, a file of another mode, half of one: each is replaced, and what a link names is left alone."""
    service = serve(hosts_intel.client_46_39, start=False)
    other = service.place / "other"
    other.write_text("other\n", encoding="ascii")
    (service.runtime / "metrics.prom").symlink_to(other)
    (service.runtime / ".metrics.prom.new").symlink_to(other)
    (service.runtime / "summary.json").write_text('{"schema"', encoding="ascii")
    (service.runtime / ".summary.json.new").write_text('{"schema"', encoding="ascii")
    (service.runtime / ".other").write_text("", encoding="ascii")
    service.start()
    service.settle()
    assert files(service) == exported(service.tree) and other.read_text(encoding="ascii") == "other\n"
    assert not (service.runtime / "metrics.prom").is_symlink() and service.said() == ""
    assert sorted(name for name in os.listdir(service.runtime) if name.startswith(".")) == [".other"]
    (service.runtime / "summary.json").chmod(0o600)
    (service.runtime / "metrics.prom").unlink()
    service.stop()
    service.start()
    service.settle()
    assert files(service) == exported(service.tree)
    assert stat.S_IMODE((service.runtime / "summary.json").stat().st_mode) == 0o644


def test_directories_in_their_place(serve, client):
    service = serve(hosts_intel.client_46_39, start=False)
    (service.runtime / "metrics.prom").mkdir()
    service.start()
    service.settle()
    lines = service.said().splitlines()
    assert len(lines) == 1 and "Is a directory" in lines[0] and client.describe()
    assert (service.runtime / "summary.json").read_bytes() == exported(service.tree)["summary.json"]


@pytest.fixture(name="crowded")
def fixture_crowded(serve):
    """A service whose directory has room for the files of one generation and little more."""
    service = serve(hosts_intel.client_46_39, start=False)
    full(service.runtime, "256k")
    service.start()
    service.settle()
    yield service
    service.close()
    subprocess.run(["umount", service.runtime], capture_output=True, check=False)


def test_full_disk(crowded):
    """The former files stay, whole; when there is room again they follow."""
    before = files(crowded)
    with open(crowded.runtime / "filler", "wb") as filler, pytest.raises(OSError):
        while True:
            os.write(filler.fileno(), bytes(4096))
    change(crowded, "other")
    assert files(crowded) == before and not [name for name in os.listdir(crowded.runtime) if name.endswith(".new")]
    assert "No space left" in crowded.said()
    (crowded.runtime / "filler").unlink()
    change(crowded, "third")
    assert files(crowded) == exported(crowded.tree) and json.loads(files(crowded)["summary.json"])["host"]["hostname"] == "third"


def test_bus_restart(serve, bus):
    service = serve(hosts_intel.client_46_39)
    service.settle()
    before = stamps(service)
    bus.kill()
    time.sleep(0.1)
    assert stamps(service) == before
    bus.start()
    service.tree.write("proc/sys/kernel/hostname", "again\n")
    service.reload()
    service.settle()
    assert files(service) == exported(service.tree)


class Reader(threading.Thread):
    """Reads both files over and over: each is one of the whole texts that it may be."""

    def __init__(self, service, allowed):
        super().__init__(daemon=True)
        self.service, self.allowed, self.reads, self.wrong, self.going = service, allowed, 0, [], True

    def run(self):
        while self.going and not self.wrong:
            try:
                self.wrong += [name for name, text in files(self.service).items() if text not in self.allowed[name]]
            except OSError as error:
                self.wrong.append(repr(error))
            self.reads += 1


def test_killed_at_random_moments(serve):
    seed = int(os.environ.get("HAWD_SEED", random.randrange(1 << 32)))
    print("HAWD_SEED =", seed)
    dice = random.Random(seed)
    service = serve(hosts_intel.client_46_39, start=False)
    allowed = {name: set() for name in NAMES}
    for kind in ("DMA-FQ", "DMA", "identity"):
        replace(service.tree, TYPE, kind + "\n")
        for name, text in exported(service.tree).items():
            allowed[name].add(text)
    assert all(len(texts) == 3 for texts in allowed.values())
    service.start()
    service.settle()
    reader = Reader(service, allowed)
    reader.start()
    for _ in range(25):
        for _ in range(dice.randrange(1, 12)):
            replace(service.tree, TYPE, dice.choice(("DMA-FQ", "DMA", "identity")) + "\n")
            service.process.send_signal(signal.SIGHUP)
            time.sleep(dice.uniform(0, 0.006))
        service.stop(signal.SIGKILL)
        service.launch()
        if dice.randrange(2):
            time.sleep(dice.uniform(0, 0.05))
            service.stop(signal.SIGKILL)
            service.launch()
        service.await_notice("READY=1")
        assert not reader.wrong
    service.settle()
    reader.going = False
    reader.join()
    print(f"{reader.reads} times read")
    assert not reader.wrong and reader.reads > 20
    assert files(service) == exported(service.tree)
    assert not [name for name in os.listdir(service.runtime) if name.endswith(".new")]
