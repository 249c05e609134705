"""Strings of the host that would be markup, scripts or very long: the page shows them as they are, and nothing of them runs."""
import os

import pytest

import hosts_intel
import hosts_other
from bus import Client
from tree import INTEL, MSI

RUN = "<img src=x onerror=window.hacked=1>"
WORDS = [RUN, "<script>window.hacked=1</script>", "\"><svg onload=window.hacked=1>", "javascript:window.hacked=1", "</td></table><h1>new</h1>",
         "$0 $1 ${window.hacked=1}", "&lt;b&gt;", "\u202eright to left"]
# What the page consists of: an element of another kind came from a string.
KINDS = """
return Array.from(new Set(Array.from(document.querySelectorAll('*'), node => node.localName)))
"""
OWN = {"html", "head", "meta", "title", "link", "script", "body", "header", "h1", "h2", "h3", "p", "nav", "ul", "li", "a", "main", "div", "section", "table",
       "caption", "thead", "tbody", "tr", "th", "td", "span", "code", "pre", "strong", "svg", "rect", "button", "label", "input", "select", "option", "details",
       "summary", "time"}
# What other sections than those of this file draw.
DRAWN = {"g", "text", "line", "path", "tspan", "desc", "defs", "pattern", "textarea", "form", "fieldset", "legend", "dl", "dt", "dd", "ol", "em", "b", "h4", "figure",
         "figcaption", "optgroup", "br", "small", "output", "template"}


def untouched(page):
    assert page.run("return window.hacked") is None
    assert set(page.run(KINDS)) <= OWN | DRAWN
    assert len(page.texts("h1")) == 1
    handlers = "return Array.from(document.querySelectorAll('*')).filter(n => Array.from(n.attributes).some(a => a.name.startsWith('on'))).length"
    assert page.run(handlers) == 0


@pytest.mark.parametrize("word", WORDS)
def test_names(serve, page, word):
    def build(tree):
        hosts_intel.client_46_39(tree)
        tree.write("proc/sys/kernel/hostname", word + "\n")
        tree.write("sys/kernel/iommu_groups/2/type", word + "\n")
        tree.write("sys/kernel/iommu_groups/2/name", word + "\n")
        place = "sys/devices/pci0000:00/0000:00:02.0/uevent"
        tree.write(place, (tree.root / place).read_text(encoding="ascii").replace("i915", word))
        tree.cpuid(INTEL, 46, vmx=True, brand=word[:40])
    service = serve(build)
    client = Client(service.bus.address)
    shown = client.get("Hostname")  # with what it escapes
    client.close()
    page.open()
    page.wait_text("#host", shown)
    page.wait(lambda: page.text("[data-device='0000:00:02.0'] td:nth-of-type(3)") not in ("", "–", "…"), "the driver")
    driver = page.text("[data-device='0000:00:02.0'] td:nth-of-type(3)")
    assert driver == shown
    untouched(page)


def test_units_and_what_follows(serve, page):
    """A unit's name is in findings, sources and remedies; a hot-plug with such a name is said."""
    def build(tree):
        hosts_other.guest_virtio_iommu(tree)
        os.rename(tree.root / "sys/class/iommu/virtio0", tree.root / "sys/class/iommu/<img src=x onerror=window.hacked=1>")
    service = serve(build)
    page.open()
    page.wait_text("#units", RUN)
    device = "0000:09:00.0<b>"
    service.tree.directory(f"sys/kernel/iommu_groups/9/devices/{device}")
    service.tree.group(9, [], [MSI])
    service.reload()
    page.wait(lambda: page.run("return document.querySelectorAll('#devices [data-device]').length") > 0, "devices")
    untouched(page)


def test_only_safe_attributes(serve, page):
    """What sections build elements with refuses what would run or load."""
    serve(hosts_intel.client_46_39)
    page.open()
    script = """
    const done = arguments[arguments.length - 1];
    import(new URL("element.js", location.href)).then(({ element, drawing }) => {
        const refused = [];
        for (const name of ["onclick", "ONERROR", "style", "src", "srcdoc", "href", "xlink:href", "action", "formaction"]) {
            for (const make of [element, drawing]) {
                try { make("a", { [name]: "javascript:window.hacked=1" }); } catch (error) { refused.push(name); }
            }
        }
        done([refused, element("p", null, arguments[0], [1, null, false, "b"]).outerHTML]);
    });
    """
    refused, made = page.driver.execute_async_script(script, RUN)
    assert len(refused) == 18
    assert made == "<p>&lt;img src=x onerror=window.hacked=1&gt;1b</p>"


def test_the_policy_is_there(serve, page):
    """If a string became a script after all, the browser would not run it; and it complains."""
    serve(hosts_intel.client_46_39)
    page.open()
    script = """
    const done = arguments[arguments.length - 1], said = [];
    document.addEventListener("securitypolicyviolation", event => said.push(event.effectiveDirective));
    const run = document.createElement("script"); run.textContent = "window.hacked = 1"; document.body.append(run);
    const image = document.createElement("img"); image.setAttribute("onerror", "window.hacked = 1"); image.src = "http://127.0.0.2/x.png"; document.body.append(image);
    const look = document.createElement("style"); look.textContent = "body { display: none }"; document.body.append(look);
    fetch("http://127.0.0.2/").catch(() => window.setTimeout(() => done(said), 300));
    """
    said = page.driver.execute_async_script(script)
    assert set(said) >= {"script-src-elem", "script-src-attr", "img-src", "style-src-elem", "connect-src"}
    assert page.run("return window.hacked") is None
    complaints = page.complaints()
    assert len(complaints) >= 5 and all("Content Security Policy" in line or "127.0.0.2" in line for line in complaints)
    complaints.clear()
