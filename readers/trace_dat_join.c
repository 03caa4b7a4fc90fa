/* SPDX-License-Identifier: GPL-2.0-only */
/* Segments of one recording, walked as if they were one file. */
#include <errno.h>
#include <string.h>

#include "readers/trace_dat.h"

/* The same numbers mean the same events. */
static bool same_events(const struct dt_event_table *first, const struct dt_event_table *other)
{
	for (uint32_t id = 0; id < DT_EVENT_IDS; id++) {
		const struct dt_event_type *a, *b;

		if (!first->slot[id] && !other->slot[id])
			continue;
		if (!first->slot[id] || !other->slot[id])
			return false;
		a = &first->types[first->slot[id] - 1];
		b = &other->types[other->slot[id] - 1];
		if (strcmp(a->name, b->name) != 0 || strcmp(a->system, b->system) != 0)
			return false;
	}
	return true;
}

static bool fit_together(const struct dt_trace_dat *first, const struct dt_trace_dat *other)
{
	const struct dt_trace_data *a = &first->data, *b = &other->data;

	return a->source->fd >= 0 && b->source->fd >= 0 && a->big_endian == b->big_endian &&
	       a->codec == b->codec && a->tsc_mult == b->tsc_mult && a->tsc_shift == b->tsc_shift &&
	       a->tsc_offset == b->tsc_offset &&
	       !memcmp(&a->layout, &b->layout, sizeof(a->layout)) &&
	       !strcmp(first->reader.info.clock, other->reader.info.clock) &&
	       same_events(a->table, b->table);
}

int dt_trace_dat_join(struct dt_reader *first, struct dt_reader *other)
{
	struct dt_trace_dat *dat = (struct dt_trace_dat *)first;
	struct dt_trace_dat *later = (struct dt_trace_dat *)other;
	uint64_t offset;
	uint32_t before;
	int ret = 0;

	if (first->ops != &dt_trace_dat_reader || other->ops != &dt_trace_dat_reader ||
	    !fit_together(dat, later))
		return 0;
	before = dat->data.nr_cpus;
	for (uint32_t i = 0; i < later->data.nr_cpus && !ret; i++)
		ret = dt_trace_data_add(&dat->data, &later->data.cpus[i]);
	if (!ret)
		ret = dt_source_join(first->source, other->source, &offset);
	if (ret) {
		dat->data.nr_cpus = before;
		return ret;
	}
	for (uint32_t i = before; i < dat->data.nr_cpus; i++)
		dat->data.cpus[i].offset += offset;
	dat->overrun += later->overrun;
	first->info.size = first->source->size;
	other->source = NULL;
	dt_reader_close(other);
	return 1;
}
