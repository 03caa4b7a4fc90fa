/* SPDX-License-Identifier: GPL-2.0-only */
/* See tally.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/tally.h"

static int compare_names(const void *a, const void *b)
{
	const struct dt_event_tally *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int compare_counts(const void *a, const void *b)
{
	const struct dt_event_tally *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

int dt_tally_events(const struct dt_input_info *const *inputs, size_t nr_inputs,
		    struct dt_event_tally **tally, size_t *nr)
{
	struct dt_event_tally *events;
	size_t all = 0, used = 0, kept = 0;

	for (size_t i = 0; i < nr_inputs; i++)
		all += inputs[i]->nr_events;
	*tally = NULL;
	*nr = 0;
	if (all == 0)
		return 0;
	events = calloc(all, sizeof(*events));
	if (!events)
		return -ENOMEM;
	for (size_t i = 0; i < nr_inputs; i++) {
		for (size_t j = 0; j < inputs[i]->nr_events; j++) {
			const struct dt_event_count *event = &inputs[i]->events[j];

			events[used++] = (struct dt_event_tally){event->name, event->count};
		}
	}
	qsort(events, used, sizeof(*events), compare_names);
	for (size_t i = 1; i < used; i++) {
		if (strcmp(events[i].name, events[kept].name) == 0)
			events[kept].count += events[i].count;
		else
			events[++kept] = events[i];
	}
	*tally = events;
	*nr = kept + 1;
	return 0;
}

void dt_tally_by_count(struct dt_event_tally *tally, size_t nr)
{
	if (nr > 1)
		qsort(tally, nr, sizeof(*tally), compare_counts);
}
