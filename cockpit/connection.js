/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service has on the bus, kept up to date by its signals. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

export const NAME = "org.hawd.AddressWidth1";
export const PATH = "/org/hawd/AddressWidth1";
export const HOST = NAME + ".Host";
const UNIT = NAME + ".Iommu";
const GROUP = NAME + ".Group";
const PROPERTIES = "org.freedesktop.DBus.Properties";
const MANAGER = "org.freedesktop.DBus.ObjectManager";

/* Seconds until the service is asked again; the last one stays. */
const RETRIES = [1, 2, 5, 10, 30];
/* What the service may take for an answer. Milliseconds. */
const LIMIT = 25000;
/* Cockpit's own connection to the host has ended. */
const LOST = ["disconnected", "terminated", "no-session", "timeout"];
/* Signals of one change come together: sections are told once. Milliseconds. */
const TOGETHER = 30;

/* Sections need not ask whether these are there: another version of the service may not have them. */
const WIDTHS = ["CpuPhysicalBits", "HostPhysicalBits", "GuestPhysicalBits", "GuestMappableBits", "IovaBits", "SafeGuestBits",
    "SafeGuestBitsWithDevices"];

/* Rejects if there is no answer for long. */
export function limited(answer) {
    let timer;
    const late = new Promise((_resolve, reject) => {
        timer = window.setTimeout(() => reject(new Error(cockpit.format(_("There was no answer for $0 seconds."), LIMIT / 1000))), LIMIT);
    });
    return Promise.race([answer, late]).finally(() => window.clearTimeout(timer));
}

const plain = variants => Object.fromEntries(Object.entries(variants).map(([name, variant]) => [name, variant.v]));

function hostOf(variants) {
    const host = { Unknown: {}, Provenance: {}, Findings: [], ...plain(variants) };
    for (const name of WIDTHS.filter(width => host[width] === undefined))
        host.Unknown = { ...host.Unknown, [name]: _("this version of hawd does not report it") };
    return host;
}

const objectOf = variants => ({ Unknown: {}, Provenance: {}, Devices: [], Name: "", ...plain(variants) });

/* model.state: "connecting" (nothing is known yet), "ready", "stopped" (the service was there and ended; what it said stays),
 *   "absent" (the bus knows no such service), "denied", "failed", "lost" (Cockpit's connection to the host).
 * model.message: what the bus said in the last four.
 * model.host: the properties of the host object, by name, or null. model.units, model.groups: Maps of object path to properties.
 *   64-bit numbers above 2^53 are not exact here: use the document.
 * model.document: the profile (profile.schema.json), or null; see document.js.
 *   model.documentFresh: it is of the profile that the bus has, as far as is known.
 * Event "change": event.detail is the Set of what changed, of "state", "host", "units", "groups", "document". */
export class Model extends EventTarget {
    constructor() {
        super();
        this.state = "connecting";
        this.message = "";
        this.host = this.document = this.documentProblem = null;
        this.documentFresh = false;
        this.units = new Map();
        this.groups = new Map();
        this.pending = new Set();   /* what sections are not told of yet */
        this.early = null;          /* signals that came while everything is read; null: it is not */
        this.stale = new Set();     /* paths with properties that changed without their values */
        this.attempt = 0;
        this.timer = this.client = null;
        this.owner = undefined;     /* whom the bus named last */
    }

    open() {
        this.client = cockpit.dbus(NAME, { bus: "system" });
        this.client.addEventListener("owner", (_event, owner) => this.ownerChanged(owner));
        this.client.addEventListener("close", (_event, options) => this.closed(options));
        this.client.subscribe({ path_namespace: PATH }, (path, face, member, values) => this.signal(path, face, member, values));
        /* The call starts the service, if the bus knows it. */
        this.load();
    }

    /* Calls a method of the host object with strings. Resolves with its results in an array. */
    call(method, values = []) {
        if (!this.client)
            return Promise.reject(new Error(_("hawd does not answer")));
        return this.client.call(PATH, HOST, method, values, { type: "s".repeat(values.length) });
    }

    /* Asks the service again now, rather than in a while. */
    retry() {
        window.clearTimeout(this.timer);
        if (this.client)
            this.load();
        else
            this.open();
    }

    changed(...what) {
        if (this.pending.size === 0)
            window.setTimeout(() => {
                const detail = this.pending;
                this.pending = new Set();
                this.dispatchEvent(new CustomEvent("change", { detail }));
            }, TOGETHER);
        what.forEach(name => this.pending.add(name));
    }

    become(state, message) {
        this.state = state;
        this.message = message || "";
        this.changed("state");
        window.clearTimeout(this.timer);
        /* A call would start a service that somebody stopped: the bus tells when it is back. */
        if (state === "ready" || state === "lost" || (state === "stopped" && this.client)) {
            this.attempt = 0;
        } else {
            const seconds = RETRIES[Math.min(this.attempt++, RETRIES.length - 1)];
            this.timer = window.setTimeout(() => this.retryIfSeen(), seconds * 1000);
        }
    }

    /* Nothing is asked for while nobody looks. */
    retryIfSeen() {
        if (cockpit.hidden) {
            const again = () => {
                cockpit.removeEventListener("visibilitychange", again);
                this.retryIfSeen();
            };
            cockpit.addEventListener("visibilitychange", again);
        } else if (this.state !== "ready") {
            this.retry();
        }
    }

    ownerChanged(owner) {
        const first = this.owner === undefined;
        this.owner = owner;
        if (owner && !(first && this.early)) {
            window.clearTimeout(this.timer);
            this.load();
        } else if (!owner && this.host) {
            this.early = null;
            this.become("stopped");
        }
    }

    /* Cockpit closes the connection, too, if the bus does not know the service. */
    closed(options) {
        this.client = this.early = null;
        this.owner = undefined;
        this.refused({ problem: options.problem, message: options.message });
    }

    load() {
        const early = this.early = [];
        /* The object that manages the others is not among them. */
        const host = this.client.call(PATH, PROPERTIES, "GetAll", [HOST], { type: "s" });
        const others = this.client.call(PATH, MANAGER, "GetManagedObjects", [], { type: "" });
        limited(Promise.all([host, others])).then(([[variants], [objects]]) => {
            if (this.early !== early)
                return;
            this.host = hostOf(variants);
            this.units.clear();
            this.groups.clear();
            for (const [path, interfaces] of Object.entries(objects))
                this.take(path, interfaces);
            this.early = null;
            early.forEach(signal => this.signal(...signal));
            this.become("ready");
            this.changed("host", "units", "groups");
            this.dispatchEvent(new Event("profile"));
        }).catch(error => {
            if (this.early !== early)
                return;
            this.early = null;
            this.refused(error);
        });
    }

    refused(error) {
        const name = error.name || "", message = error.message || error.problem;
        if (name.endsWith(".ServiceUnknown") || error.problem === "not-found")
            this.become(this.host ? "stopped" : "absent", error.message);
        else if (LOST.includes(error.problem))
            this.become("lost", message);
        else if (name.endsWith(".AccessDenied") || error.problem === "access-denied")
            this.become("denied", message);
        else
            this.become("failed", message);
    }

    take(path, interfaces) {
        if (interfaces[UNIT]) {
            this.units.set(path, objectOf(interfaces[UNIT]));
            this.changed("units");
        }
        if (interfaces[GROUP]) {
            this.groups.set(path, objectOf(interfaces[GROUP]));
            this.changed("groups");
        }
    }

    /* The properties of an object that is known, and what sections call it. */
    known(path) {
        if (path === PATH)
            return [this.host, "host"];
        return this.units.has(path) ? [this.units.get(path), "units"] : [this.groups.get(path), "groups"];
    }

    signal(path, face, member, values) {
        if (this.early) {
            this.early.push([path, face, member, values]);
            return;
        }
        if (face === PROPERTIES && member === "PropertiesChanged") {
            const [properties, what] = this.known(path);
            if (!properties)
                return;
            Object.assign(properties, plain(values[1]));
            if (values[2].length > 0)
                this.stale.add(path);
            this.changed(what);
        } else if (face === MANAGER && member === "InterfacesAdded") {
            this.take(values[0], values[1]);
        } else if (face === MANAGER && member === "InterfacesRemoved") {
            if (this.units.delete(values[0]))
                this.changed("units");
            if (this.groups.delete(values[0]))
                this.changed("groups");
        } else if (face === HOST && member === "ProfileChanged") {
            /* Sent last. */
            this.refresh();
            this.dispatchEvent(new Event("profile"));
        }
    }

    /* Reads what changed without its value. */
    refresh() {
        for (const path of this.stale) {
            const [before] = this.known(path);
            const face = path === PATH ? HOST : this.units.has(path) ? UNIT : GROUP;
            this.client.call(path, PROPERTIES, "GetAll", [face], { type: "s" }).then(([variants]) => {
                const [properties, what] = this.known(path);
                if (properties && properties === before) {
                    Object.assign(properties, path === PATH ? hostOf(variants) : plain(variants));
                    this.changed(what);
                }
            }).catch(error => {
                /* An object that is gone by now, or a service that ended: signals tell both. */
                console.debug(error);
            });
        }
        this.stale.clear();
    }
}
