"""One bus, cockpit-ws and browser for all tests of a file, and the programs that the page starts. A host is another tree and
another run of the service."""
import os
import pathlib
import shutil
import tempfile

from bus import Bus, Service
from cockpit import Cockpit, Page
from tree import Tree

HAWCTL = os.environ["HAWCTL"]


class Programs:
    """A directory that is the whole PATH of the session. hawctl is that of the build; `history` reads the test's directory. If the
    file `held` exists, `check` writes its process number there and waits; `instead` is a script in place of `check` and `map`."""

    def __init__(self, place):
        self.place, self.boots = place / "programs", place / "boots"
        self.place.mkdir()
        self.boots.mkdir()
        self.held, self.instead = self.place / "held", self.place / "instead"
        self.write("hawctl", f"""case $1 in
history) shift; exec {HAWCTL} history {self.boots} "$@" ;;
check) [ ! -e {self.held} ] || {{ echo $$ >{self.held}; exec /bin/sleep 1000; }} ;;
esac
case $1 in check | map) [ ! -e {self.instead} ] || . {self.instead} ;; esac
exec {HAWCTL} "$@"
""")

    def write(self, name, text):
        program = self.place / name
        program.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        program.chmod(0o755)
        return program


class Station:
    def __init__(self, browser, environment=None):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="hawd-page-"))
        os.chmod(self.place, 0o755)
        self.programs = Programs(self.place)
        self.bus = Bus(self.place).start()
        self.service = None
        self.hosts = 0
        before = dict(os.environ)
        os.environ.update({"HAWCTL": str(self.programs.place / "hawctl"), "PATH": str(self.programs.place)} | (environment or {}))
        try:
            self.cockpit = Cockpit(self.place, self.bus.address)
        finally:
            os.environ.clear()
            os.environ.update(before)
        self.page = Page(browser, self.cockpit)

    def serve(self, build):
        """The service on another host, and the page as it is loaded then. Returns the host's tree."""
        if self.service:
            self.service.close()
        self.hosts += 1
        place = self.place / f"host{self.hosts}"
        runtime = place / "runtime"
        runtime.mkdir(parents=True)
        tree = Tree(place / "tree")
        build(tree)
        self.service = Service(self.bus, place, tree.root, runtime_directory=runtime).start()
        self.page.open()
        return tree

    def close(self):
        if self.service:
            self.service.close()
        self.cockpit.stop()
        self.bus.stop()
        shutil.rmtree(self.place, ignore_errors=True)


def resize(driver, width):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})


def resize_end(driver):
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
