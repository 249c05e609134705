"""hawd for arm64: built with Debian's cross compiler against the libraries of Debian's arm64 packages."""
import os
import pathlib
import shutil
import subprocess

import overlay
import release
from image import Missing

SUITE = "bookworm"
LIBRARIES = ["libc6-dev", "libsystemd-dev", "libudev-dev", "libjansson-dev", "libmd-dev", "libsmartcols-dev", "libarchive-dev",
             "libxml2-dev", "libpci-dev", "libseccomp-dev", "libcmocka-dev"]
COMPILER = "aarch64-linux-gnu-gcc"
EMULATOR = ("sid", ["qemu-user"])  # static; 7.2 has no openat2
CROSS = """[binaries]
c = '@COMPILER@'
ar = '@COMPILER@-ar'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = @WRAPPER@
[properties]
sys_root = '@SYSROOT@'
pkg_config_libdir = '@SYSROOT@/usr/lib/aarch64-linux-gnu/pkgconfig:@SYSROOT@/usr/share/pkgconfig'
[built-in options]
c_args = ['--sysroot=@SYSROOT@']
c_link_args = ['--sysroot=@SYSROOT@']
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
"""


def sysroot():
    if not shutil.which(COMPILER):
        raise Missing(f"not installed: {COMPILER} (package gcc-aarch64-linux-gnu)")
    return release.tree(SUITE, LIBRARIES, True, "arm64")


def wrapper():
    """What runs a program of the build on this machine."""
    return [str(release.tree(*EMULATOR, closure=False) / "usr/bin/qemu-aarch64"), "-L", str(sysroot())]


def loaded(place):
    """The same for unit tests: with the sysroot's loader, not a prefix, so that "/" is this machine's. Of the cross compiler's libraries
    only those of the sanitizers, linked in that directory: with its libc beside a loader of another build, fork(2) in a program
    ends with a segmentation fault."""
    place.mkdir(exist_ok=True)
    for name in ("libasan.so", "libubsan.so"):
        told = subprocess.run([COMPILER, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        library = pathlib.Path(told).resolve()
        link = place / (name + library.name.removeprefix(name)[:2])
        link.unlink(missing_ok=True)
        link.symlink_to(library)
    folders = [sysroot() / "usr/lib/aarch64-linux-gnu", place]
    return [wrapper()[0], str(sysroot() / "lib/ld-linux-aarch64.so.1"), "--library-path", ":".join(map(str, folders))]


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, words))}:\n{(done.stdout + done.stderr)[-5000:]}"


def judge(sources, program):
    """The program that asks VFIO, of tests/kernel. The interface of iommufd is newer than the sysroot's headers."""
    headers = release.tree("trixie", ["linux-libc-dev"], False, "arm64") / "usr/include"
    run(COMPILER, f"--sysroot={sysroot()}", "-static", "-O1", "-D_GNU_SOURCE", "-Wall", "-Werror", "-isystem", headers,
        "-isystem", headers / "aarch64-linux-gnu", "-o", program, *sources.glob("judge*.c"))
    return program


def configure(name, *options):
    """A build directory below that of the tests. What the build itself has to run goes through the wrapper."""
    own = pathlib.Path(os.environ["HAWD_BUILD"]) / name
    text = CROSS.replace("@SYSROOT@", str(sysroot())).replace("@COMPILER@", COMPILER).replace("@WRAPPER@", repr(wrapper()))
    cross = own.with_suffix(".ini")
    if not (own / "build.ninja").exists() or not cross.exists() or cross.read_text(encoding="utf-8") != text:
        shutil.rmtree(own, ignore_errors=True)
        cross.write_text(text, encoding="utf-8")
        run("meson", "setup", own, os.environ["HAWD_SOURCE"], "--cross-file", cross, f"--prefix={overlay.PREFIX}", "--sysconfdir=/etc",
            "--localstatedir=/var", "--libdir=lib", *options)
    return own


def build():
    """hawd as it is installed, brought up to date."""
    with overlay.alone(pathlib.Path(os.environ["HAWD_BUILD"]) / "arm64"):
        own = configure("arm64", "-Dtests=disabled")
        run("ninja", "-C", own)
    return own
