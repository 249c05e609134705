/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/check-text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/numbers.h"
#include "ctl/show/plan-text.h"
#include "ctl/show/table.h"
#include "guest/rules/check.h"
#include "probe/decode/text.h"

#define INDENT 9

static const char *colour(const Screen *screen, Verdict verdict) {
        switch (verdict) {
        case VERDICT_UNSAFE:
                return screen_red(screen);
        case VERDICT_WARNING:
        case VERDICT_UNKNOWN:
                return screen_yellow(screen);
        default:
                return "";
        }
}

static void print_wrapped(const Screen *screen, unsigned indent, const char *text) {
        char printable[512];

        text_shown(text, printable, sizeof(printable));
        screen_wrap(screen, indent, printable);
}

void check_text_verdict(const Screen *screen, Verdict verdict, const char *about) {
        static const char *const words[_VERDICT_MAX] = {
                [VERDICT_SAFE] = "SAFE",
                [VERDICT_WARNING] = "WARNING",
                [VERDICT_UNKNOWN] = "WARNING",
                [VERDICT_UNSAFE] = "UNSAFE",
        };

        printf("%s%s%-*s%s", screen_bold(screen), colour(screen, verdict), INDENT, words[verdict],
                        screen_off(screen));
        print_wrapped(screen, INDENT, about);
}

/* The rule follows the numbers or, without any, the sentence. */
static void print_finding(
                const Screen *screen, const Guest *guest, const CheckFinding *finding, bool planned) {
        bool numbers = *finding->numbers;
        char text[512];

        printf("%s%-*s%s", colour(screen, finding->verdict), INDENT, finding_verdict_word(finding->verdict),
                        screen_off(screen));
        if (numbers)
                snprintf(text, sizeof(text), "%s: %s", finding->subject, finding->summary);
        else
                snprintf(text, sizeof(text), "%s: %s [%s]", finding->subject, finding->summary,
                                rule_to_string(finding->rule));
        print_wrapped(screen, INDENT, text);
        if (numbers) {
                snprintf(text, sizeof(text), "%s [%s]", finding->numbers, rule_to_string(finding->rule));
                printf("%*s%s", INDENT, "", screen_dim(screen));
                print_wrapped(screen, INDENT, text);
                printf("%s", screen_off(screen));
        }
        plan_text_remedy(screen, guest, finding, planned);
}

static bool same_remedy(const CheckFinding *a, const CheckFinding *b) {
        return (*a->libvirt || *a->qemu || *a->proxmox) && strcmp(a->libvirt, b->libvirt) == 0 &&
                        strcmp(a->qemu, b->qemu) == 0 && strcmp(a->proxmox, b->proxmox) == 0 &&
                        a->in_plan == b->in_plan;
}

/* Whether `missing` refers to this note. */
static bool names_note(const char *missing, const GuestNote *note) {
        char text[sizeof(note->what) + 16];

        snprintf(text, sizeof(text), "what %s means", note->what);
        return strcmp(missing, text) == 0;
}

static void print_give(const Screen *screen, const char *text) {
        printf("%*s%s ", INDENT, "", screen->utf8 ? "\u2192" : "->");
        print_wrapped(screen, INDENT + (screen->utf8 ? 2 : 3), text);
}

static void print_missing(const Screen *screen, const Guest *guest, const char *missing) {
        bool found = false;

        for (size_t i = 0; i < guest->n_ignored; i++) {
                const GuestNote *note = &guest->ignored[i];
                char text[sizeof(note->what) + sizeof(note->text) + 4];

                if (!names_note(missing, note))
                        continue;
                snprintf(text, sizeof(text), "%s: %s", note->what, note->text);
                printf("%s%-*s%s", screen_yellow(screen), INDENT, "missing", screen_off(screen));
                print_wrapped(screen, INDENT, text);
                found = true;
        }
        if (found)
                return;
        printf("%s%-*s%s", screen_yellow(screen), INDENT, "missing", screen_off(screen));
        print_wrapped(screen, INDENT, missing);
        if (strncmp(missing, "BARs of mediated", strlen("BARs of mediated")) == 0 ||
                        strstr(missing, " (vGPU type ")) {
                print_give(screen,
                                "set them as \"devices\" in /etc/hawd/guest-defaults.json; lspci -v in a "
                                "guest with such a device shows them");
                return;
        }
        if (strncmp(missing, "the firmware", strlen("the firmware")) != 0)
                return;
        print_give(screen,
                        guest->firmware.kind == FIRMWARE_OVMF
                                        ? "set --firmware=ovmf:TAG, such as --firmware=ovmf:202411"
                                        : guest->firmware.kind == FIRMWARE_SEABIOS
                                        ? "set --firmware=seabios:VERSION, such as --firmware=seabios:1.16.3"
                                        : "set --firmware=ovmf:TAG or --firmware=seabios:VERSION");
}

/* Each possible value, its verdict, and its additional findings. */
static void print_alternative(const Screen *screen, const Guest *guest, const CheckPlan *plan,
                const CheckAlternative *alternative) {
        char text[sizeof(alternative->when) + 64];

        snprintf(text, sizeof(text), "%s: %s", alternative->when, check_verdict_word(alternative->verdict));
        printf("%s%-*s%s", colour(screen, alternative->verdict), INDENT, "  if", screen_off(screen));
        print_wrapped(screen, INDENT, text);
        for (size_t i = 0; i < alternative->n; i++)
                print_finding(screen, guest, &alternative->findings[i],
                                plan_text_same(plan, &alternative->findings[i]));
        for (size_t i = 0; i < alternative->n_missing; i++)
                print_missing(screen, guest, alternative->missing[i]);
}

void check_text_findings(const Screen *screen, const Guest *guest, const Check *check, bool all) {
        plan_text(screen, guest, check);
        for (size_t i = 0; i < check->n; i++) {
                CheckFinding finding = check->findings[i];
                bool planned = plan_text_same(&check->plan, &finding);

                if (finding.verdict == VERDICT_SAFE && !all)
                        continue;
                /* A setting for several consecutive findings follows the last of them. */
                if (i + 1 < check->n && same_remedy(&finding, &check->findings[i + 1]))
                        finding.remedy = finding.libvirt = finding.qemu = finding.proxmox = (char *) "";
                print_finding(screen, guest, &finding, planned);
        }
        for (size_t i = 0; i < check->n_missing; i++)
                print_missing(screen, guest, check->missing[i]);
        for (size_t i = 0; i < check->n_alternatives; i++)
                print_alternative(screen, guest, &check->plan, &check->alternatives[i]);
}

static void print_assumed(const Screen *screen, const GuestNote *note) {
        char text[sizeof(note->what) + sizeof(note->text) + 4];

        snprintf(text, sizeof(text), "%s: %s", note->what, note->text);
        printf("%s%-*s", screen_dim(screen), INDENT, "assumed");
        print_wrapped(screen, INDENT, text);
        printf("%s", screen_off(screen));
}

void check_text_assumed(const Screen *screen, const Guest *guest, const Check *check) {
        for (size_t i = 0; i < guest->n_assumed; i++)
                print_assumed(screen, &guest->assumed[i]);
        for (size_t i = 0; i < check->n_assumed; i++)
                print_assumed(screen, &check->assumed[i]);
}

enum { COLUMN_START, COLUMN_END, COLUMN_SIZE, COLUMN_KIND, COLUMN_WHAT };

static const Column columns[] = {
        [COLUMN_START] = { "START", .right = true },
        [COLUMN_END] = { "END", .right = true },
        [COLUMN_SIZE] = { "SIZE", .right = true },
        [COLUMN_KIND] = { "KIND" },
        [COLUMN_WHAT] = { "WHAT", .wrap = true },
};

int check_text_layout(const Screen *screen, const Layout *layout, bool no_legend) {
        Table *table = table_new(columns, ELEMENTS(columns), screen, no_legend);
        char text[NUMBER_TEXT_MAX], label[sizeof(layout->ranges->label)];

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];

                text_shown(range->label, label, sizeof(label));
                table_row(table);
                table_cell(table, COLUMN_START, number_address(range->start, text, sizeof(text)));
                table_cell(table, COLUMN_END, number_address(range->end, text, sizeof(text)));
                table_cell(table, COLUMN_SIZE,
                                number_bytes(range->end - range->start + 1, text, sizeof(text)));
                table_cell(table, COLUMN_KIND, layout_kind_to_string(range->kind));
                table_cell(table, COLUMN_WHAT, label);
        }
        return table_finish(table);
}
