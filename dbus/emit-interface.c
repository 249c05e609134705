/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints an interface's introspection document at build time: copies a template with the methods from
 * standard input, its line "<!-- properties -->" replaced by the properties of the object's table. */

#include <stdio.h>
#include <string.h>

#include "dbus/property.h"
#include "probe/cleanup.h"
#include "profile/field/tables.h"

static const struct {
        const char *interface;
        const FieldTable *table;
} interfaces[] = {
        { "Host", &publication_table },
        { "Iommu", &iommu_table },
        { "Group", &group_table },
};

static void print_text(const char *text) {
        for (; *text; text++)
                if (*text == '<')
                        fputs("&lt;", stdout);
                else
                        putchar(*text);
}

/* How the bus marks an unknown value, or the possible words. */
static void print_values(const Field *field) {
        switch (field->kind) {
        case FIELD_NUMBER:
        case FIELD_REGISTER:
                printf(" 0 when unknown.");
                break;
        case FIELD_INTEGER:
                printf(field->flags & FIELD_OR_NONE || field->when ? " 0 when unknown." : "");
                break;
        case FIELD_STATE:
        case FIELD_STATE3:
                printf(" yes, no or unknown.");
                break;
        case FIELD_TEXT:
        case FIELD_UNIT:
        case FIELD_PCI:
                printf(" Empty when there is none, or it is unknown.");
                break;
        case FIELD_WORD:
                printf(" One of:");
                for (unsigned i = 0; i < field->words->n; i++)
                        if (*words_get(field->words, i))
                                printf(" %s", words_get(field->words, i));
                printf(*words_get(field->words, 0) ? "." : "; or empty.");
                break;
        default:
                break;
        }
}

static void print_property(const char *name, const char *signature, const char *changes) {
        printf("    <property name=\"%s\" type=\"%s\" access=\"read\"", name, signature);
        if (changes)
                printf(">\n      <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"%s\"/>\n"
                       "    </property>\n\n",
                                changes);
        else
                printf("/>\n\n");
}

static void print_field(const Property *property) {
        const Field *field = property->field;

        printf("    <!-- %s: ", property->name);
        print_text(field->text);
        print_values(field);
        printf(" -->\n");
        print_property(property->name, property->signature,
                        field->flags & FIELD_CONST                   ? "const"
                                        : field->flags & FIELD_EMITS ? NULL
                                                                     : "invalidates");
}

static void print_properties(const FieldTable *table) {
        PropertyList list;

        property_list_make(table, &list);
        for (size_t i = 0; i < list.n; i++)
                if (list.properties[i].field->flags & FIELD_BUS)
                        print_field(&list.properties[i]);
        printf("    <!-- Unknown: Names of properties that are unknown, with the reason: absent, permission, malformed, hidden, "
               "not-applicable, unsupported-kernel, xen. -->\n");
        print_property("Unknown", "a{ss}", list.facts ? "invalidates" : NULL);
        if (!list.facts)
                return;
        printf("    <!-- Provenance: Names of properties, with the source of each value: \"measured: SOURCE\", \"derived: SOURCE\", "
               "\"assumed: SOURCE\" or \"unknown: SOURCE\". -->\n");
        print_property("Provenance", "a{ss}", "invalidates");
}

static int print(const FieldTable *table) {
        char line[512];

        while (fgets(line, sizeof(line), stdin))
                if (strstr(line, "<!-- properties -->"))
                        print_properties(table);
                else if (strstr(line, "<!-- object -->"))
                        printf("  <!-- %s -->\n", table->text);
                else
                        fputs(line, stdout);
        return fflush(stdout) != 0;
}

int main(int argc, char **argv) {
        for (size_t i = 0; argc == 2 && i < ELEMENTS(interfaces); i++)
                if (strcmp(interfaces[i].interface, argv[1]) == 0)
                        return print(interfaces[i].table);
        return 1;
}
