/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/class.h"
#include "fleet/copy-text.h"
#include "probe/cleanup.h"
#include "profile/assignment.h"
#include "profile/document/field-read.h"
#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"
#include "profile/document/read-value.h"

/* No address is wider. */
#define BITS_MAX 64

void summary_done(Summary *summary) {
        for (size_t i = 0; i < summary->n_findings; i++)
                free(summary->findings[i]);
        free(summary->findings);
        *summary = (Summary){};
}

/* ── from a profile ────────────────────────────────────────────────────────────────────────────────────── */

static int compare_ids(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static int collect_findings(const FindingList *list, Summary *summary) {
        _cleanup_free_ const char **ids = calloc(list->n + 1, sizeof(*ids));

        summary->findings = calloc(list->n + 1, sizeof(*summary->findings));
        if (!ids || !summary->findings)
                return -ENOMEM;
        for (size_t i = 0; i < list->n; i++)
                ids[i] = list->findings[i].id;
        qsort(ids, list->n, sizeof(*ids), compare_ids);
        for (size_t i = 0; i < list->n; i++) {
                if (i > 0 && strcmp(ids[i], ids[i - 1]) == 0)
                        continue;
                summary->findings[summary->n_findings] = strdup(ids[i]);
                if (!summary->findings[summary->n_findings])
                        return -ENOMEM;
                summary->n_findings++;
        }
        return 0;
}

static int put_keys(const Profile *profile, Summary *summary) {
        HostClass class = {};
        int r = host_class(profile, &class);

        if (r < 0)
                return r;
        COPY_TEXT(summary->class_key, class.key);
        if (!host_class_pool_key(&class, summary->pool_key))
                *summary->pool_key = 0;
        host_class_done(&class);
        return 0;
}

/* There is a width with devices only if one can be assigned. Why not is not told. */
static void put_assignment(const Profile *profile, Fact *with_devices) {
        const Assignment assignment = assignment_of(profile);

        if (!fact_known(with_devices) || assignment.possible == TRISTATE_YES)
                return;
        if (assignment.possible == TRISTATE_NO)
                *with_devices = fact_unknown(REASON_NOT_APPLICABLE, "no device can be assigned");
        else
                *with_devices = fact_unknown(
                                assignment.reason != REASON_NONE ? assignment.reason : REASON_AMBIGUOUS,
                                "IOMMU groups");
}

int summary_make(const Profile *profile, Summary *ret) {
        const ProfileHost *host = &profile->host;
        Summary summary = { .widths = profile->widths };
        int r;

        COPY_TEXT(summary.machine_id, host->machine_id);
        COPY_TEXT(summary.hostname, host->hostname);
        COPY_TEXT(summary.kernel, host->kernel);
        COPY_TEXT(summary.architecture, host->architecture);
        COPY_TEXT(summary.virtualised, host->virtualised);
        COPY_TEXT(summary.vendor_name, host->vendor_name);
        COPY_TEXT(summary.model_name, host->model_name);
        COPY_TEXT(summary.digest, profile->digest);
        put_assignment(profile, &summary.widths.safe_guest_bits_with_devices);
        r = put_keys(profile, &summary);
        if (r >= 0)
                r = collect_findings(&profile->findings, &summary);
        if (r < 0) {
                summary_done(&summary);
                return r;
        }
        *ret = summary;
        return 0;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_key(const void *value) {
        return json_text(value);
}

static int read_key(const JsonValue *json, void *value) {
        const char *text = json_string_value(json->json);

        if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
                return json_value_fail(json, "expected 64 lower-case hexadecimal digits");
        memcpy(value, text, 65);
        return 0;
}

static int read_key_or_null(const JsonValue *json, void *value) {
        return json_is_null(json->json) ? 0 : read_key(json, value);
}

static const FieldHook key_hook = {
        .write = write_key,
        .read = read_key,
        .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{64}$\"}",
};
static const FieldHook key_or_null_hook = {
        .write = write_key,
        .read = read_key_or_null,
        .schema = "{\"type\": [\"string\", \"null\"], \"pattern\": \"^[0-9a-f]{64}$\"}",
};

/* A fact without provenance and source. */
static bool has_no_reason(const void *object) {
        return ((const Fact *) object)->reason == REASON_NONE;
}

static int check_width(const JsonValue *value, void *object, const void *before) {
        Fact *fact = object;

        fact->provenance = fact->reason == REASON_NONE ? PROVENANCE_DERIVED : PROVENANCE_UNKNOWN;
        memcpy(fact->source, "summary", sizeof("summary"));
        return 0;
}

static const Field fact_fields[] = {
        { "value", FIELD_INTEGER, 0, FIELD_MEMBER(Fact, value), .max = BITS_MAX, .when = has_no_reason,
                        .text = "Bits; null when unknown." },
        { "reason", FIELD_REASON, 0, FIELD_MEMBER(Fact, reason), .text = "Why it is unknown." },
};
static const FieldTable fact_table = { FIELD_TABLE(fact_fields), .check = check_width };

#define WIDTH(key, member, sentence) \
        { key, FIELD_OBJECT, 0, FIELD_MEMBER(ProfileWidths, member), .table = &fact_table, .text = sentence }

static const Field width_fields[] = {
        WIDTH("cpuPhysicalBits", cpu_physical_bits, "Physical address bits of the CPU."),
        WIDTH("hostPhysicalBits", host_physical_bits, "Those that the kernel can use."),
        WIDTH("guestPhysicalBits", guest_physical_bits,
                        "Maximum MAXPHYADDR that KVM supports for guests; on arm64 KVM's IPA limit."),
        WIDTH("guestMappableBits", guest_mappable_bits,
                        "Address bits that EPT, NPT or stage 2 can map for a guest."),
        WIDTH("iovaBits", iova_bits, "I/O virtual address bits."),
        WIDTH("linearBits", linear_bits, "Virtual address bits of the CPU."),
        WIDTH("safeGuestBits", safe_guest_bits, "Smaller of guestPhysicalBits and guestMappableBits."),
        WIDTH("safeGuestBitsWithDevices", safe_guest_bits_with_devices,
                        "Smaller of safeGuestBits and iovaBits; not-applicable: no device can be assigned."),
};

/* As hawd derives it: known where both are, and then the smaller one. */
static bool is_smaller(const Fact *fact, const Fact *a, const Fact *b) {
        if (!fact_known(a) || !fact_known(b))
                return !fact_known(fact);
        return fact_known(fact) && fact->value == (a->value < b->value ? a->value : b->value);
}

static int check_widths(const JsonValue *value, void *object, const void *before) {
        const ProfileWidths *widths = object;
        const Fact *with_devices = &widths->safe_guest_bits_with_devices;

        if (!is_smaller(&widths->safe_guest_bits, &widths->guest_physical_bits,
                            &widths->guest_mappable_bits))
                return json_value_fail(value,
                                "safeGuestBits is not the smaller of guestPhysicalBits and guestMappableBits");
        /* As put_assignment() has it. */
        if (!fact_known(with_devices))
                return 0;
        if (!is_smaller(with_devices, &widths->safe_guest_bits, &widths->iova_bits))
                return json_value_fail(value,
                                "safeGuestBitsWithDevices is not the smaller of safeGuestBits and iovaBits");
        return 0;
}

static const FieldTable widths_part_table = { FIELD_TABLE(width_fields), .check = check_widths };

#define SUMMARY(member) FIELD_MEMBER(Summary, member)

static const Field host_fields[] = {
        { "machineId", FIELD_TEXT, 0, SUMMARY(machine_id), .text = "Application-specific machine id." },
        { "hostname", FIELD_TEXT, 0, SUMMARY(hostname), .text = "The host's name." },
        { "kernel", FIELD_TEXT, 0, SUMMARY(kernel), .text = "Kernel release." },
        { "architecture", FIELD_TEXT, 0, SUMMARY(architecture), .text = "Architecture." },
        { "virtualised", FIELD_TEXT, 0, SUMMARY(virtualised), .text = "The hypervisor, or \"none\"." },
        { "cpuVendor", FIELD_TEXT, 0, SUMMARY(vendor_name), .text = "CPU vendor." },
        { "cpuModelName", FIELD_TEXT, 0, SUMMARY(model_name), .text = "Name of the CPU model." },
};
static const FieldTable host_part_table = { FIELD_TABLE(host_fields) };

static const Field summary_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = SUMMARY_SCHEMA, .text = "What the document is." },
        { "host", FIELD_OBJECT, 0, .table = &host_part_table, .text = "Which host it is." },
        { "widths", FIELD_OBJECT, 0, SUMMARY(widths), .table = &widths_part_table,
                        .text = "The address widths, in bits." },
        { "class", FIELD_CUSTOM, 0, SUMMARY(class_key), .hook = &key_hook,
                        .text = "Equal for hosts that are the same to guests which name none of their devices." },
        { "pool", FIELD_CUSTOM, 0, SUMMARY(pool_key), .hook = &key_or_null_hook,
                        .text = "Equal for hosts between which live migration is safe in both directions; null: unknown." },
        { "digest", FIELD_CUSTOM, 0, SUMMARY(digest), .hook = &key_hook,
                        .text = "Digest of the whole profile." },
        { "findings", FIELD_NAMES, 0, FIELD_ELEMENTS(Summary, findings, n_findings), .max = JSON_ARRAY_MAX,
                        .text = "Ids of the findings, each once; see hawd-findings(7)." },
};
const FieldTable summary_table = {
        FIELD_TABLE(summary_fields),
        .text = "One host's address widths, and what it has in common with others. Unknown is null with a reason.",
};

json_t *summary_json(const Summary *summary) {
        return fields_json(&(FieldContext){}, &summary_table, summary);
}

int summary_read(const json_t *document, Summary *ret, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };
        Summary summary = {};
        int r = fields_read(&top, &summary_table, &summary);

        if (r < 0) {
                summary_done(&summary);
                return r;
        }
        *ret = summary;
        return 0;
}
