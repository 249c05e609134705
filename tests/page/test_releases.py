"""The page in newer releases of Cockpit than Debian 12's: their bridge, which is another program, and their cockpit.js."""
import os

import pytest

import hosts_intel
import release
from change import NEW, card
from cockpit import Cockpit, Page, bridge_of, skip_without_programs
from image import Missing

SUITES = ["trixie", "sid"] if os.environ.get("HAWD_TEST_ALL") else []


@pytest.fixture(params=SUITES or [pytest.param("", marks=pytest.mark.skip("HAWD_TEST_ALL is not set"))])
def newer(request, place, bus):
    skip_without_programs()
    try:
        unpacked = release.tree(request.param, ["cockpit-bridge"], closure=False)
    except Missing as missing:
        pytest.skip(str(missing))
    it = Cockpit(place, bus.address, bridge_of(unpacked, place))
    yield it
    it.stop()


def test_lives_and_comes_back(serve, browser, newer):
    browser.get("about:blank")
    browser.get_log("browser")
    page = Page(browser, newer)
    service = serve(hosts_intel.client_46_39, start=False)
    page.open("absent")
    service.start()
    page.wait_text("[data-width=IovaBits]", "39")
    page.wait_text("[data-device='0000:00:02.0']", "i915")
    service.stop(9)
    page.wait_text("#state", "The service has stopped")
    service.start()
    page.wait(lambda: page.state() == "ready", "the service to be back")
    card(service.tree)
    service.reload()
    page.wait_text("#news", f"Device {NEW} was added")
    page.wait_text("#devices .count", "5 of 5 devices")
    page.wait_text(f"[data-device='{NEW}']", "ice")
    assert not page.complaints()
