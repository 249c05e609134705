/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Settings for a fleet's baseline, or for another width, checked on each class that holds it. */

#include "fleet/baseline.h"
#include "fleet/settings.h"

#define BASELINE_SETTINGS_MAX 2

typedef struct BaselineSettings {
        size_t n; /* 0: no width is known that every host holds, or Xen runs the guests of all */
        Settings sets[BASELINE_SETTINGS_MAX];
} BaselineSettings;

void baseline_settings_done(BaselineSettings *settings);

/* few: as in SettingsRequest. for_width: 0 for the widest that every host holds. Without devices, then with them where a host can assign any. Errors
 * as of settings_make() and of the fleet. */
int baseline_settings_make(const Baseline *baseline, const BaselineFleet *fleet, uint8_t for_width, bool few,
                VmDomainReader *domain, BaselineSettings *ret, VmError *reterr);
