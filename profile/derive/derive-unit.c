/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-unit.h"

#include <stdio.h>

Fact unit_register(const RegisterFact *fact, const char *unit, const char *file) {
        if (fact->reason == REASON_NONE)
                return fact_measured(fact->value, "/sys/class/iommu/%s/%s", unit, file);
        return fact_unknown(fact->reason, "/sys/class/iommu/%s/%s", unit, file);
}

Fact unit_not_applicable(const char *what) {
        return fact_unknown(REASON_NOT_APPLICABLE, "%s", what);
}

void unit_widths_add(UnitWidths *widths, unsigned bits, const char *source) {
        if (bits == 0)
                return;
        if (widths->narrowest == 0 || bits < widths->narrowest) {
                widths->narrowest = bits;
                snprintf(widths->source, sizeof(widths->source), "%s", source);
        }
        if (bits > widths->widest)
                widths->widest = bits;
}

Fact unit_widths_fact(const UnitWidths *widths, const char *none) {
        if (widths->narrowest == 0)
                return unit_not_applicable(none);
        if (widths->narrowest == widths->widest)
                return fact_derived(widths->narrowest, "%s", widths->source);
        return fact_assumed(
                        widths->narrowest, "%.110s; this kernel may use %u", widths->source, widths->widest);
}
