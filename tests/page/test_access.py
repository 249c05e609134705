"""The page for people with a keyboard, a screen reader, a narrow or a dark screen; what they copy; another language."""
import json
import os
import pathlib
import shutil
import subprocess
import xml.etree.ElementTree

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import axe
import hosts_intel
import hosts_many

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
WIDTHS = (320, 768, 1280)
# What can be focused, as long as it is shown.
FOCUSABLE = """
const shown = node => node.checkVisibility() && !node.closest('[hidden]');
return Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")).filter(shown)
"""


def see(page, width, theme):
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})


@pytest.fixture(autouse=True)
def usual_screen(browser):
    yield
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


HOSTS = {"client": hosts_intel.client_46_39, "without": hosts_intel.firmware_only, "many": lambda tree: hosts_many.server(tree, 120)}


@pytest.mark.parametrize("build", HOSTS.values() if os.environ.get("HAWD_TEST_ALL") else [HOSTS["client"]])
def test_axe(serve, page, build):
    """axe-core finds nothing, at three widths, light and dark; nor while the service is away."""
    source = axe.axe_source()
    service = serve(build)
    page.open()
    page.wait(lambda: page.run("return document.querySelectorAll('#devices .meaning').length") > 0, "devices")
    page.run(source)
    page.run("document.querySelectorAll('details').forEach(node => { node.open = true; })")
    found = {}
    for width in WIDTHS:
        for theme in ("light", "dark"):
            see(page, width, theme)
            page.wait(lambda: page.run("return document.documentElement.classList.contains('pf-v6-theme-dark')") == (theme == "dark"), theme)
            found[width, theme] = axe.violations(page)
    service.stop(9)
    page.wait_text("#state", "The service has stopped")
    found["stopped"] = axe.violations(page)
    assert not {where: what for where, what in found.items() if what}


def test_axe_finds_what_is_wrong(serve, page):
    """The judge judges: an image without words, and text that cannot be told from its ground."""
    source = axe.axe_source()
    serve(hosts_intel.client_46_39)
    page.open()
    page.run(source)
    page.run("const image = document.createElement('img'); image.width = image.height = 9; document.querySelector('main').append(image)")
    page.run("document.querySelector('#host').style.color = 'var(--line)'")
    assert {line.split(":")[0] for line in axe.violations(page)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off(serve, page, width):
    """No horizontal scrolling, with names as long as they may be."""
    def build(tree):
        hosts_intel.client_46_39(tree)
        tree.write("proc/sys/kernel/hostname", "h" * 64 + "\n")
        place = "sys/devices/pci0000:00/0000:00:02.0/uevent"
        tree.write(place, (tree.root / place).read_text(encoding="ascii").replace("i915", "d" * 200))
    serve(build)
    see(page, width, "light")
    page.open()
    page.wait(lambda: "ddd" in page.text("#devices"), "the driver")
    over, at = page.run("return [document.documentElement.scrollWidth - document.documentElement.clientWidth, "
                        "Array.from(document.querySelectorAll('main *')).filter(n => n.getBoundingClientRect().right > innerWidth && !n.closest('.unseen'))"
                        ".map(n => n.outerHTML.slice(0, 200))]")
    assert over <= 0, at


def test_follows_the_style_of_cockpit(serve, page):
    """What the user chose in Cockpit comes before what the browser prefers."""
    serve(hosts_intel.client_46_39)
    see(page, 1280, "light")
    page.open()
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = page.run(ground)
    page.run("localStorage.setItem('shell:style', 'dark'); window.dispatchEvent(new CustomEvent('cockpit-style', { detail: { style: 'dark' } }))")
    dark = page.run(ground)
    assert dark != light
    page.open()
    assert page.run(ground) == dark
    see(page, 1280, "dark")
    page.run("localStorage.setItem('shell:style', 'light'); window.dispatchEvent(new StorageEvent('storage', { key: 'shell:style' }))")
    assert page.run(ground) == light
    page.run("localStorage.removeItem('shell:style')")


def test_keyboard(serve, page):
    """Tab alone reaches everything that can be used, in the order of the page, and each shows that it has the focus."""
    serve(lambda tree: hosts_many.server(tree, 60))
    page.open()
    page.wait_text("#devices .count", "60 of 60 devices")
    # Programs answer later than the service.
    page.wait_text("#map", "The map as a table")
    page.wait_text("#check .domains", "List domains again")
    wanted = page.driver.execute_script(FOCUSABLE)
    assert len(wanted) > 15
    reached = []
    for _ in wanted:
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        node = page.driver.switch_to.active_element
        assert page.run("const style = getComputedStyle(arguments[0]); return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2", node), \
            node.get_attribute("outerHTML")
        reached.append(node)
    assert reached == wanted
    # By keys alone: sort, the next page, and back.
    sort = page.driver.find_element("css selector", "#devices button.sort")
    sort.send_keys(Keys.ENTER)
    heads = "return Array.from(document.querySelectorAll('#devices thead th'), node => node.getAttribute('aria-sort'))"
    assert page.run(heads)[0] == "descending" and page.run(heads)[1:].count(None) == 5
    assert page.run("return document.querySelector('[data-device]').dataset.device") == "0000:07:03.0"  # 59 is 8 * 7 + 3
    sort.send_keys(Keys.SPACE)
    assert page.run(heads)[0] == "ascending"
    following = page.driver.find_elements("css selector", "#devices .pager button")[1]
    following.send_keys(Keys.ENTER)
    assert page.text("#devices .pager span") == "Page 2 of 2" and len(page.texts("[data-device]")) == 10
    following.send_keys(Keys.ENTER)
    assert page.text("#devices .pager span") == "Page 2 of 2" and page.driver.switch_to.active_element == following


def test_filter(serve, page):
    serve(hosts_intel.client_46_39)
    page.open()
    page.wait(lambda: "vfio-pci" in page.text("#devices"), "drivers")
    field = page.driver.find_element("id", "device-filter")
    field.send_keys("VFIO display")
    assert page.run("return Array.from(document.querySelectorAll('[data-device]'), row => row.dataset.device)") == ["0000:01:00.0"]
    assert page.text("#devices .count") == "1 of 4 devices"
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(Keys.DELETE)
    page.driver.find_element("id", "device-verdict").send_keys("no")
    page.wait_text("#devices .count", "2 of 4 devices")
    assert page.run("return Array.from(document.querySelectorAll('[data-device]'), row => row.dataset.device)") == ["0000:00:00.0", "0000:00:01.0"]


@pytest.mark.parametrize("secure", [True, False])
def test_copy(serve, page, secure):
    """A remedy is copied as it is, also where the browser has no clipboard, as on connections without TLS."""
    serve(hosts_intel.client_46_39)
    page.open()
    page.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    if not secure:
        page.run("Object.defineProperty(window, 'isSecureContext', { value: false })")
    button = page.driver.find_element("css selector", "[data-finding=iommu-narrower-than-cpu] button")
    button.send_keys(Keys.ENTER)
    page.wait_text("[data-finding=iommu-narrower-than-cpu] button", "Copied")
    text = page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], error => arguments[0](String(error)))")
    assert text == "Limit guests with assigned devices: libvirt <maxphysaddr mode='passthrough' limit='39'/>, QEMU -cpu host,host-phys-bits-limit=39."
    assert page.driver.switch_to.active_element == button


def test_another_language(serve, page, cockpit, place):
    """A file po.LANGUAGE.js beside the others is all that a translation needs."""
    data = place / "data" / "cockpit" / "hawd"
    data.unlink()
    shutil.copytree(TOP / "cockpit", data)
    words = {"": {"language": "de"}, "Address widths": [None, "Adressbreiten"], "Reach": [None, "Reichweite"], "$0 of $1 devices": [None, "$0 von $1 Geräten"]}
    (data / "po.de.js").write_text(f"cockpit.locale({json.dumps(words)});\n", encoding="utf-8")
    serve(hosts_intel.client_46_39)
    page.driver.execute_cdp_cmd("Network.setCookie", {"name": "CockpitLang", "value": "de", "url": cockpit.address()})
    page.open()
    page.wait_text("#devices .count", "4 von 4 Geräten")
    assert page.text("h1") == "Adressbreiten" and "Reichweite" in page.text("#widths thead")
    assert page.run("return document.documentElement.lang") == "de"
    page.driver.execute_cdp_cmd("Network.deleteCookies", {"name": "CockpitLang", "url": cockpit.address()})


def test_template(tmp_path):
    """tools/page-pot finds the sentences of the scripts and of the page."""
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is not installed")
    subprocess.run([TOP / "tools" / "page-pot", tmp_path / "hawd.pot"], check=True)
    template = (tmp_path / "hawd.pot").read_text(encoding="utf-8")
    marked = [node.text for node in xml.etree.ElementTree.parse(TOP / "cockpit" / "index.html").iter() if node.get("translate") == "yes"]
    assert len(marked) > 10
    for text in [*marked, "Access to hawd was denied", "A bridge stays with the host.", "Calculated"]:
        assert f'msgid "{text}"' in template
