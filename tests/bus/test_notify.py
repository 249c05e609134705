"""What the service tells systemd."""
import signal
import time

import hosts_intel
from bus import NAME, Client


def test_ready_comes_with_the_name(serve, bus):
    """Whoever waits for READY=1 finds the name taken and answers given."""
    service = serve(hosts_intel.client_46_39, start=False).launch()
    client = Client(bus.address)
    told = service.await_notice("READY=1")
    assert client.bus_call("NameHasOwner", "s", (NAME,)) == (True,)
    assert client.get("Generation") == 1
    assert ["READY=1"] in told and not any("RELOADING=1" in lines for lines in told)
    client.close()


def test_status(serve):
    """client_46_39 has four devices, three groups, two units."""
    service = serve(hosts_intel.client_46_39)
    status = service.settle()
    for part in ("eneration 1", "4 devices", "3 groups", "2 IOMMU units", "39"):
        assert part in status
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    service.reload()
    assert "eneration 2" in service.settle()


def test_status_of_an_unknown_width(serve):
    assert "IOVA bits unknown" in serve(hosts_intel.no_iommu_vmx_locked).settle()


def test_reload_and_end(serve):
    service = serve(hosts_intel.client_46_39)
    service.settle()
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    service.process.send_signal(signal.SIGHUP)
    reloading, = service.await_notice("RELOADING=1")
    moment, = (int(line.removeprefix("MONOTONIC_USEC=")) for line in reloading if line.startswith("MONOTONIC_USEC="))
    assert before <= moment <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    service.await_notice("READY=1")
    assert service.stop() == 0
    assert service.drain() == [["STOPPING=1"]]


def test_watchdog(serve):
    """Asked for a sign every six seconds, it gives one in time, and none unasked. sd-event gives it after three to four and a half
    of them: what is left is for a busy machine."""
    service = serve(hosts_intel.client_46_39, start=False)
    service.environment = {"WATCHDOG_USEC": "6000000"}
    service.start()
    last = time.monotonic()
    for _ in range(2):
        service.await_notice("WATCHDOG=1")
        assert time.monotonic() - last < 6
        last = time.monotonic()
    service.stop()
    service.environment = {}
    service.start()
    time.sleep(2.5)
    assert not any("WATCHDOG=1" in lines for lines in service.drain())
