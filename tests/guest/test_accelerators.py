"""Which accelerator counts where several are named: by QEMU's sources (softmmu/vl.c), and asked of QEMU itself."""
import pytest

import judges
from forms import at, ignored, read, refused

# -enable-kvm is -machine accel=kvm in other words; of those the last counts, of -accel the first that works.
COUNTS = [
    ("-enable-kvm -machine accel=tcg", "tcg"), ("-machine accel=tcg -enable-kvm", "kvm"), ("-machine accel=kvm -machine accel=tcg", "tcg"),
    ("-machine q35,accel=tcg -machine accel=kvm:tcg", "kvm"), ("-accel tcg -accel kvm", "tcg"), ("-accel kvm -accel tcg", "kvm"),
    ("-M q35,accel=tcg -no-kvm", "tcg"), ("-enable-kvm -no-kvm", "tcg"),
]
BOTH = ["-accel tcg -enable-kvm", "-enable-kvm -accel kvm", "-machine accel=tcg -accel tcg", "-accel tcg -M q35,accel=tcg"]
DOMAIN = """<domain type='{}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>t</name><memory unit='GiB'>1</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices/><qemu:commandline>{}</qemu:commandline></domain>"""


def words(line):
    return ("--", "qemu-system-x86_64", *line.split(" "))


@pytest.mark.parametrize("line, accelerator", COUNTS)
def test_which_counts(line, accelerator):
    document = read(*words(line))
    assert document["accelerator"] == accelerator and ignored(document) == []


@pytest.mark.parametrize("line", BOTH)
def test_one_kind_only(line):
    assert refused(*words(line)) == "command line: -accel cannot be used together with -machine accel= or -enable-kvm (QEMU since 5.0)"


def test_what_is_replaced_is_not_missing():
    document = read(*words("-machine accel=hvf -enable-kvm"))
    assert document["accelerator"] == "kvm" and ignored(document) == []
    assert ignored(read(*words("-enable-kvm -machine accel=hvf"))) == ["accelerator"]


@pytest.mark.parametrize("kind, arguments, accelerator, unknown", [
    # libvirt's own comes first of those of -accel; of the machine's the last counts.
    ("qemu", ("-machine", "accel=kvm"), "kvm", []), ("kvm", ("-accel", "tcg"), "kvm", []), ("qemu", ("-machine", "type=q35,accel=hvf"), "tcg", ["accelerator"]),
])
def test_domain(kind, arguments, accelerator, unknown):
    document = read("-", text=DOMAIN.format(kind, "".join(f"<qemu:arg value='{word}'/>" for word in arguments)))
    assert at(document, "accelerator") == accelerator and ignored(document) == unknown


@pytest.mark.parametrize("line", [line for line, _ in COUNTS if "-no-kvm" not in line] + BOTH)
def test_as_qemu(line, judge):
    """It takes what hawd takes, and refuses what hawd refuses."""
    try:
        with judge.ask(*line.split(" ")) as call:
            asked = "kvm" if call("query-kvm")["enabled"] else "tcg"
    except judges.Refused as why:
        asked = "both" if "incompatible" in str(why) else "kvm"  # which is not there
    expected = dict(COUNTS).get(line, "both")
    # Where KVM cannot be had the next of -accel and of kvm:tcg is taken.
    assert asked == expected or (asked == "tcg" and expected == "kvm" and "tcg" in line)
