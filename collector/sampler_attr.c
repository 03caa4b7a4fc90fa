/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel is asked for, and what is left of it when it refuses a part. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/sampler_impl.h"

/* Samples a second on each CPU, unless a term says otherwise. */
#define DEFAULT_FREQ 4000

/* Frames of a callchain; with more a record could outgrow what libperf hands over whole. */
#define MAX_STACK 127

/* Some of these are younger than the headers that this may be built with. */
#define DT_FORMAT_LOST (1u << 4)

#define SAMPLE_TYPE                                                                                \
	(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |                  \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_WEIGHT_STRUCT | \
	 PERF_SAMPLE_PHYS_ADDR)

/* Faults are rare and each one tells something. */
static bool is_fault(const struct perf_event_attr *attr)
{
	return attr->type == PERF_TYPE_SOFTWARE && (attr->config == PERF_COUNT_SW_PAGE_FAULTS ||
						    attr->config == PERF_COUNT_SW_PAGE_FAULTS_MIN ||
						    attr->config == PERF_COUNT_SW_PAGE_FAULTS_MAJ);
}

static void set_rate(struct dt_sampler *sampler, struct dt_sampled_event *event)
{
	struct perf_event_attr *attr = &event->attr.attr;
	const int64_t max =
		dt_sysctl(sampler->options.roots, "perf_event_max_sample_rate", DEFAULT_FREQ);

	if (event->aux)
		return;
	if (!event->has_rate && is_fault(attr)) {
		attr->sample_period = 1;
	} else if (!event->has_rate) {
		attr->freq = 1;
		attr->sample_freq = DEFAULT_FREQ;
	}
	if (attr->freq && max > 0 && attr->sample_freq > (uint64_t)max)
		attr->sample_freq = (uint64_t)max;
}

/* Names of processes and their mappings come once for each CPU: with the first event there. */
static bool tracks_processes(const struct dt_sampler *sampler, size_t event)
{
	const struct dt_sampled_event *list = sampler->events.list;

	for (size_t i = 0; i < event; i++)
		if (!list[i].cpus[0] || !strcmp(list[i].cpus, list[event].cpus))
			return false;
	return true;
}

static bool leads(const struct dt_sampler *sampler, size_t event)
{
	const struct dt_sampled_event *list = sampler->events.list;

	return !list[event].group || event == 0 || list[event - 1].group != list[event].group;
}

static void set_tracking(const struct dt_sampler *sampler, struct perf_event_attr *attr)
{
	attr->mmap = attr->mmap2 = attr->comm = attr->comm_exec = attr->task = 1;
	/* where data lies: for one workload worth it, for a whole machine it is too much */
	attr->mmap_data = sampler->options.pid != 0;
}

static void set_attr(struct dt_sampler *sampler, size_t place)
{
	struct dt_sampled_event *event = &sampler->events.list[place];
	struct perf_event_attr *attr = &event->attr.attr;
	const struct dt_sampler_options *options = &sampler->options;

	/* all that is used, and older kernels know it */
	attr->size = PERF_ATTR_SIZE_VER5;
	attr->sample_type = SAMPLE_TYPE | (sampler->identifiers ? PERF_SAMPLE_IDENTIFIER : 0) |
			    (event->ibs ? PERF_SAMPLE_RAW : 0) |
			    (options->callchain ? PERF_SAMPLE_CALLCHAIN : 0);
	attr->sample_max_stack = options->callchain ? MAX_STACK : 0;
	attr->read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |
			    PERF_FORMAT_ID | DT_FORMAT_LOST;
	attr->sample_id_all = 1;
	attr->disabled = leads(sampler, place);
	attr->inherit = options->pid != 0;
	attr->enable_on_exec = options->on_exec && attr->disabled;
	attr->use_clockid = options->use_clockid;
	attr->clockid = options->use_clockid ? options->clockid : 0;
	/* a quarter of the ring wakes us: there is time to write it before it is full */
	attr->watermark = 1;
	attr->wakeup_watermark = (uint32_t)((uint64_t)sampler->pages * sampler->page_bytes / 4);
	if (event->most_precise && !event->aux)
		attr->precise_ip = event->max_precise >= 0 ? (unsigned)event->max_precise & 3 : 3;
	/* the registers of a guest mean nothing to us, and precise events refuse it */
	if (attr->precise_ip && !attr->exclude_host && !event->ibs)
		attr->exclude_guest = 1;
	if (tracks_processes(sampler, place))
		set_tracking(sampler, attr);
	set_rate(sampler, event);
}

void dt_sampler_attrs(struct dt_sampler *sampler)
{
	sampler->identifiers = sampler->events.nr > 1;
	for (size_t i = 0; i < sampler->events.nr; i++)
		set_attr(sampler, i);
}

/* ---- what it refuses ---- */

/* What a kernel, a PMU or a permission may not have, in the order of what is missed least. */
enum part {
	PART_LOST,
	PART_WEIGHT,
	PART_PHYS_ADDR,
	PART_RAW,
	PART_DATA_SRC,
	PART_CALLCHAIN,
	PART_GUEST,
	PART_COMM_EXEC,
	PART_KERNEL,
	NR_PARTS,
};

static const char *const part_names[NR_PARTS] = {
	"the count of losses",
	"WEIGHT_STRUCT",
	"PHYS_ADDR",
	"RAW",
	"DATA_SRC",
	"CALLCHAIN",
	"leaving guests out",
	"comm_exec",
	"samples of the kernel",
};

static bool drop_sample_type(struct perf_event_attr *attr, uint64_t bit)
{
	const bool had = attr->sample_type & bit;

	attr->sample_type &= ~bit;
	return had;
}

/* Take a part out of the attr. Was it there? */
static bool drop_part(struct perf_event_attr *attr, enum part part)
{
	bool had = false;

	switch (part) {
	case PART_LOST:
		had = attr->read_format & DT_FORMAT_LOST;
		attr->read_format &= ~(uint64_t)DT_FORMAT_LOST;
		return had;
	case PART_WEIGHT:
		return drop_sample_type(attr, PERF_SAMPLE_WEIGHT_STRUCT);
	case PART_PHYS_ADDR:
		return drop_sample_type(attr, PERF_SAMPLE_PHYS_ADDR);
	case PART_RAW:
		return drop_sample_type(attr, PERF_SAMPLE_RAW);
	case PART_DATA_SRC:
		return drop_sample_type(attr, PERF_SAMPLE_DATA_SRC);
	case PART_CALLCHAIN:
		return drop_sample_type(attr, PERF_SAMPLE_CALLCHAIN);
	case PART_GUEST:
		had = attr->exclude_guest;
		attr->exclude_guest = 0;
		return had;
	case PART_COMM_EXEC:
		had = attr->comm_exec;
		attr->comm_exec = 0;
		return had;
	case PART_KERNEL:
		had = !attr->exclude_kernel;
		attr->exclude_kernel = attr->exclude_hv = attr->exclude_callchain_kernel = 1;
		return had;
	default:
		return had;
	}
}

static void note_dropped(struct dt_sampler *sampler, const char *what)
{
	const size_t length = strlen(sampler->dropped);

	if (!strstr(sampler->dropped, what))
		(void)snprintf(sampler->dropped + length, sizeof(sampler->dropped) - length, "%s%s",
			       length ? ", " : "", what);
}

/* The first CPU that a group has events on; -1: none is online. */
static int first_cpu(const struct dt_sampler *sampler, unsigned group)
{
	for (size_t i = 0; i < sampler->online.nr; i++)
		if (dt_group_on_cpu(sampler, group, sampler->online.list[i]))
			return sampler->online.list[i];
	return -1;
}

/* Would the kernel take a group's events? 0, or the errno with the place of the one it refused. */
static int probe(const struct dt_sampler *sampler, unsigned group, int cpu, size_t *refused)
{
	const struct dt_pids first = {.nr = 1, .list = sampler->pids.list};
	struct dt_sample_ring *ring;
	int code;

	ring = dt_ring_open(sampler, group, cpu, &first, refused);
	code = ring ? 0 : errno;
	dt_ring_close(ring);
	return code;
}

/* One attr under trial. */
struct trial {
	struct dt_sampler *sampler;
	unsigned group;
	int cpu;
	size_t event;
};

/* Is the event taken as it is now? A later one may still be refused. */
static bool taken(const struct trial *trial)
{
	size_t refused = 0;

	return !probe(trial->sampler, trial->group, trial->cpu, &refused) || refused > trial->event;
}

static bool try_precise(const struct trial *trial)
{
	struct perf_event_attr *attr = &trial->sampler->events.list[trial->event].attr.attr;
	const unsigned before = attr->precise_ip;
	char what[64];

	while (attr->precise_ip) {
		attr->precise_ip--;
		if (!taken(trial))
			continue;
		(void)snprintf(what, sizeof(what), "precise level %u (it is %u now)", before,
			       (unsigned)attr->precise_ip);
		note_dropped(trial->sampler, what);
		return true;
	}
	attr->precise_ip = before & 3;
	return false;
}

static bool try_one_part(const struct trial *trial, enum part first, enum part last)
{
	struct perf_event_attr *attr = &trial->sampler->events.list[trial->event].attr.attr;
	const struct perf_event_attr before = *attr;

	for (enum part part = first; part <= last; part++) {
		if (drop_part(attr, part) && taken(trial)) {
			note_dropped(trial->sampler, part_names[part]);
			return true;
		}
		*attr = before;
	}
	return false;
}

/* Out with one after the other, then those back in that did not matter. */
static bool try_many_parts(const struct trial *trial, enum part first, enum part last)
{
	struct perf_event_attr *attr = &trial->sampler->events.list[trial->event].attr.attr;
	const struct perf_event_attr before = *attr;
	bool dropped[NR_PARTS] = {false};

	for (enum part part = first; part <= last; part++) {
		dropped[part] = drop_part(attr, part);
		if (dropped[part] && taken(trial))
			goto reduce;
	}
	*attr = before;
	return false;
reduce:
	for (enum part back = first; back <= last; back++) {
		const struct perf_event_attr fewer = *attr;

		if (!dropped[back])
			continue;
		*attr = before;
		for (enum part part = first; part <= last; part++)
			if (dropped[part] && part != back)
				(void)drop_part(attr, part);
		if (taken(trial))
			dropped[back] = false;
		else
			*attr = fewer;
	}
	for (enum part part = first; part <= last; part++)
		if (dropped[part])
			note_dropped(trial->sampler, part_names[part]);
	return true;
}

/* Make an event one that the kernel takes. Did it work? */
static bool reduce(const struct trial *trial, int code)
{
	switch (code) {
	case EOPNOTSUPP:
		return try_precise(trial) || try_one_part(trial, 0, PART_COMM_EXEC);
	case EINVAL:
	case E2BIG:
		return try_one_part(trial, 0, PART_COMM_EXEC) || try_precise(trial) ||
		       try_many_parts(trial, 0, PART_COMM_EXEC);
	case EACCES:
	case EPERM:
		/* physical addresses and the kernel's own accesses take a privilege */
		return try_one_part(trial, PART_PHYS_ADDR, PART_PHYS_ADDR) ||
		       try_one_part(trial, PART_KERNEL, PART_KERNEL) ||
		       try_many_parts(trial, PART_PHYS_ADDR, PART_KERNEL);
	default:
		return false;
	}
}

static int settle_group(struct dt_sampler *sampler, unsigned group, struct dt_error *error)
{
	const int cpu = first_cpu(sampler, group);
	size_t refused = 0;
	int code = 0;

	if (cpu < 0)
		return 0;
	/* each round settles at least one event more */
	for (size_t i = 0; i <= sampler->events.nr; i++) {
		code = probe(sampler, group, cpu, &refused);
		if (!code)
			return 0;
		if (!reduce(&(struct trial){sampler, group, cpu, refused}, code))
			break;
	}
	return dt_sampler_refused(sampler, &sampler->events.list[refused], code, error);
}

int dt_sampler_settle(struct dt_sampler *sampler, struct dt_error *error)
{
	int ret = 0;

	sampler->dropped[0] = '\0';
	for (unsigned group = 0; !ret && group <= sampler->events.groups; group++)
		ret = settle_group(sampler, group, error);
	return ret;
}
