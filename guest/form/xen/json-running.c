/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the JSON of a running guest has that is no setting of it. */

#include <jansson.h>

#include "guest/form/xen/xl.h"

/* "xl create -n" has null in place of the number. */
static bool is_running(const json_t *document, const json_t *config) {
        const json_t *item = document;
        size_t i = 0;

        while (json_object_get(item, "config") != config && i < json_array_size(document))
                item = json_array_get(document, i++);
        return json_object_get(item, "config") == config && json_is_integer(json_object_get(item, "domid"));
}

/* Of a running guest, target_memkb is where the balloon is, and no longer the memory at the start. With page tables for
 * the IOMMU, the guest had all of its memory then. PV guests may start with less in any case. */
void xl_json_settle(const json_t *document, const json_t *config, Guest *guest) {
        bool passthrough = guest->xen.passthrough == TRISTATE_YES;

        if (!is_running(document, config) || guest->machine == MACHINE_XEN_PV)
                return;
        for (size_t i = 0; i < guest->n_devices; i++)
                passthrough = passthrough || guest->devices[i].assigned;
        if (passthrough && guest->memory.max > 0)
                guest->memory = (GuestMemory){ .ram = guest->memory.max };
}
