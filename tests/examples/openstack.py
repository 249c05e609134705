"""OpenStack as a judge: Debian 13's Nova and Placement, fetched as other releases are (tests/oracle/release.py) and run with
their own Python. Nothing is installed or configured."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests" / "oracle"))
import release  # noqa: E402

PACKAGES = ["placement-api", "python3", "python3-nova", "python3-openstackclient", "python3-osc-placement"]
SERVER = """
import sys, wsgiref.simple_server
from placement import wsgi
class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *words): pass
server = wsgiref.simple_server.make_server("127.0.0.1", 0, wsgi.init_application(), handler_class=Quiet)
print("port", server.server_port, flush=True)
server.serve_forever()
"""
CONFIGURATION = """[api]
auth_strategy = noauth2
[placement_database]
connection = sqlite:///{place}/placement.sqlite
sync_on_startup = true
"""


class OpenStack:
    def __init__(self):
        self.root = release.tree("trixie", PACKAGES)
        self.python = release.command(self.root, "usr/bin/python3")
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONHOME": str(self.root / "usr"), "PYTHONPYCACHEPREFIX": f"{self.root}.pycache",
                            "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"), "PYTHONNOUSERSITE": "1"}

    def run(self, code, *words, text=None):
        """What the code prints last, as JSON."""
        done = subprocess.run([*self.python, "-c", code, *words], input=text, capture_output=True, text=True, timeout=240, check=False, env=self.environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def client(self, place, port):
        """A directory with an openstack command that asks the Placement at that port, as its administrator."""
        tools = place / "openstack-bin"
        tools.mkdir()
        words = " ".join(f"'{word}'" for word in self.python)
        exports = "\n".join(f"export {key}='{value}'" for key, value in self.environment.items() if key.startswith("PYTHON"))
        (tools / "openstack").write_text(f"#!/bin/sh\n{exports}\nexec {words} '{self.root}/usr/bin/openstack' --os-auth-type admin_token --os-token admin "
                                         f"--os-endpoint http://127.0.0.1:{port} \"$@\"\n", encoding="utf-8")
        (tools / "openstack").chmod(0o755)
        return tools

    def placement(self, place):
        """A real Placement with an empty database: the process, which says its port."""
        (place / "placement.conf").write_text(CONFIGURATION.format(place=place), encoding="utf-8")
        with open(place / "placement.log", "w", encoding="utf-8") as log:
            return subprocess.Popen([*self.python, "-c", SERVER], stdout=subprocess.PIPE, stderr=log, text=True,
                                    env=self.environment | {"OS_PLACEMENT_CONFIG_DIR": str(place)})
