/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests that libxl keeps, in a directory of the test's own. The document is what "xl create -n" of Xen 4.17 prints. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/process/xen-domains.h"
#include "unit.h"

static const char document[] =
                "{\"c_info\":{\"type\":\"hvm\",\"name\":\"web\",\"hap\":\"True\",\"passthrough\":\"sync_pt\"},"
                "\"b_info\":{\"max_vcpus\":1,\"max_memkb\":4194304,\"target_memkb\":2097152,\"type.hvm\":{\"bios\":\"seabios\","
                "\"mmio_hole_memkb\":524288,\"vga\":{\"kind\":\"std\"},\"rdm\":{\"strategy\":\"host\",\"policy\":\"strict\"}}},"
                "\"nics\":[{\"devid\":0,\"model\":\"e1000\"},{\"devid\":1,\"nictype\":\"vif\"}],"
                "\"pcidevs\":[{\"dev\":5,\"vfunc_mask\":1,\"rdm_policy\":\"relaxed\"}]}";

static void put(const char *directory, const char *name, const char *text, time_t when) {
        char path[256];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
        assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[]){ { when, 0 }, { when, 0 } }, 0), 0);
}

static void test_directory(void **state) {
        char directory[] = "/tmp/hawd-xen-XXXXXX", command[64];
        XenDomains domains = {};

        assert_non_null(mkdtemp(directory));
        put(directory, "userdata-d.12.6a0f3a0e.libxl-json", document, 2000);
        put(directory, "userdata-d.3.6a0f3a0e.libxl-json", "{\"c_info\":{},\"b_info\":{}}", 2000);
        put(directory, "userdata-d.0.00000000.libxl-json", document, 2000);  /* dom0 */
        put(directory, "userdata-d.5.6a0f3a0e.libxl-json", document, 999);   /* before the host started */
        put(directory, "userdata-d.6.6a0f3a0e.xl", "name='a'\n", 2000);      /* xl's own */
        put(directory, "userdata-n.12.6a0f3a0e.libxl-json", document, 2000); /* not of a running guest */
        put(directory, "userdata-d.99999.6a0f3a0e.libxl-json", document, 2000);
        assert_int_equal(xen_domains_read(directory, 1000, &domains), 0);
        assert_int_equal(domains.n, 2);
        assert_int_equal(domains.items[0].domid, 3);
        assert_string_equal(domains.items[0].why, "libxl's JSON: c_info.type: expected hvm, pvh or pv");
        assert_int_equal(domains.items[1].domid, 12);
        assert_string_equal(domains.items[1].why, "");
        xen_domains_done(&domains);
        assert_int_equal(xen_domains_read("/nonexistent", 0, &domains), -ENOENT);
        snprintf(command, sizeof(command), "rm -r %s", directory);
        assert_int_equal(system(command), 0);
}

static void test_guest(void **state) {
        char directory[] = "/tmp/hawd-xen-XXXXXX", command[64];
        XenDomains domains = {};
        const Guest *guest;

        assert_non_null(mkdtemp(directory));
        put(directory, "userdata-d.12.6a0f3a0e.libxl-json", document, 2000);
        assert_int_equal(xen_domains_read(directory, 0, &domains), 0);
        guest = &domains.items[0].guest;
        assert_string_equal(guest->name, "web");
        assert_int_equal(guest->machine, MACHINE_XEN_HVM);
        assert_int_equal(guest->memory.ram, UINT64_C(2) << 30);
        assert_int_equal(guest->memory.max, UINT64_C(4) << 30);
        assert_int_equal(guest->firmware.kind, FIRMWARE_SEABIOS);
        assert_int_equal(guest->xen.mmio_hole, UINT64_C(512) << 20);
        assert_int_equal(guest->xen.rdm_strategy, XEN_RDM_HOST);
        assert_int_equal(guest->xen.rdm_policy, XEN_RDM_STRICT);
        assert_int_equal(guest->xen.passthrough, TRISTATE_YES);
        assert_string_equal(guest->xen.vga, "stdvga");
        assert_int_equal(guest->n_devices, 2);
        assert_int_equal(guest->devices[0].rdm_policy, XEN_RDM_RELAXED);
        assert_int_equal(guest->devices[0].address.device, 5);
        assert_string_equal(guest->devices[1].name, "nic0 (e1000)");
        xen_domains_done(&domains);
        snprintf(command, sizeof(command), "rm -r %s", directory);
        assert_int_equal(system(command), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_directory),
                cmocka_unit_test(test_guest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
