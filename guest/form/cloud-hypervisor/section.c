/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/cloud-hypervisor/item.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

typedef enum ValueKind {
        VALUE_NONE = 0, /* no effect */
        VALUE_TEXT,
        VALUE_NUMBER,
        VALUE_SIZE,
        VALUE_TOGGLE,
} ValueKind;

#define CH_PCI (CH_DEVICE | CH_PMEM | CH_FS | CH_IVSHMEM | CH_SMALL)
#define CH_ANY_MEMORY (CH_MEMORY | CH_ZONE)

/* All releases with REST. The JSON name if it differs. */
static const struct {
        unsigned sections;
        const char *name, *member;
        ValueKind kind;
        ChKey key;
        uint64_t max;
} keys[] = {
        { CH_CPUS, "max_phys_bits", NULL, VALUE_NUMBER, CH_KEY_BITS, 255 },
        { CH_CPUS, "boot", "boot_vcpus" },
        { CH_CPUS, "max", "max_vcpus" },
        { CH_CPUS, "topology" },
        { CH_CPUS, "kvm_hyperv" },
        { CH_CPUS, "affinity" },
        { CH_CPUS, "features" },
        { CH_CPUS, "nested" },
        { CH_CPUS, "core_scheduling" },
        { CH_CPUS, "profile" },
        { CH_ANY_MEMORY, "size", NULL, VALUE_SIZE, CH_KEY_SIZE },
        { CH_ANY_MEMORY, "hotplug_size", NULL, VALUE_SIZE, CH_KEY_HOTPLUG },
        { CH_ANY_MEMORY, "hotplugged_size" },
        { CH_MEMORY, "hotplug_method", NULL, VALUE_TEXT, CH_KEY_METHOD },
        { CH_ANY_MEMORY, "mergeable" },
        { CH_ANY_MEMORY, "shared" },
        { CH_ANY_MEMORY, "hugepages" },
        { CH_ANY_MEMORY, "hugepage_size" },
        { CH_ANY_MEMORY, "prefault" },
        { CH_ANY_MEMORY, "reserve" },
        { CH_ANY_MEMORY, "file" },
        { CH_MEMORY, "thp" },
        { CH_MEMORY, "zones" },
        { CH_ZONE, "id" },
        { CH_ZONE, "host_numa_node" },
        { CH_PCI, "pci_segment", NULL, VALUE_NUMBER, CH_KEY_SEGMENT, UINT16_MAX },
        { CH_PCI, "id", NULL, VALUE_TEXT, CH_KEY_ID },
        { CH_PCI, "iommu", NULL, VALUE_TOGGLE, CH_KEY_IOMMU },
        { CH_DEVICE | CH_IVSHMEM, "path", NULL, VALUE_TEXT, CH_KEY_PATH },
        { CH_DEVICE, "fd", NULL, VALUE_TEXT, CH_KEY_FD },
        { CH_DEVICE, "x_nv_gpudirect_clique" },
        { CH_DEVICE, "x_exclude_mmap_bars" },
        { CH_PCI, "pci_device_id" },
        { CH_PMEM, "file", NULL, VALUE_TEXT, CH_KEY_PATH },
        { CH_PMEM | CH_IVSHMEM, "size", NULL, VALUE_SIZE, CH_KEY_SIZE },
        { CH_PMEM, "discard_writes" },
        { CH_PMEM, "mergeable" },
        { CH_FS, "dax", NULL, VALUE_TOGGLE, CH_KEY_DAX },
        { CH_FS, "cache_size", NULL, VALUE_SIZE, CH_KEY_SIZE },
        { CH_FS, "tag" },
        { CH_FS, "socket" },
        { CH_FS, "num_queues" },
        { CH_FS, "queue_size" },
        { CH_PLATFORM, "num_pci_segments", NULL, VALUE_NUMBER, CH_KEY_SEGMENTS, UINT16_MAX },
        { CH_PLATFORM, "iommu_segments", NULL, VALUE_TEXT, CH_KEY_BEHIND },
        { CH_PLATFORM, "iommu_address_width", "iommu_address_width_bits", VALUE_NUMBER, CH_KEY_BITS, 255 },
        { CH_PLATFORM, "iommufd", NULL, VALUE_TOGGLE, CH_KEY_IOMMUFD },
        { CH_PLATFORM, "iommufd_fd", NULL, VALUE_TEXT, CH_KEY_FD },
        { CH_PLATFORM, "vfio_p2p_dma", NULL, VALUE_TOGGLE, CH_KEY_P2P },
        { CH_PLATFORM, "tdx", NULL, VALUE_TOGGLE, CH_KEY_TDX },
        { CH_PLATFORM, "sev_snp", NULL, VALUE_TOGGLE, CH_KEY_SNP },
        { CH_PLATFORM, "serial_number" },
        { CH_PLATFORM, "uuid" },
        { CH_PLATFORM, "oem_strings" },
        { CH_PLATFORM, "system_manufacturer" },
        { CH_PLATFORM, "system_product_name" },
        { CH_PLATFORM, "system_version" },
        { CH_PLATFORM, "system_serial_number" },
        { CH_PLATFORM, "system_uuid" },
        { CH_PLATFORM, "system_sku_number" },
        { CH_PLATFORM, "system_family" },
        { CH_PLATFORM, "chassis_asset_tag" },
        { CH_SEGMENT, "pci_segment", NULL, VALUE_NUMBER, CH_KEY_SEGMENT, UINT16_MAX },
        { CH_SEGMENT, "mmio32_aperture_weight", NULL, VALUE_NUMBER, CH_KEY_WEIGHT32, UINT32_MAX },
        { CH_SEGMENT, "mmio64_aperture_weight", NULL, VALUE_NUMBER, CH_KEY_WEIGHT64, UINT32_MAX },
};

/* A whole number with suffix K, M or G only. */
static int parse_size(Ch *ch, const char *name, const char *text, uint64_t *ret) {
        static const char letters[] = "KMG";
        size_t n = strspn(text, "0123456789");
        const char *letter = n > 0 && text[n] ? strchr(letters, text[n]) : NULL;
        unsigned shift = letter ? 10 * (unsigned) (letter - letters + 1) : 0;
        uint64_t number;

        if ((text[n] && (!letter || text[n + 1] || ch->json)) ||
                        !text_u64((Bytes){ .data = (const uint8_t *) text, .n = n }, 10, &number))
                return vm_fail(&ch->vm, "%s: expected %s, not '%.60s'", name,
                                ch->json ? "a number of bytes" : "a size such as 4G", text);
        if (number > CH_SIZE_MAX >> shift)
                return vm_fail(&ch->vm, "%s: %.60s is larger than 4 PiB, the maximum on x86", name, text);
        *ret = number << shift;
        return 0;
}

static int parse_toggle(Ch *ch, const char *name, const char *text, uint64_t *ret) {
        static const char *const words[] = { "on", "true", "off", "false", "" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcasecmp(text, words[i]) == 0) {
                        *ret = i < 2;
                        return 0;
                }
        return vm_fail(&ch->vm, "%s: expected on or off, not '%.60s'", name, text);
}

static int set_key(Ch *ch, size_t i, const char *name, const char *text, ChItem *item) {
        uint64_t *number = &item->numbers[keys[i].key];
        int r = 0;

        /* "key=" and null set nothing. */
        if (keys[i].kind == VALUE_NONE || !*text || (keys[i].key == CH_KEY_ID && vm_has_mark(text)))
                return 0;
        if (ch->words && vm_has_mark(text))
                return vm_unknown_refuse(&ch->vm, ch->words, name + 1, text);
        if (keys[i].kind == VALUE_NUMBER)
                r = vm_number(&ch->vm, name, text, keys[i].max, number);
        else if (keys[i].kind == VALUE_SIZE)
                r = parse_size(ch, name, text, number);
        else if (keys[i].kind == VALUE_TOGGLE)
                r = parse_toggle(ch, name, text, number);
        item->texts[keys[i].key] = text;
        return r;
}

static int read_value(Ch *ch, ChSection section, const KeyValue *value, ChItem *item) {
        /* Nested members use the outer name; list elements are joined. */
        size_t n = ch->json ? strcspn(value->key, ".") : strlen(value->key);
        char name[VM_NAME_MAX * 2];

        snprintf(name, sizeof(name), "%.60s%c%.60s", item->where, ch->json ? '.' : ' ', value->key);
        for (size_t i = 0; i < ELEMENTS(keys); i++) {
                const char *wanted = ch->json && keys[i].member ? keys[i].member : keys[i].name;

                if (!(keys[i].sections & section) || strlen(wanted) != n ||
                                strncmp(wanted, value->key, n) != 0)
                        continue;
                if (keys[i].key == CH_KEY_BEHIND && !(ch->words && vm_has_mark(value->value)))
                        return ch_behind(ch, name, value->value);
                return set_key(ch, i, name, value->value, item);
        }
        /* Other keys of these have no effect. */
        return section == CH_SMALL ? 0 : vm_ignore(&ch->vm, name, "not understood");
}

int ch_section(Ch *ch, ChSection section, const char *where, const KeyValues *values) {
        ChItem item = { .where = where };
        int r = 0;

        ch->machine = true;
        for (size_t i = 0; i < values->n && r >= 0; i++)
                r = read_value(ch, section, &values->items[i], &item);
        return r < 0 ? r : ch_apply(ch, section, &item);
}
