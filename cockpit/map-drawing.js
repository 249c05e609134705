/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The picture of an address space as SVG, as wide as there is room. High addresses are at the top. */

import { drawing } from "./element.js";
import { fitted, wrapped } from "./map-text.js";
import { scale } from "./map-scale.js";
import { LANES, SHORT_LANES, addressText, bandSize, hex, limitText, shortAddressText } from "./map-words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const ROW = 22, LINE = 16, TOP = 34;
const LANE_MAX = 240;
const WIDE = 620;           /* from this width on, limits are named beside the picture, and addresses are exact */
const GUTTER = [0.3, 280];  /* of the width; at most */
const FONTS = { wide: 12, narrow: 11 };     /* as in map.css */
const BOLD = 1.15;          /* times as wide, at most */
/* Stripes, and their angle: what differs in colour differs in more. */
const PATTERNS = { beyond: 45, conflict: 45, doubt: -45 };

let pictures = 0;   /* patterns have names in the whole page */

function limitName(limit) {
    return `2^${limit.bits}`;
}

export function isWide(width) {
    return width >= WIDE;
}

/* A picture's numbers, in pixels. */
function layOut(map, width, measure) {
    const { rows, segments } = scale(map);
    const wide = isWide(width), gap = wide ? 8 : 4;
    const addressOf = wide ? addressText : shortAddressText;
    const gutter = wide ? Math.min(GUTTER[0] * width, GUTTER[1]) : 0;
    const labels = segments.map(segment => measure(addressOf(segment.start)));
    const names = wide ? [] : map.limits.map(limit => BOLD * measure(limitName(limit)));
    const axis = Math.min(Math.max(...labels, ...names) + 12, 0.4 * width);
    const n = map.lanes.length;
    const lane = Math.min((width - axis - gutter - (wide ? 24 : 2) - gap * (n - 1)) / n, LANE_MAX);
    const right = axis + n * lane + (n - 1) * gap;
    return { map, rows, segments, measure, addressOf, wide, axis, lane, gap, right, gutter: right + 24, gutterWidth: gutter,
             prefix: `map-${++pictures}`, x: i => axis + i * (lane + gap), y: row => TOP + ROW * (rows - row) };
}

function text(name, x, y, content) {
    return drawing("text", { class: name, x: x.toFixed(1), y: y.toFixed(1) }, content);
}

function patterns(place) {
    return drawing("defs", null, Object.entries(PATTERNS).map(([name, angle]) => drawing(
        "pattern", { id: `${place.prefix}-${name}`, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` },
        drawing("rect", { class: `${name}-back`, width: 8, height: 8 }),
        drawing("path", { class: `${name}-line`, d: "M2 0V8" }))));
}

function axis(place) {
    const limits = new Set(place.map.limits.map(limit => limit.row));
    return place.segments.map(segment => {
        const y = place.y(segment.row);
        const label = fitted(place.addressOf(segment.start), place.axis - 10, place.measure);
        /* Without room beside it, a limit has its name in place of the address, which is the same. */
        return [!(limits.has(segment.row) && !place.wide) && text("axis", place.axis - 8, y + 4, label),
                drawing("path", { class: "tick", d: `M${place.axis - 5} ${y}H${place.axis}` })];
    });
}

function frames(place) {
    const titles = place.wide ? LANES : SHORT_LANES;
    return place.map.lanes.map((lane, i) => [
        text("head", place.x(i) + place.lane / 2, TOP - 18, titles[lane.name] || lane.name),
        drawing("rect", { class: "lane", x: place.x(i), y: TOP, width: place.lane, height: ROW * place.rows, rx: 3 }),
        lane.bands.length === 0 && text("cell dim", place.x(i) + place.lane / 2, TOP + ROW * place.rows / 2, fitted(_("unknown"), place.lane - 4, place.measure))]);
}

function box(place, i, range) {
    return { "data-start": hex(range.start), "data-end": hex(range.end), x: place.x(i), y: place.y(range.row + range.rows),
             width: place.lane, height: ROW * range.rows, rx: 3 };
}

function bandBox(place, i, lane, band) {
    const fill = band.kind === "beyond" ? `url(#${place.prefix}-beyond)` : null;
    return drawing("rect", { class: `band kind-${band.kind}`, "data-lane": lane.name, "data-kind": band.kind, fill, ...box(place, i, band) },
                   drawing("title", null, `${band.label} ${bandSize(band)}: ${hex(band.start)} – ${hex(band.end)}`));
}

function conflictBox(place, i, conflict) {
    const name = conflict.verdict === "unsafe" ? "conflict" : "doubt";
    return drawing("rect", { class: name, "data-rule": conflict.rule, fill: `url(#${place.prefix}-${name})`, ...box(place, i, conflict) },
                   drawing("title", null, `${conflict.rule}: ${conflict.subject}: ${conflict.summary}`));
}

/* The longest run of a band's rows without a limit in it, for its label. */
function labelRows(place, band) {
    const cuts = new Set(place.map.limits.map(limit => limit.row));
    let best = { row: band.row, rows: 0 };
    for (let row = band.row, next; row < band.row + band.rows; row = next) {
        for (next = row + 1; next < band.row + band.rows && !cuts.has(next);)
            next++;
        if (next - row > best.rows)
            best = { row, rows: next - row };
    }
    return best;
}

function rulesOf(place, lane, band) {
    const touching = place.map.conflicts.filter(conflict => lane.name === "guest" && conflict.start <= band.end && conflict.end >= band.start);
    return Array.from(new Set(touching.map(conflict => conflict.rule))).join(" ");
}

/* One line; two if there are two rows; else without size. */
function bandText(place, i, lane, band) {
    const room = place.lane - place.gap, x = place.x(i) + place.lane / 2;
    const { row, rows } = labelRows(place, band);
    const rules = rulesOf(place, lane, band);
    const name = rules ? `${rules}: ${band.label}` : band.label;
    const size = bandSize(band);
    const whole = size ? `${name} ${size}` : name;
    const y = place.y(row) - ROW * rows / 2 + 4;
    if (place.measure(whole) <= room)
        return text("cell", x, y, whole);
    if (!size || rows < 2)
        return text("cell", x, y, fitted(name, room, place.measure));
    return [text("cell", x, y - LINE / 2, fitted(name, room, place.measure)), text("cell", x, y + LINE / 2, fitted(size, room, place.measure))];
}

/* Lines across the lanes, and their names: beside the picture, from the top down without overlap. Returns [nodes, end]. */
function limits(place) {
    const nodes = [];
    let free = 0;
    for (const limit of [...place.map.limits].reverse()) {
        const y = place.y(limit.row);
        nodes.push(drawing("path", { class: "limit", "data-bits": limit.bits, d: `M${place.axis - 4} ${y}H${place.right + 4}` }));
        if (!place.wide) {
            nodes.push(text("axis limit-name", place.axis - 8, y + 4, limitName(limit)));
            continue;
        }
        const lines = wrapped(limit.label, place.gutterWidth, place.measure);
        const top = Math.max(free, y - LINE / 2);
        nodes.push(drawing("path", { class: "leader", d: `M${place.right + 4} ${y}L${place.gutter - 6} ${top + LINE / 2}` }),
                   text("limit-name", place.gutter, top + LINE / 2 + 4, limitText(limit.bits)),
                   lines.map((line, i) => text("limit-text", place.gutter, top + LINE * (i + 1.5) + 4, line)));
        free = top + LINE * (lines.length + 1) + 4;
    }
    return [nodes.flat(), free];
}

/* map: of readMap(). `measure(size)` measures text in the font of the page. `label` says what the picture shows. */
export function mapDrawing(map, width, measure, label) {
    const place = layOut(map, width, measure(isWide(width) ? FONTS.wide : FONTS.narrow));
    const each = draw => map.lanes.flatMap((lane, i) => lane.bands.map(band => draw(place, i, lane, band)));
    const guest = map.lanes.findIndex(lane => lane.name === "guest");
    const [lines, end] = limits(place);
    const height = Math.max(place.y(0) + 12, end);
    return drawing("svg", { class: place.wide ? "address-map" : "address-map narrow", role: "img", "aria-label": label, width, height, viewBox: `0 0 ${width} ${height}` },
                   patterns(place), frames(place).flat(), axis(place).flat(), each(bandBox),
                   guest < 0 ? [] : map.conflicts.map(conflict => conflictBox(place, guest, conflict)),
                   each(bandText).flat(), lines);
}
