/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text with a button that copies it. */

import { button, element } from "./element.js";

const _ = window.cockpit.gettext;
const SAID = 4000; /* milliseconds that the button says what it did */

/* The clipboard is there on secure connections only. Otherwise what is selected can be copied. */
async function toClipboard(text) {
    if (navigator.clipboard && window.isSecureContext) {
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch (error) {
            console.debug(error);
        }
    }
    const field = element("textarea", { class: "unseen", readonly: true, "aria-hidden": "true", tabindex: -1 });
    const focus = document.activeElement;
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (focus)
        focus.focus();
    return copied;
}

/* A button that copies the text, or what the function returns when it is pressed. `label` says what it copies, for those who do not see where it stands. */
export function copyButton(text, label) {
    const said = element("span", { role: "status" }, _("Copy"));
    const node = button(said, async () => {
        said.textContent = await toClipboard(typeof text === "function" ? text() : text) ? _("Copied") : _("Select the text and copy it");
        window.setTimeout(() => { said.textContent = _("Copy"); }, SAID);
    }, { class: "copy" });
    if (label)
        node.append(element("span", { class: "unseen" }, " " + label));
    return node;
}

/* Several lines, as they are to be pasted. */
export function copyable(text, label) {
    return element("div", { class: "copyable" },
                   element("pre", { tabindex: 0, role: "group", "aria-label": label }, text), copyButton(text, label));
}
