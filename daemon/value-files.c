/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/value-files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/write-file.h"
#include "dbus/property.h"
#include "probe/cleanup.h"

static int write_table(int fd, const FieldTable *table, const void *object);

/* "cpuPhysicalBits" is the file cpu_physical_bits. */
static void file_name(const char *key, char *ret, size_t size) {
        size_t n = 0;

        for (; *key && n < size - 2; key++) {
                if (isupper((unsigned char) *key))
                        ret[n++] = '_';
                ret[n++] = (char) tolower((unsigned char) *key);
        }
        ret[n] = 0;
}

/* One element per line, members separated by blanks, as in an IOMMU group's reserved_regions. */
static void print_list(FILE *file, const Field *list, const void *object) {
        for (size_t i = 0; i < field_count(list, object); i++)
                for (size_t j = 0; j < list->table->n; j++) {
                        const Field *field = &list->table->fields[j];
                        const void *value = field_value(field, field_element(list, object, i));

                        if (field->kind == FIELD_HEX)
                                fprintf(file, "0x%016" PRIx64, *(const uint64_t *) value);
                        else
                                fprintf(file, "%s", (const char *) value);
                        fputc(j + 1 < list->table->n ? ' ' : '\n', file);
                }
}

static void print_value(FILE *file, const Field *field, const void *object) {
        const void *value = field_value(field, object);
        const Fact *fact = value;

        switch (field->kind) {
        case FIELD_NUMBER:
                if (fact_known(fact))
                        fprintf(file, "%" PRIu64 "\n", fact->value);
                else
                        fprintf(file, "unknown: %s\n", reason_to_string(fact->reason));
                break;
        case FIELD_INTEGER:
                fprintf(file, "%" PRId64 "\n", field_integer(field, object));
                break;
        case FIELD_LIST:
                print_list(file, field, object);
                break;
        default:
                fprintf(file, "%s\n", *(const char *) value ? (const char *) value : "unknown");
                break;
        }
}

static int write_value(int fd, const Field *field, const void *object) {
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);
        char name[64];

        if (!file)
                return -ENOMEM;
        print_value(file, field, object);
        if (fclose(file) != 0)
                return -ENOMEM;
        file_name(field->key, name, sizeof(name));
        return write_file_at(fd, name, text, size, "");
}

static int write_directory(int fd, const Field *field, const void *object) {
        int r = mkdirat(fd, field->key, 0755) < 0 ? -errno : 0;
        _cleanup_close_ int directory =
                        r < 0 ? -1 : openat(fd, field->key, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (r >= 0 && directory < 0)
                r = -errno;
        return r < 0 ? r : write_table(directory, field->table, object);
}

static int write_table(int fd, const FieldTable *table, const void *object) {
        int r = 0;

        for (size_t i = 0; i < table->n && r >= 0; i++) {
                const Field *field = &table->fields[i];

                if (field->flags & FIELD_DIRECTORY)
                        r = write_directory(fd, field, field_value(field, object));
                else if (field->kind == FIELD_OBJECT)
                        r = write_table(fd, field->table, field_value(field, object));
                else if (field->flags & FIELD_FILE)
                        r = write_value(fd, field, object);
        }
        return r;
}

int value_files_write(int fd, const Publication *publication) {
        return write_table(fd, &publication_table, publication);
}
