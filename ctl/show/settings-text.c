/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/settings-text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/screen.h"
#include "probe/decode/text.h"

#define INDENT 4

static const char *program_of(SettingFor consumer) {
        static const char *const programs[_SETTING_FOR_MAX] = {
                [SETTING_LIBVIRT] = "libvirt",
                [SETTING_QEMU] = "QEMU",
                [SETTING_NOVA] = "Nova",
                [SETTING_PROXMOX] = "Proxmox VE",
                [SETTING_KUBEVIRT] = "KubeVirt",
        };

        return programs[consumer];
}

/* For copying: broken only at line ends. */
static void print_lines(const char *text) {
        while (*text) {
                int n = (int) strcspn(text, "\n");

                printf("%*s%.*s\n", INDENT, "", n, text);
                text += n + (text[n] ? 1 : 0);
        }
}

static void print_wrapped(const Screen *screen, const char *text) {
        printf("%*s", INDENT, "");
        screen_wrap(screen, INDENT, text);
}

static void print_problem(const Screen *screen, const char *what, const SettingProblem *problem) {
        char text[1536], shown[2048], host[80] = "";

        if (problem->n_hosts == 0)
                return;
        if (*problem->host)
                snprintf(host, sizeof(host), problem->n_hosts > 1 ? ", such as %.64s" : ": %.64s",
                                problem->host);
        snprintf(text, sizeof(text), "%s on %" PRIu64 " host%s%s: %s", what, problem->n_hosts,
                        problem->n_hosts == 1 ? "" : "s", host, problem->text);
        text_shown(text, shown, sizeof(shown));
        print_wrapped(screen, shown);
}

/* Its text once for neighbours that have the same. */
static bool is_repeated(const SettingProblem *problem, const SettingProblem *before) {
        return before && problem->n_hosts == before->n_hosts && problem->n_hosts > 0 &&
                        strcmp(problem->text, before->text) == 0 && strcmp(problem->host, before->host) == 0;
}

static void print_setting(const Screen *screen, const Setting *setting, const Setting *before) {
        printf("  %s%s%s, %s%s%s%s\n", screen_bold(screen), program_of(setting->consumer),
                        screen_off(screen), setting->name, *setting->needs ? " (needs " : "", setting->needs,
                        *setting->needs ? ")" : "");
        if (setting->n_hosts == 0) {
                print_wrapped(screen, "not offered: no host is known to hold this width");
                return;
        }
        if (!setting_offered(setting)) {
                print_problem(screen, "not offered: unsafe", &setting->unsafe);
                return;
        }
        print_lines(setting->text);
        if (*setting->note)
                print_wrapped(screen, setting->note);
        if (is_repeated(&setting->warning, before ? &before->warning : NULL))
                print_wrapped(screen, "warning: as above");
        else
                print_problem(screen, "warning", &setting->warning);
}

static bool is_first(const Settings *settings, const Setting *setting) {
        return (setting->consumer == SETTING_LIBVIRT || setting->consumer == SETTING_QEMU) &&
                        (setting == settings->items || setting[-1].consumer != setting->consumer);
}

static bool is_shown(const Settings *settings, const Setting *setting, bool all) {
        if (setting->fallback && !setting_offered(setting))
                return false;
        return all || is_first(settings, setting);
}

void settings_text(const Settings *settings, bool all) {
        const Screen screen = screen_get();
        const Setting *before = NULL;

        printf("%sSettings for %u bits, %s assigned devices%s\n", screen_bold(&screen), settings->bits,
                        settings->devices ? "with" : "without", screen_off(&screen));
        for (size_t i = 0; i < settings->n; i++) {
                const Setting *setting = &settings->items[i];

                if (!is_shown(settings, setting, all))
                        continue;
                print_setting(&screen, setting, before);
                if (setting_offered(setting))
                        before = setting;
        }
}
