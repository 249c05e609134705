"""R11 of a CPU model whose hardware has other widths. The widths are those of data sheets: Skylake-SP has 46 bits, client
Skylakes 39, Broadwell 39 or 46, Penryn 36, 38 or (Xeon 7400) 40."""
import pytest

from guests import guest, intel
from place import nothing

SERVER = intel(46, 48)


def told(answer):
    return [f for f in answer["findings"] if f["rule"] == "R11"]


@pytest.mark.parametrize("model,bits,seen", [
    ("Skylake-Server", None, "Skylake-Server: 40 bits, the default; seen: 46 ("), ("Skylake-Server-noTSX-IBRS", 39, "Skylake-Server: 39 bits; seen: 46 ("),
    ("Skylake-Server-v4", 48, "Skylake-Server: 48 bits; seen: 46 ("), ("Skylake-Client-v3", 46, "Skylake-Client: 46 bits; seen: 39 ("),
    ("Broadwell-v2", 40, "Broadwell: 40 bits; seen: 39 ("), ("EPYC-Milan", 40, "EPYC-Milan: 40 bits; seen: 48 ("),
])
def test_other_width(place, model, bits, seen):
    answer = place.check(SERVER, guest(bits=bits, model=model))
    finding, = told(answer)
    assert finding["verdict"] == "info" and finding["subject"] == "guest" and finding["numbers"].startswith(seen), finding
    assert finding["remedy"] == ""


@pytest.mark.parametrize("model,bits", [
    ("Skylake-Server", 46), ("Skylake-Client", 39), ("Broadwell-noTSX", 39), ("Broadwell", 46), ("Penryn", None), ("EPYC-IBPB", 43), ("EPYC", 48),
    # As the host, whatever it has.
    ("Skylake-Client", "host"), ("EPYC", "host"),
    # They stand for no CPU.
    ("qemu64", None), ("kvm64", 44), ("qemu64-v1", 39), ("host", "host"), ("max", "host"), ("x86-64-v3", None), ("host-model", None),
    # No machine was seen.
    ("SierraForest", None), ("Opteron_G1", 42),
    # Without long mode nothing can be set.
    ("n270", None), ("coreduo", None), ("pentium3", None),
])
def test_no_false_alarm(place, model, bits):
    answer = place.check(SERVER, guest(bits=bits, **({"model": model} if model else {})))
    assert not [f for f in told(answer) if "CPU model" in f["summary"]]


def test_it_is_no_reason(place):
    """Information changes no verdict."""
    answer = place.check(SERVER, guest(model="Skylake-Server"))
    assert told(answer) and answer["verdict"] == "safe"


@pytest.mark.parametrize("bits,n", [(40, 1), ("host", 0)])
def test_unknown_host(place, bits, n):
    """The model alone says it: nothing is needed of the host but for widths of its own."""
    assert len(told(place.check(nothing, guest(bits=bits, model="Skylake-Server")))) == n
