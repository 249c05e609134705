"""QEMU with KVM inside the emulated hosts, stopped before the first instruction: it starts or does not, and lays its machine out, as worked out
by hand (vectors.py); `hawctl check` in the same host says the same of the same command line."""
import json
import shlex

import pytest

import inner

QEMU = "10.0"


@pytest.fixture
def started(booted):
    """Every guest of the host with what QEMU did and what hawctl says."""
    if not booted.host.guests:
        pytest.skip("no guests are started in this host")
    if not hasattr(booted, "started"):
        booted.started = [(guest, *inner.start(booted.machine, guest.words()), check(booted.machine, guest)) for guest in booted.host.guests]
    return booted.started


def check(machine, guest):
    status, text = machine.run(f"hawctl --local check --json=short --qemu={QEMU} -- {shlex.join(guest.words())}", 120)
    assert status in (0, 3), (guest.name, text)
    return json.loads(text)


def places(answer, kind):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in answer["layout"]["ranges"] if r["kind"] == kind]


def test_qemu_does_what_the_rule_says(started):
    """The oracle agrees with itself."""
    for guest, error, found, _ in started:
        if guest.error:
            assert error and guest.error in error, (guest.name, error)
            continue
        assert error is None, (guest.name, error)
        assert found["pcie-ecam"][0] == guest.ecam, guest.name
        assert found.get("pcie-mmio-high") == guest.window, guest.name
        assert found.get("device-memory") == guest.hotplug, guest.name


def test_check_says_whether_it_starts(started):
    for guest, error, _, answer in started:
        assert (answer["verdict"] == "unsafe") == bool(error), (guest.name, error, answer["findings"])


def test_check_lays_out_as_qemu_does(started):
    for guest, error, found, answer in started:
        if error:
            continue
        assert places(answer, "ecam")[0][0] == found["pcie-ecam"][0], guest.name
        assert places(answer, "window64") == ([found["pcie-mmio-high"]] if "pcie-mmio-high" in found else []), guest.name
        assert places(answer, "hotplug") == ([found["device-memory"]] if "device-memory" in found else []), guest.name


def test_check_names_what_qemu_drops_first(started):
    """QEMU leaves the 64-bit window out without a word, where nobody switched it off."""
    for guest, error, found, answer in started:
        if error or "pcie-mmio-high" in found or "off" in guest.options:
            continue
        first = answer["findings"][0]
        assert first["rule"] == "R1" and first["verdict"] != "info" and "window" in first["summary"], (guest.name, first)
