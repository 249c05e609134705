/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text in SVG has no line breaks of its own: how wide it is, and where it breaks. */

const context = document.createElement("canvas").getContext("2d");

/* A measure of text in the font of an element: measure(text) is its width in pixels. */
export function measureOf(node, size) {
    const font = `${size}px ${window.getComputedStyle(node).fontFamily}`;
    return text => {
        context.font = font;
        return context.measureText(text).width;
    };
}

/* The text, or as much of it as fits, with an ellipsis; empty if not even two characters do. */
export function fitted(text, width, measure) {
    if (measure(text) <= width)
        return text;
    const characters = Array.from(text);
    while (characters.length > 1 && measure(characters.join("") + "…") > width)
        characters.pop();
    return characters.length > 1 ? characters.join("").trimEnd() + "…" : "";
}

/* Lines that fit. A word that is too long for one is cut. */
export function wrapped(text, width, measure) {
    const lines = [];
    for (const word of text.split(" ")) {
        const last = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : "";
        if (last && measure(last) <= width)
            lines[lines.length - 1] = last;
        else
            lines.push(fitted(word, width, measure));
    }
    return lines;
}
