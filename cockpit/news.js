/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what changed while the page is open, to those who see it and to those who hear it. */

import { element } from "./element.js";
import { count as number } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const REST = 3000;      /* milliseconds between two tellings: a device that comes and goes must not be all that is heard */
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

function listed(names, one, rest) {
    const lines = names.slice(0, AT_ONCE).map(name => cockpit.format(one, name));
    if (names.length > AT_ONCE)
        lines.push(cockpit.format(rest(names.length - AT_ONCE), number(names.length - AT_ONCE)));
    return lines;
}

const only = (here, there) => Array.from(here).filter(name => !there.has(name));

function differences(before, now) {
    const lines = [
        ...listed(only(now.devices, before.devices), _("Device $0 was added"), n => cockpit.ngettext("$0 more device was added", "$0 more devices were added", n)),
        ...listed(only(before.devices, now.devices), _("Device $0 was removed"), n => cockpit.ngettext("$0 more device was removed", "$0 more devices were removed", n)),
        ...listed(only(now.units, before.units), _("IOMMU unit $0 was added"), n => cockpit.ngettext("$0 more IOMMU unit was added", "$0 more IOMMU units were added", n)),
        ...listed(only(before.units, now.units), _("IOMMU unit $0 was removed"), n => cockpit.ngettext("$0 more IOMMU unit was removed", "$0 more IOMMU units were removed", n)),
        ...listed(only(now.findings, before.findings), _("New finding: $0"), n => cockpit.ngettext("$0 more new finding", "$0 more new findings", n)),
        ...listed(only(before.findings, now.findings), _("No longer the case: $0"), n => cockpit.ngettext("$0 more finding is no longer the case", "$0 more findings are no longer the case", n)),
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
    const title = element("h2", { hidden: true, id: "news-title" }, _("Changes since this page was opened"));
    let told = null, timer = null;

    /* What came and went again in the meantime is nothing new. */
    function tell() {
        timer = null;
        if (!model.host || model.state !== "ready")
            return;
        const now = pictureOf(model);
        const lines = told ? differences(told, now) : [];
        told = now;
        if (lines.length === 0)
            return;
        timer = window.setTimeout(tell, REST);
        title.hidden = false;
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" });
        list.append(...lines.map(line => element("li", null, element("time", null, time), " ", line)));
        while (list.children.length > Math.max(KEPT, lines.length))
            list.firstChild.remove();
    }

    section.append(title, list);
    model.addEventListener("change", () => {
        if (timer === null)
            tell();
    });
}
