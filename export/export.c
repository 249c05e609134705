/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "export/export.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"

const ExportFormat *const export_formats[] = {
        &export_prometheus,
        &export_nfd,
        &export_nova,
        &export_proxmox,
        &export_ansible,
        NULL,
};

const ExportFormat *export_find(const char *name) {
        for (size_t i = 0; export_formats[i]; i++)
                if (strcmp(export_formats[i]->name, name) == 0)
                        return export_formats[i];
        return NULL;
}

/* The whole text. -ENOMEM, or the error of the sink. */
static int write_format(const ExportFormat *format, const Profile *profile, JsonSink sink, void *userdata) {
        ExportText text = { .sink = sink, .userdata = userdata };

        format->write(profile, &text);
        return text.error;
}

static int to_memory(const char *text, size_t n, void *userdata) {
        return fwrite(text, 1, n, userdata) == n ? 0 : -ENOMEM;
}

int export_make(const ExportFormat *format, const Profile *profile, char **ret, size_t *ret_n) {
        _cleanup_free_ char *text = NULL;
        size_t n = 0;
        FILE *memory = open_memstream(&text, &n);
        int r;

        if (!memory)
                return -ENOMEM;
        r = write_format(format, profile, to_memory, memory);
        if (fclose(memory) != 0)
                r = -ENOMEM;
        if (r < 0)
                return r;
        *ret = TAKE_PTR(text);
        *ret_n = n;
        return 0;
}

void export_puts(ExportText *text, const char *string) {
        if (text->error == 0)
                text->error = text->sink(string, strlen(string), text->userdata);
}

void export_textf(ExportText *text, const char *format, ...) {
        _cleanup_free_ char *line = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&line, format, ap);
        va_end(ap);
        if (n < 0) {
                line = NULL;
                text->error = text->error ? text->error : -ENOMEM;
                return;
        }
        export_puts(text, line);
}
