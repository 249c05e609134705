/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "guest/form/cloud-hypervisor/item.h"

#define VIRTIO_MEM_ALIGN (UINT64_C(128) << 20)

int ch_memory(Ch *ch, const ChItem *item) {
        const char *method = item->texts[CH_KEY_METHOD];

        if (ch_said(item, CH_KEY_SIZE))
                ch->vm.guest->memory.ram = item->numbers[CH_KEY_SIZE];
        ch->hotplug = item->numbers[CH_KEY_HOTPLUG];
        ch->virtio_mem = method && (strcmp(method, "virtio-mem") == 0 || strcmp(method, "VirtioMem") == 0);
        if (method && !ch->virtio_mem && strcasecmp(method, "acpi") != 0)
                return vm_fail(&ch->vm, "%s hotplug_method: expected %s, not '%.60s'", item->where,
                                ch->json ? "Acpi or VirtioMem" : "acpi or virtio-mem", method);
        return 0;
}

/* Hot-plugged memory of zones is placed behind all zones, aligned to 128 MiB. */
int ch_zone(Ch *ch, const ChItem *item) {
        uint64_t hotplug = item->numbers[CH_KEY_HOTPLUG];

        if (!ch_said(item, CH_KEY_SIZE) || item->numbers[CH_KEY_SIZE] == 0)
                return vm_fail(&ch->vm, "%s: expected a size", item->where);
        if (++ch->n_zones > CH_ZONES_MAX)
                return vm_fail(&ch->vm, "%s: expected at most %d zones", item->where, CH_ZONES_MAX);
        ch->zones += item->numbers[CH_KEY_SIZE];
        if (hotplug > 0)
                ch->zones_hotplug = ((ch->zones_hotplug + VIRTIO_MEM_ALIGN - 1) & ~(VIRTIO_MEM_ALIGN - 1)) +
                                hotplug;
        if (ch->zones > CH_SIZE_MAX || ch->zones_hotplug > CH_SIZE_MAX)
                return vm_fail(&ch->vm, "%s: all zones are larger than 4 PiB, the maximum on x86",
                                item->where);
        return 0;
}

int ch_memory_finish(Ch *ch) {
        GuestMemory *memory = &ch->vm.guest->memory;
        const char *zones = ch->json ? "memory.zones" : "--memory-zone";
        uint64_t hotplug = ch->hotplug;

        if (ch->n_zones > 0 && memory->ram > 0)
                return vm_fail(&ch->vm, "%s: expected a memory size of 0 with zones", zones);
        if (ch->n_zones > 0) {
                memory->ram = ch->zones;
                hotplug = ch->zones_hotplug;
        }
        if (ch->zones_hotplug > 0 && !ch->virtio_mem)
                return vm_fail(&ch->vm, "%s: hotplug_size requires hotplug_method virtio-mem", zones);
        if (memory->ram == 0)
                return vm_fail(&ch->vm, "memory: expected a size, or zones and a size of 0");
        if (memory->ram + hotplug > CH_SIZE_MAX)
                return vm_fail(&ch->vm, "memory: larger than 4 PiB, the maximum on x86");
        memory->max = hotplug > 0 ? memory->ram + hotplug : 0;
        return 0;
}
