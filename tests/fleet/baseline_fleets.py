"""Fleets for hawctl baseline, and how it is asked."""
import dataclasses
import json
import os
import pathlib
import subprocess

import jsonschema

from fleet_documents import Documents
from fleet_kinds import AMD, MSI, Group, Kind

HAWCTL = os.environ["HAWCTL"]
SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("baseline.schema.json").read_text(encoding="utf-8"))
DOCUMENTS = Documents()


def intel(name, bits, iova, regions=(MSI,), **more):
    if iova is None:
        return Kind(name, 6, 1, cpu=bits, host=bits, guest_physical=bits, guest_mappable=min(bits, 48), iova="absent", **more)
    return dataclasses.replace(Kind(name, 6, 1, cpu=bits, host=bits, guest_physical=bits, guest_mappable=min(bits, 48), iova=iova,
                                    units=(("dmar0", "intel-vtd", iova),), groups=(Group(tuple(regions), bits=iova),)), **more)


XEON = intel("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", 46, 48)
NEW_XEON = dataclasses.replace(intel("Intel(R) Xeon(R) Gold 6430", 52, 52), la57=True, guest_mappable=52)
CORE = intel("Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", 46, 39)
EPYC = Kind("AMD EPYC 7742 64-Core Processor", 23, 49, AMD, cpu=48, host=43, guest_physical=48, guest_mappable=48, iova=48, taken=5,
            units=(("ivhd0", "amd-vi", 48),), groups=(Group((MSI,), bits=48),))
UNREAD = dataclasses.replace(XEON, guest_physical="permission", guest_mappable="permission")


def fleet(place, *parts):
    """A file of JSON lines; each part is (kind, hosts, name)."""
    path, number = place / "fleet.jsonl", 0
    with open(path, "w", encoding="utf-8") as file:
        for kind, hosts, name in parts:
            for i in range(hosts):
                number += 1
                document = DOCUMENTS.document(kind, 1, f"{name}{i + 1}", f"{number:032x}")
                file.write(json.dumps(document | {"digest": f"{number:064x}"}) + "\n")
    return path


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, "baseline", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                          env=os.environ | {"COLUMNS": "80", "LC_ALL": "C.UTF-8"} | environment)


def screen(path, *options, **environment):
    """Without the settings, which have tests of their own."""
    done = run(path, *options, **environment)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split("\nSettings for ")[0]


def answer(path, *options):
    done = run(path, "-j", *options)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document
