"""The address map: what is drawn, read from the page's document, is what `hawctl map` says of the same host. Rows and order are
held against hawctl's own picture, boxes and texts against each other."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import hosts_arm
import hosts_intel
import hosts_other
from cockpit import skip_without_programs
from station import HAWCTL, Station, resize, resize_end
from tree import GIB

HOSTS = [hosts_intel.client_46_39, hosts_intel.no_iommu_vmx_locked, hosts_intel.rmrr_nic, hosts_other.epyc_sme, hosts_arm.arm64_smmuv3, hosts_other.unreadable]
if os.environ.get("HAWD_TEST_ALL"):
    HOSTS = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS
SVG = "{http://www.w3.org/2000/svg}"
ROW = {"page": 22, "hawctl": 20}
WIDTHS = [320, 768, 1280]

# What the picture has, as numbers of its own.
READ = """const map = document.querySelector(arguments[0] + " .map"), svg = map.querySelector("svg.address-map");
const number = (node, name) => Number(node.getAttribute(name));
const boxes = selector => Array.from(svg.querySelectorAll(selector), node => ({ ...node.dataset, y: number(node, "y"), height: number(node, "height"), x: number(node, "x"), width: number(node, "width") }));
return { bands: boxes("rect.band"), conflicts: boxes("[data-rule]"), limits: Array.from(svg.querySelectorAll("path.limit"), node => [Number(node.dataset.bits), node.getAttribute("d")]),
         label: svg.getAttribute("aria-label"), role: svg.getAttribute("role"), notes: Array.from(map.querySelectorAll(".map-notes p"), node => node.textContent),
         texts: Array.from(svg.querySelectorAll("text"), node => { const box = node.getBoundingClientRect(); return { name: node.getAttribute("class"), text: node.textContent, left: box.left, right: box.right, top: box.top, bottom: box.bottom }; }),
         page: (box => ({ left: box.left, right: box.right, top: box.top, bottom: box.bottom }))(svg.getBoundingClientRect()),
         list: Array.from(map.querySelectorAll(".map-limits li"), node => node.textContent),
         rows: Array.from(map.querySelectorAll("tbody tr"), row => Array.from(row.children, cell => cell.textContent.trim())) };"""


@pytest.fixture(scope="module")
def station(browser):
    skip_without_programs()
    it = Station(browser)
    yield it
    resize_end(browser)
    it.close()


@pytest.fixture
def page(station):
    station.page.driver.get_log("browser")
    station.page.said = []
    yield station.page
    assert not station.page.complaints()


def run(*arguments, stdin=b""):
    return subprocess.run([HAWCTL, "map", *map(str, arguments)], capture_output=True, timeout=60, check=True, input=stdin).stdout


def drawn(page, section="#map"):
    page.wait_text(section, "Not to scale")
    page.wait(lambda: page.run("return Boolean(document.querySelector(arguments[0] + ' .map svg'))", section), "the picture")
    return page.run(READ, section)


def check_bands(picture, document):
    wanted = [(lane, b["kind"], b["start"], b["end"]) for lane, bands in document["lanes"].items() for b in bands]
    assert [(b["lane"], b["kind"], b["start"], b["end"]) for b in picture["bands"]] == wanted
    assert [(c["rule"], c["start"], c["end"]) for c in picture["conflicts"]] == [(c["rule"], c["start"], c["end"]) for c in document["conflicts"]]
    assert sorted(bits for bits, _ in picture["limits"]) == [limit["bits"] for limit in document["limits"]]


def check_words(picture, document):
    """For those who do not see the picture: all of it in the table and the lists."""
    titles = {"host": "host memory", "dma": "device DMA", "guest": "guest"}
    wanted = []
    for lane, bands in document["lanes"].items():
        wanted += [[titles[lane], b["label"], b["start"], b["end"]] for b in bands] or [[titles[lane], document["notes"].get(lane, "nothing")]]
    rows = [[row[0], re.sub(r" \(\d+ ranges\)$", "", row[1]), *row[2:4]] for row in picture["rows"]]
    assert rows == wanted
    assert [item.split(": ", 1)[1] for item in picture["list"]] == [limit["label"] for limit in document["limits"]]
    assert all(f"{titles[lane]}: {note}" in picture["notes"] for lane, note in document["notes"].items())
    assert (f"No line for: {document['unknown']}" in picture["notes"]) == bool(document["unknown"])
    assert picture["role"] == "img" and picture["label"]


def rows_of_hawctl(svg):
    """(start, end): rows from the lowest address, and how many; of hawctl's picture."""
    rects = [e for e in ElementTree.fromstring(svg).iter(SVG + "rect") if e.get("data-lane")]
    bottom = max(float(e.get("y")) + float(e.get("height")) for e in rects) if rects else 0
    return {(e.get("data-lane"), e.get("data-start")): ((bottom - float(e.get("y")) - float(e.get("height"))) / ROW["hawctl"], float(e.get("height")) / ROW["hawctl"])
            for e in rects}


def check_rows(picture, svg):
    bottom = max((b["y"] + b["height"] for b in picture["bands"]), default=0)
    own = {(b["lane"], b["start"]): ((bottom - b["y"] - b["height"]) / ROW["page"], b["height"] / ROW["page"]) for b in picture["bands"]}
    assert own == rows_of_hawctl(svg)


def check_texts(picture, width):
    page = picture["page"]
    assert page["right"] <= width
    for i, text in enumerate(picture["texts"]):
        assert page["left"] - 1 <= text["left"] and text["right"] <= page["right"] + 1 and page["top"] - 1 <= text["top"] and text["bottom"] <= page["bottom"] + 1, (width, text)
        for other in picture["texts"][:i]:
            # A box has room above and below its letters.
            apart = text["left"] >= other["right"] or other["left"] >= text["right"] or text["top"] + 2 >= other["bottom"] or other["top"] + 2 >= text["bottom"]
            assert apart, (width, text, other)


@pytest.mark.parametrize("build", HOSTS, ids=lambda build: build.__name__)
def test_host(station, page, build):
    tree = station.serve(build)
    document = json.loads(run(f"--root={tree.root}", "--json=short"))
    picture = drawn(page)
    check_bands(picture, document)
    check_words(picture, document)
    check_rows(picture, run(f"--root={tree.root}", "--svg"))
    for width in WIDTHS:
        resize(page.driver, width)
        page.wait(lambda: page.run("const s = document.querySelector('#map .map-stage'); return s.clientWidth === Number(s.firstChild.getAttribute('width')) && innerWidth === arguments[0]", width), "the new width")
        again = drawn(page)
        check_texts(again, width)
        check_bands(again, document)
        assert page.run("return document.querySelector('#map').scrollWidth <= innerWidth")
    resize_end(page.driver)


def test_what_a_reader_looks_for(station, page):
    """By hand: a CPU of 46 bits, units of 39, RAM up to 18 GiB, interrupts at 0xfee00000."""
    station.serve(hosts_intel.client_46_39)
    picture = drawn(page)
    texts = [text["text"] for text in picture["texts"]]
    assert {"2^46 = 64 TiB", "2^39 = 512 GiB", "RAM 14 GiB", "reachable 508 GiB", "interrupts 1 MiB", "above limit", "host memory", "device DMA"} <= set(texts)
    at = {text["text"]: text["top"] for text in picture["texts"]}
    assert at["above limit"] < at["reachable 508 GiB"] < at["interrupts 1 MiB"] < at["first MiB"]
    assert picture["label"] == "Address space of client"


def test_follows_the_host(station, page):
    """Memory that was plugged in is there without a new load; what was opened, has the focus or is read stays where it is."""
    tree = station.serve(hosts_intel.client_46_39)
    drawn(page)
    where = """const map = document.querySelector('#map .map'), summary = map.querySelector('summary');
        return [map.querySelector('details').open, document.activeElement === summary, document.querySelector('#devices').getBoundingClientRect().top]"""
    page.run("const summary = document.querySelector('#map summary'); summary.click(); summary.focus(); document.querySelector('#devices').scrollIntoView({ behavior: 'instant' })")
    before = page.run(where)
    assert before[:2] == [True, True]
    tree.memory([(0x1000, 0x9FFFF), (0x100000, 0x7B7FFFFF), (4 * GIB, 34 * GIB - 1)], [(0x7B800000, 0x7FFFFFFF, "Reserved")])
    station.service.reload()
    page.wait_text("#map", "34 GiB")
    assert page.run(where) == before
    picture, document = drawn(page), json.loads(run(f"--root={tree.root}", "--json=short"))
    check_bands(picture, document)
    check_words(picture, document)


def test_after_a_failure(station, page):
    """The map is asked for again, without a change of the host. The half minute is over at once here."""
    script = "const later = window.setTimeout; window.setTimeout = (call, wait, ...words) => later(call, wait === 30000 ? 100 : wait, ...words);"
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    station.programs.instead.write_text("exit 1\n", encoding="ascii")
    try:
        station.serve(hosts_intel.client_46_39)
        page.wait_text("#map", "hawctl ended with status 1")
        station.programs.instead.unlink()
        page.wait_text("#map", "Not to scale")
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
        station.programs.instead.unlink(missing_ok=True)
