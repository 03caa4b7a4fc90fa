/* SPDX-License-Identifier: GPL-2.0-only */
/* One perf.data of an objective's samples, into bins of time: see objective_latency.h. */
#include <errno.h>

#include "control/objective_latency.h"
#include "damon-trace/data_source.h"
#include "damon-trace/reader.h"

struct tally {
	bool far, lacks;
	struct dt_latency_bins *bins;
};

static void add(struct dt_latency_bins *bins, uint64_t time, double value)
{
	const size_t at =
		time > bins->start_ns ? (size_t)((time - bins->start_ns) / DT_LATENCY_BIN_NS) : 0;

	if (at >= bins->nr)
		return;
	bins->bins[at].sum += value;
	bins->bins[at].count++;
}

static int take_samples(void *context, struct dt_batch *batch)
{
	struct tally *tally = context;
	const struct dt_samples *samples = batch->samples;
	const uint32_t needs =
		DT_COL_TIME | DT_COL_DATA_SRC | (tally->far ? 0 : (uint32_t)DT_COL_WEIGHT);

	if (batch->kind != DT_KIND_SAMPLE)
		return 0;
	tally->bins->samples += batch->count;
	if ((samples->has & needs) != needs) {
		tally->lacks = true;
		return 0;
	}
	for (size_t i = 0; i < batch->count; i++) {
		const enum dt_access access = dt_data_src_access(samples->data_src[i]);
		const enum dt_tier tier = dt_data_src_tier(samples->data_src[i]);

		if (tally->far && dt_tier_is_memory(tier))
			add(tally->bins, samples->time[i], dt_tier_is_far(tier) ? 100 : 0);
		else if (!tally->far && samples->weight[i] &&
			 (access == DT_ACCESS_LOAD || access == DT_ACCESS_LOAD_STORE))
			add(tally->bins, samples->time[i], (double)samples->weight[i]);
	}
	return 0;
}

int dt_latency_read(const char *path, bool far, struct dt_latency_bins *bins,
		    struct dt_error *error)
{
	struct tally tally = {.far = far, .bins = bins};
	const struct dt_sink sink = {
		.kinds = 1u << DT_KIND_SAMPLE,
		.columns = DT_COL_TIME | DT_COL_WEIGHT | DT_COL_DATA_SRC,
		.batch = take_samples,
		.context = &tally,
	};
	struct dt_reader *reader;
	int ret = dt_reader_open(&reader, path, error);

	if (ret)
		return ret;
	ret = dt_reader_walk(reader, &sink, error);
	dt_reader_close(reader);
	if (!ret && tally.lacks)
		ret = dt_fail(error, EOPNOTSUPP,
			      "damon-trace doctor tells which events of this machine do; name one: "
			      "latency:EVENT",
			      "the samples of this event carry no %s",
			      far ? "source of the data" : "latency");
	return ret;
}
