"""Another user's floods: what they cost an honest client, the service's memory and the published files."""
import os
import time

import pytest

import hosts_many
from attack import Flood, Host, Total, honest, peak_mib, reset_peak

SECONDS = 2
ALL = bool(os.environ.get("HAWD_TEST_ALL"))

FLOODS = {
    "deaf-describe": ("Describe", {"deaf": True, "calls": 128}),
    "deaf-objects": ("GetManagedObjects", {"deaf": True, "calls": 128}),
    "deaf-properties": ("GetAll", {"deaf": True, "calls": 128}),
    "no-reply": ("GetManagedObjects", {"no_reply": True}),
    "describe": ("Describe", {}),
    "check": ("Check", {}),
    "compare": ("Compare", {}),
    "big": ("Check", {"bytes": 16 << 20}),
}


@pytest.mark.parametrize("connections", [1, 10, 200] if ALL else [10])
@pytest.mark.parametrize("devices", [20, 4096] if ALL else [20])
@pytest.mark.parametrize("flood", FLOODS if ALL else ["deaf-describe", "deaf-properties"])
def test_flood(serve, bus, devices, flood, connections):
    service = serve(lambda tree: hosts_many.server(tree, devices))
    host = Host(service)
    host.freshness()
    reset_peak(service)
    at_rest = honest(bus, 0.5)
    member, options = FLOODS[flood]
    with Flood(bus, member, connections=connections, **options) as attacker:
        times = honest(bus, SECONDS)
        fresh = host.freshness()
        total = Total(attacker.end())
    start = time.monotonic()
    honest(bus)
    after = time.monotonic() - start
    print(f"\n{bus.kind}, {devices} devices, {connections} x {flood}: {times} ({at_rest.p50:.1f} at rest), "
          f"published after {fresh:.2f} s, answers {after:.2f} s after the end, peak {peak_mib(service):.0f} MiB, "
          f"{total.sent} sent {total.replies} replies {total.errors} errors {total.dropped} dropped")


@pytest.mark.parametrize("devices", [20, 4096] if ALL else [])
def test_burst_and_gone(serve, bus, devices):
    service = serve(lambda tree: hosts_many.server(tree, devices))
    reset_peak(service)
    with Flood(bus, "GetManagedObjects", calls=100000, leave=True) as attacker:
        total = Total(attacker.end())
    start = time.monotonic()
    times = honest(bus)
    print(f"\n{bus.kind}, {devices} devices, burst of {total.sent} and gone: next Get after {time.monotonic() - start:.2f} s "
          f"({times.failed} failed), peak {peak_mib(service):.0f} MiB")
