"""Machines of QEMU's virt as key=value lines for print-layout, its answer, and QEMU's words for each cause that it names."""
import os
import re
import subprocess

SWITCHES = dict(enumerate(["highmem-redists", "highmem-ecam", "highmem-mmio", "compact-highmem", "highmem-mmio-size", "msi", "gic-version=4", "pxb-pcie",
                           "its"]))
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
LOW_ECAM = (0x3f000000, 0x3fffffff)


def size(text):
    return int(text[:-1]) * UNITS[text[-1]] if text[-1] in UNITS else int(text)


def lines(case):
    """`case` is a dict with print-layout's keys; machine options that do not concern it are left out."""
    said = {"machine": "virt", "firmware": "none", **case}
    return "".join(f"{key}={value}\n" for key, value in said.items())


def options(text):
    """-machine's switches as keys."""
    found = dict(word.split("=") for word in text.split(",") if word)
    return {key: size(value) if key == "highmem-mmio-size" else value for key, value in found.items()}


def span(text):
    first, last = text.split("-")
    return int(first, 16), int(last, 16)


def asked(case):
    text = subprocess.run([os.environ["PRINT_LAYOUT"]], input=lines(case), capture_output=True, text=True, check=True).stdout
    found = {kind: [span(f"{int(a, 16):x}-{int(b, 16):x}") for a, b in re.findall(rf"^{kind}=(\w+)-(\w+) ", text, re.MULTILINE)]
             for kind in ("ram", "hotplug", "window32", "window64", "ecam", "redistributors", "bar")}
    return {"starts": "\nstarts=1\n" in f"\n{text}", "text": text, "errors": errors(case, text), **found,
            "dropped": {int(which): int(end, 16) for which, end in re.findall(r"^dropped=(\d) (\w+)$", text, re.MULTILINE)}}


def errors(case, text):
    """What QEMU may say of what the layout refuses."""
    version = tuple(map(int, str(case["qemu"]).split(".")[:2]))
    found = []
    for bits in map(int, re.findall(r"^beyond=(\d+)$", text, re.MULTILINE)):
        top = int(re.search(r"^top=(\w+)$", text, re.MULTILINE).group(1), 16) + 1
        found.append(f"Addressing limited to {bits} bits, but memory exceeds it by {top - (1 << bits)} bytes")
    for kind, *numbers in re.findall(r"^cause=(\S+) (\d+) (\d+) (\d+)$", text, re.MULTILINE):
        value, least, most = map(int, numbers)
        machine = f"virt-{case['machine-version']}"
        absent = ["unsupported machine type"]
        requested = f"Invalid SMP CPUs {value}. The max CPUs supported by machine '{machine}' is {most}" if least == 2 else \
            f"Number of SMP CPUs requested ({value}) exceeds max CPUs supported by machine 'mach-virt' ({most})"
        found += {
            "slots": [f"unsupported number of memory slots: {value}"],
            "ipa": [f"-m and ,maxmem option values require an IPA range ({value} bits) larger than the one supported by "
                    f"the host ({most} bits)"],
            "pa-tcg": [f"VCPU supports less PA bits ({most}) than requested by the memory map ({value})"],
            "mmio-size-odd": ["highmem-mmio-size is not a power of 2"],
            "mmio-size-small": ["highmem-mmio-size cannot be set to a lower value than the default (512 GiB)"],
            "gic-cpus": [requested + (" / Try 'highmem-redists=on' for more CPUs" if least == 1 and version >= (8, 0) else "")],
            "redist": ["VGICv3 redist region number(2) not equal to 1"],
            "switch-absent": [f"Property '{machine}-machine.{SWITCHES.get(value)}' not found"],
            "huge": ["maxmem/slots too huge"],
            "mte": ["MTE requested, but not supported by the guest CPU"],
            "two-iommus": ["virt machine does not support multiple IOMMUs"],
            "gicv2-its": ["GICv2 + ITS is an invalid configuration."],
            "model-absent": [f"unable to find CPU model '{case.get('model')}'"],
            "machine-newer": absent, "machine-gone": absent, "machine-never": absent,
        }.get(kind, [kind])
    return found
