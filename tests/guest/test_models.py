"""What is known of CPU models, against QEMU's own answers."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from forms import read

TABLE = pathlib.Path(os.environ["HAWD_SOURCE"]) / "profile" / "guest" / "guest-cpu-model.c"
VENDORS = {"GenuineIntel": "intel", "AuthenticAMD": "amd", "HygonGenuine": "hygon"}
NEEDS_QEMU = pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="no qemu-system-x86_64 here")


def ask():
    """Name to properties, of every model of the QEMU here."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-M", "none", "-S", "-nographic", "-serial", "none", "-monitor", "none", "-qmp", "stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as qemu:
        def call(name, **arguments):
            qemu.stdin.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            qemu.stdin.flush()
            while "return" not in (answer := json.loads(qemu.stdout.readline())):
                assert "error" not in answer, answer
            return answer["return"]
        qemu.stdout.readline()
        call("qmp_capabilities")
        names = [model["name"] for model in call("query-cpu-definitions")]
        models = {name: call("query-cpu-model-expansion", type="full", model={"name": name})["model"]["props"] for name in names}
        call("quit")
    return models


@NEEDS_QEMU
def test_against_qemu():
    models = ask()
    assert len(models) > 80
    for name, properties in models.items():
        if name in ("base", "host", "max"):
            continue
        cpu = read("--defaults=,,", "--", "-M", "q35", "-cpu", name)["cpu"]
        assert cpu["vendor"] == VENDORS[properties["vendor"]], name
        assert cpu["longMode"] == properties["lm"], name
        assert cpu["la57"] == properties["la57"], name
        assert cpu["pdpe1gb"] == properties["pdpe1gb"], name
        assert cpu["pae"] == (properties["pae"] or properties["pse36"]), name


def test_table_is_sorted():
    names = re.findall(r'^        \{ "([^"]+)", CPU', TABLE.read_text(encoding="utf-8"), re.M)
    assert names == sorted(names) and len(names) > 40
