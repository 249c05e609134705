/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last boots of this host, the newest first, and what changed from each to the next. The service keeps a profile of each. */

import { element } from "./element.js";
import { differenceText, ordered } from "./history-words.js";
import { hawctl, problemText } from "./hawctl.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const ANSWERS = [0, 1];     /* 1: a profile is damaged; the others are listed */
const SHOWN = 8;            /* changes before one asks for more */
const LONGEST_LIST = 200;

/* "0042-….json" */
function bootNumber(boot) {
    return boot.file.split("/").pop().split(/[-.]/)[0];
}

function width(name, bits) {
    return bits === null ? cockpit.format(_("$0 unknown"), name) : cockpit.format(_("$0 $1 bits"), name, bits);
}

function heading(boot) {
    const when = new Date(boot.read * 1000).toLocaleString(cockpit.language?.replace("_", "-") || "en", { dateStyle: "medium", timeStyle: "short" });
    return [element("h3", null, cockpit.format(_("Boot $0"), bootNumber(boot)), ", ", when),
            element("p", { class: "why" }, [width(_("CPU"), boot.cpuPhysicalBits), width(_("guests"), boot.safeGuestBits),
                                           width(_("devices"), boot.iovaBits), boot.kernel].join("; "))];
}

function list(differences) {
    return element("ul", null, differences.map(difference => element("li", { "data-path": difference.path }, differenceText(difference))));
}

function changes(differences) {
    const all = ordered(differences);
    if (all.length === 0)
        return [element("p", null, _("Nothing changed since the boot before."))];
    const more = all.slice(SHOWN, LONGEST_LIST), left = all.length - SHOWN - more.length;
    return [element("p", null, cockpit.format(cockpit.ngettext("$0 change since the boot before:", "$0 changes since the boot before:", all.length), all.length)),
            list(all.slice(0, SHOWN)),
            more.length > 0 && element("details", null, element("summary", null, cockpit.format(_("$0 more"), all.length - SHOWN)), list(more),
                                       left > 0 && element("p", null, cockpit.format(_("$0 more: 'hawctl diff' has all of them"), left)))];
}

async function compare(former, boot, place) {
    try {
        const { document } = await hawctl(["diff", former.file, boot.file]).answer;
        place.replaceChildren(...changes(document).filter(Boolean));
    } catch (error) {
        place.replaceChildren(element("p", { class: "unknown" }, problemText(error)));
    }
}

/* One comparison at a time, the newest first: there may be 15, of megabytes each. */
async function show(section, boots, warning) {
    const places = boots.map(() => element("div", null));
    const entries = boots.map((boot, i) => element("li", { "data-boot": bootNumber(boot) }, heading(boot), places[i]));
    section.replaceChildren(...(warning ? [element("p", { class: "unknown" }, warning)] : []),
                            boots.length === 0 ? element("p", null, _("The service has not stored a profile of a boot yet.")) : element("ul", { class: "boots" }, entries));
    for (let i = 0; i < boots.length; i++) {
        if (i + 1 < boots.length)
            await compare(boots[i + 1], boots[i], places[i]);
        else
            places[i].replaceChildren(element("p", { class: "why" }, _("The oldest profile that is kept.")));
    }
}

export function start(section) {
    section.append(element("p", null, _("Not known yet.")));
    hawctl(["history"], "", ANSWERS).answer
        .then(({ document, warning }) => show(section, [...document].reverse(), warning))
        .catch(error => section.replaceChildren(element("p", { class: "unknown" }, problemText(error))));
}
