/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `hawctl check` answers about a guest (check.schema.json). */

import { copyable } from "./copy.js";
import { element } from "./element.js";
import { expectSchema } from "./hawctl.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const VERDICTS = { safe: _("Safe"), warning: _("Warning"), unsafe: _("Unsafe") };
const MEANINGS = {
    safe: _("The guest can run on this host."),
    warning: _("The guest may run on this host, but something will not work, or is not known."),
    unsafe: _("The guest cannot run on this host as it is described, or not safely."),
};
const SEVERITIES = { unsafe: _("Unsafe"), warning: _("Warning"), info: _("Information") };
const THEN = { safe: _("Then the guest is safe."), warning: _("Then warnings remain."), unsafe: _("Then the guest is still unsafe.") };
const VMMS = { "qemu": "QEMU", "cloud-hypervisor": "Cloud Hypervisor" };
const LONGEST_LIST = 200;

/* Lists can have thousands of members: the others are counted. */
function bounded(items, make) {
    const nodes = items.slice(0, LONGEST_LIST).map(make);
    if (items.length > LONGEST_LIST)
        nodes.push(element("li", null, cockpit.format(_("$0 more: 'hawctl check' has all of them"), items.length - LONGEST_LIST)));
    return nodes;
}

/* A change as each manager of guests wants it. */
function forms(change, vmm) {
    const kinds = [[change.libvirt, _("libvirt")], [change.option, VMMS[vmm] || vmm], [change.proxmox, _("Proxmox VE")]];
    return kinds.filter(([text]) => text).map(([text, name]) => element(
        "div", { class: "form" }, element("p", { class: "why" }, name), copyable(text, cockpit.format(_("the change for $0"), name))));
}

function finding(item, vmm) {
    return element("li", { class: `finding ${item.verdict}`, "data-rule": item.rule, "data-verdict": item.verdict },
                   element("h4", null, element("span", { class: "severity" }, SEVERITIES[item.verdict] || item.verdict), " ",
                           `${item.subject}: ${item.summary}`),
                   element("p", { class: "why" }, item.numbers, item.numbers && " ", element("span", { class: "rule" }, `[${item.rule}]`)),
                   item.plan && element("p", { class: "remedy" }, element("strong", null, _("Remedy:")), " ", _("see the plan")),
                   !item.plan && item.remedy && element("p", { class: "remedy" }, element("strong", null, _("Remedy:")), " ", item.remedy),
                   !item.plan && forms(item, vmm));
}

function findings(items, vmm) {
    return element("ul", { class: "findings" }, bounded(items, item => finding(item, vmm)));
}

function verdict(answer, host) {
    const bits = answer.layout.physBits;
    const width = bits ? cockpit.format(_("$0 address bits"), bits) : _("unknown address width");
    const what = [`${answer.guest.name || _("the guest")}: ${width}`, answer.layout.rule].filter(Boolean).join("; ");
    return element("div", { class: `guest-verdict ${answer.verdict}`, "data-verdict": answer.verdict },
                   element("p", null, element("strong", null, VERDICTS[answer.verdict] || answer.verdict), " ",
                           cockpit.format(_("on $0"), host), " – ", what),
                   element("p", { class: "why" }, MEANINGS[answer.verdict]));
}

function plan(answer) {
    const it = answer.plan;
    if (!it)
        return [];
    const left = it.remaining > 0 && cockpit.format(cockpit.ngettext("$0 finding remains.", "$0 findings remain.", it.remaining), it.remaining);
    return [element("h3", null, _("Plan: the fewest changes that help")),
            element("ul", { class: "plan" }, it.changes.map(change => element("li", null, change))),
            element("p", null, THEN[it.verdict] || it.verdict, left && " ", left),
            forms(it, answer.guest.vmm),
            it.note && element("p", { class: "why" }, it.note)];
}

function missing(items) {
    if (items.length === 0)
        return [];
    return [element("p", null, element("strong", null, _("Not known, and the answer depends on it:"))),
            element("ul", { class: "missing" }, bounded(items, item => element("li", null, item)))];
}

function alternatives(answer) {
    if (answer.alternatives.length === 0)
        return [];
    return [element("h3", null, _("The answer depends on what is not known")),
            answer.alternatives.map(other => element(
                "div", { class: "alternative" },
                element("p", null, cockpit.format(_("With $0:"), other.when), " ", element("strong", null, VERDICTS[other.verdict] || other.verdict)),
                missing(other.missing), findings(other.findings, answer.guest.vmm)))].flat();
}

function notes(title, name, items) {
    if (items.length === 0)
        return [];
    return [element("details", { class: name }, element("summary", null, cockpit.format(title, items.length)),
                    element("ul", null, bounded(items, item => element("li", null, `${item.what}: ${item.text}`))))];
}

/* answer: the document of `hawctl check --json`. Throws an Error if it is none. */
export function checkAnswer(answer, host) {
    expectSchema(answer, "hawd-check/1");
    return [verdict(answer, host), missing(answer.missing), plan(answer),
            element("h3", null, _("Findings")),
            answer.findings.length === 0 ? element("p", null, _("No findings.")) : findings(answer.findings, answer.guest.vmm),
            alternatives(answer),
            notes(_("Assumed ($0)"), "assumed", answer.assumed), notes(_("Not understood ($0)"), "ignored", answer.ignored)].flat(2);
}
