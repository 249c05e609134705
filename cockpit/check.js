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

/* The list of domains, and a button that calls chosen(domain). Where there is no libvirt it says so. */
function domainChoice(chosen) {
    const place = element("div", { class: "domains" }, element("p", { class: "why" }, _("Looking for domains of libvirt…")));
    const say = text => place.replaceChildren(element("p", { class: "why" }, text));

    listDomains().then(({ source, domains, problem }) => {
        if (problem)
            return say(cockpit.format(_("Domains of this host cannot be listed: $0. Paste a description below."), problem));
        if (domains.length === 0)
            return say(_("libvirt has no domains on this host. Paste a description below."));
        const select = element("select", { id: "check-domain" }, domains.map((domain, i) => element("option", { value: i }, domain.name)));
        const go = button(_("Check this domain"), () => chosen(domains[Number(select.value)]));
        place.replaceChildren(element("div", { class: "fields", "data-source": source }, field(select, _("A domain of this host"))),
                              element("div", { class: "actions" }, go));
        return null;
    });
    return place;
}

/* What is shown of one check: { run, cancel }. Only the last one started is shown. */
function checker(model, status, place, busy) {
    let current = null;

    const host = () => model.host?.Hostname || _("this host");
    const refuse = (text, more) => {
        place.replaceChildren(element("p", { class: "refused" }, text), ...(more ? [element("p", { class: "why" }, more)] : []));
    };

    async function map(mine, text) {
        const part = element("div", null, element("p", null, _("Drawing the map…")));
        place.append(element("h3", null, _("The guest beside the host")), part);
        try {
            mine.process = hawctl(["map", "-"], text);
            const { document } = await mine.process.answer;
            part.replaceChildren(mapView(document, cockpit.format(_("Address space of $0, with the guest beside it"), host())));
        } catch (error) {
            part.replaceChildren(element("p", { class: "unknown" }, problemText(error)));
        }
    }

    async function check(mine, text) {
        mine.process = hawctl(["check", "-"], text);
        const { document, warning } = await mine.process.answer;
        if (current !== mine)
            return;
        place.replaceChildren(...(warning ? [element("p", { class: "unknown" }, warning)] : []), ...checkAnswer(document, host()));
        status.textContent = cockpit.format(_("Checked: $0"), place.querySelector(".guest-verdict strong").textContent);
        await map(mine, text);
    }

    async function run(text) {
        const bytes = new Blob([text]).size;
        cancel();
        if (text.trim() === "") {
            status.textContent = _("There is nothing to check: paste a description of a guest.");
            return;
        }
        if (bytes > LONGEST) {
            status.textContent = "";
            refuse(cockpit.format(_("This description has $0 bytes. The page takes $1 at most."), bytes, LONGEST),
                   _("Save it as a file, and use 'hawctl check FILE' in a terminal."));
            return;
        }
        const mine = current = { process: null };
        busy(true);
        place.replaceChildren();
        status.textContent = _("Checking…");
        try {
            await check(mine, text);
        } catch (error) {
            if (current === mine) {
                status.textContent = _("This description cannot be checked.");
                refuse(problemText(error));
            }
        }
        if (current === mine)
            end();
    }

    function end() {
        current = null;
        busy(false);
    }

    function cancel() {
        if (!current)
            return;
        const process = current.process;
        end();
        status.textContent = _("Cancelled.");
        process.cancel();
    }

    return { run, cancel, refuse };
}

export function start(section, model) {
    const text = element("textarea", { id: "check-text", spellcheck: "false", autocomplete: "off", "aria-describedby": "check-forms" });
    const status = element("span", { id: "check-status", role: "status" });
    const place = element("div", { class: "answer" });
    const go = button(_("Check"), () => it.run(text.value), { id: "check-go" });
    const stop = button(_("Cancel"), () => it.cancel(), { id: "check-cancel", "aria-disabled": "true" });
    const it = checker(model, status, place, busy => {
        stop.setAttribute("aria-disabled", String(!busy));
        place.setAttribute("aria-busy", String(busy));
    });
    const choice = domainChoice(async domain => {
        it.cancel();
        status.textContent = cockpit.format(_("Reading $0…"), domain.name);
        try {
            text.value = await domain.read();
        } catch (error) {
            status.textContent = _("This domain cannot be read.");
            it.refuse(error.message || error.problem || String(error));
            return;
        }
        it.run(text.value);
    });

    section.append(choice, field(text, _("Description of a guest"), element(
        "p", { id: "check-forms", class: "why" },
        _("The XML of a libvirt domain, a command line of QEMU or Cloud Hypervisor, or everything else that 'hawctl check' reads."))),
                   element("div", { class: "actions" }, go, stop, status), place);
}
