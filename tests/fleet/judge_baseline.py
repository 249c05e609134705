"""A second baseline, slow and simple, by the definitions of docs/fleet.md and docs/comparison.md: over whole documents, from
all hosts at once. It shares nothing with hawctl but the form of the answer.

Which hosts make a class is taken from outside (`class_of`); that the hosts of a class do not differ is checked here."""
import collections
import fnmatch

WORDS = ("cpu", "firmware", "encryption", "kvm", "second-level-paging", "iommu")
WIDTHS = {"cpu": "cpuPhysicalBits", "host": "hostPhysicalBits", "gp": "guestPhysicalBits", "gm": "guestMappableBits",
          "iova": "iovaBits", "G": "safeGuestBits", "D": "safeGuestBitsWithDevices"}


class Host:
    """What the definitions need of one document; `bits` has numbers or None, `reasons` why."""

    def __init__(self, document):
        self.document = document
        host, widths = document["host"], document["widths"]
        self.name = host["hostname"] or host["machineId"] or ""
        self.architecture, self.vendor, self.model_name = host["architecture"], host["cpuVendor"], host["cpuModelName"]
        self.bits = {key: widths[name]["value"] for key, name in WIDTHS.items()}
        self.reasons = {key: widths[name]["reason"] for key, name in WIDTHS.items()}
        self.taken = document["encryption"]["bitsTaken"]["value"]
        self.second_level = document["paging"]["secondLevel"]["enabled"]["value"]
        self.virtualisation = document["paging"]["virtualisation"]
        self.la57 = document["paging"]["la57"]["capable"]
        self.firmware = (any(f["id"] == "cpu-narrower-than-usual" for f in document["findings"]) and self.taken == 0
                         and host["virtualised"] == "none")
        self.without_iommu = self.bits["iova"] is None and self.reasons["iova"] == "absent"
        groups = document["groups"]
        self.impossible = self.without_iommu or (document["groupsReason"] is None
                                                 and all(g["assignable"] is False for g in groups))
        self.why = self._why(groups)
        self.reserved = [(int(r["start"], 16), int(r["end"], 16)) for r in document["reservedIova"]]
        self.regions_reason = None if self.without_iommu else document["groupsReason"] or min(
            (g["regionsReason"] for g in groups if g["regionsReason"]), default=None)

    def _why(self, groups):
        if not self.impossible:
            return []
        if self.without_iommu:
            return ["no-iommu"]
        if not groups:
            return ["no-groups"]
        return sorted({g["assignableReason"] for g in groups} - {"bridges-only"}) or ["bridges-only"]

    def x86(self):
        return self.architecture is None or self.architecture == "x86_64" or fnmatch.fnmatchcase(self.architecture, "i?86")

    def limits(self, width, devices):
        """What holds the host at its width."""
        bits, found = self.bits, set()
        if width is None:
            return []
        if devices and bits["iova"] == width:
            found.add("iommu")
        if not devices or bits["G"] == width:
            if bits["gp"] == width:
                found.add(self._limit_physical(width))
            elif bits["gm"] == width:
                encrypted = (bits["host"] == width and bits["cpu"] is not None and width < bits["cpu"] and (self.taken or 0) > 0
                             and self.second_level is False)
                found.add("encryption" if encrypted else "second-level-paging")
        return [word for word in WORDS if word in found]

    def _limit_physical(self, width):
        cpu = self.bits["cpu"]
        if cpu == width:
            return "firmware" if self.firmware else "cpu"
        if cpu is not None and cpu > width and self.bits["host"] == width and (self.taken or 0) > 0:
            return "encryption"
        return "kvm"

    def unknown(self):
        rows = []
        if self.architecture is None:
            rows.append(("architecture", "absent"))
        if self.vendor is None:
            rows.append(("cpuVendor", "absent"))
        for key in ("gp", "gm"):
            if self.bits[key] is None:
                rows.append((WIDTHS[key], self.reasons[key]))
        if self.bits["iova"] is None and not self.without_iommu:
            rows.append(("iovaBits", self.reasons["iova"]))
        if self.la57["value"] is None and self.x86():
            rows.append(("la57", self.la57["reason"]))
        if self.regions_reason:
            rows.append(("reservedIova", self.regions_reason))
        return rows

    def unknown_for(self, other):
        """What a move between the two needs and this host does not know."""
        needed = {"architecture", "cpuVendor", "guestPhysicalBits", "guestMappableBits"}
        if not self.without_iommu and not other.without_iommu:
            needed |= {"iovaBits", "reservedIova"}
        if self.x86() or other.x86():
            needed.add("la57")
        return needed & {what for what, _ in self.unknown()}

    def class_facts(self):
        """What a class has one of."""
        return (self.architecture, self.vendor, tuple(sorted(self.bits.items(), key=str)), self.taken, self.impossible,
                tuple(self.why), tuple(self.reserved) if not self.impossible else None, tuple(self.unknown()), self.la57["value"])


def move_is_safe(a, b):
    """A guest that uses all that a host offers moves from a to b: docs/comparison.md."""
    if a.unknown_for(b) or b.unknown_for(a):
        return False
    if (a.architecture, a.vendor) != (b.architecture, b.vendor) or a.bits["gp"] > b.bits["gp"] or a.bits["gm"] > b.bits["gm"]:
        return False
    if (a.x86() or b.x86()) and a.la57["value"] and not b.la57["value"]:
        return False
    if a.without_iommu:
        return True
    if b.without_iommu or b.bits["iova"] < a.bits["iova"]:
        return False
    return all(any(s <= start and end <= e for s, e in a.reserved) for start, end in b.reserved)


def pools(hosts):
    """Lists of hosts, each pair of which is safe in both directions; and the hosts that are in none."""
    found, none = [], []
    for host in hosts:
        if not move_is_safe(host, host):
            none.append(host)
            continue
        fitting = [pool for pool in found if all(move_is_safe(host, other) and move_is_safe(other, host) for other in pool)]
        assert len(fitting) < 2
        if fitting:
            fitting[0].append(host)
        else:
            found.append([host])
    return found, none


def order_of_reading(documents):
    """A host that is read again counts once, where it was read last."""
    last = {}
    for i, document in enumerate(documents):
        machine, name = document["host"]["machineId"], document["host"]["hostname"]
        key = (machine, name) if machine or name else i
        last.pop(key, None)
        last[key] = Host(document)
    return list(last.values())


def examples(hosts):
    return [host.name for host in hosts[:2]]


def memory(hosts, architectures):
    """arm64: RAM from 1 GiB; behind it, from 256 GiB on, 64 MiB for redistributors, 256 MiB of ECAM at a multiple of that, and the window of 512 GiB
    at a multiple of 512 GiB end within the narrowest width. RAM is rounded up to GiB: what is before the window is at least 1 GiB."""
    bits = [h.bits["G"] for h in hosts]
    if architectures != {"aarch64"} or None in bits or not bits:
        return None
    gib = 1 << 30
    windows = (1 << min(bits)) // (512 * gib)
    if windows < 2:
        return None
    return ((windows - 1) * 512 - 2) * gib


def width(hosts, key, architectures, place):
    devices = key == "D"
    known = [h for h in hosts if h.bits[key] is not None]
    lowest = min((h.bits[key] for h in known), default=None)
    steps = sorted({h.bits[key] for h in known})
    holders = [h for h in known if h.bits[key] == lowest]
    limits = collections.Counter(word for h in holders for word in h.limits(lowest, devices))
    unknown = len(hosts) - len(known)
    ladder = []
    mixed = len(architectures - {None}) > 1
    for former, bits in zip(steps, steps[1:]) if not mixed else ():
        lost = [h for h in known if h.bits[key] == former]
        ladder.append({"bits": bits, "from": former, "cannot": sum(h.bits[key] < bits for h in known), "lost": len(lost),
                       "unknown": unknown, "classes": sorted({place(h) for h in lost})})
    return {"bits": lowest if not unknown and not mixed else None, "known": lowest, "hosts": len(hosts),
            "unknown": unknown, "limits": [{"limit": w, "hosts": limits[w]} for w in WORDS if limits[w]], "ladder": ladder}


def counted(rows):
    """[(key, host)] to rows, most hosts first, then by key."""
    found = {}
    for key, host in rows:
        found.setdefault(key, []).append(host)
    return sorted(found.items(), key=lambda item: (-len(item[1]), tuple(k or "" for k in item[0])))


def reserved(hosts, bits):
    end = (1 << bits) if bits is not None else 1 << 64
    known = [h for h in hosts if not h.regions_reason]
    edges = sorted({(s, min(e, end - 1)) for h in known for s, e in h.reserved if s < end})
    joined = []
    for start, last in edges:
        if joined and start <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([start, last])
    return [{"start": hex(s), "end": hex(e), "hosts": sum(any(a <= e and b >= s for a, b in h.reserved) for h in known)}
            for s, e in joined]


def classes(hosts, class_of):
    members = {}
    for host in hosts:
        members.setdefault(class_of(host), []).append(host)
    for key, group in members.items():
        assert len({h.class_facts() for h in group}) == 1, f"hosts of class {key} differ: {examples(group)}"
    return dict(sorted(members.items(), key=lambda item: (-len(item[1]), item[0])))


def class_row(key, group, pool):
    host = group[0]
    names = collections.Counter(h.model_name for h in group if h.model_name)
    limits = {d: [w for w in WORDS if any(w in h.limits(h.bits[k], d) for h in group)] for k, d in (("G", False), ("D", True))}
    return {"key": key, "hosts": len(group), "examples": examples(group),
            "cpu": {n for n, seen in names.items() if seen == max(names.values())} or {None},
            "architecture": host.architecture, "vendor": host.vendor,
            "widths": {WIDTHS[k]: host.bits[k] for k in ("cpu", "host", "gp", "gm", "iova")}, "encryptionBits": host.taken,
            "guest": {"bits": host.bits["G"], "limits": limits[False]},
            "withDevices": {"bits": None if host.impossible else host.bits["D"], "possible": not host.impossible, "why": host.why,
                            "limits": [] if host.impossible else limits[True]},
            "unknown": [{"what": w, "reason": r} for w, r in host.unknown()], "pool": pool}


def baseline(hosts, class_of):
    """The members of hawd-baseline/1, without `settings` and `forWidth`; hosts in order of reading."""
    members = classes(hosts, class_of)
    order = {key: i for i, key in enumerate(members)}

    def place(host):
        return order[class_of(host)]

    architectures = {h.architecture for h in hosts}
    same_map = memory(hosts, architectures)
    possible = [h for h in hosts if not h.impossible]
    with_devices = width(possible, "D", architectures, place)
    with_devices["impossible"] = len(hosts) - len(possible)
    with_devices["impossibleWhy"] = [{"why": key[0], "hosts": len(group), "examples": examples(group)}
                                     for key, group in counted(((why,), h) for h in hosts for why in h.why)]
    found, none = pools(hosts)
    found.sort(key=lambda pool: (-len(pool), min(map(place, pool))))
    number = {place(h): i for i, pool in enumerate(found) for h in pool}
    disabled = [h for h in hosts if h.virtualisation["capable"]["value"] is True and h.virtualisation["enabled"]["value"] is False]
    bits = with_devices["bits"] if with_devices["bits"] is not None else with_devices["known"]
    return {
        "schema": "hawd-baseline/1", "hosts": len(hosts), "summaries": 0,
        "architectures": [{"name": k[0], "hosts": len(g)} for k, g in counted(((h.architecture,), h) for h in hosts)],
        "vendors": [{"name": k[0], "hosts": len(g)} for k, g in counted(((h.vendor,), h) for h in hosts)],
        "guest": width(hosts, "G", architectures, place) | ({"memory": same_map} if same_map else {}), "withDevices": with_devices,
        "unknown": [{"what": k[0], "reason": k[1], "hosts": len(g), "examples": examples(g)}
                    for k, g in counted((row, h) for h in hosts for row in h.unknown())],
        "virtualisationDisabled": {"hosts": len(disabled), "examples": examples(disabled)},
        "encryption": {"hosts": sum((h.taken or 0) > 0 for h in hosts), "unknown": sum(h.taken is None for h in hosts),
                       "limiting": sum("encryption" in h.limits(h.bits["G"], False) for h in hosts)},
        "reserved": {"bits": bits, "unknown": sum(h.regions_reason is not None for h in hosts), "regions": reserved(hosts, bits)},
        "pools": [{"hosts": len(pool), "classes": sorted(set(map(place, pool))), "examples": examples(pool),
                   "architecture": pool[0].architecture, "vendor": pool[0].vendor, "guestPhysicalBits": pool[0].bits["gp"],
                   "guestMappableBits": pool[0].bits["gm"], "iovaBits": pool[0].bits["iova"]} for pool in found],
        "noPool": {"hosts": len(none), "examples": examples(none)},
        "classes": [class_row(key, group, number.get(order[key])) for key, group in members.items()],
    }


def for_width(hosts, class_of, bits):
    order = {key: i for i, key in enumerate(classes(hosts, class_of))}

    def cannot(counted_hosts, key):
        low = [h for h in counted_hosts if h.bits[key] is not None and h.bits[key] < bits]
        return {"cannot": len(low), "unknown": sum(h.bits[key] is None for h in counted_hosts),
                "classes": sorted({order[class_of(h)] for h in low})}

    possible = [h for h in hosts if not h.impossible]
    return {"bits": bits, "guest": cannot(hosts, "G"), "withDevices": cannot(possible, "D"), "impossible": len(hosts) - len(possible)}
