/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Probes a root, writes the profile, reads the text back and writes that: the two texts are one, byte for byte. What is
 * not read back, the firmware tables, is emptied in the probed one first. Exit status 0, or 1 with a word on stderr. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/root/root.h"
#include "profile/derive/derive.h"
#include "profile/field/json-read.h"
#include "profile/field/json-write.h"

typedef struct Text {
        char *data;
        size_t n;
} Text;

static void text_done(Text *text) {
        free(text->data);
}

static int append(const char *data, size_t n, void *userdata) {
        Text *text = userdata;
        char *grown = realloc(text->data, text->n + n + 1);

        if (!grown)
                return -ENOMEM;
        text->data = grown;
        memcpy(grown + text->n, data, n);
        text->n += n;
        grown[text->n] = 0;
        return 0;
}

static int complain(const char *what, const char *why) {
        fprintf(stderr, "json-roundtrip: %s: %s\n", what, why);
        return -1;
}

static int read_back(const Text *text, Profile *ret) {
        _cleanup_(json_decrefp) json_t *document = NULL;
        JsonError error = {};
        int r;

        r = profile_json_parse(text->data, text->n, &document, &error);
        if (r >= 0)
                r = profile_json_read(document, ret, &error);
        return r < 0 ? complain("read", r == -EINVAL ? error.text : strerror(-r)) : 0;
}

/* The document does not have what is decoded, but for the IORT and the device tree, of which it lacks the faults. */
static void empty_tables(FirmwareTables *firmware) {
        const Iort iort = firmware->iort;
        const DeviceTree tree = firmware->device_tree;
        const FirmwareTables kept = { .dmar_reason = firmware->dmar_reason,
                .ivrs_reason = firmware->ivrs_reason,
                .iort_reason = firmware->iort_reason,
                .iort = iort,
                .device_tree_reason = firmware->device_tree_reason,
                .device_tree = tree };

        firmware->iort = (Iort){};
        firmware->device_tree = (DeviceTree){};
        firmware_tables_done(firmware);
        *firmware = kept;
}

static int compare(const Profile *probed, const Profile *read, JsonLayout layout) {
        _cleanup_(text_done) Text one = {}, two = {};
        size_t i = 0;

        if (profile_json_write(probed, layout, append, &one) < 0 ||
                        profile_json_write(read, layout, append, &two) < 0)
                return complain("write", strerror(ENOMEM));
        if (one.n == two.n && memcmp(one.data, two.data, one.n) == 0)
                return 0;
        while (one.data[i] && one.data[i] == two.data[i])
                i++;
        size_t from = i > 80 ? i - 80 : 0;
        fprintf(stderr, "json-roundtrip: written %.200s\njson-roundtrip: re-read %.200s\n", one.data + from,
                        two.data + from);
        return -1;
}

int main(int argc, char **argv) {
        static const JsonLayout layouts[] = { JSON_LAYOUT_SHORT, JSON_LAYOUT_PRETTY };
        _cleanup_(profile_done) Profile probed = {};
        Root *root = NULL;
        int r;

        if (argc != 2 || root_open(argv[1], &root) < 0)
                return complain("usage", "json-roundtrip ROOT"), EXIT_FAILURE;
        r = profile_probe(root, &probed);
        root_free(root);
        if (r < 0)
                return complain("probe", strerror(-r)), EXIT_FAILURE;
        for (size_t i = 0; i < ELEMENTS(layouts); i++) {
                _cleanup_(profile_done) Profile read = {};
                _cleanup_(text_done) Text text = {};

                /* Once with the tables in the text, which must not matter. */
                if (profile_json_write(&probed, layouts[i], append, &text) < 0 ||
                                read_back(&text, &read) < 0)
                        return EXIT_FAILURE;
                empty_tables(&probed.firmware);
                if (compare(&probed, &read, layouts[i]) < 0 ||
                                compare(&probed, &read, JSON_LAYOUT_CANONICAL) < 0)
                        return EXIT_FAILURE;
                printf("%zu bytes\n", text.n);
        }
        return EXIT_SUCCESS;
}
