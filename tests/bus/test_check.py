"""Check: a guest's document in, the verdict of this host out; what is no such document gets an error with a name."""
import json
import os
import pathlib

import jsonschema
import pytest

import hosts_arm
import hosts_intel
from bus import HOST, NAME, PATH, BusError

SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("check.schema.json").read_text(encoding="utf-8"))
GUEST = {"schema": "hawd-guest/1", "name": "vm", "machine": "pc-q35-9.0", "vmmVersion": "9.2.0", "accelerator": "kvm", "memory": {"ram": "16GiB"},
         "cpu": {"model": "host", "physBits": "host"}, "firmware": {"kind": "ovmf", "version": "202311"},
         "devices": [{"address": "0000:01:00.0", "assigned": True}]}


@pytest.fixture
def service(serve):
    return serve(hosts_intel.client_46_39)


def ask(client, text):
    answer, = client.call(PATH, HOST, "Check", "s", (text,))
    return json.loads(answer)


def refused(client, text):
    with pytest.raises(BusError) as error:
        ask(client, text)
    return error.value.name.removeprefix(NAME + ".Error."), error.value.text


def test_verdicts(service, client):
    """A 46-bit CPU before a 39-bit IOMMU: the GPU's BAR is out of reach, and memory above 512 GiB would be."""
    answer = ask(client, json.dumps(GUEST))
    jsonschema.Draft202012Validator(SCHEMA).validate(answer)
    assert answer["verdict"] == "warning" and answer["findings"][0]["rule"] == "R4"
    assert answer["findings"][0]["libvirt"] == "<maxphysaddr mode='passthrough' limit='39'/>"
    limited = GUEST | {"cpu": GUEST["cpu"] | {"hostPhysBitsLimit": 39}}
    assert ask(client, json.dumps(limited))["verdict"] == "safe"
    assert ask(client, json.dumps(GUEST | {"memory": {"ram": "520GiB"}}))["verdict"] == "unsafe"


def test_missing_is_never_safe(service, client):
    """Where the BAR lies hangs on the firmware; without devices nothing does."""
    plain = {k: v for k, v in GUEST.items() if k != "firmware"}
    answer = ask(client, json.dumps(plain))
    assert answer["verdict"] == "warning" and answer["missing"]
    del plain["devices"]
    answer = ask(client, json.dumps(plain))
    assert answer["verdict"] == "safe" and not answer["missing"]
    answer = ask(client, json.dumps(plain | {"firmware": GUEST["firmware"], "ignored": [{"what": "-machine foo=", "text": "not understood"}]}))
    assert answer["verdict"] == "warning" and any("-machine foo=" in m for m in answer["missing"])


def test_cloud_hypervisor_on_arm64(serve, client):
    """Its guest is one of the host's architecture, unless the document says otherwise."""
    serve(hosts_arm.raspberry_like)
    guest = {"schema": "hawd-guest/1", "machine": "cloud-hypervisor", "memory": {"ram": "4GiB"}, "firmware": {"kind": "none"}}
    for more in ({}, {"architecture": "aarch64"}):
        answer = ask(client, json.dumps(guest | more))
        assert (answer["verdict"], answer["layout"]["physBits"]) == ("safe", 40)
    answer = ask(client, json.dumps(guest | {"architecture": "x86_64"}))
    assert any("does not run x86 guests" in finding["summary"] for finding in answer["findings"])


@pytest.mark.parametrize("text", ["", "{", "[]", "17", "null", '{"schema":"hawd-profile/1"}', '{"schema":"hawd-guest/2"}', "[" * 100000,
                                  json.dumps(GUEST | {"cpu": {"physBits": 99}}), json.dumps(GUEST | {"nonsense": 1})])
def test_no_guest(service, client, text):
    name, message = refused(client, text)
    assert name == "InvalidGuest" and message


def test_bounds(service, client):
    padded = json.dumps(GUEST | {"name": "x" * 100})
    assert ask(client, padded + " " * (256 * 1024 - len(padded)))["verdict"] == "warning"
    assert refused(client, padded + " " * (256 * 1024 + 1 - len(padded)))[0] == "TooLarge"
