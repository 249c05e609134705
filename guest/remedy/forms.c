/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/remedy/remedy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/vmm/vmm.h"
#include "guest/xml-element.h"
#include "probe/cleanup.h"
#include "profile/shell-word.h"

void change_forms_done(ChangeForms *forms) {
        free(forms->libvirt);
        free(forms->option);
        free(forms->proxmox);
        *forms = (ChangeForms){};
}

/* ── as texts ──────────────────────────────────────────────────────────────────────────────────────────── */

static int put_line(FILE *file, char *line) {
        if (!line)
                return -ENOMEM;
        if (ftell(file) > 0)
                fputc('\n', file);
        fputs(line, file);
        free(line);
        return 0;
}

static int put_argument(FILE *file, const char *sign, const char *value) {
        json_t *element = xml_element_new("qemu:arg");
        int r;

        xml_element_set(element, "value", "%s%s", sign, value);
        r = put_line(file, element ? xml_element_render(element) : NULL);
        json_decref(element);
        return r;
}

/* libvirt: an option is two arguments. */
static int put_libvirt(FILE *file, const ChangeRun *run) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < json_array_size(run->changed_elements); i++)
                r = put_line(file, xml_element_render(json_array_get(run->changed_elements, i)));
        for (size_t i = 0; r >= 0 && run->before.form.manager == MANAGER_LIBVIRT &&
                        i < json_array_size(run->changed_options);
                        i++) {
                const json_t *option = json_array_get(run->changed_options, i);

                r = put_argument(file, "-", json_string_value(json_array_get(option, 0)));
                if (r >= 0)
                        r = put_argument(file, "", json_string_value(json_array_get(option, 1)));
        }
        return r;
}

/* "name=value" as in xl.cfg(5), whose quoted texts may have bytes as "\\xNN". */
static void put_assigned(FILE *file, const char *name, const char *value) {
        fprintf(file, "%s=", name);
        for (; *value; value++)
                if (*value >= ' ' && *value <= '~')
                        fputc(*value, file);
                else
                        fprintf(file, "\\x%02x", (unsigned char) *value);
}

static int put_options(FILE *file, const ChangeRun *run) {
        const Vmm *vmm = vmm_of(&run->before);

        for (size_t i = 0; i < json_array_size(run->changed_options); i++) {
                const json_t *option = json_array_get(run->changed_options, i);
                const char *name = json_string_value(json_array_get(option, 0));
                _cleanup_free_ char *quoted = shell_word(change_option_value(option));

                if (!quoted)
                        return -ENOMEM;
                fputs(i > 0 ? "\n" : "", file);
                if (vmm->assigns_options)
                        put_assigned(file, name, change_option_value(option));
                else
                        fprintf(file, "%s%s %s", vmm->sign, name, quoted);
        }
        return 0;
}

static int render(int (*put)(FILE *file, const ChangeRun *run), const ChangeRun *run, char **ret) {
        size_t n;
        FILE *file = open_memstream(ret, &n);
        int r;

        if (!file)
                return -ENOMEM;
        r = put(file, run);
        return fclose(file) != 0 ? -ENOMEM : r;
}

static int finish(ChangeRun *run, const Change *changes, size_t n) {
        const Manager manager = run->before.form.manager;
        ChangeForms *forms = run->forms;
        int r;

        if (run->no_libvirt || manager == MANAGER_PROXMOX)
                forms->libvirt = strdup("");
        else if (render(put_libvirt, run, &forms->libvirt) < 0)
                return -ENOMEM;
        r = manager == MANAGER_LIBVIRT ? 0 : render(put_options, run, &forms->option);
        if (r >= 0 && !forms->option)
                forms->option = strdup("");
        forms->proxmox = manager == MANAGER_PROXMOX ? change_proxmox(run, changes, n) : strdup("");
        return r >= 0 && run->error >= 0 && forms->libvirt && forms->option && forms->proxmox ? 0 : -ENOMEM;
}

/* ── all changes ───────────────────────────────────────────────────────────────────────────────────────── */

static void run_done(ChangeRun *run) {
        json_decref(run->elements);
        json_decref(run->changed_elements);
        json_decref(run->options);
        json_decref(run->changed_options);
}

int change_forms(const Guest *guest, const Change *changes, size_t n, ChangeForms *ret) {
        ChangeForms forms = {};
        ChangeRun run = { .before = *guest, .now = *guest, .forms = &forms };
        int r = -ENOMEM;

        run.elements = guest->form.elements ? json_deep_copy(guest->form.elements) : NULL;
        run.options = guest->form.options ? json_deep_copy(guest->form.options) : json_array();
        run.changed_elements = json_array();
        run.changed_options = json_array();
        if (run.options && run.changed_elements && run.changed_options) {
                for (size_t i = 0; i < n; i++) {
                        run.before = run.now;
                        change_apply(&changes[i], &run.now);
                        change_element(&run, &changes[i]);
                        /* In a domain: <qemu:commandline> only. */
                        if (guest->form.manager != MANAGER_LIBVIRT || change_is_argument(&run, &changes[i]))
                                vmm_of(guest)->option(&run, &changes[i]);
                }
                run.before = *guest;
                r = finish(&run, changes, n);
        }
        run_done(&run);
        if (r < 0) {
                change_forms_done(&forms);
                return r;
        }
        *ret = forms;
        return 0;
}
