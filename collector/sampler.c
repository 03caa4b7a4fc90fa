/* SPDX-License-Identifier: GPL-2.0-only */
/* See sampler.h: the sample half from its events to its files. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/event_choose.h"
#include "collector/sampler_impl.h"

#define BUFFER_KB_DEFAULT DT_BUFFER_KB
/* libperf counts the bytes of a ring in an int. */
#define BUFFER_KB_MAX (1u << 20)

/* A process may make and lose threads while we look at it. */
#define OPEN_TRIES 8

/* A record of perf's own. */
#define RECORD_FINISHED_ROUND 68

static void set_buffer(struct dt_sampler *sampler)
{
	const uint64_t page_kb = sampler->page_bytes / 1024;
	uint64_t kb = sampler->options.buffer_kb ? sampler->options.buffer_kb : BUFFER_KB_DEFAULT;
	int pages = 1;

	if (kb > BUFFER_KB_MAX)
		kb = BUFFER_KB_MAX;
	while ((uint64_t)pages * page_kb < kb)
		pages *= 2;
	/* 2 GiB would not fit into the int any more */
	if ((uint64_t)pages * page_kb > BUFFER_KB_MAX)
		pages /= 2;
	sampler->pages = pages;
}

static int check_ibs(const struct dt_sampler *sampler, struct dt_error *error)
{
	char who[128];

	for (size_t i = 0; i < sampler->events.nr; i++)
		if (!strcmp(sampler->events.list[i].pmu, "ibs_op") &&
		    dt_ibs_held(sampler->options.roots, who, sizeof(who)))
			return dt_fail(
				error, EBUSY,
				"stop it there, or record without it: -e page-faults or "
				"--no-samples",
				"cannot sample %s: %s, and a CPU has one IBS op event; of two "
				"users one gets almost no samples",
				sampler->events.list[i].name, who);
	return 0;
}

/* Parse one text, ask the kernel. */
static int try_events(struct dt_sampler *sampler, const char *text, struct dt_error *error)
{
	int ret;

	memset(&sampler->events, 0, sizeof(sampler->events));
	ret = dt_sampled_parse(&sampler->events, sampler->options.roots, text, error);
	if (!ret)
		ret = check_ibs(sampler, error);
	if (ret)
		return ret;
	dt_sampler_attrs(sampler);
	return dt_sampler_settle(sampler, error);
}

/* The best that works; what is better and does not is named. */
static int choose_events(struct dt_sampler *sampler, struct dt_error *error)
{
	struct dt_event_choice choices[DT_CHOICES_MAX];
	const size_t nr = dt_event_choices(sampler->options.roots, choices);
	char why[160] = "";
	int ret = -ENODEV;

	for (size_t i = 0; ret && i < nr; i++) {
		ret = try_events(sampler, choices[i].name, error);
		sampler->refused |= ret != 0;
		if (ret == -ENOMEM || ret == -EMFILE || ret == -ESRCH)
			return ret;
		if (!ret)
			(void)snprintf(sampler->choice, sizeof(sampler->choice), "%.60s%s%.90s",
				       why[0] && i + 1 == nr ? "" : choices[i].description,
				       why[0] && i + 1 < nr ? "; " : "", why);
		else if (!why[0])
			(void)snprintf(why, sizeof(why), "%.40s could not be had: %.70s",
				       choices[i].description, strerror(-ret));
	}
	return ret;
}

static int given_events(struct dt_sampler *sampler, struct dt_error *error)
{
	int ret = 0;

	for (const char *const *name = sampler->options.events; !ret && *name; name++)
		ret = dt_sampled_parse(&sampler->events, sampler->options.roots, *name, error);
	if (!ret && !sampler->events.nr)
		return dt_fail(error, EINVAL, NULL, "there is no event to sample");
	if (!ret)
		ret = check_ibs(sampler, error);
	if (ret)
		return ret;
	dt_sampler_attrs(sampler);
	return dt_sampler_settle(sampler, error);
}

static int set_scope(struct dt_sampler *sampler, struct dt_error *error)
{
	dt_pids_free(&sampler->pids);
	if (sampler->options.pid)
		return dt_pids_of(&sampler->pids, sampler->options.roots, sampler->options.pid,
				  error);
	return dt_pids_add(&sampler->pids, -1);
}

static void close_rings(struct dt_sampler *sampler)
{
	for (size_t i = 0; i < sampler->nr_rings; i++)
		dt_ring_close(sampler->rings[i]);
	sampler->nr_rings = 0;
}

static int open_cpus(struct dt_sampler *sampler, struct dt_error *error)
{
	int ret;

	ret = dt_descriptors_reserve(
		sampler->options.roots,
		(uint64_t)sampler->events.nr * sampler->online.nr * sampler->pids.nr, error);
	for (size_t i = 0; !ret && i < sampler->online.nr; i++)
		ret = dt_sampler_open_cpu(sampler, sampler->online.list[i], &sampler->pids, error);
	if (!ret && !sampler->nr_rings)
		ret = dt_fail(error, ENODEV, NULL, "no CPU that is online has the event %s",
			      sampler->events.list[0].name);
	return ret;
}

/* A ring as large as one may have it, where nobody asked for a size. */
static bool shrink(struct dt_sampler *sampler)
{
	if (sampler->options.buffer_kb || sampler->pages == 1)
		return false;
	sampler->pages /= 2;
	dt_sampler_attrs(sampler);
	return true;
}

static int open_rings(struct dt_sampler *sampler, struct dt_error *error)
{
	unsigned tries = OPEN_TRIES;
	int ret;

	do {
		close_rings(sampler);
		ret = open_cpus(sampler, error);
		if (ret == -ESRCH && --tries) {
			const int gone = set_scope(sampler, error);

			if (gone)
				return gone;
			continue;
		}
		if (ret == -EPERM && shrink(sampler)) {
			if (dt_sampler_settle(sampler, error))
				return ret;
			continue;
		}
		break;
	} while (true);
	if (!ret)
		ret = dt_rings_find_fds(sampler, sampler->refused ? NULL : error);
	if (!ret && dt_sampler_learn_ids(sampler))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	return ret;
}

/* "period 1", "4000 Hz" */
static const char *describe_rate(const struct perf_event_attr *attr, char text[32])
{
	if (attr->freq)
		(void)snprintf(text, 32, "%llu Hz", (unsigned long long)attr->sample_freq);
	else if (attr->sample_period == 1)
		(void)snprintf(text, 32, "every one");
	else
		(void)snprintf(text, 32, "period %llu", (unsigned long long)attr->sample_period);
	return text;
}

__attribute__((format(printf, 2, 3))) static void add_text(struct dt_sampler *sampler,
							   const char *format, ...)
{
	const size_t length = strlen(sampler->description);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sampler->description + length, sizeof(sampler->description) - length,
			format, arguments);
	va_end(arguments);
}

static void describe(struct dt_sampler *sampler)
{
	const char *between = "samples of ";
	char rate[32];

	for (size_t i = 0; i < sampler->events.nr; i++) {
		const struct dt_sampled_event *event = &sampler->events.list[i];

		if (event->aux)
			continue;
		add_text(sampler, "%s%s, %s", between, event->name,
			 describe_rate(&event->attr.attr, rate));
		between = "; ";
	}
	if (sampler->choice[0])
		add_text(sampler, " (%s)", sampler->choice);
	if (sampler->options.pid)
		add_text(sampler, ", of process %d", (int)sampler->options.pid);
	else
		add_text(sampler, ", system-wide");
	if (sampler->dropped[0])
		add_text(sampler, "; the kernel refused %s", sampler->dropped);
	if (!sampler->options.buffer_kb &&
	    (uint64_t)sampler->pages * sampler->page_bytes / 1024 < BUFFER_KB_DEFAULT)
		add_text(sampler, "; rings of %ld kB",
			 (long)((uint64_t)sampler->pages * sampler->page_bytes / 1024));
}

int dt_sampler_open(struct dt_sampler **sampler, const struct dt_sampler_options *options,
		    struct dt_error *error)
{
	struct dt_sampler *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->options = *options;
	made->epoll_fd = -1;
	made->file.fd = -1;
	made->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	set_buffer(made);
	ret = dt_cpus_online(&made->online, options->roots, error);
	if (!ret)
		ret = set_scope(made, error);
	if (!ret)
		ret = options->events ? given_events(made, error) : choose_events(made, error);
	if (!ret)
		ret = open_rings(made, error);
	if (ret) {
		dt_sampler_close(made);
		return ret;
	}
	describe(made);
	dt_synth_find_kernel(options->roots, &made->text_start, &made->text_end);
	*sampler = made;
	return 0;
}

const char *dt_sampler_description(const struct dt_sampler *sampler)
{
	return sampler->description;
}

int dt_sampler_start(struct dt_sampler *sampler, struct dt_error *error)
{
	(void)error;
	sampler->started = true;
	/* else they begin by themselves, with the exec */
	for (size_t i = 0; !sampler->options.on_exec && i < sampler->nr_rings; i++)
		perf_evlist__enable(sampler->rings[i]->evlist);
	return 0;
}

int dt_sampler_stop(struct dt_sampler *sampler, struct dt_error *error)
{
	(void)error;
	for (size_t i = 0; i < sampler->nr_rings; i++)
		perf_evlist__disable(sampler->rings[i]->evlist);
	sampler->stopped = true;
	return 0;
}

/* After this no record comes that is older than the newest one of the round before. */
static int end_round(struct dt_sampler *sampler, uint64_t *bytes, struct dt_error *error)
{
	const struct perf_event_header round = {.type = RECORD_FINISHED_ROUND,
						.size = sizeof(round)};
	int ret = dt_file_add_record(&sampler->file, &round, sizeof(round), error);

	if (!ret && bytes)
		*bytes += sizeof(round);
	return ret;
}

int dt_sampler_drain(struct dt_sampler *sampler, int cpu, uint64_t *bytes, struct dt_error *error)
{
	uint64_t moved = 0;
	int ret = 0;

	if (!sampler->has_file)
		return 0;
	for (size_t i = 0; !ret && i < sampler->nr_rings; i++)
		if (cpu < 0 || sampler->rings[i]->cpu == cpu)
			ret = dt_ring_drain(sampler, sampler->rings[i], &moved, error);
	if (!ret && cpu < 0 && moved)
		ret = end_round(sampler, &moved, error);
	if (bytes)
		*bytes += moved;
	return ret;
}

void dt_sampler_close(struct dt_sampler *sampler)
{
	if (!sampler)
		return;
	close_rings(sampler);
	free(sampler->rings);
	free(sampler->known);
	free(sampler->slots);
	free(sampler->cpus);
	dt_cpus_free(&sampler->online);
	dt_pids_free(&sampler->pids);
	dt_file_close(&sampler->file);
	free(sampler);
}

int dt_sampler_best(const struct dt_roots *roots, char *name, size_t size, struct dt_error *error)
{
	const struct dt_sampler_options options = {.roots = roots, .buffer_kb = 4};
	struct dt_sampler *sampler = NULL;
	const int ret = dt_sampler_open(&sampler, &options, error);

	if (!sampler)
		return ret;
	/* an auxiliary event stands before the one that is sampled */
	for (size_t i = sampler->events.nr; i-- > 0;)
		if (!sampler->events.list[i].aux)
			(void)snprintf(name, size, "%s", sampler->events.list[i].name);
	dt_sampler_close(sampler);
	return 0;
}
