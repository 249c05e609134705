/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements are built from strings of the host, which may be anything. Text becomes a text node, never markup, and only the
 * attributes named here can be set: none of them runs or loads anything. */

const SVG = "http://www.w3.org/2000/svg";
const REFUSED = /^(on|style$|src|href|xlink|action|formaction)/i;

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
        if (REFUSED.test(name))
            throw new Error(`attribute ${name} is not allowed`);
        if (value === true)
            node.setAttribute(name, "");
        else if (value !== null && value !== undefined && value !== false)
            node.setAttribute(name, String(value));
    }
    /* append() makes text nodes of strings. */
    node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false)
        .map(child => child instanceof Node ? child : String(child)));
    return node;
}

/* element("td", { class: "number" }, "39", element("span", null, "bits")): attributes may be null; a child is a node, a
 * string, a number, an array of these, or nothing (null, undefined, false). */
export function element(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/* The same for SVG. */
export function drawing(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

/* Makes these nodes the children, in this order. A node that stays is not taken out: it keeps the focus and what is selected in it. */
export function arrange(parent, nodes) {
    const staying = new Set(nodes);
    Array.from(parent.children).filter(node => !staying.has(node)).forEach(node => node.remove());
    let next = parent.firstChild;
    for (const node of nodes) {
        if (node === next)
            next = next.nextSibling;
        else
            parent.insertBefore(node, next);
    }
}

/* What a class may also do with a handler: button(text, function, attributes). */
export function button(text, pressed, attributes) {
    const node = element("button", { type: "button", ...attributes }, text);
    node.addEventListener("click", pressed);
    return node;
}
