/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service concludes, the worst first, each with its remedy. */

import { copyButton } from "./copy.js";
import { arrange, element } from "./element.js";
import { count as number } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const SEVERITIES = ["error", "warning", "info"];
const TITLES = { error: _("Error"), warning: _("Warning"), info: _("Information") };
const LONGEST_LIST = 200;   /* of findings of the same kind */

/* Findings of one kind and severity stand together: [[key, [first, …]], …]. */
function kindsOf(findings) {
    const kinds = new Map();
    for (const [id, severity, subject, summary, remedy] of findings) {
        const key = `${severity} ${id}`;
        if (!kinds.has(key))
            kinds.set(key, []);
        kinds.get(key).push({ id, severity, subject, summary, remedy });
    }
    return Array.from(kinds).sort(([, [a]], [, [b]]) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/* The findings of a kind beside the first. There may be thousands: they are made when somebody wants to see them. */
class Others {
    constructor() {
        this.title = element("summary");
        this.list = element("ul");
        this.element = element("details", null, this.title, this.list);
        this.alike = [];
        this.element.addEventListener("toggle", () => this.fill());
    }

    show(alike) {
        this.element.hidden = alike.length === 0;
        if (JSON.stringify(alike) === JSON.stringify(this.alike))
            return;
        this.alike = alike;
        this.title.textContent = cockpit.format(cockpit.ngettext("$0 more of this kind", "$0 more of this kind", alike.length), number(alike.length));
        this.list.replaceChildren();
        this.fill();
    }

    fill() {
        if (!this.element.open || this.list.firstChild)
            return;
        this.list.append(...this.alike.slice(0, LONGEST_LIST).map(finding => element("li", { lang: "en" }, finding.summary)));
        const rest = this.alike.length - LONGEST_LIST;
        if (rest > 0)
            this.list.append(element("li", null, cockpit.format(_("$0 more: 'hawctl describe' has all of them"), number(rest))));
    }
}

/* One kind. It stays as findings of the kind come and go, with the focus and what is open. */
class Article {
    constructor({ id, severity }) {
        this.summary = element("span", { lang: "en" });
        this.remedy = element("span", { lang: "en" });
        this.copy = copyButton(() => this.remedy.textContent, _("the remedy"));
        this.others = new Others();
        this.element = element("li", { class: `finding ${SEVERITIES.includes(severity) ? severity : ""}`, "data-finding": id },
                               element("h3", null, element("span", { class: "severity" }, TITLES[severity] || severity), " ", this.summary),
                               element("p", { class: "remedy" }, element("strong", null, _("Remedy:")), " ", this.remedy),
                               this.others.element,
                               element("p", { class: "foot" }, this.copy,
                                       element("span", { class: "source" }, cockpit.format(_("$0, see hawd-findings(7)"), id))));
    }

    show([{ summary, remedy }, ...others]) {
        if (this.summary.textContent !== summary)
            this.summary.textContent = summary;
        if (this.remedy.textContent !== remedy)
            this.remedy.textContent = remedy;
        this.copy.hidden = /^None[:.]/.test(remedy);
        this.others.show(others);
    }
}

export function start(section, model) {
    const list = element("ul", { class: "findings" });
    const none = element("p", null, _("Not known yet."));
    let articles = new Map();

    section.append(none, list);
    model.addEventListener("change", event => {
        if (!model.host || !event.detail.has("host"))
            return;
        const now = new Map();
        for (const [key, alike] of kindsOf(model.host.Findings)) {
            const article = articles.get(key) || new Article(alike[0]);
            article.show(alike);
            now.set(key, article);
        }
        none.textContent = _("No findings.");
        none.hidden = now.size > 0;
        arrange(list, Array.from(now.values(), article => article.element));
        articles = now;
    });
}
