/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "profile/document/field-write.h"
#include "profile/field/json-read.h"
#include "profile/field/tables.h"
#include "tests/unit/json-document.h"

/* Members that only arm64 hosts have, put into a document written by hand; see test-json-read.c. */
static const char *document_path;

static const struct {
        const char *path, *json;
} members[] = {
        { "host.architecture", "\"aarch64\"" },
        { "host.cpuVendor", "\"ARM\"" },
        { "host.cpuMidr",
                        "{\"value\": \"0x413fd0c1\", \"provenance\": \"measured\", \"source\": \"a1\", "
                        "\"reason\": null}" },
        { "host.cpuImplementer",
                        "{\"value\": 65, \"provenance\": \"measured\", \"source\": \"a2\", \"reason\": null}" },
        { "host.cpuVariant",
                        "{\"value\": 3, \"provenance\": \"measured\", \"source\": \"a3\", \"reason\": null}" },
        { "host.cpuPart",
                        "{\"value\": 3340, \"provenance\": \"measured\", \"source\": \"a4\", \"reason\": null}" },
        { "host.cpuRevision",
                        "{\"value\": 1, \"provenance\": \"measured\", \"source\": \"a5\", \"reason\": null}" },
        { "host.cpuKinds",
                        "{\"value\": 2, \"provenance\": \"measured\", \"source\": \"a6\", \"reason\": null}" },
        { "host.pageSize",
                        "{\"value\": 65536, \"provenance\": \"measured\", \"source\": \"a7\", \"reason\": "
                        "null}" },
        { "host.gicVersion",
                        "{\"value\": 2, \"provenance\": \"measured\", \"source\": \"a8\", \"reason\": null}" },
        { "paging.secondLevel.kind", "\"stage2\"" },
        { "paging.kvm.mode", "\"protected\"" },
};

/* The document of such a host. */
static json_t *load(void) {
        json_t *document = json_document_load(document_path);

        assert_non_null(document);
        for (size_t i = 0; i < ELEMENTS(members); i++)
                assert_true(json_document_set(document, members[i].path,
                                json_loads(members[i].json, JSON_DECODE_ANY, NULL)));
        return document;
}

static void read_document(const json_t *document, Profile *ret) {
        JsonError error = {};

        if (profile_json_read(document, ret, &error) < 0)
                fail_msg("%s", error.text);
}

static json_t *write_part(const FieldTable *table, const void *object) {
        const FieldContext context = {};

        return fields_json(&context, table, object);
}

static void test_read(void **state) {
        json_auto_t *document = load(), *host = NULL, *paging = NULL;
        Profile profile = {};

        read_document(document, &profile);
        assert_int_equal(profile.host.vendor, CPU_VENDOR_OTHER);
        assert_int_equal(profile.host.midr.value, 0x413fd0c1);
        assert_int_equal(profile.host.implementer.value, 0x41);
        assert_int_equal(profile.host.variant.value, 3);
        assert_int_equal(profile.host.part.value, 0xd0c);
        assert_int_equal(profile.host.revision.value, 1);
        assert_int_equal(profile.host.cpu_kinds.value, 2);
        assert_int_equal(profile.host.page_size.value, 65536);
        assert_string_equal(profile.host.page_size.source, "a7");
        assert_int_equal(profile.host.gic_version.value, 2);
        assert_int_equal(profile.paging.kvm_mode, KVM_MODE_PROTECTED);
        /* Written as it was read. */
        host = write_part(&host_table, &profile.host);
        paging = write_part(&paging_table, &profile.paging);
        assert_true(json_equal(host, json_object_get(document, "host")));
        assert_true(json_equal(paging, json_object_get(document, "paging")));
        profile_done(&profile);
}

/* Documents of older versions lack them: unknown, and KVM's mode is not "none". */
static void test_older(void **state) {
        json_auto_t *document = load();
        Profile profile = {};

        for (size_t i = 0; i < ELEMENTS(members); i++)
                if (strncmp(members[i].path, "host.cpu", 8) == 0
                                                ? strcmp(members[i].path, "host.cpuVendor") != 0
                                                : strcmp(members[i].path, "host.pageSize") == 0 ||
                                                                strcmp(members[i].path, "host.gicVersion") ==
                                                                                0)
                        assert_true(json_document_set(document, members[i].path, NULL));
        assert_true(json_document_set(document, "paging.kvm.mode", NULL));
        read_document(document, &profile);
        assert_int_equal(profile.host.midr.provenance, PROVENANCE_UNKNOWN);
        assert_int_equal(profile.host.part.reason, REASON_ABSENT);
        assert_int_equal(profile.host.cpu_kinds.reason, REASON_ABSENT);
        assert_int_equal(profile.host.page_size.provenance, PROVENANCE_UNKNOWN);
        assert_int_equal(profile.host.gic_version.reason, REASON_ABSENT);
        assert_int_equal(profile.paging.kvm_mode, KVM_MODE_UNKNOWN);
        profile_done(&profile);
}

/* Of an x86 host they are neither written nor read. */
static void test_x86(void **state) {
        json_auto_t *document = json_document_load(document_path), *host = NULL;
        JsonError error = {};
        Profile profile = {};

        assert_non_null(document);
        read_document(document, &profile);
        profile.host.page_size = fact_measured(4096, "sysconf");
        host = write_part(&host_table, &profile.host);
        assert_true(json_equal(host, json_object_get(document, "host")));
        assert_string_equal(json_document_read_changed(document, "host.pageSize",
                                            json_loads(members[8].json, 0, NULL), &error),
                        "host.pageSize: expected null");
        profile_done(&profile);
}

static void test_refused(void **state) {
        static const struct {
                const char *path, *json, *error;
        } cases[] = {
                { "host.cpuImplementer.value", "256",
                                "host.cpuImplementer.value: expected an integer from 0 to 255" },
                { "host.cpuPart.value", "4096", "host.cpuPart.value: expected an integer from 0 to 4095" },
                { "host.cpuRevision.value", "-1",
                                "host.cpuRevision.value: expected an integer from 0 to 15" },
                { "host.gicVersion.value", "6", "host.gicVersion.value: expected an integer from 0 to 5" },
                { "paging.kvm.mode", "\"hvhe\"", NULL },
                { "paging.kvm.mode", "3", NULL },
        };
        json_auto_t *document = load();
        JsonError error;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const char *text = json_document_read_changed(document, cases[i].path,
                                json_loads(cases[i].json, JSON_DECODE_ANY, NULL), &error);

                if (cases[i].error)
                        assert_string_equal(text, cases[i].error);
                else
                        assert_non_null(strstr(text, "paging.kvm.mode: expected"));
        }
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_older),
                cmocka_unit_test(test_x86),
                cmocka_unit_test(test_refused),
        };

        if (argc != 2)
                return EXIT_FAILURE;
        document_path = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
