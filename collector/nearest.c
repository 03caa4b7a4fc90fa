/* SPDX-License-Identifier: GPL-2.0-only */
/* See nearest.h: by the number of letters to add, take away, change or exchange. */
#include <stdio.h>
#include <string.h>

#include "collector/nearest.h"

/* Longer names are compared by their beginning. */
#define COMPARED 63

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned before[COMPARED + 1], last[COMPARED + 1], row[COMPARED + 1];

	for (size_t j = 0; j <= b_length; j++)
		last[j] = before[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		memcpy(before, last, sizeof(before));
		memcpy(last, row, sizeof(last));
	}
	return last[b_length];
}

void dt_nearest_begin(struct dt_nearest *nearest, const char *wanted, size_t length)
{
	memset(nearest, 0, sizeof(*nearest));
	nearest->wanted = wanted;
	nearest->length = length > COMPARED ? COMPARED : length;
}

void dt_nearest_offer(struct dt_nearest *nearest, const char *name)
{
	const size_t length = strlen(name);
	const size_t longer = length > nearest->length ? length : nearest->length;
	unsigned far;
	size_t at;

	if (!nearest->length || !length || length >= sizeof(nearest->names[0]))
		return;
	/* what begins so is meant, however much is missing */
	if (length > nearest->length && nearest->length >= 3 &&
	    !memcmp(name, nearest->wanted, nearest->length))
		far = 1;
	else
		far = distance(nearest->wanted, nearest->length, name, length);
	if (far > (longer + 2) / 3)
		return;
	for (at = nearest->nr; at > 0 && nearest->distance[at - 1] >= far; at--) {
		if (nearest->distance[at - 1] == far && strcmp(nearest->names[at - 1], name) <= 0)
			break;
	}
	if (at == DT_NEAREST_MAX || (at > 0 && !strcmp(nearest->names[at - 1], name)))
		return;
	if (nearest->nr < DT_NEAREST_MAX)
		nearest->nr++;
	for (size_t i = nearest->nr - 1; i > at; i--) {
		nearest->distance[i] = nearest->distance[i - 1];
		memcpy(nearest->names[i], nearest->names[i - 1], sizeof(nearest->names[i]));
	}
	nearest->distance[at] = far;
	memcpy(nearest->names[at], name, length + 1);
}

char *dt_nearest_text(const struct dt_nearest *nearest, char *text, size_t size)
{
	size_t nr = 0, length;

	text[0] = '\0';
	/* those that are about as near as the nearest */
	while (nr < nearest->nr && nearest->distance[nr] <= nearest->distance[0] + 1)
		nr++;
	if (!nr)
		return text;
	length = (size_t)snprintf(text, size, "did you mean %s", nearest->names[0]);
	for (size_t i = 1; i < nr && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   i + 1 == nr ? " or " : ", ", nearest->names[i]);
	if (length < size)
		(void)snprintf(text + length, size - length, "?");
	return text;
}
