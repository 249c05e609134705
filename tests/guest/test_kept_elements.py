"""The elements of a domain that remedies change are kept whole, or not at all: a cut element in a remedy would lose settings."""
import pytest

from forms import read

LIMITS = {"nodes": 256, "depth": 8, "list": 64, "text": 4096}  # guest/manager.h


def kept(cpu, tail=""):
    """What is kept of <cpu>, and whether any element is kept."""
    text = (f"<domain type='kvm'><name>t</name><memory unit='GiB'>4</memory><vcpu>2</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>{cpu}"
            f"<devices/>{tail}</domain>")
    elements = read("-", text=text).get("form", {}).get("elements")
    if elements is None:
        return None
    return [element for element in elements if element[0] == "cpu"][0]


def features(number):
    return "<cpu mode='host-model'>" + "".join(f"<feature policy='disable' name='f{i}'/>" for i in range(number)) + "</cpu>"


def nested(depth):
    return "<cpu mode='host-model'>" + "".join(f"<n{i}>" for i in range(1, depth)) + "".join(f"</n{i}>" for i in range(depth - 1, 0, -1)) + "</cpu>"


def attributes(number):
    return "<cpu mode='host-model'><feature " + " ".join(f"a{i}='{i}'" for i in range(number)) + "/></cpu>"


def test_all_of_a_long_element():
    cpu = kept(features(LIMITS["nodes"] - 1))
    assert len(cpu) == 2 + LIMITS["nodes"] - 1
    assert cpu[1] == {"mode": "host-model"} and cpu[-1] == ["feature", {"policy": "disable", "name": "f254"}]


def test_all_of_a_deep_element():
    cpu, names = kept(nested(LIMITS["depth"])), []
    while len(cpu) > 2:
        cpu = cpu[2]
        names.append(cpu[0])
    assert names == [f"n{i}" for i in range(1, LIMITS["depth"])]


def test_all_attributes():
    assert kept(attributes(LIMITS["list"]))[2][1] == {f"a{i}": str(i) for i in range(LIMITS["list"])}


def test_all_of_a_text():
    words = "v" * LIMITS["text"]
    assert kept(f"<cpu><note>{words}</note></cpu>")[2][2] == words


@pytest.mark.parametrize("cpu", [features(LIMITS["nodes"]), features(5000), nested(LIMITS["depth"] + 1), nested(200), attributes(LIMITS["list"] + 1), attributes(3000),
                                 f"<cpu><note>{'v' * (LIMITS['text'] + 1)}</note></cpu>", f"<cpu><note a='{'v' * (LIMITS['text'] + 1)}'/></cpu>",
                                 "<cpu>" + "<a>x</a>" * 300 + "</cpu>", "<cpu>" + "<![CDATA[x]]><!-- -->" * 5000 + "</cpu>"],
                         ids=["257 elements", "5000 elements", "depth 9", "depth 200", "65 attributes", "3000 attributes", "text", "attribute", "texts", "pieces"])
def test_nothing_of_what_is_too_large(cpu):
    assert kept(cpu) is None


def test_pieces_of_a_text():
    assert kept("<cpu>" + "<![CDATA[x]]><!-- -->" * 300 + "</cpu>")[2:] == ["x" * 300]
