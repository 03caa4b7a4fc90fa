/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples by hand through an analysis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_batch.h"

void hand_begin(struct hand_run *run, const struct dt_analyzer *analyzer,
		const struct dt_view *view, uint64_t start, uint64_t end)
{
	const struct dt_span span = {.first = start, .last = end};
	struct dt_error error;

	run->analyzer = analyzer;
	run->report = (struct dt_report){0};
	run->reader.info.events = &run->event;
	run->reader.info.nr_events = 1;
	run->reader.info.start_ns = start;
	run->reader.info.end_ns = end;
	assert_true(analyzer->applies(view));
	assert_int_equal(dt_analyzer_begin(analyzer, &run->state, view, &error), 0);
	assert_int_equal(dt_analyzer_pass(analyzer, run->state, 0,
					  &(struct dt_span){.first = UINT64_MAX}, &run->wants,
					  &error),
			 0);
	/* a time from the start of the recording needs a pass to find that */
	if (!run->wants.kinds) {
		assert_false(run->wants.done);
		analyzer->input_begin(run->state, &run->reader);
		if (analyzer->input_end)
			analyzer->input_end(run->state);
		assert_int_equal(
			dt_analyzer_pass(analyzer, run->state, 1, &span, &run->wants, &error), 0);
	}
	assert_true(run->wants.kinds & 1u << DT_KIND_SAMPLE);
	analyzer->input_begin(run->state, &run->reader);
}

static void put(struct dt_samples *to, uint32_t i, const struct hand_sample *from)
{
	to->time[i] = from->time;
	to->addr[i] = from->addr;
	to->phys[i] = from->phys;
	to->period[i] = from->period;
	to->weight[i] = from->weight;
	to->data_src[i] = from->data_src;
	to->page_size[i] = from->page_size;
	to->cpu[i] = from->cpu;
	to->pid[i] = from->pid;
	to->weights[i] = from->weights;
	to->misc[i] = from->misc;
}

void hand_samples(struct hand_run *run, const struct hand_sample *samples, uint32_t count,
		  uint32_t columns)
{
	struct dt_batch batch = {.kind = DT_KIND_SAMPLE};

	batch.samples = dt_batch_alloc(DT_KIND_SAMPLE);
	assert_non_null(batch.samples);
	for (uint32_t i = 0; i < count; i += batch.count) {
		batch.count = count - i < DT_BATCH_MAX ? count - i : DT_BATCH_MAX;
		batch.samples->has = columns;
		batch.samples->columns = columns & run->wants.columns;
		batch.samples->event = 0;
		for (uint32_t j = 0; j < batch.count; j++)
			put(batch.samples, j, &samples[i + j]);
		assert_int_equal(run->analyzer->batch(run->state, &batch), 0);
	}
	dt_batch_free(DT_KIND_SAMPLE, batch.samples);
}

void hand_records(struct hand_run *run, enum dt_kind kind, void *records, uint32_t count)
{
	struct dt_batch batch = {.kind = kind, .count = count, .records = records};

	assert_true(run->wants.kinds & 1u << kind);
	assert_int_equal(run->analyzer->batch(run->state, &batch), 0);
}

void hand_finish(struct hand_run *run)
{
	struct dt_error error;

	if (run->analyzer->input_end)
		run->analyzer->input_end(run->state);
	assert_int_equal(dt_analyzer_finish(run->analyzer, run->state, &run->report, &error), 0);
	assert_false(run->report.out_of_memory);
}

void hand_free(struct hand_run *run)
{
	dt_analyzer_end(run->analyzer, run->state);
	run->report.nr_inputs = 0;
	dt_report_clear(&run->report);
}
