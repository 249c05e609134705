/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The profile's document has what is no property on the bus: each device. It has megabytes on a host with thousands of
 * devices, and the service limits how much a user may ask for: it is read again when the profile changed, but not at once and
 * not while nobody looks. */

import { limited } from "./connection.js";

const REST = 20;            /* between two readings: so many times the duration of the last one */
const LONGEST = 30000;      /* milliseconds, and after an error */

export function followDocument(model) {
    let wanted = false, reading = false, timer = null, rest = 0;

    function done(changed) {
        reading = false;
        if (changed)
            model.changed("document");
        schedule();
    }

    function read() {
        timer = null;
        wanted = false;
        reading = true;
        const start = performance.now();
        limited(model.call("Describe")).then(async ([text]) => {
            model.document = await new Response(text).json();
            model.documentFresh = !wanted;
            model.documentProblem = null;
            rest = Math.min(REST * (performance.now() - start), LONGEST);
            done(true);
        }).catch(error => {
            model.documentProblem = error.message || error.problem || String(error);
            wanted = true;
            rest = LONGEST;
            done(true);
        });
    }

    function schedule() {
        if (!wanted || reading || timer !== null || window.cockpit.hidden || model.state !== "ready")
            return;
        timer = window.setTimeout(read, rest);
        rest = 0;
    }

    model.addEventListener("profile", () => {
        wanted = true;
        model.documentFresh = false;
        schedule();
    });
    model.addEventListener("change", schedule);
    /* Cockpit also knows whether another of its pages is in front. */
    window.cockpit.addEventListener("visibilitychange", schedule);
}
