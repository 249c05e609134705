"""`hawctl baseline` and `hawctl place` against a second, slow opinion (judge_baseline.py) on 80 drawn fleets, 200 with HAWD_TEST_ALL; seeds
are printed."""
import json
import os

import pytest

import fleet_guests
import guests
import hosts_intel
import hosts_other
import judge_baseline
from drawn import CORPUS, SEED, DrawnFleet, hawctl, lines
from fleet_kinds import rng_of
from tree import Tree

FLEETS = 200
CHOSEN = FLEETS if os.environ.get("HAWD_TEST_ALL") else 80
BATCH = 20
GUESTS = [(fleet_guests.PLAIN, fleet_guests.plain), (fleet_guests.WITH_DEVICE, fleet_guests.with_device),
          (fleet_guests.WITH_NAMED, fleet_guests.with_named)]


def ask(tmp_path, fleet, guest, *options):
    """What baseline says, and place of each host in order of reading."""
    path = fleet.write(tmp_path / "fleet.jsonl")
    answer = json.loads(hawctl("baseline", path, "-j", *options).stdout)
    (tmp_path / "guest.json").write_text(json.dumps(guest), encoding="utf-8")
    return answer, lines(hawctl("place", tmp_path / "guest.json", path, "-j", statuses=(0, 3)).stdout)


def without_settings(answer):
    for row in answer["classes"]:
        row.pop("names")
    return {key: value for key, value in answer.items() if key not in ("settings", "forWidth")}


def in_order(told):
    """The classes that a width excludes are listed by width."""
    return {key: value | {"classes": sorted(value["classes"])} if isinstance(value, dict) else value for key, value in told.items()}


def with_one_model(expected, answer):
    """Of models that are seen as often, any may be shown."""
    for row, told in zip(expected["classes"], answer["classes"]):
        assert told["cpu"] in row["cpu"], (told, row)
        row["cpu"] = told["cpu"]
    return expected


@pytest.mark.parametrize("first", range(0, CHOSEN, BATCH))
def test_second_opinion(first, tmp_path):
    print(f"seeds {SEED * FLEETS + first} to {SEED * FLEETS + first + BATCH - 1}, {'from the corpus' if CORPUS.real else 'without a corpus'}")
    for seed in range(SEED * FLEETS + first, SEED * FLEETS + first + BATCH):
        fleet = DrawnFleet(seed)
        bits = rng_of(seed).choice([36, 39, 40, 46, 48, 52])
        guest, rule = GUESTS[seed % len(GUESTS)]
        answer, placed = ask(tmp_path, fleet, guest, f"--for-width={bits}")
        hosts = judge_baseline.order_of_reading(fleet.documents)
        assert [row["host"] for row in placed] == [host.document["host"]["hostname"] for host in hosts], seed
        kinds = {id(document): kind for document, kind in zip(fleet.documents, fleet.kinds)}
        assert [row["verdict"] for row in placed] == [rule(kinds[id(host.document)]) for host in hosts], seed
        keys = {id(host): row["class"] for host, row in zip(hosts, placed)}
        expected = judge_baseline.baseline(hosts, lambda host: keys[id(host)])
        assert without_settings(answer) == with_one_model(expected, answer), seed
        assert in_order(answer["forWidth"]) == judge_baseline.for_width(hosts, lambda host: keys[id(host)], bits), seed


@pytest.mark.parametrize("number", range(12))
def test_place_is_check(number, tmp_path):
    """Each host by itself: what check says of it as a target is what place says, also for a guest that comes from a host."""
    fleet = DrawnFleet(SEED * FLEETS + FLEETS + number)
    guest = GUESTS[number % 2][0] if number < 8 else guests.guest(bits="host", ram="8GiB", devs=[guests.device(16 << 30)] * (number % 2))
    source = tmp_path / "source"
    [hosts_intel.client_46_39, hosts_intel.sapphire_rapids, hosts_other.epyc_sme][number % 3](Tree(source))
    (tmp_path / "guest").write_text(json.dumps(guest), encoding="utf-8")
    hosts = [host.document for host in judge_baseline.order_of_reading(fleet.documents)]
    for i, document in enumerate(hosts):
        (tmp_path / str(i)).write_text(json.dumps(document), encoding="utf-8")
    placed = lines(hawctl("place", "guest", fleet.write(tmp_path / "fleet"), f"--from={source}", "-j", cwd=tmp_path, statuses=(0, 3)).stdout)
    checked = json.loads(hawctl("check", "guest", f"--root={source}", "-j", *(f"--for={i}" for i in range(len(hosts))),
                                cwd=tmp_path, statuses=(0, 3)).stdout)["targets"]
    assert len(placed) == len(checked)
    for row, target in zip(placed, checked):
        assert row["verdict"] == row["offline"]["verdict"] == target["offline"]["verdict"]
        assert [row[way]["verdict"] for way in ("live", "hotplug")] == [target[way]["verdict"] for way in ("live", "hotplug")], row
        for way in ("live", "offline", "hotplug"):
            assert row[way]["missing"] == target[way]["missing"]
            unsafe = {f["summary"] for f in target[way]["findings"] if f["verdict"] == "unsafe"}
            assert unsafe <= {reason["summary"] for reason in row[way]["reasons"]}
