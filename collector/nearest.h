/* SPDX-License-Identifier: GPL-2.0-only */
/* The names nearest to one that does not exist, so that an error can offer them. */
#ifndef COLLECTOR_NEAREST_H
#define COLLECTOR_NEAREST_H

#include <stddef.h>

/* Names that are offered at most. */
#define DT_NEAREST_MAX 3

struct dt_nearest {
	const char *wanted; /* not NUL-terminated */
	size_t length;
	size_t nr;
	unsigned distance[DT_NEAREST_MAX]; /* ascending */
	char names[DT_NEAREST_MAX][64];
};

void dt_nearest_begin(struct dt_nearest *nearest, const char *wanted, size_t length);
void dt_nearest_offer(struct dt_nearest *nearest, const char *name);
/* "did you mean a, b or c?", empty when nothing is near. Returns text. */
char *dt_nearest_text(const struct dt_nearest *nearest, char *text, size_t size);

#endif
