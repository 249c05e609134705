/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/models-text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/show/table.h"

/* "; with assigned devices, 39" */
static void devices_text(const Models *models, char *text, size_t size) {
        const ModelHosts *hosts = &models->hosts;
        const bool one = hosts->n == 1;

        if (hosts->devices_impossible == hosts->n)
                snprintf(text, size, "; %s assign devices", one ? "it cannot" : "none of them can");
        else if (hosts->devices_unknown > 0 && one)
                snprintf(text, size, "; with assigned devices, this is unknown");
        else if (hosts->devices_unknown > 0)
                snprintf(text, size, "; with assigned devices, this is unknown on %" PRIu64 " of them",
                                hosts->devices_unknown);
        else if (hosts->devices_impossible > 0)
                snprintf(text, size, "; with assigned devices, %u (%" PRIu64 " hosts cannot assign any)",
                                models->bits_with_devices, hosts->devices_impossible);
        else
                snprintf(text, size, "; with assigned devices, %u", models->bits_with_devices);
}

/* The table is of x86. */
static void print_arm64(const Screen *screen, const ModelHosts *hosts) {
        char who[64] = "this host", text[256];

        if (hosts->arm64 == 0)
                return;
        if (hosts->arm64 + hosts->n > 1)
                snprintf(who, sizeof(who), "%" PRIu64 " arm64 host%s", hosts->arm64,
                                hosts->arm64 == 1 ? "" : "s");
        snprintf(text, sizeof(text),
                        "These are CPU models of x86: KVM on %s does not run them. An arm64 guest has the "
                        "address width of its host's KVM, whatever its model; 'hawctl status' shows it",
                        who);
        screen_wrap(screen, 0, text);
}

/* "This host holds guests of up to 46 address bits; with assigned devices, 39" */
static void print_hosts(const Screen *screen, const Models *models) {
        const ModelHosts *hosts = &models->hosts;
        char who[64] = "This host", devices[128], text[256];

        print_arm64(screen, hosts);
        if (hosts->n == 0 && hosts->arm64 > 0)
                return;
        devices_text(models, devices, sizeof(devices));
        if (hosts->n > 1)
                snprintf(who, sizeof(who), "Each of %" PRIu64 " hosts", hosts->n);
        else if (hosts->arm64 > 0)
                snprintf(who, sizeof(who), "The x86 host");
        if (models->bits > 0)
                snprintf(text, sizeof(text), "%s holds guests of up to %u address bits%s", who, models->bits,
                                devices);
        else if (hosts->n == 1)
                snprintf(text, sizeof(text), "It is unknown which guests this host holds%s", devices);
        else
                snprintf(text, sizeof(text),
                                "It is unknown which guests %" PRIu64 " of %" PRIu64 " hosts hold%s",
                                hosts->guest_unknown, hosts->n, devices);
        screen_wrap(screen, 0, text);
}

/* ── list ──────────────────────────────────────────────────────────────────────────────────────────────── */

enum { LIST_NAME, LIST_QEMU, LIST_SEEN, LIST_HELD };

/* "39 (4031), 46 (217)" */
static void seen_cell(Table *table, const Model *model) {
        char text[256];
        size_t n = 0;

        for (size_t i = 0; i < model->n_widths && n < sizeof(text); i++) {
                const WidthSeen *seen = &model->widths[i].seen;

                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%u (%u)", i ? ", " : "", seen->bits,
                                (unsigned) seen->hosts + seen->dumps);
        }
        table_cell(table, LIST_SEEN, n > 0 ? text : NULL);
}

/* "39, 46"; of several hosts, how many hold each: "39 (625), 46 (212)". */
static void held_cell(Table *table, const Models *models, const Model *model) {
        const bool one = models->hosts.n == 1, unknown = models->hosts.guest_unknown == models->hosts.n;
        char text[256] = "";
        size_t n = 0;

        for (size_t i = 0; i < model->n_widths && n < sizeof(text) && !unknown; i++) {
                const ModelWidth *width = &model->widths[i];

                if (width->held == 0)
                        continue;
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%u", n ? ", " : "", width->seen.bits);
                if (!one && n < sizeof(text))
                        n += (size_t) snprintf(text + n, sizeof(text) - n, " (%" PRIu64 ")", width->held);
        }
        if (n == 0 && model->n_widths > 0 && models->hosts.guest_unknown == 0)
                snprintf(text, sizeof(text), "none");
        table_cell(table, LIST_HELD, *text ? text : NULL);
}

int models_text_list(const Screen *screen, const Models *models, bool no_legend) {
        const Column columns[] = {
                [LIST_NAME] = { "MODEL" },
                [LIST_QEMU] = { "QEMU", .right = true },
                [LIST_SEEN] = { "SEEN IN HARDWARE (CPUS)" },
                [LIST_HELD] = { models->hosts.n + models->hosts.arm64 == 1 ? "THIS HOST" : "HELD BY (HOSTS)",
                                .wrap = true },
        };
        Table *table;

        if (!no_legend) {
                print_hosts(screen, models);
                putchar('\n');
        }
        table = table_new(columns, ELEMENTS(columns), screen, no_legend);
        for (size_t i = 0; i < models->n; i++) {
                const Model *model = &models->models[i];

                table_row(table);
                table_cell(table, LIST_NAME, model->name);
                table_cellf(table, LIST_QEMU, "%u", model->qemu.seen.bits);
                seen_cell(table, model);
                held_cell(table, models, model);
        }
        return table_finish(table);
}

/* ── each ──────────────────────────────────────────────────────────────────────────────────────────────── */

enum { EACH_BITS, EACH_KERNELS, EACH_DUMPS, EACH_QEMU, EACH_HELD, EACH_DEVICES };

static void count_cell(Table *table, unsigned column, unsigned n) {
        if (n > 0)
                table_cellf(table, column, "%u", n);
        else
                table_cell(table, column, NULL);
}

/* "yes", or "12 of 4096". Nothing if it is unknown. */
static void held_number(Table *table, unsigned column, uint64_t held, uint64_t unknown, uint64_t of) {
        if (of == 0)
                table_cell(table, column, "no");
        else if (of > 1)
                table_cellf(table, column, "%" PRIu64 " of %" PRIu64, held, of);
        else if (unknown > 0)
                table_cell(table, column, NULL);
        else
                table_cell(table, column, held > 0 ? "yes" : "no");
}

static void width_row(Table *table, const Models *models, const Model *model, const ModelWidth *width) {
        const ModelHosts *hosts = &models->hosts;

        table_row(table);
        table_cellf(table, EACH_BITS, "%u", width->seen.bits);
        count_cell(table, EACH_KERNELS, width->seen.hosts);
        count_cell(table, EACH_DUMPS, width->seen.dumps);
        table_cell(table, EACH_QEMU, width->seen.bits == model->qemu.seen.bits ? "default" : "");
        held_number(table, EACH_HELD, width->held, hosts->guest_unknown, hosts->n);
        held_number(table, EACH_DEVICES, width->held_with_devices, hosts->devices_unknown,
                        hosts->n - hosts->devices_impossible);
}

static int print_widths(const Screen *screen, const Models *models, const Model *model, bool no_legend) {
        const Column columns[] = {
                [EACH_BITS] = { "BITS", .right = true },
                [EACH_KERNELS] = { "HOSTS SEEN", .right = true },
                [EACH_DUMPS] = { "CPUID DUMPS", .right = true },
                [EACH_QEMU] = { "QEMU" },
                [EACH_HELD] = { models->hosts.n + models->hosts.arm64 == 1 ? "THIS HOST" : "HELD BY" },
                [EACH_DEVICES] = { "WITH DEVICES" },
        };
        Table *table = table_new(columns, ELEMENTS(columns), screen, no_legend);
        bool done = false;

        /* QEMU's default is a row of its own if no hardware has it. */
        for (size_t i = 0; i < model->n_widths; i++) {
                if (!done && model->qemu.seen.bits < model->widths[i].seen.bits)
                        width_row(table, models, model, &model->qemu);
                done = done || model->qemu.seen.bits <= model->widths[i].seen.bits;
                width_row(table, models, model, &model->widths[i]);
        }
        if (!done)
                width_row(table, models, model, &model->qemu);
        return table_finish(table);
}

/* "Broadwell: intel, family 6 model 61, 71, 79, 86" */
static void print_model(const Screen *screen, const Model *model) {
        char text[512];
        int n = snprintf(text, sizeof(text), "%s: %s", model->name,
                        model->n_cpus > 0 ? cpu_vendor_to_string(model->vendor) : "stands for no real CPU");

        for (size_t i = 0; i < model->n_cpus; i++)
                if (i > 0 && model->cpus[i].family == model->cpus[i - 1].family)
                        n += snprintf(text + n, sizeof(text) - (size_t) n, ", %u", model->cpus[i].model);
                else
                        n += snprintf(text + n, sizeof(text) - (size_t) n, ", family %u model %u",
                                        model->cpus[i].family, model->cpus[i].model);
        if (!model->long_mode)
                n += snprintf(text + n, sizeof(text) - (size_t) n,
                                "; no long mode: its width cannot be set");
        if (model->qemu_old > 0)
                snprintf(text + n, sizeof(text) - (size_t) n, "; %u bits before QEMU 8.2", model->qemu_old);
        printf("%s", screen_bold(screen));
        screen_wrap(screen, 0, text);
        printf("%s", screen_off(screen));
}

int models_text_each(const Screen *screen, const Models *models, bool no_legend) {
        int r = EXIT_SUCCESS;

        if (!no_legend)
                print_hosts(screen, models);
        for (size_t i = 0; i < models->n && r == EXIT_SUCCESS; i++) {
                if (!no_legend) {
                        putchar('\n');
                        print_model(screen, &models->models[i]);
                }
                r = print_widths(screen, models, &models->models[i], no_legend);
        }
        return r;
}
