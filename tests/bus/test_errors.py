"""What is asked wrongly, too often, or by the wrong user gets an error with a name, and does no harm."""
import copy
import json
import os
import pathlib
import time

import jsonschema
import pytest

import hosts_intel
from bus import HOST, NAME, NOBODY, PATH, PROPERTIES, BusError, Client, wait_for

ERROR = NAME + ".Error."
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"


@pytest.fixture
def service(serve):
    return serve(hosts_intel.client_46_39)


def compare(client, text):
    answer, = client.call(PATH, HOST, "Compare", "s", (text,))
    return json.loads(answer)


def refused(client, text):
    with pytest.raises(BusError) as error:
        compare(client, text)
    return error.value.name.removeprefix(ERROR)


def test_compare_with_itself(service, client):
    """Nothing differs, not even what no digest is taken over, and a guest may move."""
    answer = compare(client, client.describe())
    schema = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("comparison.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(answer)
    assert answer["sameDigest"] and answer["differences"] == []
    assert answer["toHere"] == answer["toThere"] == {"verdict": "safe", "reasons": []}
    assert answer["common"]["iovaBits"] == 39


def test_compare_with_another(service, client):
    """CPUs of 46 and 45 bits: a guest that was told 46 may not move there; its regions are ours and more."""
    document = json.loads(client.describe())
    document["widths"]["guestPhysicalBits"]["value"] = document["widths"]["safeGuestBits"]["value"] = 45
    document["host"]["hostname"] = "other"
    document["reservedIova"].append({"start": "0x40000000", "end": "0x4fffffff"})
    answer = compare(client, json.dumps(document))
    assert {d["path"] for d in answer["differences"]} == {"widths.guestPhysicalBits", "widths.safeGuestBits", "host.hostname", "reservedIova"}
    assert (answer["toThere"]["verdict"], answer["toHere"]["verdict"]) == ("unsafe", "safe")
    assert answer["common"]["guestPhysicalBits"] == 45


def test_compare_of_what_is_not_all_known(service, client):
    """A group whose regions one side could not read, or none of which is told what they leave: no verdict for devices, and nothing made up."""
    document = json.loads(client.describe())
    document["groups"][1] |= {"regionsReason": "permission", "reservedRegions": []}
    answer = compare(client, json.dumps(document))
    assert answer["toThere"]["verdict"] == "unknown" and "not all known there" in answer["toThere"]["reasons"][0]
    assert len(answer["toThere"]["reasons"]) == 1 and answer["differences"] == []
    del document["groups"]
    assert compare(client, json.dumps(document))["toThere"]["verdict"] == "safe"
    document["usableIova"] = []
    assert compare(client, json.dumps(document))["toThere"]["verdict"] == "unknown"
    for key in ("widths", "paging", "host"):
        assert compare(client, json.dumps(document | {key: 7}))["toHere"]["verdict"] == "unknown"
    bare = compare(client, '{"schema":"hawd-profile/1"}')
    assert bare["toHere"]["verdict"] == bare["toThere"]["verdict"] == "unknown"


def nested(depth):
    """A profile with something deep in it that is `depth` containers below the top."""
    return '{"schema":"hawd-profile/1","x":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


WRONG = {
    "empty": "", "blank": " ", "no JSON": "hello", "half": '{"schema": "hawd-profile/1"', "two": "{} {}", "a number": "17", "null": "null",
    "an array": "[]", "no schema": "{}", "another schema": '{"schema":"hawd-comparison/1"}', "a later schema": '{"schema":"hawd-profile/2"}',
    "a schema that is no string": '{"schema":1}', "depth 17": nested(17), "depth 10000": nested(10000),
    "a key twice": '{"schema":"hawd-profile/1","schema":"hawd-profile/1"}', "control characters": '{"schema":"\x01"}',
    "half a surrogate": '{"schema":"\\ud800"}', "NUL": '{"schema":"hawd-profile/1\\u0000"}',
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_compare_with_what_is_no_profile(service, client, text):
    assert refused(client, text) == "InvalidProfile"
    client.ping()


def test_compare_with_wrong_members(service, client):
    """Each member of a profile replaced by something of another type, or taken away. Whatever it is, it is answered."""
    document = json.loads(client.describe())
    answers = {}
    for key in document:
        for wrong in (None, 7, "x", [], {}, [[]], [7], {"x": 1}):
            other = copy.copy(document)
            other[key] = wrong
            try:
                compare(client, json.dumps(other))
                answers[key, str(wrong)] = "answer"
            except BusError as error:
                answers[key, str(wrong)] = error.name.removeprefix(ERROR)
    assert set(answers.values()) <= {"answer", "InvalidProfile"}
    assert {answer for (key, _), answer in answers.items() if key == "schema"} == {"InvalidProfile"}


def test_compare_with_too_much(service, client):
    """256 KiB are taken, one byte more is not."""
    document = client.describe()
    assert compare(client, document + " " * (256 * 1024 - len(document)))
    assert refused(client, document + " " * (256 * 1024 + 1 - len(document))) == "TooLarge"
    assert refused(client, "x" * (8 << 20)) == "TooLarge"


WRONG_ARGUMENTS = [("Compare", None, ()), ("Compare", "u", (7,)), ("Compare", "ay", (b"{}",)), ("Compare", "ss", ("", "")), ("Compare", "v", (("s", ""),)),
                   ("Describe", "s", ("x",)), ("Refresh", "b", (True,)), ("Refresh", "au", (list(range(1 << 20)),)), ("Describe", "ay", (bytes(16 << 20),))]


@pytest.mark.parametrize("member, signature, body", WRONG_ARGUMENTS, ids=lambda x: x if isinstance(x, str) else "")
def test_wrong_arguments(service, client, member, signature, body):
    with pytest.raises(BusError) as error:
        client.call(PATH, HOST, member, signature, body)
    assert error.value.name == INVALID
    assert client.get("Generation") == 1


def test_no_such_method(service, client):
    for member in ("Nope", "describe", "Set"):
        with pytest.raises(BusError) as error:
            client.call(PATH, HOST, member)
        assert error.value.name == "org.freedesktop.DBus.Error.UnknownMethod"
    with pytest.raises(BusError, match="Unknown"):
        client.call(PATH, HOST + "2", "Describe")


@pytest.mark.usefixtures("root")
def test_refresh(service, client):
    """root's is granted without polkit: what changed is there when it answers."""
    client.subscribe()
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    assert client.call(PATH, HOST, "Refresh") == ()
    assert client.get("Hostname") == "other"
    assert [member for member, _, _ in client.signals()] == ["PropertiesChanged", "ProfileChanged"]


@pytest.mark.usefixtures("root")
def test_refresh_too_often(service, client):
    for _ in range(5):
        client.call(PATH, HOST, "Refresh")
    for _ in range(3):
        with pytest.raises(BusError) as error:
            client.call(PATH, HOST, "Refresh")
        assert error.value.name == ERROR + "RateLimited"
    time.sleep(10.1)
    client.call(PATH, HOST, "Refresh")


@pytest.mark.usefixtures("root")
def test_refresh_of_a_host_that_went(service, client):
    """What was known stays, and is still served."""
    before = client.describe()
    service.tree.root.rename(service.place / "away")
    with pytest.raises(BusError) as error:
        client.call(PATH, HOST, "Refresh")
    assert error.value.name == ERROR + "Failed"
    assert client.describe() == before and client.get("Generation") == 1
    (service.place / "away").rename(service.tree.root)
    client.call(PATH, HOST, "Refresh")
    assert client.describe() == before and client.get("Generation") == 1


@pytest.mark.usefixtures("root")
def test_refresh_by_somebody_else(service, bus):
    """There is no polkit on this bus: only root may. Everybody may read."""
    somebody = Client(bus.address, NOBODY)
    with pytest.raises(BusError) as error:
        somebody.call(PATH, HOST, "Refresh")
    assert error.value.name == ERROR + "NotAuthorized"
    assert somebody.get("IovaBits") == 39 and somebody.describe().startswith("{")
    # Whoever may not does not use up the allowance of those who may.
    for _ in range(10):
        with pytest.raises(BusError):
            somebody.call(PATH, HOST, "Refresh")
    somebody.close()
    client = Client(bus.address)
    client.call(PATH, HOST, "Refresh")
    client.close()


@pytest.mark.usefixtures("root")
def test_wants_no_reply(service, client):
    """Calls that forbid an answer get none; what they change is done all the same."""
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    client.send(PATH, HOST, "Refresh", flags=1)
    client.send(PATH, HOST, "Describe", flags=1)
    client.send(PATH, PROPERTIES, "GetAll", "s", (HOST,), flags=1)
    wait_for(lambda: client.get("Hostname") == "other", "the refresh")
