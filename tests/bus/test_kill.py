"""Killed at any moment, while everything changes: readers of the files never see half of anything, and the next start is as if
nothing had been."""
import json
import os
import random
import signal
import threading
import time

import hosts_intel
from bus import Client
from change import digest_of, replace

TYPE = "sys/kernel/iommu_groups/1/type"
KINDS = ("DMA-FQ", "DMA", "identity")
FILES = ("generation", "digest", "profile.json", "widths/iova_bits", "virtualised", "reserved_regions", "usable_iova")
LASTING = ("metrics.prom", "summary.json")


class Reader(threading.Thread):
    """Reads one directory after another through `current` and checks that what is in one belongs together."""

    def __init__(self, runtime, digests):
        super().__init__(daemon=True)
        self.path, self.digests = runtime / "current", digests
        self.reads, self.overtaken, self.wrong, self.going = 0, 0, [], True

    def run(self):
        while self.going and not self.wrong:
            try:
                self.look()
            except Exception as error:  # it is the test's to fail
                self.wrong.append(repr(error))

    def look(self):
        directory = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                self.check({name: self.read(directory, name) for name in FILES})
            except FileNotFoundError:
                # Only those of a generation that two others have followed may be gone.
                if os.stat(self.path).st_ino == os.fstat(directory).st_ino:
                    self.wrong.append(f"not whole: {os.listdir(directory)}")
                self.overtaken += 1
        finally:
            os.close(directory)

    @staticmethod
    def read(directory, name):
        with open(os.open(name, os.O_RDONLY, dir_fd=directory), encoding="utf-8") as file:
            return file.read()

    def check(self, files):
        self.reads += 1
        document = json.loads(files["profile.json"])
        if not document["digest"] == files["digest"].strip() or document["digest"] not in self.digests:
            self.wrong.append(f"digests differ: {document['digest']} {files['digest']}")
        if document["groups"][1]["type"] != self.digests[document["digest"]] or int(files["generation"]) < 1:
            self.wrong.append("a document of another tree")
        if files["widths/iova_bits"] != "39\n" or files["virtualised"] != "none\n" or "msi" not in files["reserved_regions"] \
                or files["usable_iova"].count("\n") != 2:
            self.wrong.append(f"values: {files}")


def storm(service, dice, seconds):
    """Every change a reload, until it is killed in the middle of one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        replace(service.tree, TYPE, dice.choice(KINDS) + "\n")
        service.process.send_signal(signal.SIGHUP)
        time.sleep(dice.uniform(0, 0.004))
    service.stop(signal.SIGKILL)


def leftovers(service):
    names = os.listdir(service.runtime)
    kept = [name for name in names if name.startswith("generation-")]
    assert sorted(names) == sorted(["current", *LASTING] + kept) and len(kept) <= 2, names
    assert os.readlink(service.runtime / "current") in kept
    state = os.listdir(service.state)
    assert len(state) == 1 and state[0].endswith(".json"), state
    json.loads((service.state / state[0]).read_text(encoding="utf-8"))


def test_killed_again_and_again(serve, bus):
    seed = int(os.environ.get("HAWD_SEED", random.randrange(1 << 32)))
    print("HAWD_SEED =", seed)
    dice = random.Random(seed)
    service = serve(hosts_intel.client_46_39, start=False)
    digests = {}
    for kind in KINDS:
        replace(service.tree, TYPE, kind + "\n")
        digests[digest_of(service.tree)] = kind
    assert len(digests) == len(KINDS)
    service.start()
    service.settle()
    reader = Reader(service.runtime, digests)
    reader.start()
    for i in range(20):
        storm(service, dice, dice.uniform(0, 0.12))
        if i % 3 == 0:
            # Killed while it starts.
            service.launch()
            time.sleep(dice.uniform(0, 0.06))
            service.stop(signal.SIGKILL)
        service.start()
        client = Client(bus.address)
        assert digests[client.get("Digest")] == (service.tree.root / TYPE).read_text(encoding="ascii").strip()
        assert client.get("Generation") == 1
        client.close()
        service.settle()
        leftovers(service)
        assert not reader.wrong
    reader.going = False
    reader.join()
    print(f"{reader.reads} whole generations read, {reader.overtaken} gone while reading")
    assert not reader.wrong and reader.reads > 20
    assert service.stop() == 0 and sorted(os.listdir(service.runtime)) == list(LASTING)


def test_what_others_left(serve):
    """Halves that a killed one could leave, and things that are not ours."""
    service = serve(hosts_intel.client_46_39, start=False)
    (service.runtime / "generation-7-0badcafe/widths").mkdir(parents=True)
    (service.runtime / "generation-7-0badcafe/profile.json").write_text("{", encoding="ascii")
    (service.runtime / "generation-7-0badcafe/widths/iova_bits").write_text("", encoding="ascii")
    (service.runtime / ".current").symlink_to("generation-7-0badcafe")
    (service.runtime / "private").mkdir()
    (service.runtime / "private/format").write_text("x", encoding="ascii")
    outside = service.place / "outside"
    outside.mkdir()
    (outside / "file").write_text("x", encoding="ascii")
    (service.runtime / "generation-8-00000000").symlink_to(outside)
    (service.runtime / "generation-9-00000000").mkdir()
    (service.runtime / "generation-9-00000000/out").symlink_to(outside)
    service.start()
    service.settle()
    names = set(os.listdir(service.runtime))
    shown = os.readlink(service.runtime / "current")
    assert shown not in ("generation-7-0badcafe", "generation-8-00000000") and (outside / "file").exists()
    assert names - {"generation-8-00000000"} == {"current", shown, "private", *LASTING}
    assert service.stop() == 0
    assert (service.runtime / "private/format").exists() and (outside / "file").exists()
