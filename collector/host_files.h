/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The small files of /proc and /sys: a line or a number each, in directories whose entries are
 * numbered. What cannot be read is unknown, never an error.
 */
#ifndef COLLECTOR_HOST_FILES_H
#define COLLECTOR_HOST_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All paths are printf style. */

/* The first line without its end and the blanks around it. 0, or -errno and an empty text. */
int dt_host_line(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A file that holds one number; base as for strtoull. False: it is not there or is none. */
bool dt_host_number(uint64_t *value, int base, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Open for reading; NULL with errno. */
FILE *dt_host_open(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool dt_host_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The N of all entries PREFIXN of a directory, ascending; free *numbers. 0 or -errno; a directory
 * that is not there is -ENOENT.
 */
int dt_host_numbers(uint32_t **numbers, size_t *nr, const char *prefix, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * The number at the beginning of a text, behind blanks. *rest (may be NULL): behind it. False:
 * there is none.
 */
bool dt_host_parse(const char *text, int base, uint64_t *value, const char **rest);

/* The number behind a key, which blanks may precede: "MemTotal:  123 kB". */
bool dt_host_field(const char *line, const char *key, int base, uint64_t *value);

/* How many numbers a list like "0-3,8" names. */
uint32_t dt_host_list_count(const char *list);

#endif
