/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/dmar-scope.h"

#include <errno.h>

#include "probe/cleanup.h"
#include "probe/grow.h"

#define SCOPE_HEADER_SIZE 6
#define SCOPE_TYPE_MAX 5

const char *dmar_scope_type_to_string(uint8_t type) {
        static const char *const names[SCOPE_TYPE_MAX + 1] = {
                "unknown",
                "endpoint",
                "bridge",
                "ioapic",
                "hpet",
                "namespace-device",
        };
        return type < ELEMENTS(names) ? names[type] : names[0];
}

static int add_path(Bytes table, size_t offset, size_t n, Dmar *dmar, DmarScope *scope) {
        scope->first_path = dmar->n_paths;
        for (size_t i = 0; i < n; i++) {
                uint8_t(*grown)[2] = grow(dmar->paths, dmar->n_paths, sizeof(dmar->paths[0]));

                if (!grown)
                        return -ENOMEM;
                dmar->paths = grown;
                grown[dmar->n_paths][0] = bytes_u8(table, offset + 2 * i);
                grown[dmar->n_paths++][1] = bytes_u8(table, offset + 2 * i + 1);
                scope->n_path++;
        }
        return 0;
}

static int add_scope(Bytes table, size_t offset, size_t length, Dmar *dmar, FaultList *faults) {
        DmarScope scope = {
                .type = bytes_u8(table, offset),
                .flags = bytes_u8(table, offset + 2),
                .enumeration_id = bytes_u8(table, offset + 4),
                .bus = bytes_u8(table, offset + 5),
        };
        DmarScope *grown;

        if (scope.type == 0 || scope.type > SCOPE_TYPE_MAX)
                fault_add(faults, offset, "scope-type", "device scope of unknown type %u", scope.type);
        if ((length - SCOPE_HEADER_SIZE) % 2)
                fault_add(faults, offset + 1, "scope-odd-length",
                                "device scope length %zu ends within a path element", length);
        if (length == SCOPE_HEADER_SIZE)
                fault_add(faults, offset + 1, "scope-no-path", "device scope without a path");
        if (add_path(table, offset + SCOPE_HEADER_SIZE, (length - SCOPE_HEADER_SIZE) / 2, dmar, &scope) < 0)
                return -ENOMEM;
        grown = grow(dmar->scopes, dmar->n_scopes, sizeof(DmarScope));
        if (!grown)
                return -ENOMEM;
        dmar->scopes = grown;
        dmar->scopes[dmar->n_scopes++] = scope;
        return 0;
}

int dmar_scopes_decode(
                Bytes table, size_t offset, size_t end, Dmar *dmar, DmarScopes *ret, FaultList *faults) {
        ret->first = dmar->n_scopes;
        ret->n = 0;
        while (offset < end) {
                size_t left = end - offset, length = left >= 2 ? bytes_u8(table, offset + 1) : 0;

                if (left < SCOPE_HEADER_SIZE || length < SCOPE_HEADER_SIZE || length > left) {
                        fault_add(faults, offset, "scope-length",
                                        "device scope length %zu, expected %d to %zu", length,
                                        SCOPE_HEADER_SIZE, left);
                        return 0;
                }
                if (add_scope(table, offset, length, dmar, faults) < 0)
                        return -ENOMEM;
                ret->n++;
                offset += length;
        }
        return 0;
}
