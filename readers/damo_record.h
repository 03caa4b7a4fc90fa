/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of damo, the DAMON user-space tool. */
#ifndef READERS_DAMO_RECORD_H
#define READERS_DAMO_RECORD_H

#include "damon-trace/known.h"
#include "damon-trace/reader.h"

/* damon.data: JSON, or JSON in zlib. */
extern const struct dt_reader_ops dt_damo_record_reader;
/* Texts of damo: report access --raw_form, and records of its format perf_script. */
extern const struct dt_reader_ops dt_damo_text_reader;

/* Records of one file at most, and regions of one snapshot: its only memory that grows. */
#define DT_DAMO_RECORDS 4096
#define DT_DAMO_REGIONS (1u << 20)

/* Of one snapshot. */
struct dt_damo_snapshot {
	uint64_t end_ns;
	uint32_t nr_regions; /* 0: as many as there are */
	size_t nr, room;
	struct dt_region *regions;
};

/* A place for one more region. NULL: too many (*full), or no memory. */
struct dt_region *dt_damo_snapshot_add(struct dt_damo_snapshot *snapshot, bool *full);

/* Put it in order and send it to the emitter, and empty it. */
struct dt_emitter;
void dt_damo_snapshot_emit(struct dt_damo_snapshot *snapshot, struct dt_emitter *emitter,
			   struct dt_input_info *info, int32_t kdamond, uint64_t target);

#endif
