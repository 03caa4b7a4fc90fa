/* SPDX-License-Identifier: GPL-2.0-only */
/* The first walk of agreement: what DAMON monitored, and when. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/agreement.h"

/* Weights are of any size; heat is summed in 128 bits. */
#define MOST_ACCESSES (1ull << 40)

static struct dt_comparison *find_comparison(struct dt_agreement *agreement,
					     const struct dt_stream *stream)
{
	struct dt_comparison *made;

	if (stream->index < agreement->nr)
		return agreement->list[stream->index];
	if (agreement->nr == agreement->room) {
		const size_t room = agreement->room ? agreement->room * 2 : 8;
		struct dt_comparison **list =
			realloc(agreement->list, room * sizeof(struct dt_comparison *));

		if (!list)
			return NULL;
		agreement->list = list;
		agreement->room = room;
	}
	made = calloc(1, sizeof(*made));
	if (!made)
		return NULL;
	made->known = stream->known;
	made->id = stream->count.stream;
	made->wanted = dt_view_wants_stream(agreement->view, &made->id);
	made->pid = -1;
	made->unit = made->known && made->known->addr_unit ? made->known->addr_unit : 1;
	made->sample_ns = stream->sample_ns;
	made->aggr_ns = stream->aggr_ns;
	agreement->list[agreement->nr++] = made;
	return made;
}

/* With unknown weights all weigh the same. */
uint64_t dt_agreement_probe_sum(const struct dt_comparison *comparison,
				const struct dt_region *region)
{
	const bool weighs = dt_known_weighs(comparison->known);
	uint64_t sum = 0;

	for (unsigned i = 0; i < region->nr_probes; i++) {
		uint64_t weight = 1;

		if (weighs)
			weight = i < comparison->known->nr_weights ? comparison->known->weights[i]
								   : 0;
		weight = weight < MOST_ACCESSES ? weight : MOST_ACCESSES;
		sum += region->probe_hits[i] * weight;
	}
	return sum;
}

/* The last snapshot has just been counted: was it whole? */
static void judge_last(struct dt_comparison *comparison, const struct dt_stream *stream)
{
	const struct dt_snapshot_count *count = &stream->count;

	/* a first one that was cut at its start covers nothing anyway */
	if (count->incomplete != comparison->incomplete || count->partial != comparison->partial)
		dt_cover_spoil(&comparison->cover);
	comparison->incomplete = count->incomplete;
	comparison->partial = count->partial;
}

static void survey_snapshot(struct dt_comparison *comparison, const struct dt_stream *stream)
{
	judge_last(comparison, stream);
	if (stream->has_previous && stream->time > stream->previous)
		dt_median_add(&comparison->gaps, stream->time - stream->previous);
	dt_cover_snapshot(&comparison->cover, stream->time, stream->aggr_ns);
}

int dt_agreement_survey(struct dt_agreement *agreement, const struct dt_region *regions,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct dt_region *region = &regions[i];
		enum dt_taken taken;
		const struct dt_stream *stream =
			dt_snapshots_take(&agreement->snapshots, region, &taken);
		struct dt_comparison *comparison =
			stream ? find_comparison(agreement, stream) : NULL;

		if (!comparison)
			return -ENOMEM;
		comparison->any_access |= region->nr_accesses != 0;
		if (region->nr_probes)
			comparison->any_hits |= dt_agreement_probe_sum(comparison, region) > 0;
		if (taken == DT_TAKEN_TWICE)
			continue;
		if (taken == DT_TAKEN_FIRST)
			survey_snapshot(comparison, stream);
		comparison->regions++;
		dt_extents_add(&comparison->extents, dt_agreement_bytes(comparison, region->start),
			       dt_agreement_bytes(comparison, region->end));
	}
	return 0;
}

void dt_agreement_survey_input_end(struct dt_agreement *agreement)
{
	for (size_t i = 0; i < agreement->nr; i++) {
		judge_last(agreement->list[i], agreement->snapshots.streams[i]);
		dt_cover_input_end(&agreement->list[i]->cover);
	}
}
