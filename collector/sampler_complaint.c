/* SPDX-License-Identifier: GPL-2.0-only */
/* An event that gives nothing: told while there is time to choose another one. */
#include <stdio.h>
#include <string.h>

#include "collector/event_choose.h"
#include "collector/sampler_impl.h"

/* A busy machine gives samples within this time, ns. */
#define PATIENCE_NS 2000000000ull

/* Time that an event was meant to count and did, on all CPUs. */
static void event_times(const struct dt_sampler *sampler, size_t event,
			struct perf_counts_values *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (size_t i = 0; i < sampler->nr_rings; i++) {
		const struct dt_sample_ring *ring = sampler->rings[i];

		for (size_t k = 0; k < ring->nr * ring->nr_threads; k++) {
			struct perf_counts_values values;

			if (ring->events[k / ring->nr_threads] != event ||
			    perf_evsel__read(ring->evsels[k / ring->nr_threads], 0,
					     (int)(k % ring->nr_threads), &values))
				continue;
			sum->val += values.val;
			sum->ena += values.ena;
			sum->run += values.run;
		}
	}
}

/* Why there are no samples at all. NULL: there is nothing wrong. */
static const char *why_no_samples(const struct dt_sampler *sampler, size_t place)
{
	const struct dt_sampled_event *event = &sampler->events.list[place];
	struct perf_counts_values times;
	char who[128];

	event_times(sampler, place, &times);
	/* what is sampled does not run: on_exec before its exec, or it sleeps */
	if (sampler->options.pid && !times.ena)
		return NULL;
	if (event->ibs && dt_ibs_held(sampler->options.roots, who, sizeof(who)))
		return "DAMON samples with IBS, of which each CPU has one event";
	if (times.ena && !times.run)
		return event->ibs ? "another user holds IBS, of which each CPU has one event"
				  : "it never got a counter: another user holds them, or the "
				    "virtual machine's PMU is not real";
	if (!event->software && !times.val)
		return "it counts nothing here: a virtual machine's PMU, or an event that this "
		       "processor does not have";
	if (event->software && !times.val)
		return "nothing of the kind happened";
	if (event->attr.attr.exclude_kernel || event->attr.attr.exclude_user)
		return "what its modifiers leave in did not happen";
	return "it counts, but never reaches its period, or this processor cannot sample it";
}

static const char *why_no_address(const struct dt_sampled_event *event)
{
	const struct perf_event_attr *attr = &event->attr.attr;

	if (event->ibs)
		return attr->sample_type & PERF_SAMPLE_RAW ? "no sampled operation accessed memory"
							   : "the kernel gave no registers of IBS";
	if (event->software)
		return "it has nothing to do with an address; page-faults has";
	if (!attr->precise_ip)
		return "it is not precise (append :P); only precise memory events have addresses";
	return "it is no memory event; cpu/mem-loads,ldlat=30/P is one on Intel, ibs_op// on AMD";
}

const char *dt_sampler_complaint(struct dt_sampler *sampler, uint64_t elapsed_ns)
{
	if (elapsed_ns < PATIENCE_NS)
		return NULL;
	for (size_t i = 0; i < sampler->events.nr; i++) {
		const struct dt_sampled_event *event = &sampler->events.list[i];
		struct dt_event_tally *tally = &sampler->tallies[i];
		const char *why;

		if (tally->complained || event->aux || tally->with_address)
			continue;
		why = tally->samples ? why_no_address(event) : why_no_samples(sampler, i);
		if (!why)
			continue;
		tally->complained = true;
		(void)snprintf(sampler->complaint, sizeof(sampler->complaint), "%s gives %s: %s",
			       event->name,
			       tally->samples ? "samples, but none with an address" : "no samples",
			       why);
		return sampler->complaint;
	}
	return NULL;
}
