/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/cloud-hypervisor/item.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define IVSHMEM_SIZE (UINT64_C(128) << 20)

int ch_ignore(Ch *ch, const char *where, const char *why) {
        return vm_ignore(&ch->vm, where, "%s", why);
}

static int apply_cpus(Ch *ch, const ChItem *item) {
        uint64_t bits = item->numbers[CH_KEY_BITS];

        if (!ch_said(item, CH_KEY_BITS))
                return 0;
        if (bits == 0)
                return vm_fail(&ch->vm, "%s max_phys_bits: expected at least 1", item->where);
        ch->vm.guest->cloud_hypervisor_max_bits = (uint8_t) (bits < 64 ? bits : 64);
        return 0;
}

/* ── PCI ───────────────────────────────────────────────────────────────────────────────────────────────── */

static int segment_of(Ch *ch, const ChItem *item, uint8_t *ret) {
        uint64_t segment = item->numbers[CH_KEY_SEGMENT];

        if (segment >= GUEST_SEGMENTS_MAX)
                return vm_fail(&ch->vm, "%s pci_segment: expected at most %d", item->where,
                                GUEST_SEGMENTS_MAX - 1);
        ch->segment_named[segment] = true;
        *ret = (uint8_t) segment;
        return 0;
}

int ch_behind(Ch *ch, const char *name, const char *text) {
        const char *c = text + strspn(text, "[ ");

        while (*c && *c != ']') {
                size_t n = strspn(c, "0123456789"), m = c[n] == '-' ? strspn(c + n + 1, "0123456789") : 0;
                const uint8_t *data = (const uint8_t *) c;
                uint64_t first, last;

                if (!text_u64((Bytes){ .data = data, .n = n }, 10, &first) ||
                                (m > 0 && !text_u64((Bytes){ .data = data + n + 1, .n = m }, 10, &last)))
                        return vm_fail(&ch->vm, "%s: expected segment numbers, not '%.60s'", name, text);
                last = m > 0 ? last : first;
                if (first > last || last >= GUEST_SEGMENTS_MAX)
                        return vm_fail(&ch->vm, "%s: expected at most %d", name, GUEST_SEGMENTS_MAX - 1);
                for (uint64_t i = first; i <= last; i++)
                        ch->segment_behind[i] = ch->segment_named[i] = true;
                c += n + (m > 0 ? m + 1 : 0);
                if (*c != ',' && *c != ']' && *c != ' ' && *c)
                        return vm_fail(&ch->vm, "%s: expected segment numbers, not '%.60s'", name, text);
                c += strspn(c, ", ");
        }
        ch->viommu = true;
        return 0;
}

static int apply_segment(Ch *ch, const ChItem *item) {
        GuestSegment *segment;
        uint8_t number = 0;
        int r = segment_of(ch, item, &number);

        if (r < 0)
                return r;
        if ((ch_said(item, CH_KEY_WEIGHT32) && item->numbers[CH_KEY_WEIGHT32] == 0) ||
                        (ch_said(item, CH_KEY_WEIGHT64) && item->numbers[CH_KEY_WEIGHT64] == 0))
                return vm_fail(&ch->vm, "%s: expected a weight of at least 1", item->where);
        segment = &ch->vm.guest->segments[number];
        segment->weight32 = (uint32_t) item->numbers[CH_KEY_WEIGHT32];
        segment->weight64 = (uint32_t) item->numbers[CH_KEY_WEIGHT64];
        return 0;
}

static int apply_platform(Ch *ch, const ChItem *item) {
        Guest *guest = ch->vm.guest;
        uint64_t segments = item->numbers[CH_KEY_SEGMENTS], bits = item->numbers[CH_KEY_BITS];

        if (ch_said(item, CH_KEY_SEGMENTS) && (segments == 0 || segments > GUEST_SEGMENTS_MAX))
                return vm_fail(&ch->vm, "%s num_pci_segments: expected 1 to %d", item->where,
                                GUEST_SEGMENTS_MAX);
        if (ch_said(item, CH_KEY_BITS) && (bits == 0 || bits > 64))
                return vm_fail(&ch->vm, "%s iommu_address_width: expected 1 to 64", item->where);
        guest->n_segments = (uint8_t) segments;
        guest->viommu.aw_bits = (uint8_t) bits;
        ch->iommufd = ch_said(item, CH_KEY_IOMMUFD) ? item->numbers[CH_KEY_IOMMUFD] > 0
                                                    : ch_said(item, CH_KEY_FD);
        if (ch_said(item, CH_KEY_P2P))
                guest->p2p_fatal = tristate(item->numbers[CH_KEY_P2P] > 0);
        if (item->numbers[CH_KEY_TDX])
                guest->confidential = CONFIDENTIAL_TDX;
        else if (item->numbers[CH_KEY_SNP])
                guest->confidential = CONFIDENTIAL_SEV_SNP;
        return 0;
}

/* "/sys/bus/pci/devices/0000:01:00.0/" */
static const char *last_part(const char *path, char *ret, size_t size) {
        size_t n = strlen(path), start;

        while (n > 0 && path[n - 1] == '/')
                n--;
        for (start = n; start > 0 && path[start - 1] != '/';)
                start--;
        snprintf(ret, size, "%.*s", (int) (n - start < size ? n - start : size - 1), path + start);
        return ret;
}

static int add_other(Ch *ch, const ChItem *item, const char *name, GuestDevice **ret) {
        int r = guest_add_device(ch->vm.guest, ret);

        if (r < 0)
                return vm_bounded(&ch->vm, r);
        text_printable(bytes_of(name), (*ret)->name, sizeof((*ret)->name));
        return segment_of(ch, item, &(*ret)->segment);
}

static int apply_device(Ch *ch, const ChItem *item) {
        const char *path = item->texts[CH_KEY_PATH], *id = item->texts[CH_KEY_ID];
        char last[96] = "";
        GuestDevice *device;
        PciAddress address;
        int r;

        if (!path && !ch_said(item, CH_KEY_FD))
                return vm_fail(&ch->vm, "%s: expected a path such as path=/sys/bus/pci/devices/0000:01:00.0",
                                item->where);
        if (path)
                last_part(path, last, sizeof(last));
        r = add_other(ch, item, id ? id : *last ? last : item->where, &device);
        if (r < 0)
                return r;
        device->assigned = true;
        device->behind_viommu = tristate(item->numbers[CH_KEY_IOMMU] > 0);
        ch->viommu |= item->numbers[CH_KEY_IOMMU] > 0;
        if (pci_address_parse(bytes_of(last), &address)) {
                device->has_address = true;
                device->address = address;
                return 0;
        }
        device->mediated = uuid_parse(bytes_of(last), device->uuid);
        if (device->mediated)
                return 0;
        return vm_ignore(&ch->vm, device->name, "%s",
                        path ? "its path names no device of the host: expected a PCI address or a UUID at "
                               "its end"
                             : "an assigned device, but the device of the host is unknown");
}

static int apply_pmem(Ch *ch, const ChItem *item) {
        Guest *guest = ch->vm.guest;
        GuestPmem *pmem;

        ch->viommu |= item->numbers[CH_KEY_IOMMU] > 0;
        if (!ch_said(item, CH_KEY_SIZE))
                return ch_ignore(ch, item->where,
                                "persistent memory of unknown size: hawd does not read its file");
        if (item->numbers[CH_KEY_SIZE] == 0)
                return 0;
        if (guest->n_pmem >= GUEST_PMEM_MAX)
                return vm_fail(&ch->vm, "%s: expected at most %d", item->where, GUEST_PMEM_MAX);
        pmem = &guest->pmem[guest->n_pmem++];
        pmem->size = item->numbers[CH_KEY_SIZE];
        return segment_of(ch, item, &pmem->segment);
}

/* Shared memory. Its size is a power of two. */
static int apply_ivshmem(Ch *ch, const ChItem *item) {
        uint64_t size = ch_said(item, CH_KEY_SIZE) ? item->numbers[CH_KEY_SIZE] : IVSHMEM_SIZE;
        const char *id = item->texts[CH_KEY_ID];
        GuestDevice *device;
        int r;

        if (size < 16 || (size & (size - 1)) != 0 || size > GUEST_BAR_MAX)
                return vm_fail(&ch->vm, "%s size: expected a power of two, at most 1 PiB", item->where);
        r = add_other(ch, item, id ? id : "ivshmem", &device);
        if (r < 0)
                return r;
        device->bars[device->n_bars++] = (GuestBar){ 2, size, true, true, true };
        return 0;
}

static int apply_small(Ch *ch, const ChItem *item, bool fs) {
        uint8_t segment;

        ch->viommu |= item->numbers[CH_KEY_IOMMU] > 0;
        if (fs && (item->numbers[CH_KEY_DAX] || ch_said(item, CH_KEY_SIZE)))
                return ch_ignore(ch, item->where, "a DAX window (releases before 24) is not supported");
        return segment_of(ch, item, &segment);
}

int ch_apply(Ch *ch, ChSection section, const ChItem *item) {
        switch (section) {
        case CH_CPUS:
                return apply_cpus(ch, item);
        case CH_MEMORY:
                return ch_memory(ch, item);
        case CH_ZONE:
                return ch_zone(ch, item);
        case CH_DEVICE:
                return apply_device(ch, item);
        case CH_PMEM:
                return apply_pmem(ch, item);
        case CH_PLATFORM:
                return apply_platform(ch, item);
        case CH_SEGMENT:
                return apply_segment(ch, item);
        case CH_IVSHMEM:
                return apply_ivshmem(ch, item);
        default:
                return apply_small(ch, item, section == CH_FS);
        }
}

/* ── boot payload, and the whole guest ─────────────────────────────────────────────────────────────────── */

int ch_firmware(Ch *ch, const char *path) {
        ch->starts = ch->machine = true;
        guest_firmware_set_path(&ch->vm.guest->firmware, path);
        return 0;
}

/* Releases before 24 take firmware as the kernel. */
int ch_kernel(Ch *ch, const char *path) {
        char last[256];

        if (ch->vm.guest->firmware.kind == FIRMWARE_UNKNOWN && !*ch->vm.guest->firmware.path) {
                ch_firmware(ch, last_part(path, last, sizeof(last)));
                if (ch->vm.guest->firmware.kind == FIRMWARE_OVMF)
                        return ch_firmware(ch, path);
                ch->vm.guest->firmware = (GuestFirmware){ .kind = FIRMWARE_NONE };
        }
        ch->starts = ch->machine = true;
        return 0;
}

int ch_finish(Ch *ch) {
        Guest *guest = ch->vm.guest;
        unsigned n = guest->n_segments ? guest->n_segments : 1;
        int r = ch_memory_finish(ch);

        if (r < 0)
                return r;
        for (unsigned i = n; i < GUEST_SEGMENTS_MAX; i++)
                if (ch->segment_named[i])
                        return vm_fail(&ch->vm, "PCI segment %u is used, but there %s %u: %s", i,
                                        n == 1 ? "is" : "are", n,
                                        ch->json ? "platform.num_pci_segments"
                                                 : "--platform num_pci_segments");
        /* With one segment, weights have no effect. */
        if (guest->n_segments == 1)
                guest->n_segments = 0;
        if (ch->viommu)
                guest->viommu.kind = VIOMMU_VIRTIO;
        else
                guest->viommu.aw_bits = 0;
        for (size_t i = 0; i < guest->n_devices; i++) {
                GuestDevice *device = &guest->devices[i];

                if (!device->assigned)
                        continue;
                device->iommufd = ch->iommufd;
                if (ch->segment_behind[device->segment])
                        device->behind_viommu = TRISTATE_YES;
        }
        return 0;
}
