/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The samples that the views of who accessed memory count: those in view that came from the chosen
 * tiers, without instructions that accessed nothing.
 */
#ifndef ANALYZERS_SAMPLE_CHOICE_H
#define ANALYZERS_SAMPLE_CHOICE_H

#include "analyzers/sample_pick.h"
#include "analyzers/sample_source.h"

struct dt_sample_choice {
	const struct dt_view *view;
	struct dt_sample_pick pick;
	struct dt_sources sources;
	uint64_t no_access; /* samples of instructions that accessed no memory */
	uint64_t no_source; /* samples left out because they do not say from which tier they are */
	uint8_t keep[DT_BATCH_MAX];
};

void dt_sample_choice_init(struct dt_sample_choice *choice, const struct dt_view *view);

/*
 * Before each pass: false when there is nothing to count yet, or *wants asks for samples with the
 * columns looked at. after_first: the first walk has to be over in any case.
 */
bool dt_sample_choice_pass(struct dt_sample_choice *choice, unsigned pass,
			   const struct dt_span *span, bool after_first, struct dt_wants *wants);

/* Fill keep, and sources.latency, of a batch. */
void dt_sample_choice_mark(struct dt_sample_choice *choice, const struct dt_samples *samples,
			   uint32_t count);

/* Say in a section what was chosen and what that leaves out. */
struct dt_section;
void dt_sample_choice_say(const struct dt_sample_choice *choice, struct dt_section *section);

#endif
