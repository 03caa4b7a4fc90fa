/* SPDX-License-Identifier: GPL-2.0-only */
/* The passes of analyzers over inputs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/analyzer.h"
#include "support/pipeline.h"

struct run {
	size_t nr;
	const struct dt_analyzer **analyzers;
	void **states;
	struct dt_wants *wants;
};

static int dispatch(void *context, struct dt_batch *batch)
{
	const struct run *run = context;

	for (size_t i = 0; i < run->nr; i++) {
		int ret;

		if (run->wants[i].done || !(run->wants[i].kinds & (1u << batch->kind)))
			continue;
		ret = run->analyzers[i]->batch(run->states[i], batch);
		if (ret)
			return ret;
	}
	return 0;
}

static int walk(struct dt_reader *reader, const struct dt_sink *sink, unsigned threads,
		struct dt_error *error)
{
	struct dt_pipeline *pipeline;
	struct dt_sink queue;
	int ret, result;

	/* nothing is sent to a sink that wants nothing: then only the reader works */
	if (threads < 2 || !sink->kinds || dt_pipeline_start(&pipeline, sink, &queue))
		return dt_reader_walk(reader, sink, error);
	ret = dt_reader_walk(reader, &queue, error);
	result = dt_pipeline_finish(pipeline);
	return ret ? ret : result;
}

static int pass(struct run *run, struct dt_reader *const *readers, size_t nr_readers,
		unsigned threads, struct dt_error *error)
{
	struct dt_sink sink = {.batch = dispatch, .context = run};

	for (size_t i = 0; i < run->nr; i++) {
		if (run->wants[i].done)
			continue;
		sink.kinds |= run->wants[i].kinds;
		sink.columns |= run->wants[i].columns;
	}
	for (size_t i = 0; i < nr_readers; i++) {
		int ret;

		for (size_t j = 0; j < run->nr; j++)
			if (!run->wants[j].done && run->analyzers[j]->input_begin)
				run->analyzers[j]->input_begin(run->states[j], readers[i]);
		error->message[0] = '\0';
		ret = walk(readers[i], &sink, threads, error);
		if (ret && !error->message[0])
			return dt_fail(error, -ret, NULL, "%s: %s", readers[i]->info.path,
				       strerror(-ret));
		if (ret)
			return ret;
		for (size_t j = 0; j < run->nr; j++)
			if (!run->wants[j].done && run->analyzers[j]->input_end)
				run->analyzers[j]->input_end(run->states[j]);
	}
	return 0;
}

static struct dt_span find_span(struct dt_reader *const *readers, size_t nr_readers)
{
	struct dt_span span = {.first = UINT64_MAX};

	for (size_t i = 0; i < nr_readers; i++) {
		const struct dt_input_info *info = &readers[i]->info;

		if (info->start_ns > info->end_ns)
			continue;
		span.first = info->start_ns < span.first ? info->start_ns : span.first;
		span.last = info->end_ns > span.last ? info->end_ns : span.last;
	}
	return span;
}

static int passes(struct run *run, struct dt_reader *const *readers, size_t nr_readers,
		  unsigned threads, struct dt_error *error)
{
	for (unsigned number = 0;; number++) {
		const struct dt_span span = find_span(readers, number ? nr_readers : 0);
		bool done = true;
		int ret;

		for (size_t i = 0; i < run->nr; i++) {
			ret = dt_analyzer_pass(run->analyzers[i], run->states[i], number, &span,
					       &run->wants[i], error);
			if (ret)
				return ret;
			done &= run->wants[i].done;
		}
		/* the first walk also counts for the summary, whatever the analyzers want */
		if (done && number)
			return 0;
		ret = pass(run, readers, nr_readers, threads, error);
		if (ret)
			return ret;
	}
}

/* The analyzers that apply, each with a state. */
static int choose(struct run *run, const struct dt_view *view, struct dt_error *error)
{
	size_t room = 0;

	while (dt_analyzers[room])
		room++;
	run->analyzers = calloc(room + 1, sizeof(struct dt_analyzer *));
	run->states = calloc(room + 1, sizeof(void *));
	run->wants = calloc(room + 1, sizeof(*run->wants));
	if (!run->analyzers || !run->states || !run->wants)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; dt_analyzers[i]; i++) {
		int ret;

		if (!dt_analyzers[i]->applies(view))
			continue;
		ret = dt_analyzer_begin(dt_analyzers[i], &run->states[run->nr], view, error);
		if (ret)
			return ret;
		run->analyzers[run->nr++] = dt_analyzers[i];
	}
	return 0;
}

int dt_analyze(struct dt_reader *const *readers, size_t nr_readers, const struct dt_view *view,
	       unsigned threads, struct dt_report *report, struct dt_error *error)
{
	struct run run = {0};
	int ret = choose(&run, view, error);

	if (!ret)
		ret = passes(&run, readers, nr_readers, threads, error);
	for (size_t i = 0; i < run.nr && !ret; i++)
		ret = dt_analyzer_finish(run.analyzers[i], run.states[i], report, error);
	if (!ret && report->out_of_memory)
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < run.nr; i++)
		dt_analyzer_end(run.analyzers[i], run.states[i]);
	free(run.analyzers);
	free(run.states);
	free(run.wants);
	return ret;
}
