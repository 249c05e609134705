"""Scripts, by bash itself: its QEMU is a stub that prints its arguments, and nothing but stubs is there to call."""
import pathlib
import re
import subprocess

from second_words import CLOUD, QEMU, Refused, words_to_machine

STUB = """#!/bin/bash
printf '%s\\0' "${0##*/}" "$@" >"$STUB_OUT"
exit 0
"""
# Programs that start a program: the words before it are dropped.
WRAPPER = """#!/bin/bash
for i in "$@"; do
    case "${i##*/}" in qemu-system-*|qemu-kvm|kvm|cloud-hypervisor*) exec "$@";; esac
    shift
done
exit 0
"""
NOTHING = ("cp", "mkdir", "rm", "swtpm", "free", "vfio-bind", "modprobe", "virtiofsd", "dirname", "cat", "virsh", "virt-install", "python3", "perl")


def stubs(folder):
    def write(name, text):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    for name in QEMU + CLOUD:
        write(name, STUB)
    for name in ("sudo", "taskset", "numactl", "nohup"):
        write(name, WRAPPER)
    for name in NOTHING:
        write(name, "#!/bin/bash\nexit 0\n")
    write("build.sh", "#!/bin/bash\nexit 0\n")
    write("ls", "#!/bin/bash\necho @host@\n")
    write("nproc", "#!/bin/bash\necho 8\n")
    write("which", "#!/bin/bash\necho \"$1\"\n")
    write("tee", "#!/bin/bash\nexit 0\n")


def script(text, folder, given, arguments):
    """Run with nothing but stubs to call; a variable that nobody sets ends it."""
    first = text.lstrip().splitlines()[0]
    if first.startswith("#!") and not re.search(r"\b(ba)?sh\b", first):
        raise Refused(f"no shell's: {first}")
    if first.startswith("```python"):
        raise Refused("Python")
    if re.search(r"\$\((test|if|\[) ", text):
        raise Refused("the host answers it")
    place = pathlib.Path(folder)
    (place / "bin").mkdir()
    (place / "logs/run_single").mkdir(parents=True)
    stubs(place / "bin")
    (place / "build.sh").symlink_to("bin/build.sh")
    # By their bare names the stubs are found, whatever directory the script names.
    names = "|".join(map(re.escape, QEMU + CLOUD))
    text = re.sub(rf"(?:[\w.~/-]*/)((?:{names})(?![\w-]))(?:\.[\w.-]+)?", r"\1", text)
    (place / "script").write_text(text, encoding="utf-8")
    out = place / "words"
    environment = {"PATH": str(place / "bin"), "HOME": "/home/me", "STUB_OUT": str(out)} | given
    # What it leaves in the background holds its output open, and is waited for.
    done = subprocess.run(["/bin/bash", "-u", "script", *arguments], cwd=place, env=environment, capture_output=True, text=True, timeout=20, check=False)
    if not out.exists():
        raise Refused(f"no QEMU was started: {done.stderr.strip()[-200:]}")
    return words_to_machine(out.read_bytes().decode().split("\0")[:-1])
