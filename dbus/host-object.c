/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/host-methods.h"
#include "dbus/vtables.h"
#include "probe/cleanup.h"
#include "profile/change/digest.h"
#include "profile/document/json-write.h"

#define C SD_BUS_VTABLE_PROPERTY_CONST
#define E SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define I SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION

#define PROPERTY_SIGNATURE_host_regions "a(tts)"
#define PROPERTY_SIGNATURE_findings "a(sssss)"

/* ── kinds of its own ──────────────────────────────────────────────────────────────────────────────────── */

static int append_host_regions(sd_bus_message *reply, const void *value) {
        const HostRegions *set = value;
        int r = sd_bus_message_open_container(reply, 'a', "(tts)");

        for (size_t i = 0; i < set->n && r >= 0; i++) {
                const ReservedRegion *region = &set->regions[i].region;

                r = sd_bus_message_append(reply, "(tts)", region->start, region->end, region->word);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_host_regions(const void *a, const void *b) {
        const HostRegions *x = a, *y = b;

        if (x->n != y->n)
                return false;
        for (size_t i = 0; i < x->n; i++) {
                const ReservedRegion *p = &x->regions[i].region, *q = &y->regions[i].region;

                if (p->start != q->start || p->end != q->end || strcmp(p->word, q->word) != 0)
                        return false;
        }
        return true;
}

static int append_findings(sd_bus_message *reply, const void *value) {
        const FindingList *list = value;
        int r = sd_bus_message_open_container(reply, 'a', "(sssss)");

        for (size_t i = 0; i < list->n && r >= 0; i++) {
                const Finding *finding = &list->findings[i];

                r = sd_bus_message_append(reply, "(sssss)", finding->id,
                                severity_to_string(finding->severity), finding->subject, finding->summary,
                                finding->remedy);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_findings(const void *a, const void *b) {
        const FindingList *x = a, *y = b;

        if (x->n != y->n)
                return false;
        for (size_t i = 0; i < x->n; i++) {
                const Finding *p = &x->findings[i], *q = &y->findings[i];

                if (strcmp(p->id, q->id) != 0 || p->severity != q->severity ||
                                strcmp(p->subject, q->subject) != 0 || strcmp(p->summary, q->summary) != 0 ||
                                strcmp(p->remedy, q->remedy) != 0)
                        return false;
        }
        return true;
}

static int append_second_level(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append(reply, "s", second_level_to_string(*(const SecondLevelKind *) value));
}

static bool equal_second_level(const void *a, const void *b) {
        return *(const SecondLevelKind *) a == *(const SecondLevelKind *) b;
}

static const PropertyKind property_host_regions = { append_host_regions, equal_host_regions };
static const PropertyKind property_findings = { append_findings, equal_findings };
static const PropertyKind property_second_level = { append_second_level, equal_second_level };
static PROPERTY_GETTER(host_regions) static PROPERTY_GETTER(findings) static PROPERTY_GETTER(second_level)
#define PROPERTY_SIGNATURE_second_level "s"

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

#define HOST_PROPERTIES(P)                                                                  \
        P("MachineId", text, profile.host.machine_id, E)                                    \
        P("Hostname", text, profile.host.hostname, E)                                       \
        P("Kernel", text, profile.host.kernel, E)                                           \
        P("Architecture", text, profile.host.architecture, E)                               \
        P("Virtualised", text, profile.host.virtualised, E)                                 \
        P("Vendor", text, profile.host.vendor_name, E)                                      \
        P("Model", text, profile.host.model_name, E)                                        \
        P("Cpus", bits, profile.host.cpus, E)                                               \
        P("CpuPhysicalBits", bits, profile.widths.cpu_physical_bits, E)                     \
        P("HostPhysicalBits", bits, profile.widths.host_physical_bits, E)                   \
        P("GuestPhysicalBits", bits, profile.widths.guest_physical_bits, E)                 \
        P("GuestMappableBits", bits, profile.widths.guest_mappable_bits, E)                 \
        P("IovaBits", bits, profile.widths.iova_bits, E)                                    \
        P("LinearBits", bits, profile.widths.linear_bits, E)                                \
        P("SafeGuestBits", bits, profile.widths.safe_guest_bits, E)                         \
        P("SafeGuestBitsWithDevices", bits, profile.widths.safe_guest_bits_with_devices, E) \
        P("FiveLevelPaging", state, profile.paging.la57_enabled, E)                         \
        P("FiveLevelPagingCapable", state, profile.paging.la57_capable, E)                  \
        P("SecondLevel", second_level, profile.paging.second_level, E)                      \
        P("SecondLevelEnabled", state, profile.paging.second_level_enabled, E)              \
        P("KvmBackend", text, profile.paging.kvm_backend, E)                                \
        P("MemoryEncryptionBits", bits, profile.encryption.bits_taken, E)                   \
        P("RamTop", number, profile.memory.ram_top, E)                                      \
        P("ReservedRegions", host_regions, profile.regions, I)                              \
        P("UsableIova", ranges, profile.usable_iova, I)                                     \
        P("Findings", findings, profile.findings, I)                                        \
        P("Digest", text, profile.digest, E)                                                \
        P("Generation", counter, generation, E)

#define ROW(name, kind, member, flags) PROPERTY_ROW(Publication, name, kind, member),
#define VTABLE(name, kind, member, flags) PROPERTY_VTABLE(Publication, name, kind, member, flags),

                static const Property properties[] = { HOST_PROPERTIES(ROW) };
const PropertyTable host_properties = { properties, ELEMENTS(properties) };

static int get_unknown(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return property_append_unknown(&host_properties, userdata, reply);
}

static int get_provenance(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return property_append_provenance(&host_properties, userdata, reply);
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", HAWD_VERSION);
}

const sd_bus_vtable host_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Version", "s", get_version, 0, C),
        HOST_PROPERTIES(VTABLE) SD_BUS_PROPERTY("Unknown", "a{ss}", get_unknown, 0, I),
        SD_BUS_PROPERTY("Provenance", "a{ss}", get_provenance, 0, I),
        SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", profile), host_describe,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DescribeFd", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", profile), host_describe_fd,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Check", SD_BUS_ARGS("s", guest), SD_BUS_RESULT("s", check), host_check,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Compare", SD_BUS_ARGS("s", profile), SD_BUS_RESULT("s", comparison),
                        host_compare, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Refresh", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, host_refresh,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_ARGS("ProfileChanged", SD_BUS_ARGS("t", generation, "as", changed), 0),
        SD_BUS_VTABLE_END,
};
