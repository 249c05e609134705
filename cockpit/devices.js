/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each device with its group: whether it can be assigned to a guest and, if not, why. The list is shown in pages, because a
 * host may have thousands of devices. */

import { deviceRows } from "./device-rows.js";
import { button, element } from "./element.js";
import { tableOf } from "./table.js";
import { count as number } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const PAGE = 50;

const COLUMNS = [
    { title: _("Device"), sort: "address" },
    { title: _("Group"), short: true, sort: "group" },
    { title: _("Unit"), short: true, sort: "unit" },
    { title: _("Driver"), short: true, sort: "driver" },
    { title: _("BARs"), short: true },
    { title: _("Can it be assigned to a guest?"), label: _("Assignable"), sort: "verdict" },
];

const collator = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
    if (typeof a === "number" && typeof b === "number")
        return a - b;
    return collator.compare(a, b);
}

function choice(id, label, options, changed) {
    const select = element("select", { id }, options.map(([value, text]) => element("option", { value }, text)));
    select.addEventListener("change", () => changed(select.value));
    return element("div", { class: "field" }, element("label", { for: id }, label), select);
}

/* What is chosen: which devices, in which order, and where in the list. */
class Choice {
    constructor() {
        this.words = [];
        this.verdict = "";
        this.sort = "address";
        this.descending = false;
        this.page = 0;
        this.sorted = this.order = null;    /* what is in order already, and in which */
    }

    sortBy(name) {
        this.descending = this.sort === name && !this.descending;
        this.sort = name;
        this.page = 0;
    }

    takes(row) {
        return (!this.verdict || row.verdict === this.verdict) && this.words.every(word => row.search.includes(word));
    }

    apply(rows) {
        const sign = this.descending ? -1 : 1, order = `${this.sort} ${sign}`;
        if (this.sorted !== rows || this.order !== order)
            rows.sort((a, b) => sign * compare(a[this.sort], b[this.sort]) || compare(a.address, b.address));
        this.sorted = rows;
        this.order = order;
        return rows.filter(row => this.takes(row));
    }
}

function cellsOf(row) {
    return [
        [element("code", null, row.address), row.name && element("span", { class: "meaning" }, " " + row.name)],
        row.group < 0 ? "–" : String(row.group),
        row.unit || "–",
        row.driver || "–",
        row.bars || "–",
        [element("strong", { class: `verdict ${row.verdict}` }, row.answer), row.why && element("span", { class: "why" }, " " + row.why)],
    ];
}

function pagerOf(turned) {
    const text = element("span");
    const previous = button(_("Previous page"), () => turned(-1)), next = button(_("Next page"), () => turned(1));
    const pager = element("nav", { class: "pager", "aria-label": _("Pages of devices") }, previous, text, next);
    function show(page, pages) {
        pager.hidden = pages <= 1;
        /* Not "disabled": the focus would be lost at the last page. */
        previous.setAttribute("aria-disabled", String(page === 0));
        next.setAttribute("aria-disabled", String(page + 1 >= pages));
        text.textContent = cockpit.format(_("Page $0 of $1"), number(page + 1), number(pages));
    }
    return { element: pager, show };
}

export function start(section, model) {
    const chosen = new Choice();
    const count = element("p", { class: "count" });
    /* Heard after the user chose something, not whenever a device comes or goes. */
    const heard = element("p", { role: "status", class: "unseen" });
    const problem = element("p", { class: "unknown", hidden: true });
    const filter = element("input", { id: "device-filter", type: "search", autocomplete: "off", spellcheck: "false" });
    const table = tableOf(_("Devices and IOMMU groups"), COLUMNS, "devices", name => {
        chosen.sortBy(name);
        show();
    });
    const pager = pagerOf(step => {
        chosen.page += step;
        show();
    });
    let rows = [];

    function show(chose = true) {
        const fitting = chosen.apply(rows), pages = Math.max(1, Math.ceil(fitting.length / PAGE));
        chosen.page = Math.max(0, Math.min(chosen.page, pages - 1));
        table.show(fitting.slice(chosen.page * PAGE, (chosen.page + 1) * PAGE)
            .map(row => ({ key: row.address, attributes: { "data-device": row.address }, cells: cellsOf(row) })));
        table.mark(chosen.sort, chosen.descending);
        pager.show(chosen.page, pages);
        const text = cockpit.format(_("$0 of $1 devices"), number(fitting.length), number(rows.length));
        if (count.textContent !== text)
            count.textContent = text;
        if (chose && heard.textContent !== text)
            heard.textContent = text;
    }

    filter.addEventListener("input", () => {
        chosen.words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        chosen.page = 0;
        show();
    });
    const waiting = element("p", null, _("Not known yet."));
    const known = element("div", { hidden: true },
        element("div", { class: "fields" },
                element("div", { class: "field" }, element("label", { for: "device-filter" }, _("Filter")), filter),
                choice("device-verdict", _("Assignable"), [["", _("all")], ["yes", _("yes")], ["no", _("no")], ["unknown", _("unknown")]], value => {
                    chosen.verdict = value;
                    chosen.page = 0;
                    show();
                })),
        count, heard, problem, table.element, pager.element);
    section.append(waiting, known);
    model.addEventListener("change", event => {
        if (!model.host || !["groups", "document", "host"].some(what => event.detail.has(what)))
            return;
        known.hidden = false;
        waiting.hidden = true;
        rows = deviceRows(model);
        problem.hidden = !model.documentProblem;
        problem.textContent = model.documentProblem
            ? cockpit.format(_("Drivers, names and BARs may be out of date and are read again in a while: $0"), model.documentProblem) : "";
        show(false);
    });
}
