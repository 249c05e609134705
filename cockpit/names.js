/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of vendors and devices, from the host's pci.ids. It has a megabyte: it is read once, when there are devices, and only what
 * this host has is kept. */

const cockpit = window.cockpit;

const FILES = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];

/* What the lines name of the wanted: a Map of vendor to a Map of device, or "" for the vendor itself, to name. */
export function parse(text, wanted) {
    const names = new Map();
    let vendor = null;
    for (const line of text.split("\n")) {
        /* The classes follow the vendors. */
        if (line.startsWith("C "))
            break;
        const match = /^(\t?)([0-9a-f]{4}) {2}(.+)$/.exec(line);
        if (!match)
            continue;
        const [, below, id, name] = match;
        if (!below)
            vendor = wanted.has(id) ? id : null;
        if (vendor && !below)
            names.set(vendor, new Map([["", name]]));
        else if (vendor && wanted.get(vendor).has(id))
            names.get(vendor).set(id, name);
    }
    return names;
}

async function readIds() {
    for (const path of FILES) {
        try {
            const text = await cockpit.file(path).read();
            if (text)
                return text;
        } catch (error) {
            console.debug(path, error.message);
        }
    }
    return "";
}

function wantedOf(devices) {
    const wanted = new Map();
    for (const { vendorId, deviceId } of devices) {
        if (!vendorId || !deviceId)
            continue;
        if (!wanted.has(vendorId.slice(2)))
            wanted.set(vendorId.slice(2), new Set());
        wanted.get(vendorId.slice(2)).add(deviceId.slice(2));
    }
    return wanted;
}

/* Reads names when the document has devices that it did not have before, and has sections show them: model.names. */
export function followNames(model) {
    let text = null, known = "";
    model.names = new Map();
    model.addEventListener("change", async event => {
        if (!event.detail.has("document") || !model.document)
            return;
        const wanted = wantedOf(model.document.devices);
        const now = JSON.stringify(Array.from(wanted, ([vendor, ids]) => [vendor, ...ids]));
        if (now === known)
            return;
        known = now;
        text ??= readIds();
        model.names = parse(await text, wanted);
        model.changed("document");
    });
}
