/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Hosts to ask over ssh: arguments, and lines of a file. */

#include <stddef.h>

/* At most so many bytes of --hosts=FILE. */
#define HOST_FILE_MAX ((size_t) 16 << 20)
/* USER@HOST, an alias of ssh_config or ssh://USER@HOST:PORT. */
#define HOST_NAME_MAX_SIZE 512

typedef struct HostList {
        char **names; /* each once, in the order of naming */
        size_t n;
        size_t *sorted;  /* positions in `names`, by name */
        size_t repeated; /* names left out because they are there already */
} HostList;

void host_list_done(HostList *list);

/* Reads names, then those of the file (NULL: none, "-": standard input): one name on each line; "#" starts
 * a comment. Returns an exit status after printing the error: a wrong name is wrong usage, because ssh or
 * a shell that it starts may read it as something else. */
int host_list_read(char **names, int n, const char *file, HostList *ret);

/* Position of a name; list->n: not there. */
size_t host_list_find(const HostList *list, const char *name, size_t length);
