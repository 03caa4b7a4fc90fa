/* SPDX-License-Identifier: GPL-2.0-only */
/* Inputs that follow each other on one machine, read as if they were one file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/recording_parts.h"
#include "readers/trace_dat.h"

static bool has_samples(const struct dt_input_info *info)
{
	for (size_t i = 0; i < info->nr_events; i++)
		if (info->events[i].is_sample)
			return true;
	return false;
}

/* "a.dat, b.dat" */
static char *name_all(struct dt_reader *const *readers, size_t nr)
{
	size_t size = 1, at = 0;
	char *name;

	for (size_t i = 0; i < nr; i++)
		size += strlen(readers[i]->info.path) + 2;
	name = calloc(1, size);
	for (size_t i = 0; i < nr && name; i++)
		at += (size_t)snprintf(name + at, size - at, "%s%s", i ? ", " : "",
				       readers[i]->info.path);
	return name;
}

static int add(struct dt_recording *chain, struct dt_reader *reader)
{
	struct dt_input_info *info = &chain->reader.info;
	struct dt_part *part = dt_recording_add(chain, reader->info.path);

	if (!part)
		return -ENOMEM;
	part->is_perf = has_samples(&reader->info);
	part->reader = reader;
	/* the order of a walk through all of them decides what is counted */
	dt_trace_dat_recount(reader);
	chain->borrowed = true;
	if (!info->host_context)
		info->host_context = reader->info.host_context;
	return dt_recording_take(chain, part);
}

/* The parts go back to whoever gave them. */
static void let_go(struct dt_recording *chain)
{
	for (size_t i = 0; i < chain->nr_parts; i++)
		chain->parts[i].reader = NULL;
	dt_reader_close(&chain->reader);
}

int dt_reader_chain(struct dt_reader **reader, struct dt_reader *const *readers, size_t nr,
		    struct dt_error *error)
{
	char *name = name_all(readers, nr);
	struct dt_recording *chain = name ? dt_recording_new(name) : NULL;
	int ret = chain ? 0 : -ENOMEM;

	free(name);
	if (chain)
		chain->reader.info.kind = readers[0]->info.kind;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = add(chain, readers[i]);
	if (ret) {
		if (chain)
			let_go(chain);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	memcpy(chain->reader.info.version, readers[0]->info.version,
	       sizeof(chain->reader.info.version));
	dt_recording_settle(chain);
	*reader = &chain->reader;
	return 0;
}
