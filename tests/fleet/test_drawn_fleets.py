"""The drawn fleets themselves: their documents are valid, hawctl reads them, and which hosts can exchange guests is the same by
`hawctl compare`, by the second opinion, and by the pools of `hawctl baseline`, for all pairs."""
import itertools
import json
import os
import subprocess

import jsonschema
import pytest

import fleet_guests
import judge_baseline
from drawn import CORPUS, DOCUMENTS, HAWCTL, SEED
from fleet_kinds import draw_kinds, rng_of


def drawn(seed, n, mess):
    print(f"seed {seed}, {'kinds from the corpus' if CORPUS.real else 'kinds without a corpus'}")
    kinds, _ = draw_kinds(rng_of(seed), CORPUS, n, mess)
    return kinds, [DOCUMENTS.document(kind, 3, f"host{i}", f"{i:032x}") | {"digest": f"{i:064x}"} for i, kind in enumerate(kinds)]


@pytest.mark.parametrize("name,rule", [("PLAIN", fleet_guests.plain), ("WITH_DEVICE", fleet_guests.with_device)])
def test_documents(name, rule, tmp_path):
    """Valid by the schema, read by hawctl, and check's verdict is the one that is known by hand."""
    with open(os.environ["HAWD_SCHEMA"], encoding="utf-8") as file:
        schema = jsonschema.Draft202012Validator(json.load(file))
    kinds, documents = drawn(SEED, 64, 2.0)
    for i, document in enumerate(documents):
        if i % 3 == 0:
            schema.validate(document)
        (tmp_path / str(i)).write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "guest").write_text(json.dumps(getattr(fleet_guests, name)), encoding="utf-8")
    done = subprocess.run([HAWCTL, "check", "guest", "--local", "-j", *(f"--for={i}" for i in range(len(documents)))],
                          cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3) and done.stderr == ""
    verdicts = [target["offline"]["verdict"] for target in json.loads(done.stdout)["targets"]]
    assert verdicts == [rule(kind) for kind in kinds]


@pytest.mark.parametrize("seed,mess", [(SEED, 1.0), (SEED + 1, 4.0)])
def test_moves(seed, mess, tmp_path):
    _, documents = drawn(seed, 16, mess)
    for i, document in enumerate(documents):
        (tmp_path / str(i)).write_text(json.dumps(document), encoding="utf-8")
    hosts = [judge_baseline.Host(document) for document in documents]
    baseline = json.loads(subprocess.run([HAWCTL, "baseline", "--all", "-j", *map(str, range(len(documents)))], cwd=tmp_path, check=True,
                                         capture_output=True).stdout)
    pools = {name: row["pool"] for row in baseline["classes"] for name in row["names"]}
    verdicts = set()
    for i, j in itertools.combinations_with_replacement(range(len(hosts)), 2):
        done = subprocess.run([HAWCTL, "compare", str(i), str(j), "-j"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        answer = json.loads(done.stdout)
        verdict = answer["toThere"]["verdict"] == "safe", answer["toHere"]["verdict"] == "safe"
        assert verdict == (judge_baseline.move_is_safe(hosts[i], hosts[j]), judge_baseline.move_is_safe(hosts[j], hosts[i])), (i, j)
        verdicts.add(verdict)
        in_one_pool = pools[f"host{i}"] is not None and pools[f"host{i}"] == pools[f"host{j}"]
        assert in_one_pool == (verdict == (True, True)), (i, j)
    assert len(verdicts) > 2 and len(baseline["pools"]) > 3
