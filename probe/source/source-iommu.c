/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define IOMMUS_MAX 1024
#define IOMMU_DEVICES_MAX 65536
#define UNIT_PATH_MAX (NAME_MAX + 64)
#define UNIT_LINK_MAX 1024
#define CLASSES_MAX 4096

/* The attribute's text without newline; empty on failure. */
static Reason read_line(Root *root, const char *name, const char *file, Buffer *buffer, Bytes *ret) {
        char path[UNIT_PATH_MAX];

        snprintf(path, sizeof(path), "sys/class/iommu/%s/%s", name, file);
        Reason reason = root_read_attribute(root, path, buffer);
        *ret = buffer_bytes(buffer);
        if (ret->n > 0 && ret->data[ret->n - 1] == '\n')
                ret->n--;
        return reason;
}

/* VT-d and AMD-Vi registers are hexadecimal without 0x. */
static RegisterFact read_register(Root *root, const char *name, const char *file, Buffer *buffer) {
        RegisterFact fact = {};
        Bytes line;

        fact.reason = read_line(root, name, file, buffer, &line);
        if (fact.reason == REASON_NONE && !text_u64(line, 16, &fact.value))
                fact.reason = REASON_MALFORMED;
        return fact;
}

/* "major:minor", decimal (drivers/iommu/intel, version_show). */
static void read_version(Root *root, Buffer *buffer, const char *name, IommuFact *iommu) {
        Bytes line;
        Reason reason = read_line(root, name, "intel-iommu/version", buffer, &line);

        if (reason == REASON_NONE) {
                const uint8_t *colon = line.n ? memchr(line.data, ':', line.n) : NULL;
                size_t n = colon ? (size_t) (colon - line.data) : line.n;

                if (!text_u64(bytes_part(line, 0, n), 10, &iommu->version_major.value) ||
                                !text_u64(bytes_part(line, n + 1, line.n), 10, &iommu->version_minor.value))
                        reason = REASON_MALFORMED;
        }
        iommu->version_major.reason = iommu->version_minor.reason = reason;
}

static void read_intel(Root *root, Buffer *buffer, const char *name, IommuFact *iommu) {
        iommu->attributes = IOMMU_SYSFS_INTEL;
        iommu->address = read_register(root, name, "intel-iommu/address", buffer);
        iommu->ecap = read_register(root, name, "intel-iommu/ecap", buffer);
        read_version(root, buffer, name, iommu);
}

static void read_amd(Root *root, Buffer *buffer, const char *name, IommuFact *iommu) {
        Bytes line;

        iommu->attributes = IOMMU_SYSFS_AMD;
        iommu->features_reason = read_line(root, name, "amd-iommu/features", buffer, &line);
        if (iommu->features_reason == REASON_NONE)
                iommu->features_reason = amdvi_features_decode(line, &iommu->features);
}

/* "…/0000:00:05.0/virtio3/iommu/0000:00:05.0": the class has the bus address, the kernel's log "virtio3". */
static void take_virtio(const char *target, IommuFact *ret) {
        const char *name = strstr(target, "/virtio");

        ret->virtio = name != NULL;
        for (const char *next = name; next; next = strstr(next + 1, "/virtio"))
                name = next;
        if (name)
                text_printable((Bytes){ .data = (const uint8_t *) name + 1, .n = strcspn(name + 1, "/") },
                                ret->virtio_name, sizeof(ret->virtio_name));
}

/* "…/platform/9050000.smmuv3/iommu/smmu3.0x…": the kernel's log has the name of the unit's own device. */
static void take_platform(const char *target, IommuFact *ret) {
        const char *end = strrchr(target, '/'), *start;

        if (end && end - target >= 6 && memcmp(end - 6, "/iommu", 6) == 0)
                end -= 6;
        start = end;
        while (start && start > target && start[-1] != '/')
                start--;
        if (start && start < end)
                text_printable((Bytes){ .data = (const uint8_t *) start, .n = (size_t) (end - start) },
                                ret->platform_name, sizeof(ret->platform_name));
}

/* The driver's files determine the kind: the name is only a convention. */
static void read_unit(Root *root, Buffer *buffer, const char *name, IommuFact *ret) {
        char path[UNIT_PATH_MAX], target[UNIT_LINK_MAX];

        text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, ret->name,
                        sizeof(ret->name));
        snprintf(path, sizeof(path), "sys/class/iommu/%s", name);
        if (root_link(root, path, target, sizeof(target)) == REASON_NONE) {
                take_virtio(target, ret);
                take_platform(target, ret);
        }

        ret->cap = read_register(root, name, "intel-iommu/cap", buffer);
        if (ret->cap.reason != REASON_ABSENT)
                read_intel(root, buffer, name, ret);
        else {
                ret->capability = read_register(root, name, "amd-iommu/cap", buffer);
                if (ret->capability.reason != REASON_ABSENT)
                        read_amd(root, buffer, name, ret);
        }

        snprintf(path, sizeof(path), "sys/class/iommu/%s/devices", name);
        ret->devices_reason = root_list(root, path, IOMMU_DEVICES_MAX, &ret->devices);
        if (ret->devices_reason == REASON_NONE && ret->devices.truncated)
                ret->devices_reason = REASON_TOO_LARGE;
}

/* A kernel with sysfs but no IOMMUs lacks this class. Without sysfs, nothing is known. */
static Reason list_units(Root *root, NameList *ret) {
        _cleanup_(name_list_done) NameList classes = {};
        Reason reason = root_list(root, "sys/class/iommu", IOMMUS_MAX, ret);

        if (reason == REASON_NONE && ret->truncated)
                return REASON_TOO_LARGE;
        if (reason == REASON_ABSENT && root_list(root, "sys/class", CLASSES_MAX, &classes) == REASON_NONE)
                return REASON_NONE;
        return reason;
}

int source_iommu_read(Root *root, Buffer *buffer, IommuFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->reason = list_units(root, &names);
        if (names.n == 0)
                return 0;
        ret->iommus = calloc(names.n, sizeof(IommuFact));
        if (!ret->iommus)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++)
                read_unit(root, buffer, names.names[i], &ret->iommus[ret->n++]);
        return 0;
}

void iommu_facts_done(IommuFacts *facts) {
        for (size_t i = 0; i < facts->n; i++)
                name_list_done(&facts->iommus[i].devices);
        free(facts->iommus);
        *facts = (IommuFacts){};
}
