/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what changed while the page is open, to those who see it and to those who hear it. */

import { element } from "./element.js";
import { count as number } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const KEPT = 5;         /* lines that stay */
const AT_ONCE = 3;      /* of one kind; the rest is counted */

const WIDTHS = { CpuPhysicalBits: _("CPU physical"), HostPhysicalBits: _("Host physical"), GuestPhysicalBits: _("Guest physical"),
    GuestMappableBits: _("Guest mappable"), IovaBits: _("IOVA (devices)"), SafeGuestBits: _("Safe for guests"),
    SafeGuestBitsWithDevices: _("Safe with devices") };

/* What is compared. Devices in no group come with the document only, and are not told. */
function pictureOf(model) {
    return {
        devices: new Set(Array.from(model.groups.values(), group => group.Devices).flat()),
        units: new Set(Array.from(model.units.values(), unit => unit.Name)),
        findings: new Set(model.host.Findings.map(([, , , summary]) => summary)),
        widths: Object.fromEntries(Object.keys(WIDTHS).map(name => [name, model.host.Unknown[name] ? null : model.host[name]])),
    };
}

function listed(names, one, many) {
    const lines = names.slice(0, AT_ONCE).map(name => cockpit.format(one, name));
    if (names.length > AT_ONCE)
        lines.push(cockpit.format(many, number(names.length - AT_ONCE)));
    return lines;
}

const only = (here, there) => Array.from(here).filter(name => !there.has(name));

function differences(before, now) {
    const lines = [
        ...listed(only(now.devices, before.devices), _("Device $0 was added"), _("$0 more devices were added")),
        ...listed(only(before.devices, now.devices), _("Device $0 was removed"), _("$0 more devices were removed")),
        ...listed(only(now.units, before.units), _("IOMMU unit $0 was added"), _("$0 more IOMMU units were added")),
        ...listed(only(before.units, now.units), _("IOMMU unit $0 was removed"), _("$0 more IOMMU units were removed")),
        ...listed(only(now.findings, before.findings), _("New finding: $0"), _("$0 more new findings")),
        ...listed(only(before.findings, now.findings), _("No longer the case: $0"), _("$0 more findings are no longer the case")),
    ];
    for (const [name, title] of Object.entries(WIDTHS)) {
        if (before.widths[name] !== now.widths[name])
            lines.push(now.widths[name] === null ? cockpit.format(_("$0 is unknown now"), title)
                : cockpit.format(_("$0: $1 bits now"), title, now.widths[name]));
    }
    return lines;
}

export function start(section, model) {
    const list = element("ul");
    const title = element("h2", { hidden: true }, _("Changes since this page was opened"));
    let before = null;
    section.append(title, list);
    model.addEventListener("change", () => {
        if (!model.host || model.state !== "ready")
            return;
        const now = pictureOf(model);
        const lines = before ? differences(before, now) : [];
        before = now;
        if (lines.length === 0)
            return;
        title.hidden = false;
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" });
        list.append(...lines.map(line => element("li", null, element("time", null, time), " ", line)));
        while (list.children.length > Math.max(KEPT, lines.length))
            list.firstChild.remove();
    });
}
