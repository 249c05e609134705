/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the service answers and, if not, what to do. */

import { copyable } from "./copy.js";
import { button, element } from "./element.js";

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const STATES = {
    connecting: () => ({ title: _("Connecting to hawd…") }),
    stopped: () => ({
        title: _("The service has stopped"),
        text: _("What this page shows is from before. The page continues when the service is back. See why it stopped:"),
        commands: "hawctl doctor\nsystemctl status hawd.service\njournalctl --unit=hawd.service --lines=20",
    }),
    absent: () => ({
        title: _("hawd is not installed on this host, or not known to D-Bus"),
        text: _("Install the package hawd. If it is installed, have D-Bus read its configuration again:"),
        commands: "systemctl daemon-reload\nsystemctl reload dbus.service",
    }),
    denied: () => ({
        title: _("Access to hawd was denied"),
        text: _("The configuration of D-Bus does not let this user call org.hawd.AddressWidth1. The file that allows it is /usr/share/dbus-1/system.d/org.hawd.AddressWidth1.conf. If it is there, log in as another user, or ask who administers this host."),
    }),
    lost: () => ({
        title: _("Cockpit has lost its connection to this host"),
        text: _("What this page shows is from before. Connect again, or reload the page."),
    }),
    failed: () => ({
        title: _("hawd does not answer"),
        text: _("See why:"),
        commands: "hawctl doctor\nsystemctl status hawd.service\njournalctl --unit=hawd.service --lines=20",
    }),
};

function notice(model) {
    const { title, text, commands } = STATES[model.state]();
    if (model.state === "connecting")
        return element("p", null, title);
    return element("div", { class: "notice" },
                   element("h2", null, title),
                   model.message && element("p", { class: "message" }, cockpit.format(_("D-Bus says: $0"), model.message)),
                   text && element("p", null, text),
                   commands && copyable(commands, _("commands")),
                   model.state !== "lost" && button(model.state === "stopped" ? _("Start it") : _("Try again"), () => model.retry()));
}

function hostLine(host) {
    return [host.Hostname, cockpit.format(_("Linux $0"), host.Kernel), host.Architecture, host.CpuModelName,
        host.Virtualised && host.Virtualised !== "none" && cockpit.format(_("runs under $0, which decides all of these numbers"), host.Virtualised)]
        .filter(Boolean).join(" · ");
}

export function start(section, model) {
    const line = document.getElementById("host");
    let shown = null;
    function show() {
        const now = JSON.stringify([model.state, model.message]);
        if (now !== shown)
            section.replaceChildren(...model.state === "ready" ? [] : [notice(model)]);
        shown = now;
        document.documentElement.dataset.state = model.state;
        document.documentElement.toggleAttribute("data-old", model.state !== "ready" && model.host !== null);
        line.textContent = model.host ? hostLine(model.host) : "";
    }
    model.addEventListener("change", show);
    show();
}
