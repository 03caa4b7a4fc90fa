/* SPDX-License-Identifier: GPL-2.0-only */
/* Choosing samples by place, time, process and tier. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/sample_choice.h"
#include "damon-trace/section.h"

void dt_sample_choice_init(struct dt_sample_choice *choice, const struct dt_view *view)
{
	*choice = (struct dt_sample_choice){.view = view};
	dt_sources_init(&choice->sources);
}

bool dt_sample_choice_pass(struct dt_sample_choice *choice, unsigned pass,
			   const struct dt_span *span, bool after_first, struct dt_wants *wants)
{
	if (!dt_sample_pick_pass(&choice->pick, choice->view, pass, span, after_first, wants))
		return false;
	wants->columns |= DT_COL_RAW | (choice->view->only_tiers ? DT_COL_DATA_SRC : 0);
	return true;
}

static void mark_tiers(struct dt_sample_choice *choice, uint32_t count)
{
	const uint32_t wanted = choice->view->only_tiers;
	const uint8_t *tier = choice->sources.tier;

	if (!choice->sources.known)
		for (uint32_t i = 0; i < count; i++)
			choice->no_source += choice->keep[i];
	for (uint32_t i = 0; i < count; i++)
		choice->keep[i] &= wanted >> tier[i];
}

void dt_sample_choice_mark(struct dt_sample_choice *choice, const struct dt_samples *samples,
			   uint32_t count)
{
	dt_sources_decode(&choice->sources, samples, count);
	if (choice->pick.all)
		memset(choice->keep, 1, count);
	else
		dt_sample_pick_mark(&choice->pick, samples, count, choice->keep);
	for (uint32_t i = 0; choice->sources.has_registers && i < count; i++) {
		const bool none = choice->sources.tier[i] == DT_TIER_NO_ACCESS;

		choice->no_access += choice->keep[i] & none;
		choice->keep[i] &= !none;
	}
	if (choice->view->only_tiers)
		mark_tiers(choice, count);
}

/* "L3, CXL" */
static void name_tiers(char *text, size_t size, uint32_t tiers)
{
	size_t length = 0;

	text[0] = '\0';
	for (unsigned tier = 0; tier < DT_NR_TIERS && length < size; tier++)
		if (tiers & 1u << tier)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
						   length ? ", " : "", dt_tier_name(tier));
}

void dt_sample_choice_say(const struct dt_sample_choice *choice, struct dt_section *section)
{
	char tiers[256];

	if (choice->view->only_tiers) {
		name_tiers(tiers, sizeof(tiers), choice->view->only_tiers);
		dt_section_say(section, "Only samples served from: %s.", tiers);
	}
	if (choice->no_source)
		dt_section_say(section,
			       "%" PRIu64 " samples do not say where their data came from and are "
			       "of no known tier: record it with perf record -d -W or perf mem "
			       "record.",
			       choice->no_source);
	if (choice->no_access)
		dt_section_say(section,
			       "%" PRIu64
			       " samples are of instructions that accessed no memory and "
			       "are left out.",
			       choice->no_access);
}
