"""A cockpit-ws without login on a private bus, and a browser in front of it that shows the page."""
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

from bus import PATIENCE, wait_for

WS = next((path for path in ("/usr/lib/cockpit/cockpit-ws", "/usr/libexec/cockpit-ws") if os.path.exists(path)), None)
BRIDGE, CHROMIUM, DRIVER = (shutil.which(name) for name in ("cockpit-bridge", "chromium", "chromedriver"))
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])


def skip_without_programs():
    missing = [name for name, path in {"cockpit-ws": WS, "cockpit-bridge": BRIDGE, "chromium": CHROMIUM, "chromium-driver": DRIVER}.items() if not path]
    if missing:
        pytest.skip(f"not installed: {' '.join(missing)}")
    pytest.importorskip("selenium", reason="python3-selenium is not installed")


def answers(port):
    """Opens a connection and asks nothing: the first request gets the session."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def bridge_of(release, place):
    """A program that runs the bridge of an unpacked release, which is Python from 293 on and brings cockpit.js."""
    program = place / "bridge"
    program.write_text(f"#!/bin/sh\nPYTHONPATH={release}/usr/lib/python3/dist-packages XDG_DATA_DIRS={release}/usr/share "
                       f'exec /usr/bin/python3 {release}/usr/bin/cockpit-bridge "$@"\n', encoding="ascii")
    program.chmod(0o755)
    return program


class Cockpit:
    """cockpit-ws with one session, which is the user of the test. The page is the one of the source tree."""

    def __init__(self, place, address, bridge=BRIDGE):
        data = place / "data" / "cockpit"
        data.mkdir(parents=True)
        os.symlink(TOP / "cockpit", data / "hawd")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        path = os.pathsep.join([os.path.dirname(os.environ["HAWCTL"]), os.environ["PATH"]])
        environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": address, "XDG_DATA_HOME": str(place / "data"), "HOME": str(place), "PATH": path,
                                    "LC_ALL": "C.UTF-8",
                                    # Debian 12's bridge starts a bus and an agent if there are none, and leaves them behind.
                                    "DBUS_SESSION_BUS_ADDRESS": address, "SSH_AUTH_SOCK": str(place / "no-agent")}
        self.log = place / "cockpit.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([WS, "--no-tls", "-a", "127.0.0.1", "-p", str(self.port), f"--local-session={bridge}"],
                                            env=environment, stdin=subprocess.DEVNULL, stderr=log, stdout=log)
        wait_for(lambda: self.process.poll() is not None or answers(self.port), "cockpit-ws")
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")

    def address(self):
        return f"http://127.0.0.1:{self.port}/cockpit/@localhost/hawd/index.html"

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


def start_browser(place, width=1280):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    # It runs as root in a container, where its own sandbox and /dev/shm are not to be had.
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},1000",
                     f"--user-data-dir={place / 'browser'}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    driver.set_script_timeout(PATIENCE)
    return driver


class Page:
    """The page in a browser."""

    def __init__(self, driver, cockpit):
        self.driver, self.cockpit = driver, cockpit
        self.said = []

    def open(self, state="ready"):
        self.driver.get(self.cockpit.address())
        self.wait(lambda: self.state() == state, f"the page is {state}")
        return self

    def state(self):
        return self.run("return document.documentElement.dataset.state")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        """As it is seen; empty if there is no such element."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def texts(self, selector):
        return self.run("return Array.from(document.querySelectorAll(arguments[0]), node => node.innerText)", selector)

    def wait(self, condition, what):
        return wait_for(condition, f"{what}; the page has: {self.run('return document.body.innerText')[:3000]}")

    def wait_text(self, selector, wanted):
        end = time.monotonic() + PATIENCE
        while wanted not in (text := self.text(selector)):
            assert time.monotonic() < end, f"waited for {wanted!r} in {selector}: {text[:3000]!r}"
            time.sleep(0.02)
        return text

    def complaints(self):
        """What the browser wrote to its console as an error or a warning: violations of the policy are among it."""
        self.said += [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        return self.said
