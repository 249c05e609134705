/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service concludes, the worst first, each with its remedy. */

import { copyButton } from "./copy.js";
import { element } from "./element.js";
import { count as number } from "./words.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const SEVERITIES = ["error", "warning", "info"];
const TITLES = { error: _("Error"), warning: _("Warning"), info: _("Information") };
const LONGEST_LIST = 200;   /* of findings of the same kind */

/* Findings of one kind and severity stand together: [[first, …], …]. */
function kindsOf(findings) {
    const kinds = new Map();
    for (const [id, severity, subject, summary, remedy] of findings) {
        const key = `${severity} ${id}`;
        if (!kinds.has(key))
            kinds.set(key, []);
        kinds.get(key).push({ id, severity, subject, summary, remedy });
    }
    return Array.from(kinds.values()).sort((a, b) => SEVERITIES.indexOf(a[0].severity) - SEVERITIES.indexOf(b[0].severity));
}

function others(alike) {
    const list = element("ul");
    const details = element("details", null,
                            element("summary", null, cockpit.format(cockpit.ngettext("$0 more of this kind", "$0 more of this kind", alike.length), number(alike.length))), list);
    /* There may be thousands: they are made when somebody wants to see them. */
    details.addEventListener("toggle", () => {
        if (!details.open || list.firstChild)
            return;
        list.append(...alike.slice(0, LONGEST_LIST).map(finding => element("li", null, finding.summary)));
        if (alike.length > LONGEST_LIST)
            list.append(element("li", null, cockpit.format(_("$0 more: 'hawctl describe' has all of them"), number(alike.length - LONGEST_LIST))));
    });
    return details;
}

function articleOf(alike) {
    const [{ id, severity, summary, remedy }] = alike;
    return element("li", { class: `finding ${SEVERITIES.includes(severity) ? severity : ""}`, "data-finding": id },
                   element("h3", null, element("span", { class: "severity" }, TITLES[severity] || severity), " ", summary),
                   element("p", { class: "remedy" }, element("strong", null, _("Remedy:")), " ", remedy),
                   alike.length > 1 && others(alike.slice(1)),
                   element("p", { class: "foot" }, /^None[:.]/.test(remedy) ? null : copyButton(remedy, _("the remedy")),
                           element("span", { class: "source" }, cockpit.format(_("$0, see hawd-findings(7)"), id))));
}

export function start(section, model) {
    const list = element("ul", { class: "findings" });
    let kept = new Map();

    model.addEventListener("change", event => {
        if (!model.host || !event.detail.has("host"))
            return;
        const now = new Map(kindsOf(model.host.Findings).map(alike => {
            const text = JSON.stringify(alike);
            return [text, kept.get(text) || articleOf(alike)];
        }));
        if (now.size === 0)
            section.replaceChildren(element("p", null, _("No findings.")));
        else if (!list.isConnected)
            section.replaceChildren(list);
        const nodes = Array.from(now.values());
        if (nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i]))
            list.replaceChildren(...nodes);
        kept = now;
    });
    section.append(element("p", null, _("Not known yet.")));
}
