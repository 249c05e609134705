/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs hawctl as the user of the session, never as superuser: it asks the service, and has foreign text parsed by a process of
 * its own that has given up its rights. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

/* hawctl(1): an unsafe guest is an answer. */
const ANSWERS = [0, 3];
/* As each of its messages begins; the bridge has one of its own for an exit status. */
const WARNING = /^hawctl: /;

/* What the bridge says of a program that it cannot start. */
export function isMissing(error) {
    return error.problem === "not-found";
}

export function problemText(error) {
    if (isMissing(error))
        return _("hawctl is not installed on this host. Install the package hawctl.");
    if (error.exit_signal)
        return cockpit.format(_("hawctl ended with signal $0."), error.exit_signal);
    return error.message || error.problem || String(error);
}

/* Starts `hawctl ARGUMENTS --json=short`; `input` is its standard input, `answers` are exit statuses with JSON. Returns { answer, cancel }: `answer` is a promise of
 * { document, status, warning }, `warning` what hawctl printed beside its answer. It is rejected with an error of cockpit.spawn()
 * whose message is what hawctl said. cancel() ends the program, and the promise is rejected with problem "cancelled". */
export function hawctl(words, input, answers = ANSWERS) {
    let output = "";
    const process = cockpit.spawn(["hawctl", ...words, "--json=short"], { err: "message", environ: ["LC_ALL=C.UTF-8"] });
    process.stream(text => { output += text; });
    process.input(input || "");
    const answer = new Promise((resolve, reject) => {
        const finish = (status, message, error) => {
            try {
                resolve({ document: JSON.parse(output), status, warning: WARNING.test(message) ? message.trim() : "" });
            } catch (problem) {
                reject(error || new Error(cockpit.format(_("hawctl printed no JSON: $0"), problem.message)));
            }
        };
        process.then((_data, message) => finish(0, message))
            .catch(error => answers.includes(error.exit_status) ? finish(error.exit_status, error.message, error) : reject(error));
    });
    return { answer, cancel: () => process.close("cancelled") };
}
