"""Which objects there are, what they say they are, and that the one document is the same wherever it is had."""
import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

import hosts_arm
import hosts_intel
import hosts_other
from bus import GROUP, HOST, IOMMU, MANAGER, NAME, PATH, PROPERTIES, BusError

BUILD = pathlib.Path(os.environ["HAWD"]).parent.parent
CHANGED = "org.freedesktop.DBus.Property.EmitsChangedSignal"
STANDARD = {f"org.freedesktop.DBus.{name}" for name in ("Peer", "Introspectable", "Properties", "ObjectManager")}
SOME = [hosts_intel.client_46_39, hosts_other.epyc_sme, hosts_arm.arm64_smmuv3, hosts_intel.no_iommu_vmx_locked, hosts_other.bare]


@pytest.mark.parametrize("build", hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS, ids=lambda build: build.__name__)
def test_one_document(serve, client, build):
    """Describe, hawctl on the same tree, and the file are the same bytes, and keep the schema."""
    service = serve(build)
    service.settle()
    text = client.describe()
    done = subprocess.run([os.environ["HAWCTL"], f"--root={service.tree.root}", "describe", "--json=short"],
                          capture_output=True, check=True)
    assert text + "\n" == done.stdout.decode()
    assert text + "\n" == (service.runtime / "current/profile.json").read_text(encoding="utf-8")
    document = json.loads(text)
    schema = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["digest"] == client.get("Digest") == (service.runtime / "current/digest").read_text(encoding="ascii").strip()


def members(interface):
    """A node's interface as {(kind, name): what it is}: names of arguments and annotations as well."""
    found = {}
    for member in interface:
        if member.tag == "property":
            how = [a.get("value") for a in member.findall("annotation") if a.get("name") == CHANGED]
            found["property", member.get("name")] = (member.get("type"), member.get("access"), how[0] if how else "true")
        elif member.tag in ("method", "signal"):
            default = "in" if member.tag == "method" else None
            found[member.tag, member.get("name")] = [
                (a.get("name"), a.get("type"), a.get("direction", default) if default else None) for a in member.findall("arg")]
    return found


def live(bus, path):
    done = subprocess.run(["busctl", f"--address={bus.address}", "introspect", "--xml-interface", NAME, path],
                          capture_output=True, check=True)
    return {interface.get("name"): interface for interface in ElementTree.fromstring(done.stdout).findall("interface")}


@pytest.mark.parametrize("interface, below", [(HOST, ""), (IOMMU, "/iommu/dmar0"), (GROUP, "/group/2")])
def test_introspection(serve, bus, interface, below):
    serve(hosts_intel.client_46_39)
    written = ElementTree.parse(BUILD / f"dbus/{interface}.xml").getroot().find("interface")
    here = live(bus, PATH + below)
    assert written.get("name") == interface
    assert members(here[interface]) == members(written)
    assert here.keys() - STANDARD == {interface}


def objects_of(build, client):
    managed, = client.call(PATH, MANAGER, "GetManagedObjects")
    document = json.loads(client.describe())
    expected = {f"{PATH}/iommu/{escape(unit['name'])}": IOMMU for unit in document["iommus"]}
    expected |= {f"{PATH}/group/{group['id']}": GROUP for group in document["groups"]}
    return managed, expected


def escape(name):
    """A label as an element of an object path, as sd_bus_path_encode(3) has it."""
    return "".join(c if c.isascii() and c.isalnum() and not (i == 0 and c.isdigit()) else f"_{ord(c):02x}" for i, c in enumerate(name))


@pytest.mark.parametrize("build", SOME, ids=lambda build: build.__name__)
def test_managed_objects(serve, client, build):
    serve(build)
    managed, expected = objects_of(build, client)
    assert managed.keys() == expected.keys()
    for path, interfaces in managed.items():
        assert interfaces.keys() - STANDARD == {expected[path]}
        assert {name: value for name, (_, value) in interfaces[expected[path]].items()} == client.get_all(path, expected[path])


def test_a_unit_whose_name_is_no_path_element(serve, client):
    """SMMUs have dots in their names."""
    serve(hosts_arm.arm64_smmuv3)
    path = f"{PATH}/iommu/smmu3_2e0x0000000009050000"
    assert client.get("Name", path, IOMMU) == "smmu3.0x0000000009050000"
    with pytest.raises(BusError, match="UnknownObject"):
        client.get("Name", f"{PATH}/iommu/smmu3.0x0000000009050000".replace(".", "_"), IOMMU)


NOWHERE = ["group/007", "group/01", "group/002", "group/00", "group/99999", "group/4294967296", "group/18446744073709551618", "group/_31",
           "group/1a", "group/1/1",
           "iommu/nope", "iommu/dmar", "iommu/dmar00", "iommu/_64mar0", "group", "iommu", "groups/1", "host"]


@pytest.mark.parametrize("below", NOWHERE)
def test_paths_that_are_no_objects(serve, client, below):
    serve(hosts_intel.client_46_39)
    for interface in (GROUP, IOMMU, HOST):
        with pytest.raises(BusError, match="UnknownObject|UnknownInterface") as error:
            client.call(f"{PATH}/{below}", PROPERTIES, "GetAll", "s", (interface,))
        if below not in ("group", "iommu"):
            assert error.value.name == "org.freedesktop.DBus.Error.UnknownObject"
    assert client.get_all(f"{PATH}/group/1", GROUP)["Id"] == 1


def test_paths_that_are_no_paths(serve, bus):
    """group/-1 cannot be sent: a bus takes no such path. The service does not see it."""
    serve(hosts_intel.client_46_39)
    done = subprocess.run(["busctl", f"--address={bus.address}", "call", NAME, f"{PATH}/group/-1", PROPERTIES, "GetAll", "s", GROUP],
                          capture_output=True, check=False)
    assert done.returncode != 0


def test_properties_are_not_to_be_set(serve, client):
    serve(hosts_intel.client_46_39)
    before = client.get_all()
    for path, interface, name, value in ((PATH, HOST, "IovaBits", ("u", 64)), (PATH, HOST, "Digest", ("s", "")),
                                         (f"{PATH}/group/1", GROUP, "Assignable", ("s", "yes")),
                                         (f"{PATH}/iommu/dmar0", IOMMU, "IovaBits", ("u", 64))):
        with pytest.raises(BusError) as error:
            client.call(path, PROPERTIES, "Set", "ssv", (interface, name, value))
        assert error.value.name == "org.freedesktop.DBus.Error.PropertyReadOnly"
    assert client.get_all() == before


def test_every_property_has_a_reader(serve, client):
    """Names that are none, and interfaces of another object."""
    serve(hosts_intel.client_46_39)
    for interface, name in ((HOST, "Nope"), (HOST, ""), (HOST, "iovaBits"), (GROUP, "Id")):
        with pytest.raises(BusError, match="UnknownProperty|UnknownInterface|InvalidArgs"):
            client.get(name, PATH, interface)
