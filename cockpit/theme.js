/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cockpit keeps the style that the user chose in the local storage, and tells its pages when that changes; "auto" is the
 * browser's preference. PatternFly's class for dark pages is set as on Cockpit's own pages. */

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply(chosen) {
    const style = chosen || window.localStorage.getItem("shell:style") || "auto";
    const is_dark = style === "dark" || (style === "auto" && dark.matches);
    document.documentElement.classList.toggle("pf-v6-theme-dark", is_dark);
    document.documentElement.classList.toggle("hawd-theme-light", !is_dark);
}

export function followTheme() {
    window.addEventListener("storage", event => {
        if (event.key === "shell:style")
            apply();
    });
    window.addEventListener("cockpit-style", event => apply(event.detail?.style));
    dark.addEventListener("change", () => apply());
    apply();
}
