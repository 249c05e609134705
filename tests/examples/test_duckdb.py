"""The example questions with DuckDB itself, over summaries whose answers are known, and over the profiles of the trees."""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

import pytest

from consumers import EXAMPLES, HAWCTL, HOSTS, export, host, run
from image import cache

PACKAGE = "@duckdb/node-api@1.5.6-r.1"


@pytest.fixture(name="modules", scope="module")
def fixture_modules():
    """The directory with node_modules: installed once by npm, outside of the tree."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("no node and npm here")
    place = cache() / "npm" / PACKAGE.replace("/", "-")
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{place}.lock", "w", encoding="utf-8") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as made:
                ready = pathlib.Path(made) / "ready"
                ready.mkdir()
                # Nothing of the package runs while it is installed.
                done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", ready, PACKAGE], capture_output=True, text=True, check=False,
                                      env=os.environ | {"npm_config_fetch_retries": "1", "npm_config_fetch_timeout": "60000"})
                if done.returncode:
                    pytest.skip(f"npm does not get {PACKAGE}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
                ready.rename(place)
    return place


def ask(modules, fleet):
    done = run("node", pathlib.Path(__file__).with_name("duckdb.mjs"), modules, fleet, EXAMPLES / "fleet.sql")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"{fleet.name}: {[answer['milliseconds'] for answer in answers]} ms")
    return [answer["rows"] for answer in answers[1:]]


def summary(dice, number):
    """Of a drawn host: as hawd-summary/1, with what the questions read."""
    guest = dice.choice((39, 46, 46, 46, 48, 52, None))
    iova, reason = dice.choice(((39, None), (48, None), (57, None), (None, "absent"), (None, "permission")))
    devices = min(guest, iova) if guest and iova else None
    if devices and dice.random() < 0.2:
        devices, reason = None, "not-applicable"

    def fact(value, why="permission"):
        return {"value": value, "reason": None if value is not None else why}
    return {"schema": "hawd-summary/1", "host": {"machineId": f"{number:032x}", "hostname": f"host{number}", "cpuModelName": f"CPU {guest}"},
            "widths": {"cpuPhysicalBits": fact(guest), "iovaBits": fact(iova, reason or "permission"), "safeGuestBits": fact(guest), "safeGuestBitsWithDevices": fact(devices, reason or "permission")},
            "class": f"{(guest or 0) * 100 + (iova or 0):064x}", "pool": f"{guest:064x}"[::-1] if guest and reason != "permission" else None, "digest": "0" * 64, "findings": []}


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_known_answers(modules, tmp_path):
    seed = int(os.environ.get("HAWD_SEED", random.randrange(1 << 32)))
    print("HAWD_SEED =", seed)
    dice = random.Random(seed)
    fleet = [summary(dice, number) for number in range(2000)]
    everything, ladder, pools, cpus = ask(modules, write(tmp_path / "summaries.jsonl", fleet))
    guests = [one["widths"]["safeGuestBits"]["value"] for one in fleet]
    devices = [one["widths"]["safeGuestBitsWithDevices"]["value"] for one in fleet]
    absent = [one["widths"]["iovaBits"]["reason"] == "absent" or one["widths"]["safeGuestBitsWithDevices"]["reason"] == "not-applicable" for one in fleet]
    assert {key: int(value) for key, value in everything[0].items()} == {
        "hosts": 2000, "guest_bits": 39, "guest_unknown": guests.count(None), "device_bits": 39, "without_devices": sum(absent),
        "device_unknown": sum(bits is None and not gone for bits, gone in zip(devices, absent))}
    known = [bits for bits in guests if bits]
    assert [tuple(int(row[key]) for key in ("bits", "hold", "cannot", "unknown")) for row in ladder] == [
        (bits, sum(one >= bits for one in known), sum(one < bits for one in known), guests.count(None)) for bits in (39, 46, 48, 52)]
    assert {row["pool"]: int(row["hosts"]) for row in pools} == collections.Counter(one["pool"] and one["pool"][:12] for one in fleet)
    assert [(row["cpu"], int(row["hosts"])) for row in cpus] == [("CPU 39", guests.count(39))]


def test_trees(modules, tmp_path):
    """Whole profiles and summaries of the same hosts give the same widths; only summaries tell where no device can be assigned."""
    roots = [host(build, tmp_path / build.__name__) for build in HOSTS[::4]]
    profiles = [json.loads(run(HAWCTL, "describe", f"--root={root}").stdout) for root in roots]
    of_profiles = ask(modules, write(tmp_path / "profiles.jsonl", profiles))
    of_summaries = ask(modules, write(tmp_path / "summaries.jsonl", [json.loads(export("ansible", root)) for root in roots]))
    of_guests = [{key: row for key, row in answer[0][0].items() if key in ("hosts", "guest_bits", "guest_unknown")} for answer in (of_profiles, of_summaries)]
    assert of_guests[0] == of_guests[1] and of_profiles[1] == of_summaries[1] and of_profiles[3] == of_summaries[3]
    assert int(of_profiles[0][0]["guest_bits"]) == min(p["widths"]["safeGuestBits"]["value"] or 64 for p in profiles)
    assert {row["pool"] for row in of_profiles[2]} == {None} and len(of_summaries[2]) > 1
