/* SPDX-License-Identifier: GPL-2.0-only */
/* A report with sections for the tests of what renders them. */
#ifndef TESTS_UNIT_SECTION_WORLD_H
#define TESTS_UNIT_SECTION_WORLD_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "damon-trace/section.h"

/* One input from 5 s to 35 s, without sections. Clear with section_world_clear. */
struct section_world {
	struct dt_input_info info;
	const struct dt_input_info *inputs[1];
	struct dt_report report;
};

void section_world_init(struct section_world *world);
void section_world_clear(struct section_world *world);

/* Words, 7 figures for people and one for programs, an empty table and one of three rows. */
struct dt_section *section_world_tiers(struct section_world *world);

/* Two series of 30 points of 1 s from second 6 on, both 0.5, the points 10 to 13 missing. */
struct dt_chart *section_world_chart(struct dt_section *section, bool stacked);

/* A map of 2 x 2 cells of 15 s and 1 GiB: 1, 2, none, 4. */
void section_world_grid(struct dt_section *section);

/* What is written by writers of the whole report; free it. */
char *section_world_text(const struct section_world *world, const struct dt_style *style);
char *section_world_written(const struct section_world *world,
			    void (*write)(FILE *out, const struct dt_report *report));

#endif
