"""The fixtures of this directory. One browser serves all tests of a file, since starting it takes a second."""
import pathlib
import tempfile
import shutil

import pytest

from cockpit import Cockpit, Page, skip_without_programs, start_browser
from fixtures import bus, client, place, root, serve  # noqa: F401


@pytest.fixture(scope="session")
def browser():
    skip_without_programs()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="hawd-browser-"))
    driver = start_browser(directory)
    yield driver
    driver.quit()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def cockpit(place, bus):  # noqa: F811
    skip_without_programs()
    it = Cockpit(place, bus.address)
    yield it
    it.stop()


@pytest.fixture
def page(browser, cockpit):
    """A test fails if the browser complained of anything."""
    browser.get("about:blank")
    browser.get_log("browser")
    it = Page(browser, cockpit)
    yield it
    said = it.complaints()
    browser.get("about:blank")
    assert not said
