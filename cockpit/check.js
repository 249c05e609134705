/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Check a guest": a domain of this host, or any description that is pasted. What is pasted goes to hawctl as it is, and is
 * never interpreted here. */

import { checkAnswer } from "./check-answer.js";
import { listDomains } from "./domains.js";
import { button, element } from "./element.js";
import { hawctl, problemText } from "./hawctl.js";
import { mapView } from "./map-view.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

/* As much as hawctl takes of a domain. Bytes. */
const LONGEST = 4 << 20;

function field(control, label, more) {
    return element("div", { class: "field" }, element("label", { for: control.id }, label), control, more);
}

/* Characters that change how others look, or that cannot be seen, are written as numbers. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function visible(name) {
    return name.replace(UNSEEN, character => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"));
}

/* The list of domains, and a button that calls chosen(domain). Where there is no libvirt it says so. */
function domainChoice(chosen) {
    const place = element("div", { class: "domains" });
    const again = button(_("List domains again"), () => read(true));

    function show({ source, domains, problem }) {
        if (problem || domains.length === 0) {
            const why = problem ? cockpit.format(_("Domains of this host cannot be listed: $0."), problem) : _("libvirt has no domains on this host.");
            place.replaceChildren(element("p", { class: "why" }, why, " ", _("Paste a description below.")), element("div", { class: "actions" }, again));
            return;
        }
        const select = element("select", { id: "check-domain" }, domains.map((domain, i) => element("option", { value: i }, visible(domain.name))));
        const go = button(_("Check this domain"), () => chosen(domains[Number(select.value)]));
        place.replaceChildren(element("div", { class: "fields", "data-source": source }, field(select, _("A domain of this host"))),
                              element("div", { class: "actions" }, go, again));
    }

    async function read(asked) {
        if (!asked)
            place.replaceChildren(element("p", { class: "why" }, _("Looking for domains of libvirt…")));
        show(await listDomains());
        if (asked)
            again.focus();
    }

    read(false);
    return place;
}

/* Why a text is not given to hawctl, and what to do: [what, then], or null. */
function objection(text) {
    const bytes = new Blob([text]).size;
    if (bytes > LONGEST)
        return [cockpit.format(_("This description has $0 bytes. The page takes $1 at most."), bytes, LONGEST),
                _("Save it as a file, and use 'hawctl check FILE' in a terminal.")];
    if (text.includes("\0"))
        return [_("This description contains NUL characters, as /proc/PID/cmdline does."),
                _("Use 'hawctl check --pid=PID' in a terminal, or replace them: tr '\\0' ' ' </proc/PID/cmdline")];
    return null;
}

/* One check at a time, of a domain that is read first, or of a text. `current` is its job { cancel }: what belongs to another
 * job by now is dropped. */
function checker(model, text, status, place, busy) {
    let current = null;

    const host = () => model.host?.Hostname || _("this host");

    function begin(said) {
        cancel();
        const job = current = { cancel: () => {} };
        busy(true);
        place.replaceChildren();
        status.textContent = said;
        return job;
    }

    function end(said) {
        current = null;
        busy(false);
        if (said !== undefined)
            status.textContent = said;
    }

    function cancel() {
        const job = current;
        if (!job)
            return;
        end(_("Cancelled."));
        job.cancel();
    }

    function refuse(said, what, then) {
        end(said);
        place.replaceChildren(element("p", { class: "refused" }, what), ...(then ? [element("p", { class: "why" }, then)] : []));
    }

    function start(job, verb, description) {
        const process = hawctl([verb, "-"], description);
        job.cancel = process.cancel;
        return process.answer;
    }

    async function drawMap(job, description) {
        const part = element("div", null, element("p", null, _("Drawing the map…")));
        const heading = element("h3", null, _("The guest beside the host"));
        place.append(heading, part);
        try {
            const { document } = await start(job, "map", description);
            const view = mapView(cockpit.format(_("Address space of $0, with the guest beside it"), host()));
            part.replaceChildren(view.element);
            view.update(document);
        } catch (error) {
            if (current === job) {
                part.replaceChildren(element("p", { class: "unknown" }, problemText(error)));
            } else {
                heading.remove();
                part.remove();
            }
        }
    }

    async function check(job, description) {
        const objected = objection(description);
        if (objected) {
            refuse(_("This description cannot be checked."), ...objected);
            return;
        }
        status.textContent = _("Checking…");
        try {
            const { document, warning } = await start(job, "check", description);
            if (current !== job)
                return;
            place.replaceChildren(...(warning ? [element("p", { class: "unknown" }, warning)] : []), ...checkAnswer(document, host()));
        } catch (error) {
            if (current === job)
                refuse(_("This description cannot be checked."), problemText(error));
            return;
        }
        status.textContent = cockpit.format(_("Checked: $0"), place.querySelector(".guest-verdict strong").textContent);
        await drawMap(job, description);
        if (current === job)
            end();
    }

    async function checkDomain(domain) {
        const job = begin(cockpit.format(_("Reading $0…"), visible(domain.name)));
        const reading = domain.read();
        job.cancel = reading.cancel;
        try {
            const description = await reading.text;
            if (current !== job)
                return;
            text.value = description;
        } catch (error) {
            if (current === job)
                refuse(_("This domain cannot be read."), error.message || error.problem || String(error));
            return;
        }
        await check(job, text.value);
    }

    function checkText() {
        if (text.value.trim() === "")
            status.textContent = _("There is nothing to check: paste a description of a guest.");
        else
            check(begin(""), text.value);
    }

    /* What is typed is not replaced by a domain that was still being read, and an answer is not of another text. */
    function edited() {
        cancel();
        if (place.firstChild)
            status.textContent = _("The answer below is of the text before this change.");
    }

    return { checkDomain, checkText, cancel, edited };
}

export function start(section, model) {
    const text = element("textarea", { id: "check-text", spellcheck: "false", autocomplete: "off", "aria-describedby": "check-forms" });
    const status = element("span", { id: "check-status", role: "status" });
    const place = element("div", { class: "answer" });
    const go = button(_("Check"), () => it.checkText(), { id: "check-go" });
    const stop = button(_("Cancel"), () => it.cancel(), { id: "check-cancel", "aria-disabled": "true" });
    const it = checker(model, text, status, place, busy => {
        stop.setAttribute("aria-disabled", String(!busy));
        place.setAttribute("aria-busy", String(busy));
    });

    text.addEventListener("input", it.edited);
    section.append(domainChoice(it.checkDomain), field(text, _("Description of a guest"), element(
        "p", { id: "check-forms", class: "why" },
        _("The XML of a libvirt domain, a command line of QEMU or Cloud Hypervisor, or everything else that 'hawctl check' reads."))),
                   element("div", { class: "actions" }, go, stop, status), place);
}
