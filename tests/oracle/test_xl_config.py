"""xl.cfg against Xen's own: libxlutil reads drawn files, and "xl create -n" prints what it makes of a guest. xl needs a hypervisor for
neither, only for the handles that it opens first: a library preloaded has these open nothing."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess

import pytest

from forms import read, run
from test_xen_forms import XL

JUDGE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <libxl.h>
#include <libxlutil.h>
int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        XLU_Config *config = xlu_cfg_init(stdout, "F");
        if (xlu_cfg_readfile(config, argv[i]) == 0)
            puts("good");
        puts("--");
        fflush(stdout);
    }
}
"""
SHIM = r"""
#include <stdlib.h>
void *xc_interface_open(void *a, void *b, unsigned c) { return calloc(1, 65536); }
int xc_interface_close(void *a) { return 0; }
int xc_get_max_cpus(void *a) { return 16; }
void *xs_open(unsigned long a) { return calloc(1, 65536); }
void xs_close(void *a) { }
int libxl_get_physinfo(void *a, void *b) { return 0; }
int libxl_get_max_cpus(void *a) { return 16; }
static struct { int major, minor; const char *texts[7]; unsigned long start; int page; const char *line, *build; char more[256]; } version =
    { 4, 17, { "", "", "", "", "", "", "" }, 0, 4096, "", "" };
const void *libxl_get_version_info(void *a) { return &version; }
"""
HEAD = "name='x'\ntype='hvm'\nmemory=64\n"
PARTS = ["a", "b", "x.y", "=", "=", "+=", " ", "\n", "\n", ";", ",", "[", "]", '"x"', "'y'", "1", "0x10", "12fx", '"a\\"b"', '"\\n"', '"\\x41"', '"\\101"', '"\\1"', '"\\1 5"',
         "# c\n", "#", '"', "'", "\\", "A", "-", ".", "(", "\t", '"\u00e9"', "+", "*", "{", "1.5", "a=1\n", "b='x'\n", "c=['1','2']\n", "a+='z'\n", "c+=['3']\n"]


def drawn(count):
    rng = random.Random(int(os.environ.get("HAWD_SEED", "1")))
    whole = "a=512\nb='x'; c=[1,'2',[3,\n4],\n]\nd = [ '00:01.0', \"x\" ] # c\nx.y+=1\nx.y+='2'\n"
    for _ in range(count):
        if rng.random() < 0.5:
            yield "".join(rng.choice(PARTS) for _ in range(rng.randint(0, 12)))
        else:
            text = list(whole)
            for _ in range(rng.randint(1, 3)):
                place = rng.randrange(len(text) + 1)
                text[place:place + rng.randint(0, 1)] = rng.choice(PARTS)
            yield "".join(text)


def compiled(tmp_path, name, source, *options):
    (tmp_path / f"{name}.c").write_text(source, encoding="ascii")
    done = subprocess.run(["cc", "-w", "-o", tmp_path / name, tmp_path / f"{name}.c", *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("no libxlutil here (package libxen-dev)")
    return str(tmp_path / name)


def said_line(text):
    """libxlutil counts an error at the end of a line as on the line before."""
    first = text.splitlines()[0]
    return int(re.match(r"F:(\d+):", first)[1]) + ("unexpected NEWLINE" in first), "unexpected $end" in first


def test_drawn_files(tmp_path):
    judge = compiled(tmp_path, "judge", JUDGE, "-lxlutil", "-lxenlight")
    texts = [HEAD + text for text in drawn(600 if os.environ.get("HAWD_TEST_ALL") else 200)]
    paths = [tmp_path / f"{i}.cfg" for i in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_text(text, encoding="utf-8")
    answers = subprocess.run([judge, *paths], capture_output=True, text=True, check=True).stdout.split("--\n")
    refused = 0
    for path, text, answer in zip(paths, texts, answers):
        done = run(str(path))
        assert (done.returncode == 0) == answer.startswith("good"), (text, answer, done.stderr)
        if done.returncode == 0:
            continue
        line, at_end = said_line(answer)
        ours = int(re.search(rb"line (\d+): ", done.stderr)[1])
        assert ours == line or (at_end and ours <= text.count("\n") + 1), (text, answer, done.stderr)
        refused += 1
    assert 0 < refused < len(texts)


def test_what_xl_makes_of_it(tmp_path):
    """The JSON that xl prints is the same guest."""
    xl = next((str(p) for p in sorted(pathlib.Path("/usr/lib").glob("xen-4.17/bin/xl"))), None)
    if not xl or not shutil.which("cc"):
        pytest.skip("no xl of Xen 4.17 here (package xen-utils-4.17)")
    shim = compiled(tmp_path, "shim.so", SHIM, "-shared", "-fPIC")
    path = tmp_path / "a.cfg"
    path.write_text(XL, encoding="ascii")
    done = subprocess.run([xl, "create", "-n", path], capture_output=True, text=True, check=True, env=os.environ | {"LD_PRELOAD": shim})
    theirs, ours = read("-", text=done.stdout), read(str(path))
    assert json.loads(done.stdout)["b_info"]["type.hvm"]["vga"] == {"kind": "std"}
    assert {k: v for k, v in ours.items() if k != "form"} == theirs
