"""man 5 org.hawd.AddressWidth1 has what the service has, no more and no less, and its examples work as they stand there."""
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import hosts_intel
from bus import GROUP, HOST, IOMMU, NAME, PATH, wait_for
from change import card

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"
PAGE = (TOP / f"man/{NAME}.5").read_text(encoding="utf-8").replace("\\-", "-").replace("\\e", "\\")


def sections(mark, text):
    """{title: text} of the parts that begin with .SH or .SS."""
    parts = re.split(rf"^\.{mark} (.+)\n", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2]))


CHAPTERS = sections("SH", PAGE)
OBJECTS = {HOST: "THE HOST OBJECT", IOMMU: "IOMMU OBJECTS", GROUP: "GROUP OBJECTS"}
HEADINGS = {"method": "Methods", "signal": "Signals", "property": "Properties"}


def synopsis():
    """{interface: {(kind, name): what it is}}, as members() has it of the live service."""
    found, interface, emits = {}, None, "true"
    text = re.sub(r",\n\s+", ", ", CHAPTERS["THE D-BUS API"])
    for line in text.splitlines():
        if match := re.match(r"  interface (org\.hawd\S+) \{", line):
            interface = found.setdefault(match[1], {})
        elif match := re.match(rf'\s+@{re.escape(EMITS)}\("(\w+)"\)', line):
            emits = match[1]
        elif match := re.match(r"\s+readonly (\S+) (\w+) = .*;", line):
            interface["property", match[2]] = (match[1], "read", emits)
            emits = "true"
        elif match := re.match(r"\s+(\w+)\((.*)\);", line):
            arguments = [a.split() for a in match[2].split(",") if a]
            interface["method" if not arguments or len(arguments[0]) == 3 else "signal", match[1]] = [
                (a[-1], a[-2], a[0] if len(a) == 3 else None) for a in arguments]
    return found


def members(interface):
    found = {}
    for member in interface:
        if member.tag == "property":
            how = [a.get("value") for a in member.findall("annotation") if a.get("name") == EMITS]
            found["property", member.get("name")] = (member.get("type"), member.get("access"), how[0] if how else "true")
        elif member.tag in ("method", "signal"):
            found[member.tag, member.get("name")] = [
                (a.get("name"), a.get("type"), a.get("direction", "in") if member.tag == "method" else None) for a in member.findall("arg")]
    return found


@pytest.mark.parametrize("interface, below", [(HOST, ""), (IOMMU, "/iommu/dmar0"), (GROUP, "/group/2")])
def test_members(serve, bus, interface, below):
    """Name, signature, access and change flag of each property; arguments of each method and signal; a paragraph for each."""
    serve(hosts_intel.client_46_39)
    done = subprocess.run(["busctl", f"--address={bus.address}", "introspect", "--xml-interface", NAME, PATH + below],
                          capture_output=True, check=True)
    live = {i.get("name"): members(i) for i in ElementTree.fromstring(done.stdout).findall("interface")}
    assert synopsis()[interface] == live[interface]
    parts = sections("SS", CHAPTERS[OBJECTS[interface]])
    for kind, heading in HEADINGS.items():
        described = re.findall(r"^\.TP\n\.B (\w+)", parts.get(heading, ""), re.M)
        assert described == [name for k, name in live[interface] if k == kind], heading


def test_errors():
    """Each name that the service gives an error of its own, those that it borrows, and none besides."""
    sources = "".join(p.read_text(encoding="utf-8") for p in [*(TOP / "dbus").glob("*.[ch]"), *(TOP / "daemon").glob("*.[ch]")])
    own = {NAME + name for name in re.findall(r'HAWD_BUS_NAME "(\.Error\.\w+)"', sources)}
    borrowed = set(re.findall(r"SD_BUS_ERROR_(LIMITS_EXCEEDED|INVALID_ARGS)\b", sources))
    words = {"org.freedesktop.DBus.Error." + "".join(w.title() for w in name.split("_")) for name in borrowed}
    assert set(re.findall(r"^\.TP\n\.I (\S+)$", CHAPTERS["ERRORS"], re.M)) == own | words


# ── the examples ─────────────────────────────────────────────────────────────────────────────────────────────────────

def examples(text):
    """[(commands, program)] of each block: lines after "$ ", which go on while they are indented, and Python."""
    for block in re.findall(r"^\.nf\n(.*?)^\.fi\n", text, re.M | re.S):
        commands = re.findall(r"^\$ (.*\n(?: .*\n)*)", block, re.M)
        program = re.sub(r"^\$ .*\n(?: .*\n)*", "", block, flags=re.M)
        yield commands, program if program.strip() else None


BLOCKS = {title: list(examples(text)) for title, text in sections("SS", CHAPTERS["EXAMPLES"]).items()}
PREAMBLE = next(examples(CHAPTERS["EXAMPLES"]))[1]
ERROR_PREAMBLE = PREAMBLE + BLOCKS["Errors"][0][1]
CHANGES = "ProfileChanged and PropertiesChanged"


@pytest.fixture
def host(serve, bus, place, monkeypatch):
    """A host whose private bus is the system's for all that is run, and the document of another."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    monkeypatch.chdir(place)
    service = serve(hosts_intel.client_46_39)
    other = subprocess.run(["busctl", "--json=short", "call", NAME, PATH, HOST, "Describe"], capture_output=True, text=True, check=True)
    (place / "other.json").write_text(json.loads(other.stdout)["data"][0], encoding="utf-8")
    return service


def shell(command):
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)


def python(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


def test_every_member_has_an_example():
    for kind, name in synopsis()[HOST]:
        if kind == "method":
            commands = "".join(c for commands, _ in BLOCKS[name] for c in commands)
            programs = "".join(p or "" for _, p in BLOCKS[name])
            assert f"org.hawd.AddressWidth1.Host {name}" in commands and f"host.{name}(" in programs
    told = CHAPTERS["EXAMPLES"]
    # Failed alone is not made with a call: the host cannot be read then.
    assert all(name in told for name in re.findall(r"^\.I \S+\.(\w+)$", CHAPTERS["ERRORS"], re.M) if name != "Failed")


@pytest.mark.parametrize("title", [t for t in BLOCKS if t not in ("Errors", CHANGES)])
@pytest.mark.usefixtures("host")
def test_example(title):
    for commands, program in BLOCKS[title]:
        for command in commands:
            if "--host=other" not in command:
                done = shell(command)
                assert done.returncode == 0 and done.stderr == "", (command, done.stderr)
        done = python(PREAMBLE + program)
        assert done.returncode == 0 and done.stderr == "" and (done.stdout or title == "Refresh"), (program, done.stderr)
        if title == "Properties":
            assert "39" in done.stdout and "iommu-narrower-than-cpu" in done.stdout
        elif title == "Check":
            assert done.stdout.startswith("warning ") and "R12" in done.stdout


@pytest.mark.usefixtures("root", "host")
def test_error_examples():
    """In the order of the page: the commands fail, and the programs print the name."""
    expected = [["InvalidGuest", "InvalidProfile"], ["TooLarge"], ["RateLimited"], ["NotAuthorized"], ["LimitsExceeded"], ["InvalidArgs"]]
    assert len(BLOCKS["Errors"][1:]) == len(expected)
    for (commands, program), names in zip(BLOCKS["Errors"][1:], expected):
        for command in commands:
            done = shell(command)
            assert done.returncode == 1 and done.stderr, (command, done.stdout)
        done = python(ERROR_PREAMBLE + program)
        assert done.stderr == ""
        printed = [line.rpartition(".")[2] for line in done.stdout.split() if line != "None"]
        assert printed[-len(names):] == names, (program, done.stdout)


def matches(client):
    """The rules of every connection; the program adds that of PropertiesChanged last."""
    rules, = client.call("/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules", destination="org.freedesktop.DBus")
    return str(rules)


@pytest.mark.usefixtures("root")
def test_signal_examples(host, client, place):
    """Both print what a new device changes."""
    (commands, program), = BLOCKS[CHANGES]
    with open(place / "told", "wb") as told:
        monitor = subprocess.Popen(["sh", "-c", "exec " + commands[0]], stdout=told, stderr=told)
        listener = subprocess.Popen([sys.executable, "-c", PREAMBLE + program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_for(lambda: "Monitoring bus" in (place / "told").read_text(encoding="utf-8"), "busctl monitor")
        wait_for(lambda: "PropertiesChanged" in matches(client), "the program")
        card(host.tree)
        host.reload()
        lines = [listener.stdout.readline()]
        while lines[-1].startswith(PATH):
            lines.append(listener.stdout.readline())
        assert len(lines) > 1 and lines[-1].startswith("profile 2 ") and "devices/0000:03:00.0" in lines[-1], lines
        wait_for(lambda: "ProfileChanged" in (place / "told").read_text(encoding="utf-8"), "the signal")
    finally:
        for process in (monitor, listener):
            process.kill()
            process.wait()
        listener.stdout.close()
