"""Fleets of a test: drawn hosts, written to files, and what hawctl says of them."""
import json
import os
import subprocess

from fleet_documents import DEVICE_COUNTS, Documents
from fleet_kinds import Corpus, draw_kinds, rng_of

HAWCTL = os.environ["HAWCTL"]
CORPUS = Corpus(os.environ.get("HAWD_CORPUS"))
SEED = int(os.environ.get("HAWD_SEED", 1))
DOCUMENTS = Documents()
# meson has malloc() write over all that it gives, also over the 64 MiB that a document may take.
os.environ["MALLOC_PERTURB_"] = "0"


class DrawnFleet:
    """1 to 60 hosts. Some are read twice, some share a name or a machine id with another, some have neither."""

    def __init__(self, seed, most=60):
        rng = rng_of(seed)
        n = rng.randint(1, most)
        mess = rng.choice([0, 0.5, 1, 1, 3])
        kinds, shares = draw_kinds(rng, CORPUS, rng.choice([1, 2, 3, 8, 20]), mess)
        self.kinds = rng.choices(kinds, shares, k=n)
        self.documents = [DOCUMENTS.document(kind, rng.choice(DEVICE_COUNTS[:4]), f"host{i:03}", f"{i + 1:032x}")
                          | {"digest": f"{i:064x}"} for i, kind in enumerate(self.kinds)]
        if mess:
            for i in range(n):
                self._spoil_name(rng, i)

    def _spoil_name(self, rng, i):
        host, other = self.documents[i]["host"], self.documents[rng.randrange(i + 1)]["host"]
        what = rng.random()
        if what < 0.05:
            host |= {"machineId": other["machineId"], "hostname": other["hostname"]}
        elif what < 0.08:
            host["machineId"] = other["machineId"]
        elif what < 0.11:
            host["hostname"] = other["hostname"]
        elif what < 0.13:
            host |= {"machineId": None, "hostname": None}
        elif what < 0.15:
            host["hostname"] = None

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for document in self.documents:
                file.write(json.dumps(document, separators=(",", ":")) + "\n")
        return path


def hawctl(*arguments, statuses=(0,), **options):
    done = subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=250, **options)
    assert done.returncode in statuses, (done.returncode, arguments, done.stderr[:2000])
    return done


def lines(text):
    return [json.loads(line) for line in text.splitlines()]
