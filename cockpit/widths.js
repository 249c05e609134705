/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The widths as a ladder, each with where it comes from. */

import { drawing, element } from "./element.js";
import { tableOf } from "./table.js";
import { provenance, reach, reason } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const RUNGS = [
    ["CpuPhysicalBits", _("CPU physical"), _("what the CPU supports")],
    ["HostPhysicalBits", _("Host physical"), _("what memory encryption leaves to the host")],
    ["GuestPhysicalBits", _("Guest physical"), _("what a guest can be configured with")],
    ["GuestMappableBits", _("Guest mappable"), _("what second-level page tables can map")],
    ["IovaBits", _("IOVA (devices)"), _("what devices can address through the IOMMU")],
    ["SafeGuestBits", _("Safe for guests"), _("without assigned devices")],
    ["SafeGuestBitsWithDevices", _("Safe with devices"), _("for guests with assigned devices")],
];
const WIDEST = 64;

/* A bar as long as the number of bits: decoration, the number stands beside it. */
function bar(bits) {
    return drawing("svg", { viewBox: `0 0 ${WIDEST} 4`, preserveAspectRatio: "none", class: "bar", "aria-hidden": "true" },
                   drawing("rect", { class: "ground", x: 0, y: 0, width: WIDEST, height: 4 }),
                   drawing("rect", { class: "filled", x: 0, y: 0, width: bits, height: 4 }));
}

function row(host, [name, title, meaning]) {
    const bits = host[name], unknown = host.Unknown[name];
    const [kind, source] = provenance(host.Provenance[name]);
    const safe = name.startsWith("Safe");
    return {
        key: name,
        attributes: { class: safe ? "safe" : null, "data-width": name },
        cells: [
            [element("span", null, title), " ", element("span", { class: "meaning" }, meaning)],
            unknown ? element("span", { class: "unknown" }, _("unknown")) : String(bits),
            unknown ? "–" : reach(bits),
            unknown ? "" : bar(bits),
            unknown ? [element("span", null, cockpit.format(_("Unknown: $0"), reason(unknown))), source && element("span", { class: "source", lang: "en" }, " " + source)]
                : [`${kind}: `, element("span", { class: "source", lang: "en" }, source)],
        ],
    };
}

export function start(section, model) {
    const table = tableOf(_("Address widths of this host"), [
        { title: _("Width") },
        { title: _("Bits"), number: true, short: true },
        { title: _("Reach"), number: true, short: true },
        { title: "", decoration: true },
        { title: _("Where it comes from"), label: _("From") },
    ], "widths");
    const waiting = element("p", null, _("Not known yet."));
    section.append(waiting);
    model.addEventListener("change", event => {
        if (!model.host || !event.detail.has("host"))
            return;
        if (waiting.isConnected)
            waiting.replaceWith(table.element);
        table.show(RUNGS.map(rung => row(model.host, rung)));
    });
}
