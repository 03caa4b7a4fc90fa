/* SPDX-License-Identifier: GPL-2.0-only */
/* What an input has, so that a slice outside of it can say what there is. */
#ifndef CLI_SLICE_SURVEY_H
#define CLI_SLICE_SURVEY_H

#include "damon-trace/slice.h"

/* Streams and processes that an error names. */
#define DT_SURVEY_NAMED 8

/* Addresses that occur: from the lowest to the highest. */
struct dt_slice_range {
	uint64_t low, high; /* [low, high); none: low > high */
	bool chosen;	    /* some of them are asked for */
};

struct dt_slice_survey {
	const struct dt_view *view;
	struct dt_slice_range regions, samples;
	size_t nr_kdamonds, nr_pids;
	int32_t kdamonds[DT_SURVEY_NAMED], pids[DT_SURVEY_NAMED];
	bool stream_chosen, pid_chosen;
};

/* Walk the input once: for its times, its warnings, and for what the view's filters ask of. */
int dt_slice_survey(struct dt_slice_survey *survey, struct dt_reader *reader,
		    const struct dt_view *view, struct dt_error *error);

/* -ENODATA with the ranges that exist in *error when a filter chooses nothing; else 0. */
int dt_slice_survey_judge(const struct dt_slice_survey *survey, const struct dt_reader *reader,
			  const struct dt_slice *slice, struct dt_error *error);

#endif
