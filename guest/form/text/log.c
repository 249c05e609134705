/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/machine.h"
#include "probe/decode/text.h"

static const char *last_of(const char *text, const char *part) {
        const char *last = NULL;

        for (const char *next = strstr(text, part); next; next = strstr(next + 1, part))
                last = next;
        return last;
}

/* "qemu version: 8.2.2Debian 1:8.2.2+ds-0ubuntu1.4, kernel: …" */
static void read_header(const char *line, TextLog *log) {
        static const char key[] = "qemu version: ";
        const char *end = line + strcspn(line, "\n"), *version = strstr(line, key), *comma;
        char text[128];
        size_t n;

        if (!version || version > end)
                return;
        version += strlen(key);
        comma = strstr(version, ", kernel:");
        n = (size_t) ((comma && comma < end ? comma : end) - version);
        snprintf(text, sizeof(text), "%.*s", (int) (n < sizeof(text) - 1 ? n : sizeof(text) - 1), version);
        n = strspn(text, "0123456789.");
        text_printable(bytes_of(text + n), log->package, sizeof(log->package));
        text[n] = 0;
        if (guest_version_from_text(text, false, &log->version) < 0)
                log->version = (GuestVersion){};
}

void text_log_cut(TextCopy *copy, TextLog *ret) {
        const char *header = last_of(copy->text, "starting up libvirt version: "), *start, *line;

        *ret = (TextLog){};
        if (header)
                read_header(header, ret);
        /* libvirt before 1.2.11 writes no version. */
        else
                header = last_of(copy->text, "+0000: starting up\n");
        line = header ? header + strcspn(header, "\n") : last_of(copy->text, "LC_ALL=C \\\n");
        if (!line)
                return;
        start = line += *line == '\n';
        /* A start cut off before its command has none. libvirt ends all lines but the last with "\". */
        for (bool more = true; more && *line;) {
                const char *end = line + strcspn(line, "\n");

                more = end > line &&
                                (end[-1] == '\\' || (end - line > 1 && end[-1] == '\r' && end[-2] == '\\'));
                line = end + (*end == '\n');
        }
        text_copy_cut(copy, start, line);
}

int text_log_finish(const TextLog *log, Guest *guest) {
        int r;

        if (log->version.major == 0)
                return 0;
        guest->vmm_version = log->version;
        r = guest_assume(guest, "vmmVersion", "%u.%u.%u, from the log's last start%s%.60s",
                        log->version.major, log->version.minor, log->version.patch,
                        *log->package ? ": " : "", log->package + strspn(log->package, " "));
        return r == -E2BIG ? 0 : r;
}

bool text_task_error(TextCopy *copy) {
        static const char key[] = "command '", failed[] = "' failed";
        char *found = NULL, *last;

        for (char *next = strstr(copy->text, key); next; next = strstr(next + 1, key)) {
                const char *word = next + strlen(key);

                if (text_find_program(word, word + strcspn(word, " \n")) == word) {
                        found = next + strlen(key);
                        break;
                }
        }
        if (!found)
                return false;
        last = strstr(found, failed);
        /* Such words rarely occur in a command. The first of several tasks counts. */
        if (!last) {
                unsigned quotes = 0;

                last = copy->text + copy->n;
                while (last > found && strchr(" \t\r\n", last[-1]))
                        last--;
                for (const char *c = found; c < last; c++)
                        quotes += *c == '\'';
                last -= quotes % 2 == 1 && last[-1] == '\'';
        }
        for (char *c = found; c < last; c++)
                if (*c == '\n' || *c == '\r')
                        *c = ' ';
        text_copy_cut(copy, found, last);
        return true;
}
