/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of one analyzer: what all of them would do the same around their own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/analyzer.h"

/* Where an analyzer returned an error without a sentence. */
static int explain(const struct dt_analyzer *analyzer, int ret, struct dt_error *error)
{
	if (!ret || error->message[0])
		return ret;
	if (ret == -ENOMEM)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return dt_fail(error, -ret, NULL, "%s: %s", analyzer->name, strerror(-ret));
}

int dt_analyzer_begin(const struct dt_analyzer *analyzer, void **state, const struct dt_view *view,
		      struct dt_error *error)
{
	void *made = calloc(1, analyzer->state_size);
	const int ret = made ? analyzer->begin(made, view) : -ENOMEM;

	error->message[0] = '\0';
	if (ret) {
		dt_analyzer_end(analyzer, made);
		return explain(analyzer, ret, error);
	}
	*state = made;
	return 0;
}

int dt_analyzer_pass(const struct dt_analyzer *analyzer, void *state, unsigned number,
		     const struct dt_span *span, struct dt_wants *wants, struct dt_error *error)
{
	*wants = (struct dt_wants){0};
	if (!analyzer->pass) {
		wants->done = number > 0;
		wants->kinds = analyzer->kinds;
		return 0;
	}
	error->message[0] = '\0';
	return explain(analyzer, analyzer->pass(state, number, span, wants, error), error);
}

int dt_analyzer_finish(const struct dt_analyzer *analyzer, void *state, struct dt_report *report,
		       struct dt_error *error)
{
	error->message[0] = '\0';
	return explain(analyzer, analyzer->finish(state, report), error);
}

void dt_analyzer_end(const struct dt_analyzer *analyzer, void *state)
{
	if (state)
		analyzer->end(state);
	free(state);
}
