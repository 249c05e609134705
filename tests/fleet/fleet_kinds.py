"""Kinds of hosts for fleets, drawn from what real machines report: CPU widths by their counts (cpu-widths-lscpu.csv), DMAR
tables and IOMMU registers of the corpus. Without a corpus, a small list of machines that are known from Intel's and AMD's
data sheets is drawn from.

A kind says what its hosts' documents say. All numbers that a fleet is asked for follow from it by the definitions of
docs/fleet.md; nothing here runs hawctl."""
import csv
import dataclasses
import json
import pathlib
import random

INTEL, AMD, HYGON, CENTAUR = "GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls"
MSI = (0xFEE00000, 0xFEEFFFFF, "msi")
HYPERTRANSPORT = (0xFD00000000, 0xFFFFFFFFFF, "reserved")
GIC_MSI = (0x8000000, 0x80FFFFF, "msi")
KERNELS = ["6.1.0-21-amd64", "6.1.0-37-amd64", "6.8.0-45-generic", "6.12.95-amd64", "5.14.0-427.13.1.el9_4.x86_64"]

# vendor, family, model, bits that lscpu shows, hosts, name
KNOWN_CPUS = [
    (INTEL, 6, 158, 39, 60, "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz"),
    (INTEL, 6, 42, 36, 20, "Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz"),
    (INTEL, 6, 85, 46, 70, "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz"),
    (INTEL, 6, 143, 52, 20, "Intel(R) Xeon(R) Gold 6430"),
    (INTEL, 6, 143, 46, 10, "Intel(R) Xeon(R) Gold 6430"),
    (AMD, 23, 49, 48, 40, "AMD EPYC 7742 64-Core Processor"),
    (AMD, 23, 49, 43, 10, "AMD EPYC 7742 64-Core Processor"),
    (AMD, 25, 17, 52, 20, "AMD EPYC 9654 96-Core Processor"),
]
# host address width, width that the page tables of each unit give, reserved regions (start, end, graphics)
KNOWN_TABLES = [
    (39, (39, 39), ((0x7B800000, 0x7FFFFFFF, True),)),
    (39, (39,), ()),
    (46, (48, 48), ((0x791F6000, 0x791F9FFF, False),)),
    (46, (48,), ()),
    (52, (57, 57), ()),
]
KNOWN_AMD_WIDTHS = [64, 57, 48]


@dataclasses.dataclass(frozen=True)
class Group:
    """All groups of a host are like one of its kind's."""
    regions: tuple = ()  # (start, end, the kernel's word)
    assignable: bool | None = True
    why: str | None = None
    regions_reason: str | None = None
    unit: int | None = 0
    bits: int | str = 48


@dataclasses.dataclass(frozen=True)
class Kind:
    """A width is a number, or the reason why it is unknown."""
    cpu_name: str
    family: int
    model: int
    vendor: str | None = INTEL
    architecture: str | None = "x86_64"
    kernel: str = KERNELS[0]
    cpu: int | str = 46
    host: int | str = 46
    guest_physical: int | str = 46
    guest_mappable: int | str = 46
    iova: int | str = 48
    la57: bool | str = False
    taken: int | str = 0
    second_level: bool | str = True
    kvm: bool = True
    enabled: bool = True  # virtualisation, in firmware
    narrowed: bool = False
    units: tuple = ()  # (name, kind, bits or reason)
    groups: tuple = ()
    groups_reason: str | None = None

    def safe(self):
        return lowest(self.guest_physical, self.guest_mappable)

    def safe_with_devices(self):
        return lowest(self.safe(), self.iova)


def lowest(*bits):
    """The reason of the first that is unknown."""
    return next((b for b in bits if isinstance(b, str)), None) or min(bits)


class Corpus:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory) if directory else None
        self.real = bool(self.directory) and (self.directory / "cpu-widths-lscpu.csv").exists()
        if self.real:
            self._read()
        else:
            self.cpus, self.tables, self.amd_widths = KNOWN_CPUS, KNOWN_TABLES, KNOWN_AMD_WIDTHS

    def _read(self):
        with open(self.directory / "cpu-widths-lscpu.csv", encoding="utf-8") as file:
            self.cpus = [(row["vendor"], int(row["family"]), int(row["model"]), int(row["bits"]), int(row["hosts"]),
                          row["most_seen_name"]) for row in csv.DictReader(file)]
        with open(self.directory / "registers" / "vtd.csv", encoding="utf-8") as file:
            widths = [(int(row["haw"]), int(row["second_stage_bits"] or row["first_stage_bits"])) for row in csv.DictReader(file)]
        with open(self.directory / "registers" / "amdvi.csv", encoding="utf-8") as file:
            self.amd_widths = [min(64, 48 + 9 * int(row["hats"])) for row in csv.DictReader(file)]
        self.tables = []
        for path in sorted((self.directory / "acpi").glob("DMAR-*.json")):
            table = json.loads(path.read_text(encoding="utf-8"))
            haw = table["hostAddressWidth"]
            seen = [bits for width, bits in widths if width == haw] or [haw]
            regions = {(r["base"], r["limit"], any(s["path"] == [[2, 0]] for s in r["scopes"]))
                       for r in table["reservedRegions"] if r["base"] < r["limit"] < 1 << 36}
            units = max(1, min(4, len(table["units"])))
            self.tables.append((haw, tuple(seen[i % len(seen)] for i in range(units)), tuple(sorted(regions))[:3]))


def draw_iommu(rng, corpus, vendor, host):
    """(units, groups, iova)"""
    if vendor == INTEL:
        fitting = [t for t in corpus.tables if (t[0] <= 39) == (host <= 39)] or corpus.tables
        haw, widths, regions = rng.choice(fitting)
        units = tuple((f"dmar{i}", "intel-vtd", bits) for i, bits in enumerate(widths))
        always = (MSI,)
    else:
        bits, regions = rng.choice(corpus.amd_widths), ()
        units = (("ivhd0", "amd-vi", bits),)
        always = (MSI, HYPERTRANSPORT) if rng.random() < 0.9 else (MSI,)
    groups = [Group(always, unit=i, bits=unit[2]) for i, unit in enumerate(units)]
    groups.append(Group(always, False, "bridges-only", bits=units[0][2]))
    for start, end, graphics in regions:
        region = (start, end, "direct-relaxable" if graphics else "direct")
        groups.append(Group(tuple(sorted(always + (region,))), graphics, None if graphics else "direct-region",
                            bits=units[0][2]))
    return units, tuple(groups), min(unit[2] for unit in units)


def arm64(rng):
    bits = rng.choice([40, 44, 48])
    unit = ("smmu3.0x0000000009050000", "arm-smmu-v3", "not-applicable")
    return Kind("", 0, 0, None, "aarch64", rng.choice(KERNELS), "not-applicable", "absent", bits, bits, "not-applicable",
                "not-applicable", "not-applicable", "absent", units=(unit,), groups=(Group((GIC_MSI,), bits=unit[2]),))


def draw_kind(rng, corpus, mess=1.0):
    """mess: how much is odd, from 0 (nothing) on."""
    def odd(probability):
        return rng.random() < probability * mess

    if odd(0.02):
        return arm64(rng)
    vendor, family, model, bits, _, name = rng.choices(corpus.cpus, [cpu[4] for cpu in corpus.cpus])[0]
    cpu, taken = bits, 0
    if vendor in (AMD, HYGON) and bits in (43, 44):
        cpu, taken = 48, 48 - bits
    kind = Kind(name, family, model, vendor, kernel=rng.choice(KERNELS) if mess else KERNELS[3], cpu=cpu, host=bits,
                guest_physical=cpu, guest_mappable=min(cpu, 48), taken=taken, iova="absent", groups=())
    change = {}
    if cpu == 52 and rng.random() < 0.7:
        change |= {"la57": True, "guest_mappable": 52}
    if odd(0.04):
        change |= {"second_level": False, "guest_physical": bits, "guest_mappable": bits}
    if cpu == 46 and odd(0.1):
        change["narrowed"] = True
    if not odd(0.15 if bits >= 39 else 0.6):
        units, groups, iova = draw_iommu(rng, corpus, vendor, bits)
        change |= {"units": units, "groups": groups, "iova": iova}
        if odd(0.05):
            change["groups"] = tuple(dataclasses.replace(g, assignable=False, why=g.why or "no-interrupt-remapping") for g in groups)
    if odd(0.1):
        change |= draw_unknown(rng, change)
    return dataclasses.replace(kind, **change)


def draw_unknown(rng, change):
    what = rng.choice(["kvm", "mappable", "iova", "groups", "regions", "la57", "taken", "cpu", "vendor", "architecture"])
    if what == "kvm":
        return {"kvm": False, "enabled": rng.random() < 0.5, "guest_physical": "absent", "guest_mappable": "absent",
                "second_level": "absent"}
    if what == "mappable":
        return {"guest_mappable": rng.choice(["permission", "absent", "unsupported-kernel"])}
    if what == "vendor":
        return {"vendor": None}
    if what == "architecture":
        return {"architecture": None}
    if what in ("la57", "taken", "cpu"):
        return {what: rng.choice(["permission", "io"])}
    if not change.get("groups"):
        return {}
    if what == "iova":
        units = tuple((name, kind, "permission" if i == 0 else bits) for i, (name, kind, bits) in enumerate(change["units"]))
        return {"iova": "permission", "units": units,
                "groups": tuple(dataclasses.replace(g, bits="permission") if g.unit == 0 else g for g in change["groups"])}
    if what == "groups":
        return {"groups": (), "groups_reason": "permission"}
    first = dataclasses.replace(change["groups"][0], regions=(), regions_reason="permission", assignable=None, why="unreadable")
    return {"groups": (first,) + change["groups"][1:]}


def draw_kinds(rng, corpus, n, mess=1.0):
    """At most n distinct kinds and their shares of the hosts: a few are many, many are few."""
    kinds = []
    for _ in range(20 * n):
        kind = draw_kind(rng, corpus, mess)
        if kind not in kinds:
            kinds.append(kind)
        if len(kinds) == n:
            break
    return kinds, [rng.paretovariate(1.2) for _ in kinds]


def rng_of(seed):
    return random.Random(seed)
