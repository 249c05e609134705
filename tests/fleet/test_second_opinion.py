"""`hawctl baseline` and `hawctl place` against a second, slow opinion (judge_baseline.py) on 200 drawn fleets; seeds are
printed."""
import json

import pytest

import fleet_guests
import judge_baseline
from drawn import CORPUS, SEED, DrawnFleet, hawctl, lines
from fleet_kinds import rng_of

FLEETS = 200
BATCH = 20


def ask(tmp_path, fleet, *options):
    """What hawctl says, and the class of each host in order of reading, by place."""
    path = fleet.write(tmp_path / "fleet.jsonl")
    answer = json.loads(hawctl("baseline", path, "-j", *options).stdout)
    guest = tmp_path / "guest.json"
    guest.write_text(json.dumps(fleet_guests.PLAIN), encoding="utf-8")
    return answer, lines(hawctl("place", guest, path, "-j", statuses=(0, 3)).stdout)


def without_settings(answer):
    for row in answer["classes"]:
        row.pop("names")
    return {key: value for key, value in answer.items() if key not in ("settings", "forWidth", "virtualisationDisabled")}


def in_order(told):
    """The classes that a width excludes are listed by width."""
    return {key: value | {"classes": sorted(value["classes"])} if isinstance(value, dict) else value for key, value in told.items()}


def with_one_model(expected, answer):
    """Of models that are seen as often, any may be shown."""
    for row, told in zip(expected["classes"], answer["classes"]):
        assert told["cpu"] in row["cpu"], (told, row)
        row["cpu"] = told["cpu"]
    return expected


@pytest.mark.parametrize("first", range(0, FLEETS, BATCH))
def test_second_opinion(first, tmp_path):
    print(f"seeds {SEED * FLEETS + first} to {SEED * FLEETS + first + BATCH - 1}, {'from the corpus' if CORPUS.real else 'without a corpus'}")
    for seed in range(SEED * FLEETS + first, SEED * FLEETS + first + BATCH):
        fleet = DrawnFleet(seed)
        bits = rng_of(seed).choice([36, 39, 40, 46, 48, 52])
        answer, placed = ask(tmp_path, fleet, f"--for-width={bits}")
        hosts = judge_baseline.order_of_reading(fleet.documents)
        assert [row["host"] for row in placed] == [host.document["host"]["hostname"] for host in hosts], seed
        keys = {id(host): row["class"] for host, row in zip(hosts, placed)}
        expected = judge_baseline.baseline(hosts, lambda host: keys[id(host)])
        assert without_settings(answer) == with_one_model(expected, answer), seed
        assert in_order(answer["forWidth"]) == judge_baseline.for_width(hosts, lambda host: keys[id(host)], bits), seed
