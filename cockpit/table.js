/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables: rows and cells are kept while their content is the same, so that a screen reader and a selection are not disturbed by changes
 * elsewhere. The roles are written out, because narrow screens show rows as blocks, which would end the table for some browsers. */

import { arrange, button, element } from "./element.js";

function cellOf(column, content, first) {
    const attributes = { class: ["number", "decoration", "short"].filter(name => column[name]).join(" ") || null };
    if (first)
        return element("th", { scope: "row", role: "rowheader", ...attributes }, content);
    return element("td", { role: "cell", "data-label": column.label || column.title || null, ...attributes }, content);
}

/* How a cell looks, to tell whether it changed. */
const looks = row => Array.from(row.children, cell => cell.outerHTML);

/* A row as it is now: one that was there before keeps its node, and the cells that look the same. */
function renewed(before, made) {
    const now = { looks: looks(made), names: made.getAttributeNames(), node: made };
    if (!before)
        return now;
    const cells = Array.from(before.node.children);
    Array.from(made.children).forEach((cell, i) => {
        if (now.looks[i] !== before.looks[i])
            cells[i].replaceWith(cell);
    });
    for (const { name, value } of Array.from(made.attributes)) {
        if (before.node.getAttribute(name) !== value)
            before.node.setAttribute(name, value);
    }
    before.names.filter(name => !made.hasAttribute(name)).forEach(name => before.node.removeAttribute(name));
    now.node = before.node;
    return now;
}

/* columns: [{ title, label, number, decoration, short, sort }]; label is the title where it stands before a cell, short ones share a
 * line there, sort is a name that `sorted` is called with when the column's button is
 * pressed. Returns { element, show(rows), mark(name, descending) }; a row is { key, attributes, cells }, a cell what element()
 * takes as children. */
export function tableOf(caption, columns, name, sorted) {
    const heads = columns.map(column => column.decoration
        ? element("td", { role: "cell", class: "decoration" })
        : element("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null },
                  column.sort ? button(column.title, () => sorted(column.sort), { class: "sort" }) : column.title));
    const body = element("tbody", { role: "rowgroup" });
    const table = element("table", { class: name, role: "table" },
                          element("caption", { class: "unseen" }, caption),
                          element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, heads)),
                          body);
    let kept = new Map();

    function show(rows) {
        const now = new Map();
        for (const row of rows) {
            const made = element("tr", { role: "row", ...row.attributes }, row.cells.map((content, i) => cellOf(columns[i], content, i === 0)));
            now.set(row.key, renewed(kept.get(row.key), made));
        }
        arrange(body, Array.from(now.values(), row => row.node));
        kept = now;
    }

    function mark(sort, descending) {
        columns.forEach((column, i) => {
            if (column.sort === sort && sort)
                heads[i].setAttribute("aria-sort", descending ? "descending" : "ascending");
            else
                heads[i].removeAttribute("aria-sort");
        });
    }

    return { element: table, show, mark };
}
