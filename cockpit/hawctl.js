/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs hawctl as the user of the session, never as superuser: it asks the service, and has foreign text parsed by a process of
 * its own that has given up its rights. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

/* hawctl(1): an unsafe guest is an answer. */
const ANSWERS = [0, 3];
/* As each of its messages begins; the bridge has one of its own for an exit status. */
const WARNING = /^hawctl: /;

const PATIENCE = 60000;     /* milliseconds */

export function problemText(error) {
    if (error.problem === "not-found")
        return _("hawctl is not installed on this host. Install the package hawctl.");
    if (error.problem === "timeout")
        return cockpit.format(_("hawctl has not answered within $0 seconds. Try 'hawctl' in a terminal."), PATIENCE / 1000);
    if (error.exit_signal)
        return cockpit.format(_("hawctl ended with signal $0."), error.exit_signal);
    /* Without words of hawctl, the bridge has a word of its own for the status. */
    if (error.exit_status && !WARNING.test(error.message))
        return cockpit.format(_("hawctl ended with status $0 and said nothing."), error.exit_status);
    return error.message || error.problem || String(error);
}

/* Throws an Error if a document is not what this page reads. */
export function expectSchema(document, schema) {
    if (document?.schema !== schema)
        throw new Error(cockpit.format(_("hawctl printed no $0 document. Install hawctl and this page in the same version."), schema));
}

/* Starts `hawctl ARGUMENTS --json=short`; `input` is its standard input, `answers` are exit statuses with JSON. Returns
 * { answer, cancel }: `answer` is a promise of { document, status, warning }, `warning` what hawctl printed beside its answer. It is
 * rejected with an error for problemText(). cancel() ends the program, and the promise is rejected with problem "cancelled". */
export function hawctl(words, input, answers = ANSWERS) {
    let output = "";
    const process = cockpit.spawn(["hawctl", ...words, "--json=short"], { err: "message", environ: ["LC_ALL=C.UTF-8"] });
    const timer = window.setTimeout(() => process.close("timeout"), PATIENCE);
    process.stream(text => { output += text; });
    process.input(input || "");
    const answer = new Promise((resolve, reject) => {
        const finish = (status, message) => {
            try {
                resolve({ document: JSON.parse(output), status, warning: WARNING.test(message) ? message.trim() : "" });
            } catch (problem) {
                reject(new Error(cockpit.format(_("hawctl printed no JSON: $0"), problem.message)));
            }
        };
        process.then((_data, message) => finish(0, message))
            .catch(error => {
                if (answers.includes(error.exit_status) && output)
                    finish(error.exit_status, error.message);
                else
                    reject(error);
            })
            .finally(() => window.clearTimeout(timer));
    });
    return { answer, cancel: () => process.close("cancelled") };
}
