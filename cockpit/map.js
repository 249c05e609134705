/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The address map of this host, from the JSON of `hawctl map`. */

import { element } from "./element.js";
import { hawctl, problemText } from "./hawctl.js";
import { mapView } from "./map-view.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;
const REST = 2000;      /* milliseconds between two readings */
const AGAIN = 30000;    /* after a failure */

export function start(section, model) {
    let wanted = false, running = false, failed = false, timer = null, shown = "", view = null;

    function show({ document }) {
        const text = JSON.stringify(document);
        if (text === shown)
            return;
        if (!view) {
            view = mapView(cockpit.format(_("Address space of $0"), model.host?.Hostname || _("this host")));
            section.replaceChildren(view.element);
        }
        view.update(document);
        shown = text;
    }

    function fail(error) {
        shown = "";
        view = null;
        section.replaceChildren(element("p", { class: "unknown" }, problemText(error)));
    }

    async function read() {
        timer = null;
        wanted = false;
        running = true;
        try {
            show(await hawctl(["map"]).answer);
            failed = false;
        } catch (error) {
            fail(error);
            failed = wanted = true;
        }
        running = false;
        schedule(failed ? AGAIN : REST);
    }

    /* Not while nobody looks: a host may change many times a second. */
    function schedule(rest) {
        if (wanted && !running && timer === null && !window.cockpit.hidden && model.state === "ready")
            timer = window.setTimeout(read, rest);
    }

    model.addEventListener("profile", () => {
        wanted = true;
        if (failed) {
            window.clearTimeout(timer);
            timer = null;
        }
        schedule(0);
    });
    model.addEventListener("change", () => schedule(0));
    window.cockpit.addEventListener("visibilitychange", () => schedule(0));
    section.append(element("p", null, _("Not known yet.")));
}
