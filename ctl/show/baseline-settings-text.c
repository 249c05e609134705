/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/baseline-parts.h"
#include "ctl/show/settings-text.h"

static const Setting *first_of(const Settings *settings, SettingFor consumer) {
        for (size_t i = 0; i < settings->n; i++)
                if (settings->items[i].consumer == consumer)
                        return &settings->items[i];
        return NULL;
}

/* What is shown of them without --settings is the same: each was checked for itself. */
static bool are_equal(const Settings *a, const Settings *b) {
        static const SettingFor shown[] = { SETTING_LIBVIRT, SETTING_QEMU };

        for (size_t i = 0; i < ELEMENTS(shown); i++) {
                const Setting *x = first_of(a, shown[i]), *y = first_of(b, shown[i]);

                if (!x || !y || !setting_offered(x) || !setting_offered(y) ||
                                strcmp(x->text, y->text) != 0 || x->warning.n_hosts != y->warning.n_hosts)
                        return false;
        }
        return true;
}

static void print_line(const BaselineText *text, const char *line) {
        if (!text->no_legend)
                screen_wrap(&text->screen, 0, line);
}

/* Whether a host may be of that architecture, or is unknown. */
static bool any_x86(const BaselineCounts *architectures) {
        for (size_t i = 0; i < architectures->n; i++) {
                const char *name = architectures->counts[i].name;

                if (!name || strcmp(name, "x86_64") == 0 || fnmatch("i?86", name, 0) == 0)
                        return true;
        }
        return false;
}

static void print_no_settings(const BaselineText *text) {
        char line[256];

        const BaselineCounts *architectures = &text->baseline->architectures;

        if (architectures->n != 1 || strcmp(architectures->counts[0].name, "aarch64") != 0) {
                print_line(text, "No settings: they are for x86_64 hosts only.");
                return;
        }
        print_line(text, "No settings: the address width of an arm64 guest is the one of its host.");
        if (!text->baseline->memory)
                return;
        snprintf(line, sizeof(line),
                        "With up to %" PRIu64
                        " GiB of memory, including maxmem and 1 GiB for each slot, guests of QEMU's "
                        "machine type virt have the same memory map on all hosts.",
                        text->baseline->memory >> 30);
        print_line(text, line);
}

/* Hosts that the settings are not for. */
static void print_xen(const BaselineText *text) {
        Paragraph line = {};

        paragraph_add(&line, "Not for ");
        paragraph_add_hosts(&line, text->baseline->xen);
        paragraph_add(&line, " where Xen runs the guests: settings are for guests of KVM.");
        print_line(text, line.text);
}

void baseline_print_settings(const BaselineText *text) {
        const BaselineSettings *settings = text->settings;
        const uint64_t xen = text->baseline->xen;

        if (!settings)
                return;
        if (!any_x86(&text->baseline->architectures)) {
                print_no_settings(text);
                return;
        }
        if (xen > 0 && xen == text->baseline->hosts) {
                print_line(text,
                                "No settings: they are for guests of KVM, and Xen runs the guests of all hosts.");
                return;
        }
        if (settings->n == 0)
                print_line(text,
                                "No settings: there is no width that all hosts are known to support. "
                                "--for-width=N shows those for another width.");
        for (size_t i = 0; i < settings->n; i++)
                if (i == 0 || text->all_settings || !are_equal(&settings->sets[0], &settings->sets[i]))
                        settings_text(&settings->sets[i], text->all_settings);
                else
                        print_line(text, "With assigned devices: the same settings.");
        if (settings->n > 0 && xen > 0)
                print_xen(text);
        if (settings->n > 0 && !text->all_settings)
                print_line(text, "'--settings' shows those for Nova, Proxmox VE and KubeVirt, too.");
}
