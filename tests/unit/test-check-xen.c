/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/answer/answer.h"
#include "guest/rules/check.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "profile/profile.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)
#define N_DEVICES 4

/* Xen on a host of 40 bits with a VT-d unit of 39: 00:05.0 has a region at 0x60000000, 00:06.0 and 00:07.0 share one
 * at 0x70000000, 00:08.0 is not handed over. Each has a BAR of 256 MiB. */
typedef struct Host {
        Profile profile;
        ProfileDevice devices[N_DEVICES];
        ProfileBar bars[N_DEVICES];
        ProfileXenRegion regions[3];
} Host;

static void set_host(Host *host) {
        Profile *p = &host->profile;

        *host = (Host){ .regions = {
                                        { 0x60000000, 0x6000ffff, { .device = 5 }, true },
                                        { 0x70000000, 0x7000ffff, { .device = 6 }, true },
                                        { 0x70000000, 0x7000ffff, { .device = 7 }, true },
                        } };
        strcpy(p->host.architecture, "x86_64");
        p->host.vendor = CPU_VENDOR_INTEL;
        p->widths.cpu_physical_bits = fact_measured(40, "CPUID");
        p->widths.iova_bits = fact_derived(39, "VT-d");
        p->xen = (ProfileXen){ .role = XEN_ROLE_CONTROL,
                .version = "4.17.5",
                .hvm = fact_measured(1, "physinfo"),
                .hap = fact_measured(1, "physinfo"),
                .shadow = fact_measured(0, "physinfo"),
                .passthrough_hvm = fact_measured(1, "physinfo"),
                .passthrough_pv = fact_measured(1, "physinfo"),
                .n_reserved = 3,
                .reserved = host->regions };
        p->n_devices = N_DEVICES;
        p->devices = host->devices;
        for (size_t i = 0; i < N_DEVICES; i++) {
                host->bars[i] = (ProfileBar){
                        .start = 0x80000000, .end = 0x8fffffff, .index = 0, .is_64bit = true
                };
                host->devices[i] = (ProfileDevice){ .address = { .device = (uint8_t) (5 + i) },
                        .header_type_known = true,
                        .n_bars = 1,
                        .bars = &host->bars[i],
                        .group = -1,
                        .xen_assignable = tristate(i != 3) };
        }
        host->devices[3].xen_why = ASSIGNABLE_WHY_NOT_HANDED_OVER;
}

typedef struct Row {
        const char *name;
        uint64_t memory, maxmem; /* MiB */
        uint8_t device;          /* 00:0N.0; 0: none */
        XenRdmPolicy policy;     /* of it */
        Verdict verdict;
        Rule rule;        /* of the first finding with that verdict; NONE: not checked */
        const char *word; /* in its summary */
        bool seized;
} Row;

static const Row rows[] = {
        { "plain", .memory = 2048, .verdict = VERDICT_SAFE },
        /* r1 and r2 of real Xen: 512 MiB lie below the region, 2 GiB do not. */
        { "below the region", .memory = 512, .device = 5, .verdict = VERDICT_SAFE },
        { "strict", .memory = 2048, .device = 5, .verdict = VERDICT_UNSAFE, .rule = RULE_START,
                        "RDM conflict" },
        { "relaxed", .memory = 2048, .device = 5, .policy = XEN_RDM_RELAXED, .verdict = VERDICT_WARNING,
                        .rule = RULE_RESERVED, "left out" },
        /* r7: "disallowed to assign 0000:00:06.0 with shared RMRR" */
        { "shared", .memory = 512, .device = 6, .verdict = VERDICT_UNSAFE, .rule = RULE_RESERVED,
                        "another device's" },
        { "shared, relaxed", .memory = 512, .device = 6, .policy = XEN_RDM_RELAXED,
                        .verdict = VERDICT_WARNING, .rule = RULE_RESERVED, "another device's" },
        /* xl.cfg(5), xl-pci-configuration(5): seize=1 */
        { "seized", .memory = 512, .device = 8, .verdict = VERDICT_SAFE, .seized = true },
        { "not handed over", .memory = 512, .device = 8, .verdict = VERDICT_WARNING, .rule = RULE_ASSIGNMENT,
                        "the guest does not start until it is" },
        { "absent", .memory = 512, .device = 9, .verdict = VERDICT_UNSAFE, .rule = RULE_ASSIGNMENT,
                        "not found" },
        /* r15 */
        { "on demand", .memory = 1024, .maxmem = 2048, .device = 8, .verdict = VERDICT_UNSAFE,
                        .rule = RULE_START, "populated on demand" },
        /* 512 GiB less the hole of 256 MiB end at 2^39 + 256 MiB. */
        { "beyond the unit", .memory = 512 * 1024, .device = 8, .verdict = VERDICT_UNSAFE,
                        .rule = RULE_MEMORY, "accesses fail" },
        { "beyond the width", .memory = 1024 * 1024, .verdict = VERDICT_UNSAFE, .rule = RULE_START,
                        "Xen starts the guest anyway" },
};

static void set_guest(Guest *guest, GuestDevice *device, const Row *row) {
        *guest = (Guest){ .vmm = VMM_XEN, .machine = MACHINE_XEN_HVM };
        guest->memory.ram = row->memory * M;
        guest->memory.max = row->maxmem * M;
        assert_int_equal(guest_defaults(guest, &(const GuestInstalled){}), 0);
        *device = (GuestDevice){ .name = "device",
                .assigned = true,
                .has_address = true,
                .address = { .device = row->device },
                .rdm_policy = row->policy,
                .seized = row->seized };
        guest->devices = device;
        guest->n_devices = row->device > 0;
}

static void check_row(const Row *row, const Profile *profile) {
        Check check = {};
        GuestDevice device;
        Guest guest;

        set_guest(&guest, &device, row);
        assert_int_equal(check_findings(&guest, profile, &check), 0);
        if (check.verdict != row->verdict ||
                        (row->rule && (check.n == 0 || check.findings[0].rule != row->rule)) ||
                        (row->word && (check.n == 0 || !strstr(check.findings[0].summary, row->word)))) {
                for (size_t i = 0; i < check.n; i++)
                        print_message("%s %s %s\n", finding_verdict_word(check.findings[i].verdict),
                                        rule_to_string(check.findings[i].rule), check.findings[i].summary);
                for (size_t i = 0; i < check.n_missing; i++)
                        print_message("missing %s\n", check.missing[i]);
                fail_msg("%s: %s", row->name, check_verdict_word(check.verdict));
        }
        check_done(&check);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

static void test_rows(void **state) {
        Host host;

        set_host(&host);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                check_row(&rows[i], &host.profile);
}

/* What is unknown is never safe. */
static void test_unknown(void **state) {
        const Row row = { "unknown", .memory = 512, .device = 5, .verdict = VERDICT_UNKNOWN };
        Host host;

        set_host(&host);
        host.profile.xen.reserved_reason = REASON_PERMISSION;
        check_row(&row, &host.profile);
        set_host(&host);
        host.devices[0].xen_assignable = TRISTATE_UNKNOWN;
        check_row(&row, &host.profile);
        set_host(&host);
        host.profile.widths.iova_bits = fact_unknown(REASON_XEN, "Xen's log");
        check_row(&row, &host.profile);
        set_host(&host);
        host.profile.widths.cpu_physical_bits = fact_unknown(REASON_XEN, "CPUID");
        check_row(&row, &host.profile);
        set_host(&host);
        host.profile.xen.passthrough_hvm = fact_unknown(REASON_XEN, "physinfo");
        check_row(&row, &host.profile);
}

/* AMD's units have no rule on a region of several devices (amd/pci_amd_iommu.c). */
static void test_shared_amd(void **state) {
        const Row row = { "shared", .memory = 512, .device = 6, .verdict = VERDICT_SAFE };
        Host host;

        set_host(&host);
        host.profile.host.vendor = CPU_VENDOR_AMD;
        check_row(&row, &host.profile);
}

/* One BAR of 64 GiB each from 64 GiB on: 15 end at 2^40. The machine has two slots, and the bus 32. */
static void test_fit(void **state) {
        GuestDevice device = { .name = "device", .n_bars = 1 }, own;
        const Row row = { "fit", .memory = 512 };
        Host host;
        Guest guest;
        Fit fit = {};

        set_host(&host);
        device.bars[0] = (GuestBar){ .size = 64 * G, .is_64bit = true };
        set_guest(&guest, &own, &row);
        assert_int_equal(fit_devices(&guest, &host.profile, &device, 1, &fit), 0);
        assert_int_equal(fit.now.n, 15);
        fit_done(&fit);
        /* 00:05.0 has BARs of 256 MiB; host bridge, ISA bridge, platform device and graphics card have a slot. */
        device = (GuestDevice){ .name = "device", .has_address = true, .address.device = 5 };
        assert_int_equal(fit_devices(&guest, &host.profile, &device, 1, &fit), 0);
        assert_int_equal(fit.now.n, 28);
        fit_done(&fit);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

/* A host of 4 GiB. */
static void test_host_memory(void **state) {
        const Row row = { "host's memory", .memory = 8192, .verdict = VERDICT_UNSAFE, .rule = RULE_START,
                "the host has less memory" };
        const Row most = { "host's memory", .memory = 4096, .verdict = VERDICT_SAFE };
        Host host;

        set_host(&host);
        host.profile.xen.max_address = fact_measured(4 * G, "physinfo");
        check_row(&row, &host.profile);
        check_row(&most, &host.profile);
}

/* A host without Xen, a guest of Xen as the host, and KVM and VFIO in dom0. */
static void test_host(void **state) {
        const Row row = { "host", .memory = 512, .verdict = VERDICT_UNSAFE, .rule = RULE_ASSIGNMENT,
                "Xen cannot start guests" };
        Check check = {};
        GuestDevice device = {
                .name = "00:05.0", .assigned = true, .has_address = true, .address = { .device = 5 }
        };
        Guest guest = { .machine = MACHINE_Q35, .kvm = true, .n_devices = 1, .devices = &device };
        Host host;

        set_host(&host);
        host.profile.xen = (ProfileXen){};
        check_row(&row, &host.profile);
        set_host(&host);
        host.profile.xen.role = XEN_ROLE_GUEST;
        check_row(&row, &host.profile);
        set_host(&host);
        host.profile.groups_reason = REASON_XEN;
        guest.memory.ram = G;
        guest.firmware.kind = FIRMWARE_SEABIOS;
        assert_int_equal(check_findings(&guest, &host.profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNSAFE);
        assert_string_equal(check.findings[1].summary, "KVM cannot start guests on this host");
        assert_string_equal(check.findings[0].summary,
                        "cannot be assigned with VFIO: Xen has this host's IOMMUs");
        assert_true(check.n_missing == 0 || !strstr(check.missing[0], "groups"));
        check_done(&check);
}

/* ── remedies ──────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Remedy {
        Row row;
        uint64_t hole;      /* MiB */
        uint64_t bar;       /* of an emulated device; MiB */
        const char *option; /* of the plan, in xl.cfg */
        Verdict verdict;    /* with the plan */
} Remedy;

/* The region at 0x60000000 is 1536 MiB. 4 GiB of RAM end at 0xf0000000 and 0x110000000, and the hole of 192 MiB cannot grow;
 * with a hole of 512 MiB, a 32-bit BAR of 256 MiB fits. */
static const Remedy remedies[] = {
        { { "strict", .memory = 2048, .device = 5 }, .option = "rdm_mem_boundary=1535",
                        .verdict = VERDICT_SAFE },
        { { "shared", .memory = 512, .device = 6 }, .option = "pci=[\"0000:00:06.0,rdm_policy=relaxed\"]",
                        .verdict = VERDICT_WARNING },
        { { "on demand", .memory = 1024, .maxmem = 2048, .device = 5 }, .option = "maxmem=1024",
                        .verdict = VERDICT_SAFE },
        { { "hole", .memory = 512 }, .hole = 100, .option = "mmio_hole=256", .verdict = VERDICT_SAFE },
        { { "no space", .memory = 4096 }, .bar = 256, .option = "mmio_hole=512", .verdict = VERDICT_SAFE },
        /* 2^39 less 4 GiB above 4 GiB, the hole's 256 MiB more below it, and 8 MiB of the graphics card. */
        { { "beyond the unit", .memory = 512 * 1024, .device = 8 }, .option = "memory=524040",
                        .verdict = VERDICT_WARNING },
};

static void check_remedy(const Remedy *remedy, const Profile *profile) {
        GuestDevice devices[2] = {};
        Check check = {};
        Guest guest;

        set_guest(&guest, &devices[0], &remedy->row);
        guest.xen.mmio_hole = remedy->hole * M;
        if (remedy->bar) {
                devices[0] = (GuestDevice){ .name = "emulated", .n_bars = 1 };
                devices[0].bars[0] = (GuestBar){ .index = 0, .size = remedy->bar * M };
                guest.n_devices = 1;
        }
        assert_int_equal(check_guest(&guest, profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNSAFE);
        if (check.plan.n == 0)
                fail_msg("%s: no plan", remedy->row.name);
        assert_string_equal(check.plan.forms.option, remedy->option);
        assert_int_equal(check.plan.verdict, remedy->verdict);
        check_done(&check);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

static void test_remedies(void **state) {
        Host host;

        set_host(&host);
        for (size_t i = 0; i < ELEMENTS(remedies); i++)
                check_remedy(&remedies[i], &host.profile);
}

/* libvirt has no rdm_mem_boundary. */
static void test_libvirt_remedy(void **state) {
        const Row row = { "strict", .memory = 2048, .device = 5 };
        GuestDevice device;
        Check check = {};
        Guest guest;
        Host host;

        set_host(&host);
        set_guest(&guest, &device, &row);
        guest.form.manager = MANAGER_LIBVIRT;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.plan.n, 1);
        assert_int_equal(check.plan.changes[0].kind, CHANGE_RAM);
        assert_int_equal(check.plan.changes[0].value, 1536 * M);
        assert_int_equal(check.plan.verdict, VERDICT_SAFE);
        check_done(&check);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

/* ── migration ─────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Move {
        const char *version; /* of the target's Xen; NULL: it does not run Xen */
        uint8_t bits;        /* of the target's guests */
        uint8_t device;
        Verdict live;
        const char *word;
} Move;

/* SUPPORT.md: to the same release and the next one. The source has 4.17.5 and 40 bits. */
static const Move moves[] = {
        { "4.17.2", 40, 0, VERDICT_SAFE, NULL },
        { "4.18.0", 48, 0, VERDICT_SAFE, NULL },
        { "4.19.0", 40, 0, VERDICT_WARNING, "one release newer" },
        { "4.16.6", 40, 0, VERDICT_UNSAFE, "older Xen" },
        { "", 40, 0, VERDICT_UNKNOWN, NULL },
        { NULL, 40, 0, VERDICT_UNSAFE, "does not run Xen" },
        { "4.17.2", 39, 0, VERDICT_UNSAFE, "more address bits" },
        { "4.17.2", 40, 5, VERDICT_UNSAFE, "Xen does not migrate it" },
};

static void check_move(const Move *move, const Profile *source) {
        Row row = { "move", .memory = 512, .device = move->device };
        Migration migration = {};
        const Check *live = &migration.answers[MIGRATION_LIVE];
        Check check = {};
        GuestDevice device;
        Guest guest;
        Host target;

        set_host(&target);
        target.profile.widths.guest_physical_bits = fact_derived(move->bits, "Xen");
        if (move->version)
                snprintf(target.profile.xen.version, sizeof(target.profile.xen.version), "%s",
                                move->version);
        else
                target.profile.xen = (ProfileXen){};
        set_guest(&guest, &device, &row);
        assert_int_equal(check_findings(&guest, source, &check), 0);
        assert_int_equal(check_migration(&guest, &check, source, &target.profile, &migration), 0);
        if (live->verdict != move->live ||
                        (move->word && (live->n == 0 || !strstr(live->findings[0].summary, move->word))))
                fail_msg("%s, %u bits: %s, %s", move->version, move->bits, check_verdict_word(live->verdict),
                                live->n > 0 ? live->findings[0].summary : "");
        migration_done(&migration);
        check_done(&check);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

static void test_moves(void **state) {
        Host source;

        set_host(&source);
        source.profile.widths.guest_physical_bits = fact_derived(40, "Xen");
        for (size_t i = 0; i < ELEMENTS(moves); i++)
                check_move(&moves[i], &source.profile);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_unknown),
                cmocka_unit_test(test_shared_amd),
                cmocka_unit_test(test_fit),
                cmocka_unit_test(test_host),
                cmocka_unit_test(test_host_memory),
                cmocka_unit_test(test_remedies),
                cmocka_unit_test(test_libvirt_remedy),
                cmocka_unit_test(test_moves),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
