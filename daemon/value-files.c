/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/value-files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/write-file.h"
#include "probe/cleanup.h"

static const struct {
        const char *name;
        size_t offset;
} widths[] = {
        { "cpu_physical_bits", offsetof(ProfileWidths, cpu_physical_bits) },
        { "host_physical_bits", offsetof(ProfileWidths, host_physical_bits) },
        { "guest_physical_bits", offsetof(ProfileWidths, guest_physical_bits) },
        { "guest_mappable_bits", offsetof(ProfileWidths, guest_mappable_bits) },
        { "iova_bits", offsetof(ProfileWidths, iova_bits) },
        { "linear_bits", offsetof(ProfileWidths, linear_bits) },
        { "safe_guest_bits", offsetof(ProfileWidths, safe_guest_bits) },
        { "safe_guest_bits_with_devices", offsetof(ProfileWidths, safe_guest_bits_with_devices) },
};

static int write_text(int fd, const char *name, const char *text) {
        return write_file_at(fd, name, text, strlen(text), "\n");
}

static int write_widths(int fd, const ProfileWidths *profile) {
        char text[64];
        int r = mkdirat(fd, "widths", 0755) < 0 ? -errno : 0;
        _cleanup_close_ int directory =
                        r < 0 ? -1 : openat(fd, "widths", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (r >= 0 && directory < 0)
                r = -errno;
        for (size_t i = 0; i < ELEMENTS(widths) && r >= 0; i++) {
                const Fact *fact = (const Fact *) ((const char *) profile + widths[i].offset);

                if (fact_known(fact))
                        snprintf(text, sizeof(text), "%" PRIu64, fact->value);
                else
                        snprintf(text, sizeof(text), "unknown: %s", reason_to_string(fact->reason));
                r = write_text(directory, widths[i].name, text);
        }
        return r;
}

/* "0xSTART 0xEND TYPE" a line, as in an IOMMU group's reserved_regions. */
static int write_regions(int fd, const HostRegions *regions) {
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);

        if (!file)
                return -ENOMEM;
        for (size_t i = 0; i < regions->n; i++)
                fprintf(file, "0x%016" PRIx64 " 0x%016" PRIx64 " %s\n", regions->regions[i].region.start,
                                regions->regions[i].region.end, regions->regions[i].region.word);
        if (fclose(file) != 0)
                return -ENOMEM;
        return write_file_at(fd, "reserved_regions", text, size, "");
}

static int write_usable(int fd, const RangeSet *usable) {
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);

        if (!file)
                return -ENOMEM;
        for (size_t i = 0; i < usable->n; i++)
                fprintf(file, "0x%016" PRIx64 " 0x%016" PRIx64 "\n", usable->ranges[i].start,
                                usable->ranges[i].end);
        if (fclose(file) != 0)
                return -ENOMEM;
        return write_file_at(fd, "usable_iova", text, size, "");
}

int value_files_write(int fd, const Publication *publication) {
        const Profile *profile = &publication->profile;
        char generation[24];
        int r;

        snprintf(generation, sizeof(generation), "%" PRIu64, publication->generation);
        r = write_widths(fd, &profile->widths);
        if (r >= 0)
                r = write_text(fd, "generation", generation);
        if (r >= 0)
                r = write_text(fd, "digest", profile->digest);
        if (r >= 0)
                r = write_text(fd, "virtualised",
                                *profile->host.virtualised ? profile->host.virtualised : "unknown");
        if (r >= 0)
                r = write_regions(fd, &profile->regions);
        return r < 0 ? r : write_usable(fd, &profile->usable_iova);
}
