/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A difference between the profiles of two boots (`hawctl diff`), in words. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const LONGEST = 160;    /* characters of a value */
const ADDRESS = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/;

/* hawd's own names for what administrators look for first. */
const NAMES = {
    "widths.cpuPhysicalBits": _("CPU physical bits"),
    "widths.hostPhysicalBits": _("host physical bits"),
    "widths.guestPhysicalBits": _("guest physical bits"),
    "widths.guestMappableBits": _("guest mappable bits"),
    "widths.iovaBits": _("IOVA bits of devices"),
    "widths.safeGuestBits": _("safe bits for guests"),
    "widths.safeGuestBitsWithDevices": _("safe bits for guests with devices"),
    "widths.cpuinfoMinBits": _("lowest bits in /proc/cpuinfo"),
    "widths.cpuinfoMaxBits": _("highest bits in /proc/cpuinfo"),
    "host.kernel": _("kernel"),
    "host.cmdline": _("kernel parameters"),
    "host.hostname": _("host name"),
    "paging.kvm.loaded": _("KVM module loaded"),
    "paging.kvm.backend": _("KVM module"),
    "paging.virtualisation.enabled": _("virtualisation enabled"),
    "paging.secondLevel.capable": _("CPU has second-level paging"),
    "paging.secondLevel.enabled": _("second-level paging enabled"),
    "paging.secondLevel.levels": _("levels of second-level paging"),
    "firmware.dmar.table": _("DMAR table"),
    "firmware.ivrs.table": _("IVRS table"),
    "firmware.iort.table": _("IORT table"),
    "memory.ranges": _("memory map"),
    "reservedIova": _("reserved addresses of devices"),
    "usableIova": _("addresses that all devices reach"),
};

function shortened(text) {
    return text.length > LONGEST ? text.slice(0, LONGEST) + "…" : text;
}

/* A fact is its value or why it is unknown; a list is its length; of a table it is said that it is there. */
function valueText(value) {
    if (value === null || value === undefined)
        return _("none");
    if (Array.isArray(value))
        return cockpit.format(cockpit.ngettext("$0 entry", "$0 entries", value.length), value.length);
    if (typeof value === "object" && "provenance" in value)
        return value.value === null ? cockpit.format(_("unknown ($0)"), value.reason) : shortened(valueText(value.value));
    if (typeof value === "boolean")
        return value ? _("yes") : _("no");
    return typeof value === "object" ? _("there") : shortened(String(value));
}

/* The same text on both sides says nothing. */
function changeText(name, before, after) {
    const was = valueText(before), is = valueText(after);
    if (was === is)
        return cockpit.format(_("$0: changed"), name);
    return cockpit.format(_("$0: $1 before, now $2"), name, was, is);
}

function wholeText({ kind, before, after }, texts) {
    return texts[kind](before, after);
}

function findingText(difference, rest) {
    return wholeText(difference, {
        added: (_before, after) => cockpit.format(_("New finding: $0"), after?.summary || rest),
        removed: before => cockpit.format(_("No longer a finding: $0"), before?.summary || rest),
        changed: (before, after) => after?.summary ? cockpit.format(_("Finding changed: $0"), after.summary) : changeText(rest, before, after),
    });
}

/* "devices.0000:01:00.0.driver", "groups.14", "iommus.dmar0.bits" */
function objectText(difference, object, rest) {
    const address = ADDRESS.exec(rest);
    const name = address ? address[0] : rest.split(".")[0];
    const member = rest.slice(name.length + 1);
    const title = cockpit.format(object, name);
    if (member)
        return changeText(`${title}, ${member}`, difference.before, difference.after);
    return wholeText(difference, {
        added: () => cockpit.format(_("$0 was added"), title),
        removed: () => cockpit.format(_("$0 is gone"), title),
        changed: (before, after) => changeText(title, before, after),
    });
}

const OBJECTS = { iommus: _("IOMMU $0"), groups: _("Group $0"), devices: _("Device $0") };
const ORDER = ["widths", "findings", "host", "iommus", "groups", "devices"];

/* "widths" of "widths.iovaBits" */
function part(difference) {
    return difference.path.split(/[.[]/)[0];
}

export function differenceText(difference) {
    const first = part(difference), rest = difference.path.slice(first.length + 1);
    if (first === "findings")
        return findingText(difference, rest);
    if (OBJECTS[first] && rest)
        return objectText(difference, OBJECTS[first], rest);
    return changeText(NAMES[difference.path] || difference.path, difference.before, difference.after);
}

/* What matters to guests comes first. */
export function ordered(differences) {
    const rank = difference => {
        const at = ORDER.indexOf(part(difference));
        return at < 0 ? ORDER.length : at;
    };
    return [...differences].sort((a, b) => rank(a) - rank(b));
}
