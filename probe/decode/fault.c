/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/decode/text.h"
#include "probe/grow.h"

void fault_list_done(FaultList *faults) {
        free(faults->faults);
        *faults = (FaultList){};
}

static int fault_list_grow(FaultList *faults) {
        Fault *grown = grow(faults->faults, faults->n, sizeof(Fault));

        if (!grown)
                return -1;
        faults->faults = grown;
        return 0;
}

void fault_add(FaultList *faults, size_t offset, const char *rule, const char *format, ...) {
        char text[FAULT_TEXT_MAX];
        va_list ap;

        if (!faults)
                return;
        if (faults->n >= FAULTS_MAX || fault_list_grow(faults) < 0) {
                faults->dropped++;
                return;
        }

        Fault *fault = &faults->faults[faults->n++];
        *fault = (Fault){ .offset = offset, .rule = rule };
        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        text_shown(text, fault->text, sizeof(fault->text));
}
