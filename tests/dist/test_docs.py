"""Documents say what the code does: findings, verbs and options are all in the man pages, the schema is one."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
HAWCTL = os.environ["HAWCTL"]


def man(name):
    return (TOP / "man" / name).read_text(encoding="utf-8").replace("\\-", "-")


def test_findings():
    text = (TOP / "profile" / "finding.c").read_text(encoding="utf-8")
    raised = set(re.findall(r'\[FINDING_\w+\] = "([a-z0-9-]+)"', text))
    documented = set(re.findall(r"^\.SS (\S+)$", man("hawd-findings.7"), re.M))
    assert raised == documented
    assert len(raised) > 25


def test_verbs_and_options():
    page = man("hawctl.1")
    for verb in subprocess.run([HAWCTL, "--list-verbs"], capture_output=True, text=True, check=True).stdout.split():
        assert re.search(rf"^\.B[RI]* {verb}\b|^\.B {verb}$", page, re.M), verb
    help_text = subprocess.run([HAWCTL, "--help"], capture_output=True, text=True, check=True).stdout
    for option in re.findall(r"--[a-z-]+", help_text):
        assert option in page, option


@pytest.mark.parametrize("name", ["profile.schema.json", "comparison.schema.json", "check.schema.json", "doctor.schema.json", "fit.schema.json",
                                  "guest.schema.json", "guest-defaults.schema.json", "models.schema.json", "place.schema.json", "summary.schema.json"])
def test_schema(name):
    schema = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name(name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    # Every object is closed: a member that the code adds and the schema does not know fails the trees.
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("page", ["hawctl.1", "hawd.8", "hawd-findings.7", "hawd-root.5", "org.hawd.AddressWidth1.5"])
def test_man_pages_render(page):
    if not shutil.which("groff"):
        pytest.skip("no groff here")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-c", "-rLL=80n", TOP / "man" / page], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == ""
    assert not [line for line in re.sub(r".\x08", "", done.stdout).splitlines() if len(line) > 80]


def test_paths():
    """Each source file that the documents name is there."""
    pages = [TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").glob("*.md")]
    folders = "|".join(p.name for p in TOP.iterdir() if p.is_dir() and not p.name.startswith((".", "build")))
    named = {path for page in pages for path in re.findall(rf"[`(]((?:{folders})/[\w./-]+\.\w+)[`)]", page.read_text(encoding="utf-8"))}
    assert len(named) > 20
    # "name" is a place to fill in.
    assert not [path for path in named if "-name." not in path and not (TOP / path).exists()]
