"""axe-core, the judge of pages for people who do not see them or have no mouse: a package of npm, kept with the other downloads."""
import shutil
import subprocess
import tarfile

import pytest

from image import cache

VERSION = "4.14.1"


def axe_source():
    """Its JavaScript; the test is skipped with the reason where it cannot be fetched."""
    kept = cache() / f"axe-core-{VERSION}.js"
    if not kept.exists():
        if not shutil.which("npm"):
            pytest.skip(f"npm is not installed, and {kept} is not there")
        place = cache() / f"axe-core-{VERSION}.new"
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", f"axe-core@{VERSION}"], cwd=place, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot fetch axe-core: {(done.stderr.strip().splitlines() or ['no word why'])[-1]}")
        with tarfile.open(place / f"axe-core-{VERSION}.tgz") as archive:
            text = archive.extractfile("package/axe.min.js").read()
        (place / "axe.js").write_bytes(text)
        (place / "axe.js").rename(kept)
        shutil.rmtree(place)
    return kept.read_text(encoding="utf-8")


RUN = """
const done = arguments[arguments.length - 1];
axe.run(document).then(result => done(result.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')}`)),
                       error => done([String(error)]));
"""


def violations(page):
    return page.driver.execute_async_script(RUN)
