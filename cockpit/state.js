/* SPDX-License-Identifier: LGPL-2.1-or-later */

export function start(section, model) {
    model.addEventListener("change", () => {
        document.documentElement.dataset.state = model.state;
    });
}
