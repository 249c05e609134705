"""hawctl doctor on a bus: each cause for a service that does not answer, or answers with less, is presented and found."""
import json
import os
import pathlib
import re
import socket
import stat
import subprocess
import threading

import pytest

import hosts_intel
from answering import Answering
from bus import NAME, NOBODY, Bus, Client, Service
from diagnosis import ESCAPES, HAWCTL, doctor, is_entry, whole
from tree import Tree

VERSION = subprocess.run([HAWCTL, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
GOOD = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "Result": "success", "InactiveExitTimestampMonotonic": 5,
        "ConditionTimestampMonotonic": 0}


def systemd(**units):
    """Its answers; a unit's properties by its name with "_" for other characters; a string is an error."""
    def answer(member, path, body):
        if member == "LoadUnit":
            return "o", ("/unit/" + re.sub(r"\W", "_", body[0]),)
        if member != "Get":
            return "org.freedesktop.DBus.Error.UnknownMethod"
        unit = units.get(path.rsplit("/", 1)[1], {})
        if isinstance(unit, str):
            return unit
        value = (GOOD | unit)[body[1]]
        return "v", (("t" if isinstance(value, int) else "s", value),)
    return answer


@pytest.fixture
def answering(bus):
    """answering(name, answer) has somebody answer there."""
    there = []
    yield lambda name, answer: there.append(Answering(bus, name, answer, f"text{ESCAPES}"))
    for one in there:
        one.end()


SYSTEMD = "org.freedesktop.systemd1"


def test_the_service_answers(serve, bus):
    serve(hosts_intel.client_46_39)
    entries = doctor(f"--bus-address={bus.address}")
    is_entry(entries, "bus", "ok", bus.address)
    is_entry(entries, "service", "ok", "hawd answers")
    is_entry(entries, "version", "ok", VERSION)
    is_entry(entries, "widths", "ok", "five")
    assert entries["source"] == "service"


def test_no_bus(place):
    entries = doctor(DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={place}/nothing")
    is_entry(entries, "bus", "problem", "The system bus cannot be reached: No such file", "dbus.service")
    assert "service" not in entries and entries["source"] == "host"
    done = subprocess.run([HAWCTL], capture_output=True, text=True, check=True, env={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={place}/nothing"})
    assert done.stderr == "hawctl: no service on the system bus (No such file or directory); reading this host directly; 'hawctl doctor' says what to do\n"


def test_nobody_listens(place):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place / "dead"))
    is_entry(doctor(f"--bus-address=unix:path={place}/dead"), "bus", "problem", "refused", "dbus.service")


@pytest.mark.parametrize("says", [None, b"x" * 100000, b"REJECTED\r\n" * 10])
def test_a_bus_that_does_not_answer(place, says):
    """It accepts, and is silent or speaks something else: then nobody behind it is judged."""
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(place / "mute"))
        mute.listen()
        if says:
            threading.Thread(target=lambda: [mute.accept()[0].sendall(says) for _ in range(2)], daemon=True).start()
        entries = doctor(f"--bus-address=unix:path={place}/mute")
    is_entry(entries, "bus", "problem", "cannot be reached: " + ("it closes the connection" if says else "it does not answer"), "systemctl status dbus")
    assert "service" not in entries and "systemd" not in entries and entries["source"] == "host"


def test_systemd_does_not_answer(bus, answering):
    """It is asked once; what it starts is not said to be missing."""
    asked = []
    answering(SYSTEMD, lambda member, path, body: asked.append(member))
    entries = doctor(f"--bus-address={bus.address}")
    is_entry(entries, "systemd", "problem", "does not answer", "daemon-reexec")
    is_entry(entries, "service", "problem", "nobody on the", "systemd")
    assert asked == ["LoadUnit"] * 2  # doctor() runs it twice


def test_a_closed_bus(root, bus, place):
    os.chmod(bus.socket, stat.S_IRWXU)
    program = place / "hawctl"
    program.write_bytes(pathlib.Path(HAWCTL).read_bytes())
    program.chmod(0o755)
    done = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", program, "doctor", "-j", f"--bus-address={bus.address}"],
                          capture_output=True, text=True, check=False)
    entries = {entry["id"]: entry for entry in json.loads(done.stdout)["entries"]}
    assert done.returncode == 3 and done.stderr == ""
    is_entry(entries, "bus", "problem", "Permission denied", "another user than nobody")
    # The programs that belong to it are not beside it, nor installed here.
    if not pathlib.Path("/usr/libexec/hawd").exists():
        is_entry(entries, "hawd-domain", "problem", "not installed: hawctl cannot read libvirt domains", "Install hawctl again")


def test_no_service(bus):
    is_entry(doctor(f"--bus-address={bus.address}"), "service", "problem", "not installed or not running", "Install hawd")


@pytest.mark.parametrize("unit,found,remedy", [
    ({"LoadState": "not-found"}, "not installed: there is no hawd.service", "systemctl reload dbus"),
    ({"LoadState": "masked", "ActiveState": "inactive"}, "masked", "systemctl unmask hawd.service"),
    ({"LoadState": "bad-setting"}, "cannot load hawd.service (bad-setting)", "install hawd again"),
    ({"ActiveState": "failed", "Result": "exit-code"}, "has failed (exit-code)", "journalctl -b -u hawd.service"),
    ({"ActiveState": "failed", "Result": ESCAPES}, "has failed (\\x1b]0;owned", "journalctl"),
    ({"ActiveState": "inactive", "UnitFileState": "disabled"}, "does not start it", "systemctl enable --now hawd"),
    ("org.freedesktop.DBus.Error.AccessDenied", "not installed or not running", "Install hawd"),
])
def test_systemd_knows_why(bus, answering, unit, found, remedy):
    answering(SYSTEMD, systemd(hawd_service=unit))
    is_entry(doctor(f"--bus-address={bus.address}"), "service", "problem", found, remedy)


@pytest.mark.parametrize("error,found,remedy", [
    ("org.freedesktop.DBus.Error.AccessDenied", "does not let user root (0) call", "systemctl reload dbus"),
    ("org.freedesktop.DBus.Error.NoReply", "does not answer", "systemctl restart hawd"),
    ("org.freedesktop.DBus.Error.LimitsExceeded", "too often", "Wait"),
    ("org.freedesktop.DBus.Error.Spawn.ExecFailed", "cannot start hawd", "log of the bus"),
    ("org.freedesktop.systemd1.NoSuchUnit", "cannot start hawd", "log of the bus"),
    ("org.example.Nonsense", "answers with an error: text\\x1b]0;owned", "systemctl status hawd"),
])
def test_errors_of_calls(root, bus, answering, error, found, remedy):
    answering(NAME, lambda member, path, body: error)
    is_entry(doctor(f"--bus-address={bus.address}"), "service", "problem", found, remedy)


def test_not_enabled(bus, answering):
    """The bus asks systemd for a name that only an enabled unit has."""
    answering(NAME, lambda member, path, body: "org.freedesktop.systemd1.NoSuchUnit")
    answering(SYSTEMD, systemd(hawd_service={"ActiveState": "inactive", "UnitFileState": "disabled"}))
    is_entry(doctor(f"--bus-address={bus.address}"), "service", "problem", "cannot start", "systemctl enable --now hawd")


def former(document, version):
    """The service of another version, which has the same document."""
    def answer(member, path, body):
        if member == "Get":
            return "v", (("s", version),)
        return ("s", (document,)) if member == "Describe" else "org.freedesktop.DBus.Error.UnknownMethod"
    return answer


@pytest.mark.parametrize("version,state,found", [("0.0.1", "problem", "version 0.0.1, hawctl " + VERSION), ("", "unknown", "does not tell"),
                                                 (ESCAPES, "problem", "\\x1b]0;owned")])
def test_another_version(tmp_path, bus, answering, version, state, found):
    tree = Tree(tmp_path)
    whole(tree)
    document = subprocess.run([HAWCTL, "describe", f"--root={tmp_path}", "--json=short"], capture_output=True, text=True, check=True).stdout
    answering(NAME, former(document, version))
    entries = doctor(f"--bus-address={bus.address}")
    is_entry(entries, "version", state, found, "systemctl restart hawd")
    assert entries["source"] == "service"


def test_a_document_that_is_none(bus, answering):
    answering(NAME, former('{"schema": "other"}', VERSION))
    entries = doctor(f"--bus-address={bus.address}")
    is_entry(entries, "service", "problem", "answers with an error", "journalctl")
    assert entries["source"] == "host"


@pytest.mark.parametrize("unit,change,name,state,found,remedy", [
    ("hawd_collect_service", {"ActiveState": "inactive"}, "collector", "ok", "has run", ""),
    ("hawd_collect_service", {"ActiveState": "inactive", "InactiveExitTimestampMonotonic": 0}, "collector", "problem", "has not run", "systemctl reload hawd"),
    ("hawd_collect_xen_service", {"ActiveState": "inactive", "InactiveExitTimestampMonotonic": 0, "ConditionTimestampMonotonic": 4}, "collector-xen", "ok",
     "nothing to read", ""),
    ("hawd_collect_service", {"ActiveState": "failed", "Result": "timeout"}, "collector", "problem", "has failed (timeout)", "journalctl -b -u hawd-collect.service"),
    ("hawd_collect_service", {"LoadState": "not-found"}, "collector", "problem", "not installed", "Install hawd again"),
    ("hawd_collect_service", "org.freedesktop.DBus.Error.AccessDenied", "collector", "unknown", "Cannot ask systemd", "as root"),
    ("hawd_collect_log_service", {"ActiveState": "failed", "Result": "exit-code"}, "collector-log", "problem", "has failed", "hawd-collect-log.service"),
    ("hawd_collect_changes_path", {"ActiveState": "inactive"}, "collector-changes", "problem", "is inactive", "systemctl restart hawd"),
    ("hawd_collect_changes_path", {}, "collector-changes", "ok", "waits for changes", ""),
])
def test_the_collector(serve, bus, answering, unit, change, name, state, found, remedy):
    serve(hosts_intel.client_46_39)
    answering(SYSTEMD, systemd(**{unit: change}))
    is_entry(doctor(f"--bus-address={bus.address}"), name, state, found, remedy)


def test_the_collector_has_stored_nothing(serve, bus, answering):
    if pathlib.Path("/run/hawd/private/proc/iomem").exists():
        pytest.skip("a collector has run on this host")
    serve(hosts_intel.client_46_39)
    answering(SYSTEMD, systemd())
    is_entry(doctor(f"--bus-address={bus.address}"), "collected", "problem", "stored nothing", "systemctl reload hawd")


# ── the real thing ───────────────────────────────────────────────────────────────────────────────────────────────────

def another_bus(place, more):
    bus = Bus(place)
    text = bus.configuration.read_text(encoding="utf-8")
    bus.configuration.write_text(text.replace("</busconfig>", more + "\n</busconfig>"), encoding="utf-8")
    return bus.start()


def test_a_service_that_fails(place):
    """The bus itself starts it, and it ends at once."""
    (place / "services").mkdir()
    (place / "services" / "x.service").write_text(f"[D-BUS Service]\nName={NAME}\nExec=/bin/false\n", encoding="utf-8")
    bus = another_bus(place, f"<servicedir>{place}/services</servicedir>")
    try:
        entries = doctor(f"--bus-address={bus.address}")
        done = subprocess.run([HAWCTL, f"--bus-address={bus.address}"], capture_output=True, text=True, check=False)
    finally:
        bus.stop()
    is_entry(entries, "service", "problem", "cannot start hawd: Process org.hawd.AddressWidth1 exited with status 1", "log")
    assert entries["source"] == "host"
    assert done.returncode == 1 and done.stderr.endswith("; 'hawctl doctor' says what to do\n") and done.stderr.count("\n") == 1


def test_a_policy_that_refuses(root, place):
    """It lets the service have its name, and nobody call it."""
    bus = another_bus(place, f'<policy context="default"><deny send_destination="{NAME}" send_type="method_call"/></policy>')
    tree = Tree(place / "tree")
    whole(tree)
    service = Service(bus, place, tree.root).start()
    try:
        entries = doctor(f"--bus-address={bus.address}")
        done = subprocess.run([HAWCTL], capture_output=True, text=True, check=True, env={"DBUS_SYSTEM_BUS_ADDRESS": bus.address})
    finally:
        service.close()
        bus.stop()
    is_entry(entries, "service", "problem", "does not let user root (0) call org.hawd.AddressWidth1", "/usr/share/dbus-1/system.d/org.hawd.AddressWidth1.conf")
    assert done.stderr.startswith("hawctl: no service on the system bus (") and done.stderr.endswith("'hawctl doctor' says what to do\n")


def test_programs_of_another_version(place):
    """hawctl runs those beside it first."""
    for name, text in (("hawctl", None), ("hawd-domain", "echo hawd-domain 0.0.1"), ("hawd-archive", f"printf '{ESCAPES}'; seq 100000")):
        program = place / name
        program.write_bytes(pathlib.Path(HAWCTL).read_bytes() if text is None else f"#!/bin/sh\n{text}\n".encode())
        program.chmod(0o755)
    done = subprocess.run([place / "hawctl", "doctor", "--local", "-j"], capture_output=True, text=True, timeout=60, check=False)
    entries = {entry["id"]: entry for entry in json.loads(done.stdout)["entries"]}
    is_entry(entries, "hawd-domain", "problem", "has version 0.0.1", "Install hawctl again")
    is_entry(entries, "hawd-archive", "problem", "does not run", "Install hawctl again")


def test_programs_are_ours():
    entries = doctor("--local")
    is_entry(entries, "hawd-domain", "ok", "same version")
    is_entry(entries, "hawd-archive", "ok", "same version")
