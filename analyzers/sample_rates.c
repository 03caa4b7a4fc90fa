/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting by event, CPU and sampling interval. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/sample_rates.h"

/* DAMON's default, mm/damon/core.c. */
#define DEFAULT_INTERVAL_NS 5000000ull

void dt_sample_rates_init(struct dt_sample_rates *rates, const struct dt_view *view)
{
	*rates = (struct dt_sample_rates){.interval_ns = DEFAULT_INTERVAL_NS};
	if (view->sample_ns) {
		rates->interval_ns = view->sample_ns;
		rates->source = DT_INTERVAL_GIVEN;
		return;
	}
	/* of several kdamonds the one that empties its ring least often */
	for (size_t i = 0; i < view->known.nr; i++) {
		const uint64_t interval = view->known.streams[i].sample_ns;

		if (!interval ||
		    (rates->source == DT_INTERVAL_RECORDED && interval <= rates->interval_ns))
			continue;
		rates->interval_ns = interval;
		rates->source = DT_INTERVAL_RECORDED;
	}
}

void dt_sample_rates_free(struct dt_sample_rates *rates)
{
	for (uint32_t i = 0; i < rates->nr; i++)
		free(rates->events[i].cpus);
	free(rates->drops);
}

static bool is_same(const struct dt_event_rate *rate, const struct dt_event_count *event)
{
	return !strcmp(rate->name, event->name) && rate->asked_period == event->period &&
	       rate->is_frequency == event->is_frequency && rate->precise == event->precise;
}

/* NULL: there are too many. */
static struct dt_event_rate *find_event(struct dt_sample_rates *rates,
					const struct dt_reader *reader, uint32_t index)
{
	static const struct dt_event_count unnamed = {.name = ""};
	const struct dt_event_count *event =
		reader && index < reader->info.nr_events ? &reader->info.events[index] : &unnamed;
	struct dt_event_rate *rate;

	for (uint32_t i = 0; i < rates->nr; i++)
		if (is_same(&rates->events[i], event))
			return &rates->events[i];
	if (rates->nr == DT_MOST_RATE_EVENTS)
		return NULL;
	rate = &rates->events[rates->nr++];
	*rate = (struct dt_event_rate){.asked_period = event->period,
				       .is_frequency = event->is_frequency,
				       .has_attr = event->has_attr,
				       .precise = event->precise};
	memcpy(rate->name, event->name, sizeof(rate->name));
	return rate;
}

static int make_room(struct dt_event_rate *event, uint32_t cpu)
{
	uint32_t room = event->nr_cpus ? event->nr_cpus : 8;
	struct dt_cpu_rate *cpus;

	while (room <= cpu)
		room *= 2;
	cpus = realloc(event->cpus, room * sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	memset(cpus + event->nr_cpus, 0, (room - event->nr_cpus) * sizeof(*cpus));
	event->cpus = cpus;
	event->nr_cpus = room;
	return 0;
}

static void close_interval(struct dt_cpu_rate *cpu)
{
	cpu->busiest = cpu->in_interval > cpu->busiest ? cpu->in_interval : cpu->busiest;
	if (cpu->in_interval > DT_DAMON_RING_HOLDS) {
		cpu->overflows++;
		cpu->dropped += cpu->in_interval - DT_DAMON_RING_HOLDS;
	}
	cpu->in_interval = 0;
}

/*
 * The samples of one event on one CPU come in the order of time, as its ring had them. One that is
 * late nevertheless counts for the interval at hand.
 */
static inline void count_interval(struct dt_cpu_rate *cpu, uint64_t interval)
{
	if (interval > cpu->interval) {
		close_interval(cpu);
		cpu->interval = interval;
	}
	cpu->in_interval++;
}

static int take_sample(struct dt_sample_rates *rates, struct dt_event_rate *event,
		       const struct dt_samples *samples, uint32_t i)
{
	const double period = samples->columns & DT_COL_PERIOD ? (double)samples->period[i] : 0;
	struct dt_cpu_rate *rate;
	uint32_t cpu;

	event->samples++;
	event->periods += period;
	if (samples->columns & DT_COL_MISC)
		event->exact += (samples->misc[i] & DT_MISC_EXACT_IP) != 0;
	if (!(samples->columns & DT_COL_CPU))
		return 0;
	cpu = (uint32_t)samples->cpu[i];
	if (cpu >= DT_MOST_RATE_CPUS) {
		rates->elsewhere++;
		return 0;
	}
	if (cpu >= event->nr_cpus && make_room(event, cpu))
		return -ENOMEM;
	rate = &event->cpus[cpu];
	rate->samples++;
	rate->periods += period;
	if (samples->columns & DT_COL_TIME)
		count_interval(rate, samples->time[i] / rates->interval_ns);
	return 0;
}

int dt_sample_rates_take(struct dt_sample_rates *rates, const struct dt_reader *reader,
			 const struct dt_samples *samples, uint32_t count, const uint8_t *keep)
{
	struct dt_event_rate *event = find_event(rates, reader, samples->event);
	int ret = 0;

	if (!event) {
		rates->elsewhere += count;
		return 0;
	}
	event->counted = true;
	event->has_cpu |= (samples->columns & DT_COL_CPU) != 0;
	event->has_misc |= (samples->columns & DT_COL_MISC) != 0;
	for (uint32_t i = 0; i < count && !ret; i++)
		if (!keep || keep[i])
			ret = take_sample(rates, event, samples, i);
	return ret;
}

int dt_sample_rates_drop(struct dt_sample_rates *rates, int32_t cpu)
{
	const uint32_t index = (uint32_t)cpu;

	rates->nr_drops++;
	if (index >= DT_MOST_RATE_CPUS)
		return 0;
	if (index >= rates->nr_drop_cpus) {
		uint64_t *drops = realloc(rates->drops, (index + 1) * sizeof(*drops));

		if (!drops)
			return -ENOMEM;
		memset(drops + rates->nr_drop_cpus, 0,
		       (index + 1 - rates->nr_drop_cpus) * sizeof(*drops));
		rates->drops = drops;
		rates->nr_drop_cpus = index + 1;
	}
	rates->drops[index]++;
	return 0;
}

void dt_sample_rates_input(struct dt_sample_rates *rates, uint64_t length, uint32_t cpus)
{
	rates->seconds += (double)length * 1e-9;
	rates->nr_machine = cpus > rates->nr_machine ? cpus : rates->nr_machine;
	for (uint32_t i = 0; i < rates->nr; i++) {
		struct dt_event_rate *event = &rates->events[i];

		for (uint32_t j = 0; j < event->nr_cpus; j++) {
			close_interval(&event->cpus[j]);
			/* another input has a time of its own */
			event->cpus[j].interval = 0;
		}
		event->seconds += event->counted ? (double)length * 1e-9 : 0;
		event->counted = false;
	}
}

double dt_sample_rates_intervals(const struct dt_sample_rates *rates,
				 const struct dt_event_rate *event)
{
	return event->seconds > 0 ? ceil(event->seconds * 1e9 / (double)rates->interval_ns) : NAN;
}
