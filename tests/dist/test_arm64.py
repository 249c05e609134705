"""Everything but the tests compiles for arm64, warnings and all, with Debian's cross compiler. Libraries' headers are the
same on every architecture; the C library's and the kernel's come with the compiler."""
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
COMPILER = "aarch64-linux-gnu-gcc"
# libarchive's header is found as the others are; only what is linked matters to a real build.
SOURCES = sorted(p for d in ("probe", "profile", "guest", "fleet", "export", "map", "ctl") for p in (TOP / d).rglob("*.c"))


@pytest.mark.skipif(not shutil.which(COMPILER), reason=f"no {COMPILER} (package gcc-aarch64-linux-gnu)")
def test_compiles():
    flags = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-D_GNU_SOURCE",
             '-DHAWD_VERSION="test"', '-DHAWD_LIBEXECDIR="/usr/libexec/hawd"', "-DHAVE_LIBPCI=0", f"-I{TOP}", "-idirafter", "/usr/include",
             "-idirafter", "/usr/include/libsmartcols", "-idirafter", "/usr/include/libxml2"]
    done = subprocess.run([COMPILER, "-fsyntax-only", *flags, *map(str, SOURCES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]
    assert len(SOURCES) > 80
