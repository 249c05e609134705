/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/class-arm64.h"
#include "fleet/class-cursor.h"
#include "fleet/class-parts.h"
#include "fleet/class-xen.h"
#include "fleet/class.h"
#include "probe/decode/bytes.h"
#include "probe/grow.h"
#include "profile/field/tables.h"

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static bool take_word(Cursor *cursor, char separator, const Words *words, unsigned *ret) {
        char text[32];
        int word;

        if (!cursor_take_text(cursor, separator, text, sizeof(text)))
                return false;
        word = strcmp(text, "-") == 0 ? 0 : words_find(words, text);
        if (word < 0)
                return false;
        *ret = (unsigned) word;
        return true;
}

static bool read_fact(Cursor word, Fact *ret) {
        Provenance provenance = PROVENANCE_MEASURED;
        unsigned reason;

        *ret = (Fact){};
        if (cursor_char(&word, '?')) {
                if (!take_word(&word, 0, &reason_words, &reason))
                        return false;
                ret->reason = (Reason) reason;
                return true;
        }
        if (cursor_char(&word, '~'))
                provenance = PROVENANCE_ASSUMED;
        ret->provenance = provenance;
        return cursor_number(&word, 10, &ret->value) && word.at == word.end;
}

static bool read_range(Cursor *cursor, uint64_t *ret_start, uint64_t *ret_end) {
        return cursor_number(cursor, 16, ret_start) && cursor_char(cursor, '-') &&
                        cursor_number(cursor, 16, ret_end) && *ret_start <= *ret_end;
}

static bool read_region(Cursor word, ReservedRegion *ret) {
        static const char *const words[] = { "other", "direct", "direct-relaxable", "reserved", "msi" };
        const char *letter;
        ReservedRegion region = {};

        if (!read_range(&word, &region.start, &region.end) || word.end - word.at != 1)
                return false;
        letter = memchr(CLASS_REGION_LETTERS, *word.at, ELEMENTS(words));
        if (!letter)
                return false;
        region.type = (ReservedType) (letter - CLASS_REGION_LETTERS);
        strcpy(region.word, words[region.type]);
        *ret = region;
        return true;
}

/* ── lines: 0, -EINVAL, -ENOMEM ────────────────────────────────────────────────────────────────────────── */

static bool same_fact(const Fact *a, const Fact *b) {
        return a->provenance == b->provenance && a->reason == b->reason && a->value == b->value;
}

static bool same_unit(const ProfileIommu *a, const ProfileIommu *b) {
        return a->kind == b->kind && same_fact(&a->bits, &b->bits) && same_fact(&a->cap, &b->cap) &&
                        same_fact(&a->efr, &b->efr) && same_fact(&a->bits_at_least, &b->bits_at_least) &&
                        same_fact(&a->interrupt_remapping_enabled, &b->interrupt_remapping_enabled);
}

/* What stands behind a unit's width, by its kind. */
static bool parse_rest(Cursor *line, ProfileIommu *unit) {
        Fact registers = { .provenance = PROVENANCE_MEASURED };
        Cursor word;

        if (!cursor_take(line, ':', &word))
                return true;
        if (unit->kind != IOMMU_INTEL_VTD && unit->kind != IOMMU_AMD_VI)
                return read_fact(word, &unit->interrupt_remapping_enabled) &&
                                (!cursor_take(line, ':', &word) || read_fact(word, &unit->bits_at_least));
        if (!cursor_number(&word, 16, &registers.value) || word.at != word.end)
                return false;
        *(unit->kind == IOMMU_INTEL_VTD ? &unit->cap : &unit->efr) = registers;
        return true;
}

static bool parse_unit(Cursor line, ProfileIommu *ret) {
        ProfileIommu unit = { .firmware_unit = -1 };
        unsigned kind;
        Cursor word;

        if (!take_word(&line, ':', &iommu_kind_words, &kind) || !cursor_take(&line, ':', &word) ||
                        !read_fact(word, &unit.bits))
                return false;
        unit.kind = (IommuKind) kind;
        if (!parse_rest(&line, &unit) || line.at != line.end)
                return false;
        *ret = unit;
        return true;
}

/* The place of a unit, which is added if there is none like it. */
static int find_unit(Profile *profile, Cursor word, uint32_t n_devices, int *ret) {
        ProfileIommu unit, *grown;

        if (!parse_unit(word, &unit))
                return -EINVAL;
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (same_unit(&profile->iommus[i], &unit)) {
                        *ret = (int) i;
                        return 0;
                }
        grown = grow(profile->iommus, profile->n_iommus, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        profile->iommus = grown;
        unit.n_devices = unit.n_pci_devices = n_devices;
        *ret = (int) profile->n_iommus;
        grown[profile->n_iommus++] = unit;
        return 0;
}

static int read_unit(Cursor line, Profile *profile) {
        int unit;

        return find_unit(profile, line, 1, &unit);
}

static int read_regions(Cursor line, ReservedRegions *regions) {
        Cursor word;

        while (cursor_take(&line, CLASS_WORD, &word)) {
                ReservedRegion *grown = grow(regions->regions, regions->n, sizeof(*grown));

                if (!grown)
                        return -ENOMEM;
                regions->regions = grown;
                if (!read_region(word, &grown[regions->n]))
                        return -EINVAL;
                regions->n++;
        }
        return 0;
}

/* What only groups have that may be assigned. */
static int read_reach(Cursor *line, Profile *profile, ProfileGroup *group) {
        unsigned reason;
        Cursor word;
        uint64_t bits;
        int r;

        if (!cursor_take(line, CLASS_WORD, &word) || !cursor_number(&word, 10, &bits) || bits > 64 ||
                        !take_word(line, CLASS_WORD, &reason_words, &reason) ||
                        !cursor_take(line, CLASS_WORD, &word))
                return -EINVAL;
        group->bits = (uint8_t) bits;
        group->bits_reason = (Reason) reason;
        if (word.end - word.at != 1) {
                r = find_unit(profile, word, 0, &group->iommu);
                if (r < 0)
                        return r;
        }
        return read_regions(*line, &group->regions);
}

static int read_group(Cursor line, Profile *profile) {
        ProfileGroup *grown = grow(profile->groups, profile->n_groups, sizeof(*grown)), *group;
        unsigned assignable, why, reason;

        if (!grown)
                return -ENOMEM;
        profile->groups = grown;
        group = &grown[profile->n_groups];
        *group = (ProfileGroup){ .id = (uint32_t) profile->n_groups, .iommu = -1 };
        profile->n_groups++;
        if (!take_word(&line, CLASS_WORD, &tristate_words, &assignable) ||
                        !take_word(&line, CLASS_WORD, &assignable_why_words, &why) ||
                        !take_word(&line, CLASS_WORD, &reason_words, &reason))
                return -EINVAL;
        group->assignable = (Tristate) assignable;
        group->why = (AssignableWhy) why;
        group->regions_reason = (Reason) reason;
        if (group->assignable == TRISTATE_NO) {
                group->bits_reason = REASON_NOT_APPLICABLE;
                return line.at == line.end ? 0 : -EINVAL;
        }
        return read_reach(&line, profile, group);
}

static int read_reserved_region(Cursor line, Profile *profile) {
        HostRegion *grown = grow(profile->regions.regions, profile->regions.n, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        profile->regions.regions = grown;
        grown[profile->regions.n] = (HostRegion){ .n_groups = 1 };
        if (!read_region(line, &grown[profile->regions.n].region))
                return -EINVAL;
        profile->regions.n++;
        return 0;
}

static int read_reserved_range(Cursor line, Profile *profile) {
        uint64_t start, end;

        if (!read_range(&line, &start, &end) || line.at != line.end)
                return -EINVAL;
        return range_set_add(&profile->reserved, start, end);
}

/* So that memory_limit_in_tree() is true. */
static void set_in_tree(FirmwareTables *firmware) {
        firmware->iort_reason = REASON_ABSENT;
        firmware->device_tree_reason = REASON_NONE;
}

/* All that the rules ask of the tables where no device is named. */
static int read_limit(Cursor line, FirmwareTables *firmware) {
        const size_t n = strlen(CLASS_LIMIT_IN_TREE);

        if ((size_t) (line.end - line.at) != n || memcmp(line.at, CLASS_LIMIT_IN_TREE, n) != 0)
                return -EINVAL;
        set_in_tree(firmware);
        return 0;
}

/* What one host bridge passes on. */
static int read_bridge(Cursor line, FirmwareTables *firmware) {
        DeviceTree *tree = &firmware->device_tree;
        DeviceTreeBridge *grown = grow(tree->bridges, tree->n_bridges, sizeof(*grown)), *bridge;
        Cursor word;

        if (!grown)
                return -ENOMEM;
        tree->bridges = grown;
        bridge = &grown[tree->n_bridges];
        *bridge = (DeviceTreeBridge){ .segment = -1 };
        while (cursor_take(&line, CLASS_WORD, &word)) {
                DeviceTreeRange *range = &bridge->dma_ranges[bridge->n_dma_ranges];

                if (bridge->n_dma_ranges == DEVICE_TREE_WINDOWS_MAX ||
                                !read_range(&word, &range->start, &range->end) || word.at != word.end)
                        return -EINVAL;
                bridge->n_dma_ranges++;
        }
        tree->n_bridges++;
        set_in_tree(firmware);
        return 0;
}

static int read_pool(Cursor line, char ret[static CLASS_KEY_SIZE]) {
        return cursor_take_text(&line, CLASS_LINE, ret, CLASS_KEY_SIZE) ? 0 : -EINVAL;
}

static int read_line(Cursor line, HostClass *class) {
        Profile *profile = &class->profile;
        Cursor rest = { line.at + 2, line.end };

        if (line.end - line.at < 3 || line.at[1] != CLASS_WORD)
                return -EINVAL;
        switch (*line.at) {
        case 'U':
                return read_unit(rest, profile);
        case 'G':
                return read_group(rest, profile);
        case 'R':
                return read_reserved_region(rest, profile);
        case 'V':
                return read_reserved_range(rest, profile);
        case 'A':
                return class_read_cpu(rest, &profile->host);
        case 'C':
                return class_read_gic(rest, &profile->host);
        case 'L':
                return read_limit(rest, &profile->firmware);
        case 'D':
                return read_bridge(rest, &profile->firmware);
        case 'I':
                return class_read_allowed(rest, &profile->host);
        case 'X':
                return class_read_xen(rest, &profile->xen);
        case 'Y':
                return class_read_xen_region(rest, &profile->xen);
        case 'P':
                return read_pool(rest, class->pool);
        default:
                return -EINVAL;
        }
}

/* ── all of it ─────────────────────────────────────────────────────────────────────────────────────────── */

static bool read_facts(Cursor line, Profile *profile) {
        Cursor word;

        for (size_t i = 0; i < CLASS_FACTS; i++)
                if (!cursor_take(&line, CLASS_WORD, &word) ||
                                !read_fact(word, class_fact(profile, &class_facts[i])))
                        return false;
        return line.at == line.end;
}

static bool read_host(Cursor *text, Profile *profile) {
        ProfileHost *host = &profile->host;
        char form[sizeof(CLASS_FORM)];
        unsigned second_level, reason;
        Cursor facts;

        if (!cursor_take_text(text, CLASS_LINE, form, sizeof(form)) || strcmp(form, CLASS_FORM) != 0 ||
                        !cursor_take_text(
                                        text, CLASS_LINE, host->architecture, sizeof(host->architecture)) ||
                        !cursor_take_text(text, CLASS_LINE, host->vendor_name, sizeof(host->vendor_name)) ||
                        !cursor_take_text(text, CLASS_LINE, host->kernel, sizeof(host->kernel)) ||
                        !cursor_take_text(text, CLASS_LINE, profile->paging.kvm_backend,
                                        sizeof(profile->paging.kvm_backend)) ||
                        !take_word(text, CLASS_LINE, &second_level_words, &second_level) ||
                        !take_word(text, CLASS_LINE, &reason_words, &reason) ||
                        !cursor_take(text, CLASS_LINE, &facts) || !read_facts(facts, profile))
                return false;
        host->vendor = *host->vendor_name
                        ? cpu_vendor_from_name((Bytes){ .data = (const uint8_t *) host->vendor_name,
                                          .n = strlen(host->vendor_name) })
                        : CPU_VENDOR_UNKNOWN;
        host->cmdline_reason = REASON_NOT_APPLICABLE;
        profile->paging.second_level = (SecondLevelKind) second_level;
        profile->groups_reason = (Reason) reason;
        profile->devices_reason = profile->mediated_reason = REASON_NOT_APPLICABLE;
        return true;
}

/* Facts that are not part of a class are unknown for a reason, as all are. */
static void set_others(const FieldTable *table, char *object) {
        for (size_t i = 0; i < table->n; i++) {
                const Field *field = &table->fields[i];
                Fact *fact = (Fact *) (object + field->offset);

                if (field->kind == FIELD_OBJECT)
                        set_others(field->table, object + field->offset);
                else if (field_is_fact(field) && !fact_known(fact) && fact->reason == REASON_NONE)
                        fact->reason = REASON_NOT_APPLICABLE;
        }
}

/* As derive_reserved() does: only if nothing is missing. */
static int set_usable(Profile *profile) {
        const Fact *bits = &profile->widths.iova_bits;
        int r;

        if (!fact_known(bits) || profile->groups_reason != REASON_NONE)
                return 0;
        for (size_t i = 0; i < profile->n_groups; i++)
                if (profile->groups[i].regions_reason != REASON_NONE)
                        return 0;
        r = range_set_add(&profile->usable_iova, 0,
                        bits->value >= 64 ? UINT64_MAX : (UINT64_C(1) << bits->value) - 1);
        return r < 0 ? r : range_set_subtract(&profile->usable_iova, &profile->reserved);
}

int host_class_unpack(const char *text, size_t n, HostClass *ret) {
        HostClass class = {};
        Cursor cursor = { text, text + n }, line;
        int r = read_host(&cursor, &class.profile) ? 0 : -EINVAL;

        while (r >= 0 && cursor_take(&cursor, CLASS_LINE, &line))
                r = read_line(line, &class);
        if (r >= 0)
                r = set_usable(&class.profile);
        if (r < 0) {
                host_class_done(&class);
                return r;
        }
        set_others(&profile_table, (char *) &class.profile);
        host_class_key(text, n, class.key);
        *ret = class;
        return 0;
}
