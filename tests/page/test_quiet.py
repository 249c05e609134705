"""The page leaves alone what did not change: the focus, a selection, what is open; a service that was stopped; people who listen."""
import os
import shlex
import signal
import time

import pytest

import hosts_intel
from bus import Client
from change import NEW, card, no_card
from tree import INTEL


def test_focus_and_selection_stay(serve, page):
    """While a device is plugged in and findings change."""
    service = serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("[data-device='0000:01:00.0']", "vfio-pci")
    page.run("getSelection().selectAllChildren(document.querySelector(\"[data-device='0000:01:00.0'] .verdict\"))")
    card(service.tree)
    service.reload()
    page.wait_text(f"[data-device='{NEW}']", "ice")
    assert page.run("return String(getSelection())") == "Yes"
    page.run("const more = document.querySelector('#findings details:not([hidden]) summary'); more.click(); more.focus()")
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    page.wait_text("[data-finding=iommu-narrower-than-cpu]", "the CPU 45 bits")
    assert page.run("return document.activeElement.localName") == "summary"
    assert "dmar1 has 48-bit page tables" in page.text("#findings details[open]")


def test_a_flapping_device_is_told_seldom(serve, page):
    """What comes and goes at once is not read out each time, and the count not at all."""
    service = serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("[data-device='0000:01:00.0']", "vfio-pci")
    page.run("""
        window.heard = [];
        window.told = 0;
        new MutationObserver(changes => changes.forEach(change => { window.told += change.addedNodes.length; }))
            .observe(document.querySelector("#news ul"), { childList: true });
        for (const node of document.querySelectorAll("#news, #devices [role=status]"))
            new MutationObserver(changes => changes.forEach(change => window.heard.push(change.target.innerText)))
                .observe(node, { childList: true, subtree: true, characterData: true });
    """)
    for _ in range(5):
        card(service.tree)
        service.reload()
        no_card(service.tree)
        service.reload()
    card(service.tree, number=10)
    service.reload()
    page.wait_text("#devices .count", "5 of 5 devices")
    page.wait(lambda: page.texts("#news li") and page.texts("#news li")[-1].endswith(f"Device {NEW} was added"), "the last word")
    # Each telling is followed by three seconds of rest.
    seconds = page.run("return performance.now() / 1000")
    assert 1 <= page.run("return window.told") <= 2 + seconds / 3
    assert not [text for text in page.run("return window.heard") if "devices" in text and " of " in text]


def test_nothing_is_read_while_nobody_looks(serve, page):
    """Cockpit says when another of its pages is in front. The document is read again when this one is back."""
    service = serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("[data-device='0000:00:02.0']", "i915")
    look = "cockpit.hidden = arguments[0]; cockpit.dispatchEvent('visibilitychange')"
    page.run(look, True)
    place = "sys/devices/pci0000:00/0000:00:02.0/uevent"
    service.tree.write(place, (service.tree.root / place).read_text(encoding="ascii").replace("DRIVER=i915", "DRIVER=vfio-pci"))
    card(service.tree)
    service.reload()
    page.wait_text("#devices .count", "5 of 5 devices")
    time.sleep(1)  # time to do it wrong
    assert "i915" in page.text("[data-device='0000:00:02.0']")
    page.run(look, False)
    page.wait_text("[data-device='0000:00:02.0']", "vfio-pci")


def test_a_stopped_service_stays_stopped(serve, bus, place, page):
    """Whoever stopped it does not want it started by a page that somebody left open. The button starts it."""
    service, started, directory = serve(hosts_intel.client_46_39), place / "started", place / "services"
    directory.mkdir()
    command = shlex.join(service.command())
    script = place / "start"
    script.write_text(f"#!/bin/sh\ntouch {started}\nexec {command}\n", encoding="utf-8")
    script.chmod(0o755)
    (directory / "hawd.service").write_text(f"[D-BUS Service]\nName=org.hawd.AddressWidth1\nExec={script}\n", encoding="utf-8")
    text = bus.configuration.read_text(encoding="utf-8")
    bus.configuration.write_text(text.replace("<policy", f"<servicedir>{directory}</servicedir>\n  <policy", 1), encoding="utf-8")
    other = Client(bus.address)
    other.bus_call("ReloadConfig")
    page.open()
    service.stop()
    page.wait_text("#state", "The service has stopped")
    time.sleep(2)  # time to do it wrong
    assert not started.exists()
    page.run("Array.from(document.querySelectorAll('#state button')).find(node => node.innerText === 'Start it').click()")
    page.wait(lambda: page.state() == "ready", "the service")
    assert started.exists()
    number, = other.bus_call("GetConnectionUnixProcessID", "s", ("org.hawd.AddressWidth1",))
    other.close()
    os.kill(number, signal.SIGTERM)
    page.wait_text("#state", "The service has stopped")


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="HAWD_TEST_ALL is not set: it waits for 25 seconds")
def test_a_service_that_hangs(serve, page):
    """It is said, with what to do; and the page goes on when it answers again."""
    service = serve(hosts_intel.client_46_39)
    os.kill(service.process.pid, signal.SIGSTOP)
    page.open("failed")
    assert "There was no answer for 25 seconds." in page.text("#state") and "hawctl doctor" in page.text("#state")
    os.kill(service.process.pid, signal.SIGCONT)
    page.wait_text("[data-width=IovaBits]", "39")
