"""QEMU with KVM inside the emulated hosts, stopped before the first instruction: it starts or does not, and lays its machine out, as worked out
by hand (vectors.py); `hawctl check` in the same host says the same of the same command line."""
import json
import os
import shlex

import pytest

import inner
from vectors import EACH_RUN

QEMU = "10.0"


@pytest.fixture
def started(booted):
    """The guests of the host with what QEMU did."""
    if not booted.host.guests:
        pytest.skip("no guests are started in this host")
    if not hasattr(booted, "started"):
        chosen = booted.host.guests[:None if os.environ.get("HAWD_TEST_ALL") else EACH_RUN]
        booted.started = [(guest, *inner.start(booted.machine, guest.words())) for guest in chosen]
    return booted.started


@pytest.fixture
def answered(booted, started):
    """With what hawctl says."""
    if not hasattr(booted, "answers"):
        booted.answers = [check(booted.machine, guest) for guest, *_ in started]
    return [(*one, answer) for one, answer in zip(started, booted.answers)]


def check(machine, guest):
    status, text = machine.run(f"hawctl --local check --json=short --qemu={QEMU} -- {shlex.join(guest.words())}", 120)
    assert status in (0, 3), (guest.name, text)
    return json.loads(text)


def places(answer, kind):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in answer["layout"]["ranges"] if r["kind"] == kind]


def test_qemu_does_what_the_rule_says(started):
    """The oracle agrees with itself."""
    for guest, error, found in started:
        if guest.error:
            assert error and guest.error in error, (guest.name, error)
            continue
        assert error is None, (guest.name, error)
        if guest.x86:
            continue
        assert found["pcie-ecam"][0] == guest.ecam, guest.name
        assert found.get("pcie-mmio-high") == guest.window, guest.name
        assert found.get("device-memory") == guest.hotplug, guest.name


def test_check_says_whether_it_starts(answered):
    for guest, error, _, answer in answered:
        assert (answer["verdict"] == "unsafe") == bool(error), (guest.name, error, answer["findings"])


def test_check_lays_out_as_qemu_does(answered):
    for guest, error, found, answer in answered:
        if error or guest.x86:
            continue
        assert places(answer, "ecam")[0][0] == found["pcie-ecam"][0], guest.name
        assert places(answer, "window64") == ([found["pcie-mmio-high"]] if "pcie-mmio-high" in found else []), guest.name
        assert places(answer, "hotplug") == ([found["device-memory"]] if "device-memory" in found else []), guest.name


def test_check_names_what_qemu_drops_first(answered):
    """QEMU leaves the 64-bit window out without a word, where nobody switched it off."""
    for guest, error, found, answer in answered:
        if error or guest.x86 or "pcie-mmio-high" in found or "off" in guest.options:
            continue
        first = answer["findings"][0]
        assert first["rule"] == "R1" and first["verdict"] != "info" and "window" in first["summary"], (guest.name, first)
