/* SPDX-License-Identifier: GPL-2.0-only */
/* One pass over a record of damo: shared by the reader and its parser. */
#ifndef READERS_DAMO_PASS_H
#define READERS_DAMO_PASS_H

#include "readers/damo_record.h"
#include "readers/json_tokens.h"

/* One record of the file. */
struct dt_damo_entry {
	int32_t kdamond;
	uint64_t target, scheme; /* scheme UINT64_MAX: none */
	uint64_t sample_ns, aggr_ns;
	uint64_t nr_snapshots;
	bool left_out; /* of another scheme than the first of its target */
};

struct dt_damo {
	struct dt_reader reader;
	bool zipped;
	size_t nr;
	struct dt_damo_entry *records; /* DT_DAMO_RECORDS */
	struct dt_known_stream *known;
	struct dt_event_count event;
	struct dt_damo_snapshot snapshot;
};

/* One pass over the file. */
struct dt_damo_pass {
	struct dt_damo *damo;
	struct dt_json_tokens tokens;
	struct dt_emitter *emitter; /* NULL: opening, which fills the records */
	struct dt_input_info *info; /* of the pass that counts, else NULL */
	struct dt_damo_entry *record;
	uint64_t seen_snapshots; /* of the record */
	uint64_t sample_ns;	 /* last told of the record's kdamond; 0: none yet */
	int ret;		 /* -errno that ends it */
	const char *what;	 /* damage that is no fault of JSON's */
};

/* 0 or -errno; damage ends it with a warning where info is set. */
int dt_damo_run(struct dt_damo_pass *pass);

#endif
