/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The IOMMU units that the kernel uses. */

import { element } from "./element.js";
import { tableOf } from "./table.js";
import { answer, provenance, reason, unitKind } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

function width(unit, name) {
    if (unit.Unknown[name] === "not-applicable")
        return "–";
    return unit.Unknown[name] ? element("span", { class: "unknown" }, _("unknown")) : String(unit[name]);
}

function row([path, unit]) {
    const unknown = unit.Unknown.IovaBits;
    const [kind, source] = provenance(unit.Provenance.IovaBits);
    return {
        key: path,
        attributes: { "data-unit": unit.Name },
        cells: [
            unit.Name,
            unitKind(unit.Kind),
            width(unit, "IovaBits"),
            width(unit, "SecondStageBits"),
            width(unit, "FirstStageBits"),
            answer(unit.InterruptRemappingEnabled),
            unit.Unknown.DeviceCount ? _("unknown") : String(unit.DeviceCount),
            [unknown ? cockpit.format(_("Unknown: $0"), reason(unknown)) : `${kind}:`, " ", element("span", { class: "source", lang: "en" }, source)],
        ],
    };
}

function noUnits(xenRole) {
    if (xenRole === "dom0")
        return _("Xen has the IOMMUs of this host. It uses none, or does not say which.");
    if (xenRole === "guest")
        return _("Xen gives its guests no IOMMU: no device can be assigned from here.");
    return _("The kernel uses no IOMMU: no device can be assigned to a guest. Enable it in the firmware setup, and check the kernel parameters.");
}

export function start(section, model) {
    const none = element("p", null, _("Not known yet."));
    const table = tableOf(_("IOMMU units"), [
        { title: _("Unit"), short: true },
        { title: _("Kind"), short: true },
        { title: _("Bits"), number: true, short: true },
        { title: _("Second stage"), number: true, short: true },
        { title: _("First stage"), number: true, short: true },
        { title: _("Interrupt remapping"), short: true },
        { title: _("Devices"), number: true, short: true },
        { title: _("Where the width comes from"), label: _("From") },
    ], "units");
    section.append(none);
    model.addEventListener("change", event => {
        if (!model.host || !event.detail.has("units"))
            return;
        const units = Array.from(model.units).sort(([, a], [, b]) => a.Name.localeCompare(b.Name, "en", { numeric: true }));
        table.show(units.map(row));
        none.textContent = noUnits(model.host.XenRole);
        section.replaceChildren(units.length ? table.element : none);
    });
}
