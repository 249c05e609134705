"""What is known of CPU models, against QEMU's own answers."""
import os
import pathlib
import re

from forms import read

TABLE = pathlib.Path(os.environ["HAWD_SOURCE"]) / "guest" / "cpu-model.c"
VENDORS = {"GenuineIntel": "intel", "AuthenticAMD": "amd", "HygonGenuine": "hygon", "CentaurHauls": "centaur"}


def test_against_qemu(judge):
    with judge.ask("-accel", "tcg", "-M", "none") as call:
        names = [model["name"] for model in call("query-cpu-definitions")]
        models = {name: call("query-cpu-model-expansion", type="full", model={"name": name})["model"]["props"]
                  for name in names if name not in ("base", "host")}
    assert len(models) > 80
    for name, properties in models.items():
        cpu = read(f"--defaults={judge.text},,", "--", "-M", "q35", "-cpu", name)["cpu"]
        assert cpu["vendor"] == VENDORS[properties["vendor"]], name
        for ours, theirs in (("longMode", "lm"), ("la57", "la57"), ("pdpe1gb", "pdpe1gb"), ("pae", "pae"), ("pse36", "pse36")):
            assert cpu[ours] == properties[theirs], (name, theirs)
        # No model has a width of its own: the default is what stands in the class.
        assert properties["phys-bits"] == 0 and not properties["host-phys-bits"], name


def test_table_is_sorted():
    names = re.findall(r'^        \{ "([^"]+)", CPU', TABLE.read_text(encoding="utf-8"), re.M)
    assert names == sorted(names) and len(names) > 40
