/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page: connects to the service, and gives each section its element and the model. */

import { Model } from "./connection.js";
import { followDocument } from "./document.js";
import { followNames } from "./names.js";
import { followTheme } from "./theme.js";
import { start as check } from "./check.js";
import { start as devices } from "./devices.js";
import { start as findings } from "./findings.js";
import { start as history } from "./history.js";
import { start as map } from "./map.js";
import { start as news } from "./news.js";
import { start as state } from "./state.js";
import { start as units } from "./units.js";
import { start as widths } from "./widths.js";

const SECTIONS = { widths, findings, map, check, devices, units, history };

followTheme();
window.cockpit.translate();
document.documentElement.lang = (window.cockpit.language || "en").replace("_", "-");
document.documentElement.dir = window.cockpit.language_direction || "ltr";
const model = new Model();
followDocument(model);
followNames(model);
state(document.getElementById("state"), model);
news(document.getElementById("news"), model);
for (const [name, start] of Object.entries(SECTIONS))
    start(document.querySelector(`#${name} > .content`), model);
model.open();
