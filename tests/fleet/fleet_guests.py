"""Three guests whose verdict on a host of a drawn kind is known by hand (docs/check.md): all of them use 40 bits, as 600 GiB of
RAM end above 512 GiB."""
from guests import device, guest

TOP = 40
PLAIN = guest(ram="600GiB", bits=TOP)
WITH_DEVICE = guest(ram="600GiB", bits=TOP, devs=[device(16 << 30)])
NAMED = "0000:00:00.0"
WITH_NAMED = guest(ram="600GiB", bits=TOP, devs=[device(16 << 30, address=NAMED)])


def worst(*verdicts):
    return max(verdicts, key=("safe", "warning", "unsafe").index)


def fits(bits):
    """R2 and R3: a width that is too low, one that is unknown."""
    return "warning" if isinstance(bits, str) else "safe" if bits >= TOP else "unsafe"


def plain(kind):
    if kind.architecture not in (None, "x86_64") or not kind.enabled:
        return "unsafe"
    return worst(fits(kind.guest_physical), fits(kind.guest_mappable))


def on_group(group):
    if group.assignable is False:
        return "unsafe"
    return worst(fits(group.bits), "warning" if group.assignable is None or group.regions_reason else "safe")


def with_device(kind):
    """Any device of the host may be the one: nothing is worse than the worst of those that can be assigned."""
    if kind.iova == "absent":
        return "unsafe"
    if kind.groups_reason:
        return worst(plain(kind), fits(kind.iova), "warning")
    possible = [on_group(g) for g in kind.groups if g.assignable is not False]
    return worst(plain(kind), *possible) if possible else "unsafe"


def with_named(kind):
    if not kind.groups:
        return "unsafe" if kind.iova == "absent" else worst(plain(kind), "warning")
    return worst(plain(kind), on_group(kind.groups[0]))
