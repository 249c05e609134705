/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/rules/check-words.h"

const char *verdict_to_string(Verdict verdict) {
        static const char *const words[_VERDICT_MAX] = {
                [VERDICT_SAFE] = "safe",
                [VERDICT_WARNING] = "warning",
                [VERDICT_UNKNOWN] = "warning",
                [VERDICT_UNSAFE] = "unsafe",
        };

        return verdict < _VERDICT_MAX ? words[verdict] : "";
}

const char *finding_verdict_to_string(Verdict verdict) {
        return verdict == VERDICT_SAFE ? "info" : verdict_to_string(verdict);
}

const char *layout_kind_to_string(LayoutKind kind) {
        static const char *const words[_LAYOUT_KIND_MAX] = {
                [LAYOUT_RAM] = "ram",
                [LAYOUT_HOTPLUG] = "hotplug",
                [LAYOUT_SGX] = "sgx",
                [LAYOUT_CXL] = "cxl",
                [LAYOUT_HOLE64] = "hole64",
                [LAYOUT_WINDOW64] = "window64",
                [LAYOUT_WINDOW32] = "window32",
                [LAYOUT_BAR] = "bar",
                [LAYOUT_ECAM] = "ecam",
                [LAYOUT_MSI] = "msi",
                [LAYOUT_RESERVED] = "reserved",
                [LAYOUT_PMEM] = "pmem",
        };

        return kind < _LAYOUT_KIND_MAX ? words[kind] : "";
}
