/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Joins the groups, which are objects on the bus and always up to date, with the devices of the document, which is read a
 * little later. Where they differ, groups are right. */

import { bytes, deviceClass, obstacle, obstacleOfXen, reason } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const BRIDGE = "0x06";
const LISTED = 4;   /* companions that are named */

const isBridge = device => Boolean(device) && ((device.classCode || "").startsWith(BRIDGE) || device.headerType === 1);

function bars(device) {
    if (device.barsReason)
        return cockpit.format(_("unknown: $0"), reason(device.barsReason));
    return (device.bars || []).map(bar => bytes(Number(bar.size))).join(", ");
}

/* "Display: NVIDIA Corporation GP104 [GeForce GTX 1080] (10de:1b80)" */
function name(device, names) {
    if (!device.classCode)
        return cockpit.format(_("unknown: $0"), reason(device.idsReason));
    if (!device.vendorId || !device.deviceId)
        return deviceClass(device.classCode);
    const vendor = device.vendorId.slice(2), id = device.deviceId.slice(2);
    const named = names.get(vendor);
    const words = named ? `: ${[named.get(""), named.get(id)].filter(Boolean).join(" ")}` : "";
    return `${deviceClass(device.classCode)}${words} (${vendor}:${id})`;
}

/* VFIO takes a group as a whole: the others of the group must not stay with the host. */
function companions(address, group, devices) {
    if (!devices.has(address))
        return "";
    const others = group.Devices.filter(other => other !== address && devices.has(other) && !isBridge(devices.get(other)));
    if (others.length === 0)
        return "";
    const named = others.slice(0, LISTED).join(", ") + (others.length > LISTED ? ", …" : "");
    const text = cockpit.format(_("The host cannot use the rest of its group at the same time: $0."), named);
    return group.MissingAcs ? text + " " + cockpit.format(_("They are one group because bridge $0 lacks ACS."), group.MissingAcs) : text;
}

/* In dom0, which has no groups. */
function byXen(device) {
    const verdict = device.assignable === null ? "unknown" : device.assignable ? "yes" : "no";
    return [verdict, device.assignableWhy ? obstacleOfXen(device.assignableWhy) : ""];
}

/* [verdict, why] */
function verdictOf(address, device, group, devices, groupsReason) {
    if (isBridge(device))
        return ["no", _("A bridge stays with the host.")];
    if (!group && device && "assignable" in device)
        return byXen(device);
    if (!group && device.groupReason)
        return ["unknown", _("It has no IOMMU group yet: this kernel makes it when a driver binds to the device.")];
    if (!group && groupsReason)
        return ["unknown", cockpit.format(_("IOMMU groups are unknown: $0"), reason(groupsReason))];
    if (!group)
        return ["no", _("It is in no IOMMU group. Enable the IOMMU in the firmware setup, and check the kernel parameters.")];
    if (group.Assignable === "yes" && group.Devices.length > 1 && !(device && device.classCode))
        return ["unknown", _("The group can be assigned. It is not known yet whether this is one of its bridges, which stay with the host.")];
    if (group.Assignable === "yes")
        return ["yes", companions(address, group, devices)];
    return [group.Assignable === "no" ? "no" : "unknown", obstacle(group.AssignableReason)];
}

function rowOf(address, device, group, { devices, groupsReason, names, fresh }) {
    const [verdict, why] = verdictOf(address, device, group, devices, groupsReason);
    const missing = fresh ? "" : "…";
    const row = {
        address,
        group: group ? group.Id : -1,
        unit: group ? group.Iommu : "",
        driver: device ? device.driver || "" : missing,
        name: device ? name(device, names) : "",
        bars: device ? bars(device) : missing,
        verdict,
        answer: verdict === "yes" ? _("Yes") : verdict === "no" ? _("No") : _("Unknown"),
        why,
    };
    row.search = [address, row.driver, row.name, row.unit, why, group ? cockpit.format(_("group $0"), group.Id) : ""].join(" ").toLowerCase();
    return row;
}

export function deviceRows(model) {
    const devices = new Map(((model.document && model.document.devices) || []).map(device => [device.address, device]));
    const groups = new Map();
    for (const group of model.groups.values())
        group.Devices.forEach(address => groups.set(address, group));
    const known = { devices, groupsReason: model.document && model.document.groupsReason, names: model.names, fresh: model.documentFresh };
    const rows = [];
    for (const [address, group] of groups)
        rows.push(rowOf(address, devices.get(address), group, known));
    for (const [address, device] of devices) {
        /* One with a group that is not there has gone since the document was read. */
        if (!groups.has(address) && (device.group === null || device.group === undefined))
            rows.push(rowOf(address, device, null, known));
    }
    return rows;
}
