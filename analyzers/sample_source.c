/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources of a batch of samples. */
#include <string.h>

#include "analyzers/sample_source.h"

#define GOLDEN 0x9e3779b97f4a7c15ull

static inline struct dt_source_word *place_of(struct dt_sources *sources, uint64_t word)
{
	return &sources->words[(word * GOLDEN) >> 56];
}

static void look(struct dt_source_word *place, uint64_t word)
{
	place->word = word;
	place->tier = (uint8_t)dt_data_src_tier(word);
	place->access = (uint8_t)dt_data_src_access(word);
	place->tlb = (uint8_t)dt_data_src_tlb(word);
}

void dt_sources_init(struct dt_sources *sources)
{
	*sources = (struct dt_sources){0};
	/* a place that was never used holds the word 0, which belongs to place 0 alone */
	look(place_of(sources, 0), 0);
}

void dt_sources_input(struct dt_sources *sources, const struct dt_reader *reader)
{
	sources->reader = reader;
	(void)dt_processor_parse(reader->info.cpuid, &sources->processor);
}

static void decode_words(struct dt_sources *sources, const uint64_t *data_src, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct dt_source_word *place = place_of(sources, data_src[i]);

		if (__builtin_expect(place->word != data_src[i], 0))
			look(place, data_src[i]);
		sources->tier[i] = place->tier;
		sources->access[i] = place->access;
		sources->tlb[i] = place->tlb;
	}
}

static bool is_ibs_op(const struct dt_sources *sources, const struct dt_samples *samples)
{
	const struct dt_event_count *event;

	if (!(samples->columns & DT_COL_RAW) || !sources->reader ||
	    samples->event >= sources->reader->info.nr_events)
		return false;
	event = &sources->reader->info.events[samples->event];
	return !strcmp(event->pmu, "ibs_op") || !strncmp(event->name, "ibs_op", strlen("ibs_op"));
}

/* What the registers say stands above what the kernel made of them. */
static void take_facts(struct dt_sources *sources, uint32_t i, const struct dt_ibs_op *op,
		       const struct dt_ibs_facts *facts)
{
	const bool accesses = facts->load || facts->store || facts->software_prefetch;

	sources->linear[i] = facts->lin_addr_valid;
	sources->tier[i] = accesses ? (uint8_t)facts->tier : DT_TIER_NO_ACCESS;
	sources->access[i] = (uint8_t)facts->access;
	sources->tlb[i] = (uint8_t)facts->tlb;
	sources->own_latency[i] = facts->latency_known ? facts->dc_miss_latency : 0;
	/* as the kernel does: of the same samples that have a latency of their data */
	sources->instruction[i] = facts->latency_known ? facts->tag_to_retire : 0;
	if (facts->phys_addr_valid)
		sources->own_phys[i] = op->phys_addr;
}

static void decode_registers(struct dt_sources *sources, const struct dt_samples *samples,
			     uint32_t count)
{
	const size_t bytes = count * sizeof(uint64_t);

	memset(sources->linear, 1, count);
	memset(sources->instruction, 0, sizeof(sources->instruction));
	memset(sources->own_phys, 0, bytes);
	memset(sources->own_latency, 0, bytes);
	if (sources->phys)
		memcpy(sources->own_phys, sources->phys, bytes);
	if (sources->latency)
		memcpy(sources->own_latency, sources->latency, bytes);
	for (uint32_t i = 0; i < count; i++) {
		const struct dt_piece *piece = &samples->raw[i];
		struct dt_ibs_facts facts;
		struct dt_ibs_op op;

		if (!piece->size ||
		    !dt_ibs_op_read(samples->heap + piece->offset, piece->size, &op))
			continue;
		dt_ibs_op_facts(&op, &sources->processor, &facts);
		if (facts.valid)
			take_facts(sources, i, &op, &facts);
	}
	sources->phys = sources->own_phys;
	sources->latency = sources->own_latency;
	sources->known = sources->has_registers = true;
}

void dt_sources_decode(struct dt_sources *sources, const struct dt_samples *samples, uint32_t count)
{
	sources->known = samples->columns & DT_COL_DATA_SRC;
	sources->has_registers = false;
	sources->phys = samples->columns & DT_COL_PHYS ? samples->phys : NULL;
	sources->latency = samples->columns & DT_COL_WEIGHT ? samples->weight : NULL;
	if (sources->known) {
		decode_words(sources, samples->data_src, count);
	} else {
		memset(sources->tier, DT_TIER_UNKNOWN, count);
		memset(sources->access, DT_ACCESS_UNKNOWN, count);
		memset(sources->tlb, DT_TLB_UNKNOWN, count);
	}
	if (is_ibs_op(sources, samples))
		decode_registers(sources, samples, count);
}
