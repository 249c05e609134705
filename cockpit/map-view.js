/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An address map on the page: the picture, what it does not show, and the same as a table. */

import { drawing, element } from "./element.js";
import { isWide, mapDrawing } from "./map-drawing.js";
import { readMap } from "./map-scale.js";
import { measureOf } from "./map-text.js";
import { LANES, bandSize, hex, limitText } from "./map-words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;
const NARROWEST = 240;

function swatch(kind) {
    return drawing("svg", { class: "address-map swatch", width: 14, height: 14, "aria-hidden": "true" },
                   drawing("rect", { class: `band kind-${kind}`, x: 1, y: 1, width: 12, height: 12, rx: 2 }));
}

function rowsOf(lane) {
    const title = LANES[lane.name] || lane.name;
    if (lane.bands.length === 0)
        return [element("tr", { role: "row" }, element("th", { scope: "row", role: "rowheader" }, title),
                        element("td", { role: "cell", colspan: 4, "data-label": _("Contents") }, lane.note || _("nothing")))];
    return lane.bands.map(band => element(
        "tr", { role: "row" },
        element("th", { scope: "row", role: "rowheader" }, title),
        element("td", { role: "cell", "data-label": _("Contents") }, swatch(band.kind), " ", band.label,
                band.parts > 1 && cockpit.format(_(" ($0 ranges)"), band.parts)),
        element("td", { role: "cell", class: "number", "data-label": _("First address") }, hex(band.start)),
        element("td", { role: "cell", class: "number", "data-label": _("Last address") }, hex(band.end)),
        element("td", { role: "cell", class: "number", "data-label": _("Size") }, bandSize(band) || "–")));
}

/* By lane, from the lowest address on. */
function table(map, label) {
    const heads = [_("Column"), _("Contents"), _("First address"), _("Last address"), _("Size")];
    return element("table", { class: "map-table", role: "table" },
                   element("caption", { class: "unseen" }, label),
                   element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, heads.map((head, i) => element(
                       "th", { scope: "col", role: "columnheader", class: i > 1 ? "number" : null }, head)))),
                   element("tbody", { role: "rowgroup" }, map.lanes.flatMap(rowsOf)));
}

function limitList(map) {
    return element("ul", { class: "map-limits", "aria-label": _("Limits") }, map.limits.map(limit => element(
        "li", null, element("strong", null, limitText(limit.bits)), ": ", limit.label)));
}

function conflictList(map) {
    return element("ul", { class: "map-conflicts", "aria-label": _("Conflicts") }, map.conflicts.map(conflict => element(
        "li", { class: conflict.verdict }, element("strong", null, conflict.rule), " ",
        cockpit.format("$0–$1", hex(conflict.start), hex(conflict.end)), ": ", conflict.subject, ": ", conflict.summary)));
}

function notes(map) {
    const lines = map.lanes.filter(lane => lane.note).map(lane => `${LANES[lane.name] || lane.name}: ${lane.note}`);
    if (map.unknown)
        lines.push(cockpit.format(_("No line for: $0"), map.unknown));
    lines.push(_("Not to scale: each boundary gets a row of its own, and each fourfold of the address another."));
    return lines.map(line => element("p", { class: "meaning" }, line));
}

/* document: of `hawctl map --json`. label: what the map shows, in a sentence. Draws itself again when its width changes. Throws an
 * Error if the document is not a map. */
export function mapView(document, label) {
    const map = readMap(document);
    const stage = element("div", { class: "map-stage" });
    const limits = limitList(map);
    let drawn = 0;
    const draw = () => {
        const width = Math.floor(stage.clientWidth);
        if (width === drawn || width === 0)
            return;
        drawn = width;
        /* A wide picture has the names of limits beside it. */
        limits.classList.toggle("unseen", isWide(width));
        stage.replaceChildren(mapDrawing(map, Math.max(width, NARROWEST), size => measureOf(stage, size), label));
    };
    new ResizeObserver(draw).observe(stage);
    return element("div", { class: "map" }, stage, conflictList(map), limits, notes(map),
                   element("details", null, element("summary", null, _("The map as a table")), table(map, label)));
}
