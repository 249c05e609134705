/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an address stands in the picture. The scale is that of `hawctl map`: the space between two neighbouring edges gets at
 * least one row, so that a label fits, and more rows the more often the address doubles. */

import { expectSchema } from "./hawctl.js";

const ROWS_MAX = 5;
const FLOOR_BITS = 20;   /* one row below 1 MiB */

/* In quarters: 2^32 is 128, 5 GiB 129. */
function logarithm(address) {
    if (address >> BigInt(FLOOR_BITS) === 0n)
        return 4 * FLOOR_BITS;
    const bits = address.toString(2).length - 1;
    return 4 * bits + Number(address >> BigInt(bits - 2) & 3n);
}

function rowsBetween(start, next) {
    return Math.min(1 + Math.floor((logarithm(next) - logarithm(start)) / 8), ROWS_MAX);
}

/* The document of `hawctl map --json` with addresses as BigInt: { bits, last, lanes: [{ name, bands, note }], limits, conflicts,
 * unknown }. Throws an Error if it is none. */
export function readMap(document) {
    expectSchema(document, "hawd-map/1");
    const range = item => ({ ...item, start: BigInt(item.start), end: BigInt(item.end) });
    return {
        bits: document.bits,
        last: (1n << BigInt(document.bits)) - 1n,
        lanes: Object.entries(document.lanes).map(([name, bands]) => ({
            name, note: document.notes[name] || "", bands: bands.map(band => ({ ...range(band), bytes: BigInt(band.bytes) })),
        })),
        limits: document.limits,
        unknown: document.unknown,
        conflicts: document.conflicts.map(range),
    };
}

/* Gives each band and conflict `row` and `rows`, each limit `row`, counted from the lowest address. Returns { rows, segments:
 * [{ start, row, rows }] }. */
export function scale(map) {
    const ranges = map.lanes.flatMap(lane => lane.bands).concat(map.conflicts);
    const edges = new Set([0n]);
    for (const range of ranges)
        edges.add(range.start).add(range.end + 1n);
    for (const limit of map.limits)
        edges.add(1n << BigInt(limit.bits));
    const starts = Array.from(edges).filter(edge => edge <= map.last).sort((a, b) => a < b ? -1 : 1);
    const rowOf = new Map();
    let rows = 0;
    const segments = starts.map((start, i) => {
        const segment = { start, row: rows, rows: rowsBetween(start, i + 1 < starts.length ? starts[i + 1] : map.last + 1n) };
        rowOf.set(start, rows);
        rows += segment.rows;
        return segment;
    });
    const row = edge => edge > map.last ? rows : rowOf.get(edge);
    for (const range of ranges) {
        range.row = row(range.start);
        range.rows = row(range.end + 1n) - range.row;
    }
    for (const limit of map.limits)
        limit.row = row(1n << BigInt(limit.bits));
    return { rows, segments };
}
