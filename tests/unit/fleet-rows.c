/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/fleet-rows.h"

#include <stdio.h>

static Fact number(uint8_t value, Reason reason) {
        return value ? fact_measured(value, "test") : fact_unknown(reason, "test");
}

/* As another host has written them: known where both are and a device can be assigned. */
static void put_safe_widths(const FleetRow *row, ProfileWidths *widths) {
        const uint8_t guest = row->mappable < row->physical ? row->mappable : row->physical;
        const uint8_t with_devices = row->iova < guest ? row->iova : guest;

        widths->safe_guest_bits = number(guest, row->reason);
        widths->safe_guest_bits_with_devices = row->refused ? fact_unknown(REASON_NOT_APPLICABLE, "test")
                                                            : number(with_devices, row->reason);
}

void fleet_row_profile(const FleetRow *row, Profile *profile) {
        const char *architecture = row->architecture ? row->architecture : "x86_64";

        snprintf(profile->host.architecture, sizeof(profile->host.architecture), "%s", architecture);
        snprintf(profile->host.vendor_name, sizeof(profile->host.vendor_name), "GenuineIntel");
        profile->widths.cpu_physical_bits = number(row->cpu, row->reason);
        profile->widths.host_physical_bits = number(row->host, row->reason);
        profile->widths.guest_physical_bits = number(row->physical, row->reason);
        profile->widths.guest_mappable_bits = number(row->mappable, row->reason);
        profile->widths.iova_bits = number(row->iova, row->reason);
        put_safe_widths(row, &profile->widths);
        profile->paging.la57_capable = fact_measured(0, "test");
        profile->paging.second_level_enabled = fact_measured(!row->shadow, "test");
        profile->encryption.bits_taken = fact_measured(row->encryption, "test");
        profile->groups_reason = row->summary ? REASON_NOT_APPLICABLE : REASON_NONE;
        profile->groups = (ProfileGroup *) row->groups;
        while (profile->n_groups < 3 && row->groups[profile->n_groups].id > 0)
                profile->n_groups++;
        profile->reserved.ranges = (Range *) row->reserved;
        while (profile->reserved.n < 3 && row->reserved[profile->reserved.n].end > 0)
                profile->reserved.n++;
}

int fleet_rows_get(void *userdata, size_t i, BaselineMember *ret) {
        FleetRows *rows = userdata;
        const FleetRow *row = &rows->rows[i];

        if (rows->error < 0)
                return rows->error;
        rows->profile = (Profile){};
        fleet_row_profile(row, &rows->profile);
        *ret = (BaselineMember){ .profile = &rows->profile,
                .key = "k",
                .pool = row->pool,
                .model = "CPU",
                .hosts = row->hosts,
                .narrowed = row->narrowed,
                .summary = row->summary,
                .examples = { .n = 1, .hosts[0] = { .name = row->name ? row->name : "", .position = i } } };
        return 0;
}

const char *fleet_rows_host(void *userdata, size_t class, uint64_t i) {
        const FleetRows *rows = userdata;

        return rows->rows[class].name ? rows->rows[class].name : "";
}
