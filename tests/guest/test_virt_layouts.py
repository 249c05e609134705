"""The memory map of QEMU's virt machine, against what real QEMUs said of the same machines (the table virt-layouts)."""
import pathlib
import re

import pytest

from virt_layout import asked, options, size, span

TABLE = pathlib.Path(__file__).with_name("virt-layouts")


def rows():
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            yield pytest.param(re.split(r"\s{2,}", line.strip()), id=str(number))


def case_of(words):
    qemu, machine, cpu, ram, most, slots, switches, cpus = words
    case = {"qemu": qemu, "machine-version": machine, "ram": size(ram), "cpus": cpus,
            **options("" if switches == "-" else switches)}
    case |= {"ipa": cpu[len("host"):]} if cpu.startswith("host") else {"model": cpu.split(",")[0]}
    if most != "-":
        case |= {"max": size(most), "slots": slots}
    return case


@pytest.mark.parametrize("row", rows())
def test_row(row):
    case, (hotplug, ecam, window, redists), error = case_of(row[:8]), row[8:12], row[12]
    answer = asked(case)
    if error != "-":
        assert not answer["starts"] and error in answer["errors"]
        return
    assert answer["starts"], answer["text"]
    assert answer["ram"] == [(1 << 30, (1 << 30) + case["ram"] - 1)]
    assert answer["hotplug"] == ([] if hotplug == "-" else [span(hotplug)])
    first = int(ecam, 16)
    assert answer["ecam"] == [(first, first + ((16 << 20) if ecam == "3f000000" else (256 << 20)) - 1)]
    assert answer["window64"] == ([] if window == "-" else [span(window)])
    assert answer["window32"] == [(0x10000000, 0x3efeffff)]
    # Two frames of 64 KiB for each CPU beyond the 123 of the first region.
    size_of = (int(case["cpus"]) - 123) << 17
    assert answer["redistributors"] == ([] if redists == "-" else [(int(redists, 16), int(redists, 16) + size_of - 1)])
