"""What hawd exports for OpenStack, and the settings it prints for Nova, with the real programs: nova-compute's reader loads the
fragment, a Placement answers by its traits, and Nova's validator and driver get the properties."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import urllib.request
import uuid

import pytest

import hosts_intel
import hosts_other
from openstack import OpenStack, release
from tree import Tree

HAWCTL, SOURCE = os.environ["HAWCTL"], pathlib.Path(os.environ["HAWD_SOURCE"])
REMOVE = SOURCE / "examples" / "nova-remove-traits"
# Bits of guests and of devices, by the trees' own expectations.
HOSTS = {"client": (hosts_intel.client_46_39, 46, 39), "sme": (hosts_other.epyc_sme, 48, 64), "bare": (hosts_other.bare, 0, 0)}
LOAD = """
import json, sys
from nova.compute import provider_config
answers = []
for folder in sys.argv[1:]:
    try:
        answers.append(provider_config.get_provider_configs(folder))
    except Exception as e:
        answers.append(type(e).__name__)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module", name="openstack")
def fixture_openstack():
    try:
        return OpenStack()
    except release.Missing as why:
        pytest.skip(f"no Nova of Debian 13: {why}")


@pytest.fixture(scope="module", name="trees")
def fixture_trees(tmp_path_factory):
    place = tmp_path_factory.mktemp("trees")
    for name, (make, _, _) in HOSTS.items():
        make(Tree(place / name))
    return place


def exported(tree):
    done = subprocess.run([HAWCTL, "export", "nova", tree], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module", name="loaded")
def fixture_loaded(openstack, trees, tmp_path_factory):
    """As nova-compute reads it: the traits of each host; and what it says of two files with the same entry."""
    place, known = tmp_path_factory.mktemp("provider_config"), {}
    for folder in (*HOSTS, "two"):
        (place / folder).mkdir()
        (place / folder / "hawd.yaml").write_text(exported(trees / ("client" if folder == "two" else folder)), encoding="utf-8")
    (place / "two" / "own.yaml").write_text(exported(trees / "client"), encoding="utf-8")
    *answers, known["two"] = openstack.run(LOAD, *(str(place / folder) for folder in (*HOSTS, "two")))
    for host, answer in zip(HOSTS, answers):
        assert isinstance(answer, dict), answer
        known[host] = answer["$COMPUTE_NODE"]["traits"]["additional"] if answer else []
    return known


@pytest.mark.parametrize("host", HOSTS)
def test_nova_compute_loads_it(loaded, trees, host):
    _, guest, devices = HOSTS[host]
    traits, removed = loaded[host], set(re.findall(r"^# remove: (\S+)$", exported(trees / host), re.M))
    assert not removed & set(traits) and len(traits) == len(set(traits)) and len(removed) + len(traits) > 30
    for bits in (36, 39, 40, 46, 47, 48, 52):
        for name, width in (("GUEST", guest), ("IOVA", devices)):
            trait = f"CUSTOM_HAWD_{name}_BITS_GE_{bits}"
            assert (trait in traits) is (bits <= width) and (trait in removed) is (bits > width)


def test_two_entries_stop_nova_compute(loaded):
    """Why the fragment has to be merged, as it says."""
    assert loaded["two"] == "ProviderConfigException"


# ── Placement ───────────────────────────────────────────────────────────────────────────────────────────────


class Placement:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"X-Auth-Token": "admin", "Content-Type": "application/json", "OpenStack-API-Version": "placement 1.39"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def traits(self, provider):
        return self.ask("GET", f"/resource_providers/{provider}/traits")["traits"]

    def add(self, provider, traits):
        """As nova-compute: it adds."""
        for trait in traits:
            self.ask("PUT", f"/traits/{trait}")
        now = self.ask("GET", f"/resource_providers/{provider}/traits")
        self.ask("PUT", f"/resource_providers/{provider}/traits", {"resource_provider_generation": now["resource_provider_generation"],
                                                                  "traits": sorted(set(now["traits"]) | set(traits))})

    def candidates(self, *required):
        path = "/allocation_candidates?resources=VCPU:1&required=" + ",".join(required)
        return set(self.ask("GET", path)["provider_summaries"])


@pytest.fixture(name="placement")
def fixture_placement(openstack, tmp_path):
    with openstack.placement(tmp_path) as server:
        port = next((line.split()[1] for line in server.stdout if line.startswith("port ")), None)
        assert port, (tmp_path / "placement.log").read_text(encoding="utf-8")
        yield Placement(int(port))
        server.kill()


@pytest.fixture(name="providers")
def fixture_providers(placement, loaded):
    """A provider for each host, with the traits that nova-compute would give it and one of the operator's."""
    ids = {}
    for host in HOSTS:
        ids[host] = provider = str(uuid.uuid4())
        placement.ask("POST", "/resource_providers", {"name": host, "uuid": provider})
        placement.ask("PUT", f"/resource_providers/{provider}/inventories", {"resource_provider_generation": 0, "inventories": {"VCPU": {"total": 8}}})
        placement.add(provider, ["CUSTOM_OWN", *loaded[host]])
    return ids


def test_placement_answers(placement, providers):
    def hosts(*required):
        return {name for name, provider in providers.items() if provider in placement.candidates(*required)}
    assert hosts("CUSTOM_OWN") == set(HOSTS)
    for bits in (36, 39, 46, 47, 48, 51):
        placement.ask("PUT", f"/traits/CUSTOM_HAWD_GUEST_BITS_GE_{bits}")
        placement.ask("PUT", f"/traits/CUSTOM_HAWD_IOVA_BITS_GE_{bits}")
        assert hosts(f"CUSTOM_HAWD_GUEST_BITS_GE_{bits}") == {name for name, (_, guest, _) in HOSTS.items() if guest >= bits}
        assert hosts(f"CUSTOM_HAWD_IOVA_BITS_GE_{bits}") == {name for name, (_, _, devices) in HOSTS.items() if devices >= bits}
    assert hosts("CUSTOM_HAWD_GUEST_BITS_GE_46", "CUSTOM_HAWD_IOVA_BITS_GE_46") == {"sme"}


def test_removals(openstack, placement, providers, loaded, trees, tmp_path):
    """A host of 48 bits has 46 now: nova-compute leaves the old traits, the example removes them and nothing else."""
    provider = providers["sme"]
    placement.add(provider, loaded["client"])
    assert provider in placement.candidates("CUSTOM_HAWD_GUEST_BITS_GE_48")

    tools = openstack.client(tmp_path, placement.url.rsplit(":", 1)[1])

    def remove():
        return subprocess.run([REMOVE, provider, trees / "client"], capture_output=True, text=True, timeout=240, check=False,
                              env={"PATH": f"{tools}:{pathlib.Path(HAWCTL).parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    done = remove()
    assert done.returncode == 0, done.stderr
    assert "removed CUSTOM_HAWD_GUEST_BITS_GE_48" in done.stdout.splitlines()
    assert set(placement.traits(provider)) == {"CUSTOM_OWN", *loaded["client"]}
    assert provider not in placement.candidates("CUSTOM_HAWD_GUEST_BITS_GE_48") and provider in placement.candidates("CUSTOM_HAWD_GUEST_BITS_GE_46")
    done = remove()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────

JUDGE = """
import json, sys
from nova import exception, objects
from nova.api.validation.extra_specs import validators
from nova.virt.libvirt import driver
objects.register_all()
answers = []
for kind, properties in json.load(sys.stdin):
    rejected = []
    for name, value in properties.items() if kind == "flavor" else ():
        try:
            validators.validate(name, value)
        except exception.ValidationError:
            rejected.append(name)
    flavor = objects.Flavor(extra_specs=properties if kind == "flavor" else {})
    image = objects.ImageMeta.from_dict({"properties": properties if kind == "image" else {}})
    width = driver.LibvirtDriver._get_guest_cpu_config_maxphysaddr(None, flavor, image)
    answers.append([rejected, width.to_xml()])
print(json.dumps(answers))
"""


def test_settings(openstack, trees):
    """Nova makes the domain of them that hawd checked, and its validator, which API version 2.86 brought, rejects the flavor's."""
    done = subprocess.run([os.environ["PRINT_SETTINGS"], "46", trees / "client"], capture_output=True, text=True, timeout=60, check=True)
    settings = [one for one in json.loads(done.stdout)["settings"] if one["for"] == "nova"]
    asked = []
    for setting in settings:
        words = shlex.split(setting["text"].replace("\\\n", ""))
        asked.append([words[-1].lower(), dict(words[i + 1].split("=") for i, word in enumerate(words) if word == "--property")])
        assert words[0] == "openstack" and (words[1:3] == ["--os-compute-api-version", "2.85"]) is (words[-1] == "FLAVOR")
    (image_rejected, image), (flavor_rejected, flavor), (own_rejected, own) = openstack.run(JUDGE, text=json.dumps(asked))
    assert [kind for kind, _ in asked] == ["image", "flavor", "image"] and not image_rejected and not own_rejected
    assert flavor_rejected == ["hw:maxphysaddr_mode", "hw:maxphysaddr_bits"]
    assert image.split() == flavor.split() == ["<maxphysaddr", 'mode="emulate"', 'bits="46"/>'] and own.split() == ["<maxphysaddr", 'mode="passthrough"/>']
