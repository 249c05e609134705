/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The document hawd-baseline/1. Classes and pools are written one at a time: a fleet may have as many as hosts. */

#include "fleet/baseline.h"
#include "profile/document/json-write.h"
#include "profile/field/field.h"

typedef struct BaselineDocument {
        Baseline baseline; /* not owned */
        const BaselineFleet *fleet;
        struct {
                uint8_t bits; /* the width that was asked for; 0: none */
                bool asked;
                BaselineBelow guest, with_devices;
                uint64_t impossible;
        } for_width;
} BaselineDocument;

extern const FieldTable baseline_table; /* BaselineDocument */

/* for_width: 0 if none was asked for. -ENOMEM, or the error of the sink or of the fleet. */
int baseline_write(const Baseline *baseline, const BaselineFleet *fleet, uint8_t for_width,
                JsonLayout layout, JsonSink sink, void *userdata);
