/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains of libvirt: over its D-Bus API if the bus has it, else by virsh. Both are read only and not as superuser. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const LIBVIRT = "org.libvirt", CONNECTION = "/org/libvirt/QEMU";
const FLAGS = 0;    /* all domains; their current configuration */
const NAME = /^\s*(\S+) (.*)$/;

function property(client, path, face, name) {
    return client.call(path, "org.freedesktop.DBus.Properties", "Get", [face, name], { type: "ss" }).then(([variant]) => variant.v);
}

async function fromBus() {
    const client = cockpit.dbus(LIBVIRT, { bus: "system" });
    const [paths] = await client.call(CONNECTION, `${LIBVIRT}.Connect`, "ListDomains", [FLAGS], { type: "u" });
    const names = await Promise.all(paths.map(path => property(client, path, `${LIBVIRT}.Domain`, "Name")));
    return {
        source: "org.libvirt",
        domains: paths.map((path, i) => ({
            name: names[i],
            read: () => ({
                text: client.call(path, `${LIBVIRT}.Domain`, "GetXMLDesc", [FLAGS], { type: "u" }).then(([text]) => text),
                cancel: () => {},
            }),
        })),
    };
}

/* The system's libvirt, unless the session's environment names another. The words are no part of the script. */
const VIRSH = 'exec virsh --readonly --connect "${LIBVIRT_DEFAULT_URI:-qemu:///system}" "$@"';

function virsh(...words) {
    return cockpit.spawn(["/bin/sh", "-c", VIRSH, "virsh", ...words], { err: "message", environ: ["LC_ALL=C.UTF-8"] });
}

/* A name may look like a number or an identifier of another domain: domains are asked for by UUID. */
async function fromVirsh() {
    const lines = (await virsh("list", "--all", "--uuid", "--name")).split("\n");
    return {
        source: "virsh",
        domains: lines.map(line => NAME.exec(line)).filter(Boolean).map(([_line, uuid, name]) => ({
            name: name.trimEnd(),
            read: () => {
                const process = virsh("dumpxml", `--domain=${uuid}`);
                return { text: process, cancel: () => process.close("cancelled") };
            },
        })),
    };
}

/* The shell's exit status for a program that is not there. */
const missing = error => error.exit_status === 127;

/* virsh says several lines: "error: failed to connect to the hypervisor", "error: …" */
function virshProblem(error) {
    if (missing(error))
        return _("neither libvirt's D-Bus service nor virsh is installed");
    return (error.message || error.problem || String(error)).replace(/^error: /gm, "").replace(/\n+/g, ": ");
}

/* { source, domains: [{ name, read }], problem }: read() is { text, cancel }, `text` a promise of the domain's XML; `problem` says
 * why there are none. */
export async function listDomains() {
    try {
        return await fromBus();
    } catch (error) {
        console.debug(error);
    }
    try {
        return await fromVirsh();
    } catch (error) {
        return { source: "", domains: [], problem: virshProblem(error) };
    }
}
