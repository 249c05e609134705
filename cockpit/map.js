/* SPDX-License-Identifier: LGPL-2.1-or-later */

export function start(section, model) {
}
