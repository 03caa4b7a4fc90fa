/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What samples are worth: how many of them can be used and why not all, what they accessed, how
 * long that took, and what was lost. One pass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/sample_facts.h"

static bool applies(const struct dt_view *view)
{
	return view->sample_facts;
}

static void free_quantile(struct dt_quantile *quantile)
{
	if (quantile)
		dt_quantile_free(quantile);
	free(quantile);
}

static void end(void *state)
{
	struct dt_sample_facts *facts = state;

	for (unsigned i = 0; i < DT_NR_ACCESSES; i++)
		free_quantile(facts->latency[i]);
	free_quantile(facts->instruction);
	dt_sample_rates_free(&facts->rates);
	dt_time_bins_free(&facts->losses);
}

static int begin(void *state, const struct dt_view *view)
{
	struct dt_sample_facts *facts = state;

	if (dt_time_bins_init(&facts->losses, DT_NR_LOSS_SERIES))
		return -ENOMEM;
	facts->view = view;
	dt_sources_init(&facts->sources);
	dt_sample_rates_init(&facts->rates, view);
	return 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct dt_sample_facts *facts = state;

	(void)error;
	if (!dt_sample_pick_pass(&facts->pick, facts->view, number, span, false, wants))
		return 0;
	facts->counting = true;
	wants->kinds |= 1u << DT_KIND_LOSS | 1u << DT_KIND_OVERFLOW | 1u << DT_KIND_INTERVALS;
	wants->columns |= DT_SOURCE_COLUMNS | DT_COL_TIME | DT_COL_ADDR | DT_COL_CPU |
			  DT_COL_PERIOD | DT_COL_WEIGHTS | DT_COL_PAGE | DT_COL_MISC;
	return 0;
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	struct dt_sample_facts *facts = state;

	facts->reader = reader;
	dt_sources_input(&facts->sources, reader);
}

static void input_end(void *state)
{
	struct dt_sample_facts *facts = state;
	const struct dt_input_info *info = facts->reader ? &facts->reader->info : NULL;

	/* a pass that only finds the start of the recording counts nothing */
	if (!info || !facts->counting)
		return;
	dt_sample_rates_input(&facts->rates,
			      dt_sample_pick_length(&facts->pick, info->start_ns, info->end_ns),
			      info->cpus);
	facts->reader = NULL;
}

static enum dt_unusable judge_mode(uint32_t misc)
{
	switch (misc & DT_MISC_MODE) {
	case DT_MISC_HYPERVISOR:
		return DT_UNUSABLE_HYPERVISOR;
	case DT_MISC_GUEST_KERNEL:
	case DT_MISC_GUEST_USER:
		return DT_UNUSABLE_GUEST;
	case DT_MISC_KERNEL:
		return DT_UNUSABLE_KERNEL;
	default:
		return DT_USABLE;
	}
}

static enum dt_unusable judge(const struct dt_sample_facts *facts, const struct dt_samples *samples,
			      uint32_t i)
{
	const struct dt_sources *sources = &facts->sources;
	enum dt_unusable mode;

	if (!(samples->columns & DT_COL_ADDR))
		return DT_UNUSABLE_NO_FIELD;
	if (sources->has_registers && !sources->linear[i])
		return DT_UNUSABLE_NO_LINEAR;
	if (!samples->addr[i])
		return DT_UNUSABLE_ZERO;
	mode = samples->columns & DT_COL_MISC ? judge_mode(samples->misc[i]) : DT_USABLE;
	if (mode == DT_USABLE && sources->phys && !sources->phys[i])
		return DT_UNUSABLE_NO_PHYS;
	return mode;
}

static void count_page(struct dt_page_sizes *pages, uint64_t size)
{
	uint32_t i = 0;

	while (i < pages->nr && pages->size[i] != size)
		i++;
	if (i == pages->nr && pages->nr < DT_PAGE_SIZES)
		pages->size[pages->nr++] = size;
	pages->samples[i]++;
}

static int count_latency(struct dt_quantile **quantile, uint64_t value)
{
	if (!value)
		return 0;
	if (!*quantile) {
		*quantile = malloc(sizeof(**quantile));
		if (!*quantile)
			return -ENOMEM;
		if (dt_quantile_init(*quantile)) {
			free(*quantile);
			*quantile = NULL;
			return -ENOMEM;
		}
	}
	dt_quantile_count(*quantile, value);
	return 0;
}

static int take_sample(struct dt_sample_facts *facts, const struct dt_samples *samples, uint32_t i)
{
	const struct dt_sources *sources = &facts->sources;
	int ret = 0;

	facts->samples++;
	facts->uses[judge(facts, samples, i)]++;
	facts->accesses[sources->access[i]]++;
	facts->tlbs[sources->tlb[i]]++;
	facts->has_phys |= sources->phys && sources->phys[i];
	if (samples->columns & DT_COL_PAGE)
		count_page(&facts->pages, samples->page_size[i]);
	if (sources->latency)
		ret = count_latency(&facts->latency[sources->access[i]], sources->latency[i]);
	if (!ret && sources->has_registers)
		ret = count_latency(&facts->instruction, sources->instruction[i]);
	else if (!ret && samples->columns & DT_COL_WEIGHTS)
		ret = count_latency(&facts->instruction, samples->weights[i] & UINT16_MAX);
	return ret;
}

static int take_samples(struct dt_sample_facts *facts, const struct dt_samples *samples,
			uint32_t count)
{
	const uint8_t *keep = facts->pick.all ? NULL : facts->keep;
	int ret = 0;

	if (keep)
		dt_sample_pick_mark(&facts->pick, samples, count, facts->keep);
	dt_sources_decode(&facts->sources, samples, count);
	facts->has_addr |= (samples->columns & DT_COL_ADDR) != 0;
	facts->has_phys_field |= facts->sources.phys != NULL;
	facts->has_source |= facts->sources.known;
	facts->has_misc |= (samples->columns & DT_COL_MISC) != 0;
	for (uint32_t i = 0; i < count && !ret; i++)
		if (!keep || keep[i])
			ret = take_sample(facts, samples, i);
	return ret ? ret : dt_sample_rates_take(&facts->rates, facts->reader, samples, count, keep);
}

/* In JSON the number of all; over time those that have one. */
static void mark_loss(struct dt_sample_facts *facts, uint64_t time, enum dt_loss_series series,
		      double count)
{
	facts->loss_seen[series] = true;
	if (time)
		dt_time_bins_at(&facts->losses, time)[series] += count;
}

static void take_loss(struct dt_sample_facts *facts, const struct dt_loss *loss)
{
	/* the recorder's own sum at the end has no time, and belongs to every view */
	if (loss->time && !dt_sample_pick_time(&facts->pick, loss->time))
		return;
	if (loss->what == DT_LOSS_THROTTLE) {
		facts->throttles++;
		mark_loss(facts, loss->time, DT_SERIES_THROTTLES, 1);
	} else if (loss->what == DT_LOSS_SAMPLES) {
		facts->lost_samples += loss->count;
		facts->lost_gaps += !loss->count;
		mark_loss(facts, loss->time, DT_SERIES_LOST_SAMPLES, (double)loss->count);
	}
}

static int take_drop(struct dt_sample_facts *facts, const struct dt_overflow *drop)
{
	if (!dt_sample_pick_time(&facts->pick, drop->time))
		return 0;
	mark_loss(facts, drop->time, DT_SERIES_OVERFLOWS, 1);
	return dt_sample_rates_drop(&facts->rates, drop->cpu);
}

static int batch(void *state, const struct dt_batch *records)
{
	struct dt_sample_facts *facts = state;
	int ret = 0;

	switch (records->kind) {
	case DT_KIND_SAMPLE:
		return take_samples(facts, records->samples, records->count);
	case DT_KIND_LOSS:
		for (uint32_t i = 0; i < records->count; i++)
			take_loss(facts, &records->losses[i]);
		return 0;
	case DT_KIND_OVERFLOW:
		for (uint32_t i = 0; i < records->count && !ret; i++)
			ret = take_drop(facts, &records->overflows[i]);
		return ret;
	default:
		facts->rates.tuned = true;
		return 0;
	}
}

static int finish(void *state, struct dt_report *report)
{
	if (dt_sample_facts_report(state, report))
		return -ENOMEM;
	return 0;
}

const struct dt_analyzer dt_sample_facts_analyzer = {
	.name = "samples",
	.summary = "what memory samples are worth: rates, usable share, latency, losses",
	.applies = applies,
	.state_size = sizeof(struct dt_sample_facts),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
