/* SPDX-License-Identifier: GPL-2.0-only */
/* Call chains of samples as folded stacks: who called whom to reach the memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/chains.h"
#include "damon-trace/analyzer.h"

struct folding {
	const struct dt_view *view;
	struct dt_sample_choice choice;
	struct dt_name_pool names;
	struct dt_code_names code;
	struct dt_chain_tree tree;
	const struct dt_reader *reader;
	int32_t pid; /* looked up last */
	uint32_t comm;
	bool has_comm;
	uint64_t chains; /* samples with a frame */
	uint64_t bare;	 /* without a chain: their own instruction stands for it */
	uint64_t empty;	 /* without either */
	struct dt_frame frames[DT_CHAIN_FRAMES];
	uint32_t line[DT_CHAIN_FRAMES + 2];
};

static bool applies(const struct dt_view *view)
{
	return view->folded;
}

static void end(void *state)
{
	struct folding *folding = state;

	dt_chain_tree_free(&folding->tree);
	dt_code_names_free(&folding->code);
	dt_name_pool_free(&folding->names);
}

static int begin(void *state, const struct dt_view *view)
{
	struct folding *folding = state;

	if (dt_chain_tree_init(&folding->tree, DT_CHAIN_NODES) ||
	    dt_code_names_init(&folding->code, &folding->names, view->symbols))
		return -ENOMEM;
	folding->view = view;
	dt_sample_choice_init(&folding->choice, view);
	return 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct folding *folding = state;
	const enum dt_weight weight = folding->view->weight;

	(void)error;
	/* mappings are known from the first walk on */
	if (!dt_sample_choice_pass(&folding->choice, number, span, true, wants))
		return 0;
	wants->columns |= DT_COL_PID | DT_COL_IP | DT_COL_MISC | DT_COL_CHAIN |
			  (weight == DT_WEIGHT_PERIOD ? DT_COL_PERIOD : 0) |
			  (weight == DT_WEIGHT_LATENCY ? DT_COL_WEIGHT : 0);
	return 0;
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	struct folding *folding = state;

	folding->reader = reader;
	folding->has_comm = false;
	dt_sources_input(&folding->choice.sources, reader);
	dt_code_names_input(&folding->code, reader);
}

static uint32_t comm_of(struct folding *folding, int32_t pid)
{
	const char *comm;
	char number[32];

	if (folding->has_comm && folding->pid == pid)
		return folding->comm;
	comm = dt_reader_comm(folding->reader, pid);
	(void)snprintf(number, sizeof(number), "[pid %" PRId32 "]", pid);
	folding->comm = dt_name_put(&folding->names, comm ? comm : number);
	folding->pid = pid;
	folding->has_comm = true;
	return folding->comm;
}

/* "[kernel]" and the like say no more when they are repeated. */
static bool says_nothing(const struct folding *folding, uint32_t name)
{
	const char *text = dt_name_text(&folding->names, name);

	return text[0] == '[' && !strchr(text, '+');
}

/* The frames of a sample; without a chain, or with an empty one, its own instruction. */
static uint32_t frames_of(struct folding *folding, const struct dt_samples *samples, uint32_t i,
			  bool *cut)
{
	const enum dt_code_mode mode =
		samples->columns & DT_COL_MISC ? dt_code_mode_of(samples->misc[i]) : DT_CODE_USER;
	uint32_t nr = 0;

	*cut = false;
	if (samples->columns & DT_COL_CHAIN)
		nr = dt_chain_frames((const uint64_t *)(samples->heap + samples->chain[i].offset),
				     samples->chain[i].size / sizeof(uint64_t), mode,
				     folding->frames, DT_CHAIN_FRAMES, cut);
	folding->chains += nr > 0;
	if (nr)
		return nr;
	if (!(samples->columns & DT_COL_IP) || !samples->ip[i]) {
		folding->empty++;
		return 0;
	}
	folding->bare++;
	folding->frames[0] = (struct dt_frame){samples->ip[i], mode};
	return 1;
}

static void add(struct folding *folding, const struct dt_samples *samples, uint32_t i, double count)
{
	const int32_t pid = samples->columns & DT_COL_PID ? samples->pid[i] : -1;
	uint32_t *line = folding->line, nr = 0;
	bool cut;

	line[nr++] = comm_of(folding, pid);
	for (uint32_t frame = frames_of(folding, samples, i, &cut); frame-- > 0;) {
		const struct dt_frame *at = &folding->frames[frame];
		const uint32_t name =
			(uint32_t)(dt_code_name(&folding->code, pid, at->address, at->mode) >> 32);

		if (cut) {
			line[nr++] = dt_name_put(&folding->names, "[cut]");
			cut = false;
		}
		if (nr < 2 || name != line[nr - 1] || !says_nothing(folding, name))
			line[nr++] = name;
	}
	dt_chain_tree_add(&folding->tree, line, nr, count);
}

static int batch(void *state, const struct dt_batch *records)
{
	const struct dt_samples *samples = records->samples;
	struct folding *folding = state;
	const enum dt_weight weight = folding->view->weight;
	const uint64_t *worth = NULL;

	dt_sample_choice_mark(&folding->choice, samples, records->count);
	if (weight == DT_WEIGHT_PERIOD && samples->columns & DT_COL_PERIOD)
		worth = samples->period;
	if (weight == DT_WEIGHT_LATENCY)
		worth = folding->choice.sources.latency;
	if (weight != DT_WEIGHT_COUNT && !worth)
		return 0;
	for (uint32_t i = 0; i < records->count; i++)
		if (folding->choice.keep[i])
			add(folding, samples, i, worth ? (double)worth[i] : 1);
	return 0;
}

static void explain(const struct folding *folding, struct dt_report *report)
{
	char text[1024];

	if (folding->bare && folding->chains)
		dt_report_note(report,
			       "%" PRIu64
			       " samples have no frame in their call chain (--call-graph "
			       "dwarf keeps stacks that are not unwound here): their own "
			       "instruction stands for it",
			       folding->bare);
	if (folding->empty)
		dt_report_note(report, "%" PRIu64 " samples have neither chain nor instruction",
			       folding->empty);
	if (folding->tree.left_out > 0)
		dt_report_note(report,
			       "no room for chains worth %.0f: choose fewer with --time, --pid, "
			       "--address or --tier",
			       folding->tree.left_out);
	if (folding->choice.no_source)
		dt_report_note(report,
			       "%" PRIu64 " samples do not say where their data came from and are "
			       "of no known tier",
			       folding->choice.no_source);
	if (folding->view->symbols &&
	    dt_symbols_explain(folding->view->symbols, text, sizeof(text)))
		dt_report_note(report, "%s", text);
}

static int finish(void *state, struct dt_report *report)
{
	struct folding *folding = state;

	explain(folding, report);
	report->has_chains = folding->chains > 0;
	report->folded = dt_chain_tree_fold(&folding->tree, &folding->names);
	return report->folded ? 0 : -ENOMEM;
}

const struct dt_analyzer dt_folded_analyzer = {
	.name = "folded",
	.summary = "call chains that reached memory, as folded stacks",
	.applies = applies,
	.state_size = sizeof(struct folding),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.finish = finish,
	.end = end,
};
