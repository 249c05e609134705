/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The document hawd-baseline/1. Classes and pools are written one at a time: a fleet may have as many as hosts. */

#include "fleet/baseline.h"
#include "fleet/settings.h"
#include "profile/document/field.h"
#include "profile/document/json-stream.h"

typedef struct BaselineRequest {
        uint8_t for_width; /* another width than the widest; 0: none */
        bool all;          /* the names of all hosts */
        bool has_settings; /* false: they were left out, or could not be checked */
        size_t n_settings;
        const Settings *settings;
} BaselineRequest;

typedef struct BaselineDocument {
        Baseline baseline; /* not owned */
        const BaselineFleet *fleet;
        BaselineRequest request;
        struct {
                bool asked;
                BaselineBelow guest, with_devices;
                uint64_t impossible;
        } for_width;
} BaselineDocument;

extern const FieldTable baseline_table; /* BaselineDocument */

/* -ENOMEM, or the error of the sink or of the fleet. */
int baseline_write(const Baseline *baseline, const BaselineFleet *fleet, const BaselineRequest *request,
                JsonLayout layout, JsonSink sink, void *userdata);
