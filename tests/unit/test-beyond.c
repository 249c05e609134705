/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the drawn guests of test-invariant.c found, each by hand: addresses that a guest's CPU does not have, and changes of
 * memory that take what belongs to it along. */

#include "tests/unit/unit.h"

#include "guest/answer/answer.h"
#include "guest/vmm/vmm.h"
#include "tests/unit/quiet-host.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

static void expect(Guest *guest, QuietHost *host, Rule rule, Verdict verdict, uint64_t start, uint64_t end) {
        Check check = {};
        bool found = false;

        assert_int_equal(check_guest(guest, &host->profile, &check), 0);
        for (size_t i = 0; i < check.n; i++)
                found = found ||
                                (check.findings[i].rule == rule && check.findings[i].verdict == verdict &&
                                                check.findings[i].start == start &&
                                                check.findings[i].end == end);
        if (!found)
                for (size_t i = 0; i < check.n; i++)
                        print_error("%s %u %s %s\n", rule_to_string(check.findings[i].rule),
                                        check.findings[i].verdict, check.findings[i].summary,
                                        check.findings[i].numbers);
        assert_true(found);
        assert_true(check.verdict >= verdict);
        check_done(&check);
}

static Guest plain(void) {
        return (Guest){ .machine = MACHINE_Q35,
                .vmm_version = { 7, 2, 0 },
                .machine_version = { 7, 2, 0 },
                .kvm = true,
                .cpu = { .model = "host", .vendor_is_host = true },
                .memory = { .ram = 80 * G },
                .firmware = { .kind = FIRMWARE_SEABIOS, .version = { 1, 16, 2 } } };
}

/* 2 GiB lie below 4 GiB, 78 behind: up to 82 GiB. qemu32 has PAE and no PSE36: 32 bits in QEMU 7.2, 36 since 8.2, which looks
 * at such a CPU's memory for machine types of its own. */
static void test_short_cpu(void **state) {
        Guest guest = plain();
        QuietHost host;

        quiet_host_init(&host);
        strcpy(guest.cpu.model, "qemu32");
        expect(&guest, &host, RULE_START, VERDICT_UNSAFE, 4 * G, 82 * G - 1);
        guest.vmm_version = (GuestVersion){ 9, 0, 0 };
        expect(&guest, &host, RULE_START, VERDICT_UNSAFE, 64 * G, 82 * G - 1);
}

/* QEMU 7.0 does not look: 1100 GiB end at 1102, 40 bits at 1024. What may be plugged in lies behind, and of two slots there is
 * 1 GiB each besides. */
static void test_before_the_check(void **state) {
        Guest guest = plain();
        QuietHost host;

        quiet_host_init(&host);
        guest.vmm_version = guest.machine_version = (GuestVersion){ 7, 0, 0 };
        guest.memory = (GuestMemory){ .ram = 1100 * G, .max = 1108 * G, .slots = 2 };
        expect(&guest, &host, RULE_START, VERDICT_UNSAFE, 1024 * G, 1102 * G - 1);
        /* 1014 end at 1016, what may be plugged in ends with the width, and only the slots' room is beyond. */
        guest.memory = (GuestMemory){ .ram = 1014 * G, .max = 1022 * G, .slots = 2 };
        expect(&guest, &host, RULE_START, VERDICT_WARNING, 1024 * G, 1026 * G - 1);
}

/* 509 GiB end at 510, 39 bits at 512: of the last 64 KiB and 1 MiB nothing is given away. */
static void test_persistent_memory(void **state) {
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR,
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .vmm_version = { 53, 0, 0 },
                .kvm = true,
                .cpu = { .model = "host", .vendor_is_host = true },
                .memory = { .ram = 509 * G },
                .firmware = { .kind = FIRMWARE_NONE },
                .cloud_hypervisor_max_bits = 39,
                .n_pmem = 1,
                .pmem = { { 2 * G, 0 } } };
        QuietHost host;
        Check check = {};

        quiet_host_init(&host);
        expect(&guest, &host, RULE_START, VERDICT_UNSAFE, 0, 0);
        guest.pmem[0].size = 2 * G - 2 * M;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        for (size_t i = 0; i < check.n; i++)
                assert_int_not_equal(check.findings[i].rule, RULE_START);
        check_done(&check);
}

/* The nodes have all of the memory together. A maximum that is no more than the memory is no region for hot-plug, and does
 * not become one. */
static void test_less_memory(void **state) {
        Guest guest = plain();
        GuestMemory *memory = &guest.memory;

        *memory = (GuestMemory){ .ram = 80 * G, .max = 80 * G, .numa = true, .numa_size = 80 * G };
        assert_true(change_apply(&(Change){ CHANGE_RAM, 48 * G }, &guest));
        assert_int_equal(memory->ram, 48 * G);
        assert_int_equal(memory->numa_size, 48 * G);
        assert_int_equal(memory->max, 48 * G);
        *memory = (GuestMemory){ .ram = 80 * G, .max = 96 * G };
        assert_true(change_apply(&(Change){ CHANGE_RAM, 48 * G }, &guest));
        assert_int_equal(memory->max, 96 * G);
        /* Modules are plugged in whether their sum is given besides or not. */
        *memory = (GuestMemory){ .ram = 8 * G,
                .max = 32 * G,
                .slots = 1,
                .n_modules = 1,
                .modules = { { MEMORY_DIMM, 16 * G } } };
        assert_int_equal(guest_plugged(memory), 16 * G);
        assert_false(change_apply(&(Change){ CHANGE_MAX_MEMORY, 0 }, &guest));
        assert_false(change_apply(&(Change){ CHANGE_MAX_MEMORY, 23 * G }, &guest));
        assert_true(change_apply(&(Change){ CHANGE_MAX_MEMORY, 24 * G }, &guest));
        memory->plugged = 20 * G;
        assert_int_equal(guest_plugged(memory), 20 * G);
}

/* The remedy for a guest with NUMA nodes: 18 GiB have to go, and the nodes go along. */
static void test_remedy_with_nodes(void **state) {
        Guest guest = plain();
        QuietHost host;
        Check check = {};

        quiet_host_init(&host);
        strcpy(guest.cpu.model, "qemu32");
        guest.vmm_version = (GuestVersion){ 9, 0, 0 };
        guest.memory.numa = true;
        guest.memory.numa_size = 80 * G;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_true(check.plan.n == 1 && check.plan.changes[0].kind == CHANGE_RAM);
        assert_int_equal(check.plan.changes[0].value, 62 * G);
        check_done(&check);
}

/* Any group may be meant, and of one nobody knows how far it reaches. */
static void test_unknown_group(void **state) {
        Guest guest = plain();
        GuestDevice device = {
                .name = "card", .assigned = true, .n_bars = 1, .bars = { { 0, M, true, true } }
        };
        QuietHost host;
        Check check = {};

        quiet_host_init(&host);
        host.groups[1] = host.groups[0];
        host.groups[1].id = 8;
        host.groups[1].bits = 0;
        host.groups[1].bits_reason = REASON_PERMISSION;
        host.profile.n_groups = 2;
        guest.memory.ram = 8 * G;
        guest.devices = &device;
        guest.n_devices = 1;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.n_missing, 1);
        assert_string_equal(check.missing[0], "IOVA width of group 8 (permission)");
        check_done(&check);
        host.groups[1].assignable = TRISTATE_NO;
        host.groups[1].why = ASSIGNABLE_WHY_DIRECT_REGION;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.n_missing, 0);
        check_done(&check);
}

/* Safe with 1 GiB pages and unsafe without: a width that is unsafe with both is no plan. */
static void test_plan_of_an_open_answer(void **state) {
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR,
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .vmm_version = { 51, 0, 0 },
                .kvm = true,
                .cpu = { .model = "of-nobody" },
                .memory = { .ram = 8217 * G },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202308 }, .five_level = TRISTATE_NO },
                .cloud_hypervisor_max_bits = 47 };
        QuietHost host;
        Check check = {};

        quiet_host_init(&host);
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNKNOWN);
        assert_true(check.plan.n == 0 || check.plan.verdict <= VERDICT_UNKNOWN);
        check_done(&check);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_short_cpu),
                cmocka_unit_test(test_before_the_check),
                cmocka_unit_test(test_persistent_memory),
                cmocka_unit_test(test_less_memory),
                cmocka_unit_test(test_remedy_with_nodes),
                cmocka_unit_test(test_unknown_group),
                cmocka_unit_test(test_plan_of_an_open_answer),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
