/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "fleet/settings.h"
#include "guest/answer/answer.h"
#include "guest/form/json/guest-json.h"
#include "guest/rules/check.h"
#include "map/scene.h"
#include "profile/document/field-write.h"
#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"
#include "tests/unit/short-memory.h"

/* Whichever allocation fails, an answer is complete or there is none. */

#define GIB (UINT64_C(1) << 30)

typedef struct Fixture {
        QuietHost host;
        GuestDevice device;
        Guest guest;
        Check check;
        CheckTarget target;
        Range reached;
        Fit fit;
        Map map;
} Fixture;

static Fixture fixture = { .reached = { 0, (UINT64_C(1) << 39) - 1 } };

/* A device that the IOMMU does not reach whole: findings, a plan; and, as the firmware's version is missing, alternatives. */
static int setup(void **state) {
        Fixture *f = &fixture;

        quiet_host_init(&f->host);
        f->host.iommus[0].bits = fact_measured(39, "test");
        f->host.profile.widths.iova_bits = fact_measured(39, "test");
        f->host.profile.widths.guest_physical_bits = fact_measured(46, "test");
        f->host.profile.widths.guest_mappable_bits = fact_measured(46, "test");
        f->host.profile.paging.page_1g = fact_measured(1, "test");
        f->host.groups[0].bits = 39;
        f->host.groups[0].usable = f->host.profile.usable_iova = (RangeSet){ 1, &f->reached };
        f->device = (GuestDevice){
                .name = "gpu", .assigned = true, .n_bars = 1, .bars = { { 0, 16 * GIB, true, true } }
        };
        f->guest = (Guest){ .name = "vm",
                .machine = MACHINE_Q35,
                .vmm_version = { 9, 2, 0 },
                .machine_version = { 9, 2, 0 },
                .kvm = true,
                .cpu = { .model = "host", .vendor_is_host = true, .width_mode = WIDTH_HOST },
                .memory = { .ram = 8 * GIB },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202311, 0, 0 }, .version_guessed = true },
                .form = { .manager = MANAGER_LIBVIRT },
                .n_devices = 1,
                .devices = &f->device };
        if (check_guest(&f->guest, &f->host.profile, &f->check) < 0 ||
                        check_migration(&f->guest, &f->check, &f->host.profile, &f->host.profile,
                                        &f->target.migration) < 0 ||
                        fit_devices(&f->guest, &f->host.profile, &f->device, 4, &f->fit) < 0 ||
                        map_make(&f->host.profile, &f->guest, &f->check, &f->map) < 0)
                return -1;
        f->target.name = "there";
        assert_true(f->check.n > 0 && f->check.n_alternatives > 0 && f->check.plan.n > 0);
        return 0;
}

static int teardown(void **state) {
        check_done(&fixture.check);
        migration_done(&fixture.target.migration);
        fit_done(&fixture.fit);
        map_done(&fixture.map);
        return 0;
}

/* ── what is made ──────────────────────────────────────────────────────────────────────────────────────── */

static json_t *make_check_document(void) {
        return check_json(&fixture.guest, &fixture.check, &fixture.target, 1);
}

static json_t *make_fit_document(void) {
        return fit_json(&fixture.fit);
}

static json_t *make_guest_document(void) {
        return guest_json_write(&fixture.guest);
}

static json_t *make_map_document(void) {
        return map_json(&fixture.map);
}

static json_t *make_check(void) {
        Check check = {};
        json_t *json = NULL;

        if (check_guest(&fixture.guest, &fixture.host.profile, &check) >= 0) {
                short_memory_stop();
                json = check_json(&fixture.guest, &check, NULL, 0);
        }
        check_done(&check);
        return json;
}

static json_t *make_findings(void) {
        FindingList list = {};
        json_t *json = NULL;

        if (profile_find(&fixture.host.profile, &list) >= 0) {
                short_memory_stop();
                json = json_array();
                for (size_t i = 0; i < list.n; i++)
                        json_array_append_new(json,
                                        json_pack("[s, s, s, s, s]", list.findings[i].id,
                                                        list.findings[i].subject, list.findings[i].summary,
                                                        list.findings[i].detail, list.findings[i].remedy));
        }
        finding_list_done(&list);
        return json;
}

/* Stands for hawd-domain. */
static int read_domain(const char *text, size_t n, Guest *ret, VmError *reterr) {
        *ret = (Guest){ .machine = MACHINE_Q35,
                .kvm = true,
                .cpu = { .model = "host", .width_mode = WIDTH_HOST, .limit = 46 },
                .memory = { .ram = 4 * GIB },
                .firmware = { .kind = FIRMWARE_OVMF },
                .form = { .manager = MANAGER_LIBVIRT } };
        return 0;
}

/* With a warning: devices reach 39 bits. */
static json_t *make_settings(void) {
        const SettingsRequest request = { .bits = 46, .devices = true, .few = true, .domain = read_domain };
        Settings settings = {};
        VmError error;
        json_t *json = NULL;

        if (settings_make(&request, &settings, &error) >= 0 &&
                        settings_check(&settings, &fixture.host.profile, "host", 3) >= 0)
                json = fields_json(&(FieldContext){}, &settings_table, &settings);
        settings_done(&settings);
        return json;
}

static void hold(const char *what, json_t *(*make)(void), unsigned long most) {
        unsigned long n, step;
        json_t *whole;

        short_memory_start(0);
        whole = make();
        n = short_memory_stop();
        assert_non_null(whole);
        step = n / most + 1;
        for (unsigned long nth = 1; nth <= n; nth += step) {
                json_t *json;

                short_memory_start(nth);
                json = make();
                short_memory_stop();
                if (json && !json_equal(json, whole))
                        fail_msg("%s: without allocation %lu of %lu something is missing", what, nth, n);
                json_decref(json);
        }
        json_decref(whole);
}

static void test_documents(void **state) {
        hold("check document", make_check_document, 10000);
        hold("fit document", make_fit_document, 10000);
        hold("guest document", make_guest_document, 10000);
        hold("map document", make_map_document, 10000);
}

static void test_answers(void **state) {
        hold("check", make_check, 500);
        hold("findings", make_findings, 10000);
        hold("settings", make_settings, 60);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_documents),
                cmocka_unit_test(test_answers),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
