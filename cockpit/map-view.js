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
const SEVERITIES = { unsafe: _("Unsafe"), warning: _("Warning"), info: _("Information") };

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
function table(body, label) {
    const heads = [_("Column"), _("Contents"), _("First address"), _("Last address"), _("Size")];
    return element("table", { class: "map-table", role: "table" },
                   element("caption", { class: "unseen" }, label),
                   element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, heads.map((head, i) => element(
                       "th", { scope: "col", role: "columnheader", class: i > 1 ? "number" : null }, head)))),
                   body);
}

function limitItems(map) {
    return map.limits.map(limit => element("li", null, element("strong", null, limitText(limit.bits)), ": ", limit.label));
}

function conflictItems(map) {
    return map.conflicts.map(conflict => element(
        "li", { class: conflict.verdict }, element("strong", null, `${SEVERITIES[conflict.verdict] || conflict.verdict} ${conflict.rule}`), " ",
        cockpit.format("$0–$1", hex(conflict.start), hex(conflict.end)), ": ", conflict.subject, ": ", conflict.summary));
}

function noteLines(map) {
    const lines = map.lanes.filter(lane => lane.note).map(lane => `${LANES[lane.name] || lane.name}: ${lane.note}`);
    if (map.unknown)
        lines.push(cockpit.format(_("No line for: $0"), map.unknown));
    lines.push(_("Not to scale: each boundary gets a row of its own, and each fourfold of the address another."));
    return lines.map(line => element("p", { class: "meaning" }, line));
}

/* label: what the map shows, in a sentence. Returns { element, update(document) }: `document` is of `hawctl map --json`; update()
 * throws an Error if it is not. What was opened, has the focus or is being read stays where it is: an update replaces the picture
 * and the rows only. The map draws itself again when its width changes. */
export function mapView(label) {
    const stage = element("div", { class: "map-stage" });
    const conflicts = element("ul", { class: "map-conflicts", "aria-label": _("Conflicts") });
    const limits = element("ul", { class: "map-limits", "aria-label": _("Limits") });
    const notes = element("div", { class: "map-notes" });
    const body = element("tbody", { role: "rowgroup" });
    let map = null, drawn = 0;

    function draw() {
        const width = Math.floor(stage.clientWidth);
        if (!map || width === drawn || width === 0)
            return;
        drawn = width;
        /* A wide picture has the names of limits beside it. */
        limits.classList.toggle("unseen", isWide(width));
        stage.replaceChildren(mapDrawing(map, Math.max(width, NARROWEST), size => measureOf(stage, size), label));
    }

    function update(document) {
        map = readMap(document);
        drawn = 0;
        conflicts.replaceChildren(...conflictItems(map));
        limits.replaceChildren(...limitItems(map));
        notes.replaceChildren(...noteLines(map));
        body.replaceChildren(...map.lanes.flatMap(rowsOf));
        draw();
    }

    new ResizeObserver(draw).observe(stage);
    return {
        element: element("div", { class: "map" }, stage, conflicts, limits, notes,
                         element("details", null, element("summary", null, _("The map as a table")), table(body, label))),
        update,
    };
}
