"""A fleet of 3,000 hosts, of 100,000 with HAWD_TEST_ALL: the counts of baseline and place are those that follow from what was
drawn. Its file is compressed, as such fleets are kept."""
import collections
import dataclasses
import json
import os
import resource
import subprocess

import pytest

import fleet_guests
from draw_fleet import Fleet
from drawn import CORPUS, DOCUMENTS, HAWCTL, SEED, hawctl

HOSTS, KINDS = (100_000, 400) if os.environ.get("HAWD_TEST_ALL") else (3_000, 150)
GUESTS = {"plain": (fleet_guests.PLAIN, fleet_guests.plain), "device": (fleet_guests.WITH_DEVICE, fleet_guests.with_device),
          "named": (fleet_guests.WITH_NAMED, fleet_guests.with_named)}


@pytest.fixture(scope="module", name="fleet")
def make_fleet(tmp_path_factory):
    print(f"seed {SEED}, {HOSTS} hosts, {'from the corpus' if CORPUS.real else 'without a corpus'}")
    fleet = Fleet(DOCUMENTS, CORPUS, HOSTS, KINDS, SEED)
    path = tmp_path_factory.mktemp("fleet") / "fleet.jsonl.zst"
    with subprocess.Popen(["zstd", "-q", "-1", "-o", path], stdin=subprocess.PIPE) as pack:
        for line in fleet.lines():
            pack.stdin.write(line + b"\n")
        pack.stdin.close()
        assert pack.wait() == 0
    fleet.path = path
    return fleet


def number_of(fleet, rule):
    """How many hosts there are of each value of a rule over kinds."""
    counts = collections.Counter()
    for kind, n in zip(fleet.kinds, fleet.counts):
        counts[rule(kind)] += n
    return counts


def possible(kind):
    return kind.iova != "absent" and bool(kind.groups_reason or any(g.assignable is not False for g in kind.groups))


def known(widths):
    return {bits: n for bits, n in widths.items() if isinstance(bits, int)}


def same_to_guests(kind):
    """Of all groups, what check and compare read; the kernel's release by itself, as it counts for few rules."""
    def kept(regions):
        return frozenset(r for r in regions if r[2] != "direct-relaxable")

    groups = frozenset((g.assignable, g.why, g.regions_reason) + ((kept(g.regions), g.bits) if g.assignable is not False else ())
                       for g in kind.groups if g.why != "bridges-only")
    regions = kept(r for g in kind.groups for r in g.regions)
    units = frozenset(unit[1:] for unit in kind.units)
    return dataclasses.replace(kind, cpu_name="", family=0, model=0, kernel="", narrowed=False, groups=groups, units=(units, regions))


def check_width(told, widths, mixed):
    numbers = known(widths)
    lowest = min(numbers)
    assert told["known"] == lowest and told["hosts"] == sum(widths.values())
    assert told["unknown"] == told["hosts"] - sum(numbers.values())
    assert told["bits"] == (None if mixed or told["unknown"] else lowest)
    if mixed:  # No guest runs on both architectures.
        assert told["ladder"] == []
        return
    assert [(step["bits"], step["cannot"]) for step in told["ladder"]] == \
        [(bits, sum(n for b, n in numbers.items() if b < bits)) for bits in sorted(numbers) if bits > lowest]
    assert [(step["from"], step["lost"]) for step in told["ladder"]] == [(bits, numbers[bits]) for bits in sorted(numbers)][:-1]


def check_widths(answer, fleet, counted, mixed):
    """Of the hosts that are counted: by kind."""
    guest, with_devices = collections.Counter(), collections.Counter()
    for kind, n in zip(fleet.kinds, fleet.counts):
        if n and counted(kind):
            guest[kind.safe()] += n
            if possible(kind):
                with_devices[kind.safe_with_devices()] += n
    check_width(answer["guest"], guest, mixed)
    check_width(answer["withDevices"], with_devices, mixed)
    assert answer["withDevices"]["impossible"] == guest.total() - with_devices.total()


def test_one_architecture(fleet):
    """The ladder. Its hosts come by a pipe, as they do from other programs."""
    names = number_of(fleet, lambda kind: kind.architecture)
    name = max(names, key=names.get)
    assert len(names) > 1
    whole = subprocess.run(["zstd", "-dc", fleet.path], stdout=subprocess.PIPE, check=True).stdout.splitlines()
    lines = [line for line, place in zip(whole, fleet.drawn) if fleet.kinds[place].architecture == name]
    done = subprocess.run([HAWCTL, "baseline", "-", "-j"], input=b"\n".join(lines) + b"\n", stdout=subprocess.PIPE, check=True)
    answer = json.loads(done.stdout)
    assert answer["hosts"] == len(lines) == names[name]
    check_widths(answer, fleet, lambda kind: kind.architecture == name, mixed=False)


def test_baseline(fleet):
    answer = json.loads(hawctl("baseline", fleet.path, "-j").stdout)
    assert answer["hosts"] == HOSTS == sum(row["hosts"] for row in answer["classes"])
    check_widths(answer, fleet, lambda kind: True, mixed=True)
    vendors = number_of(fleet, lambda kind: kind.vendor)
    assert {row["name"]: row["hosts"] for row in answer["vendors"]} == {name: n for name, n in vendors.items() if n}
    assert answer["encryption"]["hosts"] == number_of(fleet, lambda kind: isinstance(kind.taken, int) and kind.taken > 0)[True]
    seen = [kind for kind, n in zip(fleet.kinds, fleet.counts) if n]
    assert len(set(map(same_to_guests, seen))) <= len(answer["classes"]) <= \
        len({dataclasses.replace(kind, cpu_name="", family=0, model=0, narrowed=False) for kind in seen})


@pytest.mark.parametrize("name", GUESTS)
def test_place(fleet, name, tmp_path):
    document, rule = GUESTS[name]
    (tmp_path / "guest.json").write_text(json.dumps(document), encoding="utf-8")
    counts, place = collections.Counter(), 0
    with subprocess.Popen([HAWCTL, "place", tmp_path / "guest.json", fleet.path, "-j"], stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            row = json.loads(line)
            assert row["host"] == f"node{place:06}" and row["verdict"] == rule(fleet.kinds[fleet.drawn[place]]), row
            counts[row["verdict"]] += 1
            place += 1
        assert run.wait() == 0
    assert counts == {verdict: n for verdict, n in number_of(fleet, rule).items() if n} and len(counts) > 1
    print(name, dict(counts))


def test_memory(fleet):
    """Of one process after another; with sanitizers it means nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    text = subprocess.run(["/usr/bin/time", "-f", "%M", HAWCTL, "baseline", fleet.path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, check=True).stderr
    peak = int(text.split()[-1]) or before
    print(f"peak resident memory with {HOSTS} hosts: {peak} KiB")
    with open(HAWCTL, "rb") as file:
        if b"__asan_init" not in file.read():
            assert peak < 32 * 1024
