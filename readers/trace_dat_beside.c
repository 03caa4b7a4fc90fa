/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages of a trace.dat whose recorder was killed: each CPU's in a file of its own beside it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "readers/trace_dat.h"

/* NR_CPUS of the largest kernel configurations; a damaged file may say anything. */
#define MAX_CPUS 8192u

static int add_cpu(struct dt_trace_dat *dat, uint32_t number, const char *path)
{
	struct dt_trace_cpu cpu = {.cpu = number, .page_size = dat->page_size};
	const int ret = dt_source_append(dat->reader.source, path, &cpu.offset);

	if (ret == -ENOENT)
		return 0;
	if (ret && ret != -ENOMEM) {
		dt_warn(&dat->reader.info.warnings, UINT64_MAX, "cannot read %s: %s", path,
			strerror(-ret));
		return 0;
	}
	if (ret)
		return ret;
	dat->reader.info.size = dat->data.source->size;
	cpu.size = dat->data.source->size - cpu.offset;
	return cpu.size ? dt_trace_dat_add_cpu(dat, &cpu) : 0;
}

int dt_trace_dat_add_beside(struct dt_trace_dat *dat)
{
	const uint32_t nr = dat->nr_cpus < MAX_CPUS ? dat->nr_cpus : MAX_CPUS;
	const uint32_t before = dat->data.nr_cpus;
	char path[4096];

	/* memory and standard input have nothing beside them */
	if (dat->data.source->fd < 0 || !strcmp(dat->data.source->path, "-"))
		return 0;
	for (uint32_t i = 0; i < nr; i++) {
		int ret;

		if (snprintf(path, sizeof(path), "%s.cpu%u", dat->data.source->path, i) >=
		    (int)sizeof(path))
			break;
		ret = add_cpu(dat, i, path);
		if (ret)
			return ret;
	}
	return (int)(dat->data.nr_cpus - before);
}
