"""Checking a guest on the page: pasted, or a domain that virsh or libvirt's D-Bus service has. Verdicts are by hand: the host has
CPUs of 46 bits and units of 39 (512 GiB)."""
import json
import os
import shutil
import subprocess
import uuid
from xml.sax.saxutils import escape

import pytest

import hosts_intel
from axe import axe_source, violations
from bus import wait_for
from cockpit import skip_without_programs
from libvirt_bus import Libvirt
from station import HAWCTL, Station

VIRSH = shutil.which("virsh")
GPU = ("<hostdev mode='subsystem' type='pci' managed='yes'><source>"
       "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>")
LIMIT = "<maxphysaddr mode='passthrough' limit='39'/>"


def domain(name, gib, cpu="", devices="", kind="kvm", more=""):
    return f"""<domain type='{kind}'>
  <name>{escape(name)}</name>
  <memory unit='GiB'>{gib}</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='host-passthrough'>{cpu}</cpu>
  <devices><emulator>/opt/none/qemu-system-x86_64</emulator>{devices}</devices>{more}
</domain>
"""


# What devices cannot reach is memory (R3) or BARs (R4); a guest without devices that has no more bits than they do is safe.
SAFE, WARNING, UNSAFE = domain("tidy", 4, LIMIT), domain("card", 4, "", GPU), domain("large", 600, "", GPU)


@pytest.fixture(scope="module")
def station(browser):
    """A session without virsh."""
    skip_without_programs()
    it = Station(browser)
    it.tree = it.serve(hosts_intel.client_46_39)
    yield it
    it.close()


@pytest.fixture
def page(station):
    station.page.driver.get_log("browser")
    station.page.said = []
    yield station.page
    station.programs.held.unlink(missing_ok=True)
    station.programs.instead.unlink(missing_ok=True)
    assert not station.page.complaints()


def paste(page, text):
    page.run("document.getElementById('check-text').value = arguments[0]; document.getElementById('check-go').click()", text)


def status(page):
    return page.run("return document.getElementById('check-status').textContent")


def await_answer(page):
    """The verdict, when the map is there, too."""
    page.wait(lambda: page.run("return Boolean(document.querySelector('#check .answer .map svg, #check .refused'))"), "an answer")
    return page.run("return document.querySelector('#check .guest-verdict')?.dataset.verdict ?? 'refused'")


def findings(page):
    return page.run("return Array.from(document.querySelectorAll('#check .answer > .findings > li'), node => [node.dataset.rule, node.dataset.verdict])")


def hawctl(station, text, *verb):
    done = subprocess.run([HAWCTL, *(verb or ("check", "-")), "--json=short"], input=text.encode(), capture_output=True, timeout=60, check=False,
                          env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": station.bus.address, "LC_ALL": "C.UTF-8"})
    return json.loads(done.stdout)


@pytest.mark.parametrize("text, verdict, rule", [(SAFE, "safe", None), (WARNING, "warning", "R4"), (UNSAFE, "unsafe", "R3")],
                         ids=["safe", "warning", "unsafe"])
def test_verdict(station, page, text, verdict, rule):
    """The exit status of an unsafe guest is 3: an answer like the others."""
    paste(page, text)
    assert await_answer(page) == verdict
    assert status(page) == f"Checked: {verdict.capitalize()}"
    answer = hawctl(station, text)
    assert findings(page) == [[f["rule"], f["verdict"]] for f in answer["findings"]]
    shown = page.text("#check .answer")
    assert not rule or f"[{rule}]" in shown
    assert all(f["summary"] in shown and f["numbers"] in shown for f in answer["findings"])
    assert all(other["when"] in shown for other in answer["alternatives"])
    # Changes are copied as they are: byte for byte.
    forms = page.run("return Array.from(document.querySelectorAll('#check .answer > .form pre'), node => node.textContent)")
    assert forms == [answer["plan"][name] for name in ("libvirt", "option", "proxmox") if answer["plan"] and answer["plan"][name]]
    # The guest is a column beside those of the host.
    bands = page.run("return Array.from(document.querySelectorAll('#check .map [role=img] rect.band'), node => [node.dataset.lane, node.dataset.start, node.dataset.end])")
    document = hawctl(station, text, "map", "-")
    assert bands == [[lane, band["start"], band["end"]] for lane in ("host", "dma", "guest") for band in document["lanes"][lane]]
    rules = page.run("return Array.from(document.querySelectorAll('#check .map [data-rule]'), node => node.dataset.rule)")
    assert sorted(rules) == sorted(c["rule"] for c in document["conflicts"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_access(page, theme):
    """An answer with everything that it can have, opened."""
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    paste(page, WARNING if theme == "light" else UNSAFE)
    await_answer(page)
    page.run("document.querySelectorAll('#check details').forEach(node => { node.open = true; })")
    page.run(axe_source())
    assert violations(page) == []
    # What a conflict is, is said in words, too.
    assert all(text.startswith(("Unsafe R", "Warning R")) for text in page.texts("#check .map-conflicts li"))
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_command_line(page):
    paste(page, "qemu-system-x86_64 -name shell -machine q35,accel=kvm -cpu host,host-phys-bits-limit=39 -m 4G -device vfio-pci,host=01:00.0\n")
    await_answer(page)
    assert "shell: 39 address bits" in page.text("#check .guest-verdict")


@pytest.mark.parametrize("text, wanted", [
    (UNSAFE.replace("</vcpu>", "</vpcu>"), "line 4:"),
    ("<domain type='kvm'>\n<name>a</name>\n<memory unit='GiB'>lots</memory>\n<os><type arch='x86_64'>hvm</type></os></domain>", "line 3:"),
    ("Dear administrator,\nmy guest does not start.\n", "expected"),
    ("<!DOCTYPE domain [<!ENTITY a 'b'>]>\n" + SAFE, "document type"),
], ids=["tags", "number", "letter", "doctype"])
def test_refused(page, text, wanted):
    """What hawctl says, with its line."""
    paste(page, text)
    assert await_answer(page) == "refused"
    assert wanted in page.text("#check .refused") and "hawctl: standard input" in page.text("#check .refused")
    assert status(page) == "This description cannot be checked."
    paste(page, SAFE)
    page.wait_text("#check-status", "Checked: Safe")
    assert not page.texts("#check .refused")


def test_nothing(page):
    paste(page, " \n")
    assert "nothing to check" in status(page)


def test_hostile_names(station, page):
    """Names are text, wherever they stand: in the verdict, findings, the map's labels and titles, the table."""
    name = "<img src=x onerror=document.title='owned'>&amp;\"'$0<script>document.title='owned'</script>"
    guest = {"schema": "hawd-guest/1", "name": name, "machine": "q35", "accelerator": "kvm", "cpu": {"model": "host", "physBits": "host"},
             "firmware": {"kind": "ovmf", "version": "202311"}, "memory": {"ram": 4 << 30},
             "devices": [{"name": "<b>" + name[:40], "assigned": True, "bars": [{"index": 0, "size": 64 << 30, "is64bit": True, "prefetchable": True}]}]}
    text = json.dumps(guest)
    paste(page, text)
    assert await_answer(page) == "warning"
    assert name in page.run("return document.querySelector('#check .guest-verdict').textContent")
    band, = [b for b in hawctl(station, text, "map", "-")["lanes"]["guest"] if b["kind"] == "bar"]
    assert band["label"].startswith("<b>")
    assert band["label"] in page.run("return document.querySelector('#check .map tbody').textContent")
    assert page.run("return document.querySelectorAll('#check :is(img, b, script, iframe)').length") == 0
    assert page.run("return document.title") != "owned"


def test_too_long(station, page):
    """The page says so itself: hawctl is not started."""
    station.programs.held.write_text("", encoding="ascii")
    paste(page, SAFE + "<!--" + "ä" * (2 << 20) + "-->")
    assert "4194304" in page.text("#check .refused") and "hawctl check FILE" in page.text("#check .answer")
    assert station.programs.held.read_text(encoding="ascii") == ""


def test_nul(station, page):
    """It would end the session's connection. The page says so itself."""
    paste(page, "qemu-system-x86_64\0-m\x004G")
    assert "NUL" in page.text("#check .refused") and "--pid=PID" in page.text("#check .answer")
    assert page.state() == "ready"
    paste(page, SAFE)
    assert await_answer(page) == "safe"


@pytest.mark.parametrize("script, wanted", [
    ("echo '{\"schema\"'; exit 3", "hawctl printed no JSON"),
    ("echo null; exit 0", "hawctl printed no hawd-check/1 document"),
    ("echo '{\"schema\": \"hawd-check/2\"}'; exit 0", "hawctl printed no hawd-check/1 document"),
    ("exit 1", "hawctl ended with status 1 and said nothing"),
    ("kill -9 $$", "hawctl ended with signal KILL"),
], ids=["half", "null", "other", "silent", "killed"])
def test_no_answer(station, page, script, wanted):
    """A program that fails is said in a sentence, and no check is left running."""
    station.programs.instead.write_text(script + "\n", encoding="ascii")
    paste(page, SAFE)
    assert await_answer(page) == "refused"
    assert wanted in page.text("#check .refused")
    assert page.run("return document.getElementById('check-cancel').getAttribute('aria-disabled')") == "true"


def test_patience(station, page):
    """hawctl that does not answer is ended. The minute is over at once here."""
    station.programs.held.write_text("", encoding="ascii")
    page.run("""const later = window.setTimeout;
        window.setTimeout = (call, wait, ...words) => wait === 60000 ? (window.giveUp = call, later(() => {}, 0)) : later(call, wait, ...words);
        window.restore = () => { window.setTimeout = later; };""")
    paste(page, SAFE)
    number = int(wait_for(lambda: station.programs.held.read_text(encoding="ascii").strip(), "hawctl"))
    page.run("window.restore(); window.giveUp()")
    assert await_answer(page) == "refused"
    assert "has not answered within 60 seconds" in page.text("#check .refused")
    wait_for(lambda: not running(number), "the end of hawctl")


def test_long(page):
    """All of it arrives, with HAWD_TEST_ALL of almost as much as a domain may have."""
    length = (4 << 20) - 2000 if os.environ.get("HAWD_TEST_ALL") else 1 << 20
    paste(page, domain("long", 600, "", GPU, more="<!--" + "x" * length + "-->"))
    assert await_answer(page) == "unsafe"


def running(number):
    return os.path.exists(f"/proc/{number}") and "Z" not in open(f"/proc/{number}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()[0]


def test_cancel(station, page):
    held = station.programs.held
    held.write_text("", encoding="ascii")
    assert page.run("return document.getElementById('check-cancel').getAttribute('aria-disabled')") == "true"
    paste(page, SAFE)
    number = int(wait_for(lambda: held.read_text(encoding="ascii").strip(), "hawctl"))
    assert status(page) == "Checking…" and running(number)
    assert page.run("return document.getElementById('check-cancel').getAttribute('aria-disabled')") == "false"
    page.run("document.getElementById('check-cancel').click()")
    wait_for(lambda: not running(number), "the end of hawctl")
    assert status(page) == "Cancelled."
    held.unlink()
    paste(page, UNSAFE)
    assert await_answer(page) == "unsafe"


def test_cancelled_map(station, page):
    """The verdict stays, without a map that is not there. An answer is not of what is typed after it."""
    held = station.place / "map"
    station.programs.instead.write_text(f"[ $1 != map ] || {{ echo $$ >{held}; exec /bin/sleep 1000; }}\n", encoding="ascii")
    paste(page, SAFE)
    number = int(wait_for(lambda: held.exists() and held.read_text(encoding="ascii").strip(), "hawctl"))
    page.run("document.getElementById('check-cancel').click()")
    wait_for(lambda: not running(number), "the end of hawctl")
    page.wait(lambda: "beside" not in page.text("#check .answer"), "no map")
    assert "cancelled" not in page.text("#check .answer") and page.text("#check .guest-verdict").startswith("Safe")
    page.driver.find_element("id", "check-text").send_keys("x")
    assert status(page) == "The answer below is of the text before this change."


def test_only_the_last_counts(station, page):
    """A second check ends the first."""
    held = station.programs.held
    held.write_text("", encoding="ascii")
    paste(page, UNSAFE)
    number = int(wait_for(lambda: held.read_text(encoding="ascii").strip(), "hawctl"))
    held.unlink()
    paste(page, SAFE)
    assert await_answer(page) == "safe"
    wait_for(lambda: not running(number), "the end of hawctl")
    assert status(page) == "Checked: Safe"


def test_without_libvirt(station, page):
    (station.programs.place / "virsh").unlink(missing_ok=True)
    page.open()
    assert "neither libvirt's D-Bus service nor virsh is installed" in page.wait_text("#check .domains", "cannot be listed")
    assert page.run("return document.getElementById('check-domain')") is None


def choose(page, name):
    page.wait(lambda: page.run("return Boolean(document.getElementById('check-domain'))"), "the domains")
    page.run("document.querySelector('#check .answer').replaceChildren()")
    page.run("""const select = document.getElementById('check-domain');
        select.value = Array.from(select.options).find(option => option.textContent === arguments[0]).value;
        document.querySelector('#check .domains button').click()""", name)
    return await_answer(page)


# Names that are numbers, options or markup of somebody.
NAMES = ["1", "-c", "two words", "<b>bold", "$(reboot)"]


@pytest.mark.skipif(not VIRSH, reason="virsh (libvirt-clients) is not installed")
def test_virsh(station, page):
    """libvirt's test driver, which takes domains from a file, but of its own type only."""
    node = station.place / "node.xml"
    domains = [domain(name, 600 if i == 0 else 4, LIMIT, GPU if i == 0 else "", kind="test", more=f"<uuid>{uuid.uuid4()}</uuid>") for i, name in enumerate(NAMES)]
    node.write_text(f"<node>{''.join(domains)}</node>", encoding="utf-8")
    station.programs.write("virsh", f"LIBVIRT_DEFAULT_URI=test://{node}\nexport LIBVIRT_DEFAULT_URI\n"
                           f"""[ "$1" = --readonly ] && [ "$2" = --connect ] && [ "$3" = qemu:///system ] || exit 9\nshift 3\n"""
                           f"{VIRSH} --readonly \"$@\" | /bin/sed \"s/<domain type='test'/<domain type='kvm'/\"\n")
    page.open()
    assert choose(page, "1") == "unsafe"
    assert sorted(page.run("return Array.from(document.getElementById('check-domain').options, option => option.textContent)")) == sorted(NAMES)
    assert page.run("return document.querySelector('#check .domains .fields').dataset.source") == "virsh"
    assert "<name>1</name>" in page.run("return document.getElementById('check-text').value")
    for name in NAMES[1:]:
        assert choose(page, name) == "safe", name
        assert f"<name>{escape(name)}</name>" in page.run("return document.getElementById('check-text').value")
    assert page.run("return document.querySelectorAll('#check b').length") == 0


def slow_virsh(station):
    """Two domains. The first is given when the file `go` is there; the number of its process is in `reading`."""
    first, second = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    (station.place / "unsafe.xml").write_text(UNSAFE, encoding="utf-8")
    (station.place / "safe.xml").write_text(SAFE, encoding="utf-8")
    for name in ("go", "reading"):
        (station.place / name).unlink(missing_ok=True)
    station.programs.write("virsh", f"""shift 3
case $1 in
list) printf '%s\\n' '{first} slow' '{second} \u202equick' ;;
*) [ $2 != --domain={first} ] || {{ echo $$ >{station.place}/reading; while [ ! -e {station.place}/go ]; do /bin/sleep 0.05; done; exec /bin/cat {station.place}/unsafe.xml; }}
   exec /bin/cat {station.place}/safe.xml ;;
esac
""")
    return station.place / "reading"


@pytest.mark.parametrize("then", ["choose", "type", "cancel"])
def test_slow_domain(station, page, then):
    """What was chosen or typed later counts, and a domain that is still being read neither replaces it nor is checked."""
    reading = slow_virsh(station)
    page.open()
    page.wait(lambda: page.run("return Boolean(document.getElementById('check-domain'))"), "the domains")
    # A name that would turn its line around is shown as it is written.
    assert page.texts("#check-domain option") == ["slow", "\\u202equick"]
    page.run("document.querySelector('#check .domains button').click()")
    number = int(wait_for(lambda: reading.exists() and reading.read_text(encoding="ascii").strip(), "virsh"))
    assert page.run("return document.getElementById('check-cancel').getAttribute('aria-disabled')") == "false"
    text = page.driver.find_element("id", "check-text")
    if then == "choose":
        assert choose(page, "\\u202equick") == "safe"
    elif then == "type":
        text.send_keys("mine")
    else:
        page.run("document.getElementById('check-cancel').click()")
    wait_for(lambda: not running(number), "the end of virsh")
    (station.place / "go").touch()
    if then == "choose":
        assert status(page) == "Checked: Safe" and text.get_property("value") == SAFE
    else:
        assert status(page) == "Cancelled." and text.get_property("value") == ("mine" if then == "type" else "")
        paste(page, SAFE)
        assert await_answer(page) == "safe"


def test_list_again(station, page):
    """A domain that was defined since then."""
    (station.programs.place / "virsh").unlink(missing_ok=True)
    page.open()
    page.wait_text("#check .domains", "cannot be listed")
    slow_virsh(station)
    page.run("document.querySelector('#check .domains button').click()")
    page.wait_text("#check .domains", "slow")
    assert page.run("return document.activeElement.textContent") == "List domains again"


def test_virsh_refuses(station, page):
    """What it says is shown, and a description can be pasted."""
    station.programs.write("virsh", "echo 'error: failed to connect to the hypervisor' >&2\necho 'error: no socket' >&2\nexit 1\n")
    page.open()
    assert "failed to connect to the hypervisor: no socket" in page.wait_text("#check .domains", "cannot be listed")
    paste(page, SAFE)
    assert await_answer(page) == "safe"


def test_libvirt_bus(station, page):
    """Its D-Bus service is asked first."""
    station.programs.write("virsh", "exit 1\n")
    libvirt = Libvirt(station.bus.address, [("large", UNSAFE), ("<i>tidy</i>", SAFE)])
    try:
        page.open()
        assert choose(page, "<i>tidy</i>") == "safe"
        assert choose(page, "large") == "unsafe"
        assert page.run("return document.querySelector('#check .domains .fields').dataset.source") == "org.libvirt"
        assert libvirt.calls.count("GetXMLDesc") == 2
    finally:
        libvirt.close()
