/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A queue of batches between two threads: the reader decodes into it while another thread
 * analyzes. Batches keep their order, so the results do not depend on it.
 */
#ifndef SUPPORT_PIPELINE_H
#define SUPPORT_PIPELINE_H

#include "damon-trace/reader.h"

struct dt_pipeline;

/*
 * Start a thread that hands every batch to *to. *from becomes the sink for the reader. Both must
 * outlive the pipeline. 0 or -errno.
 */
int dt_pipeline_start(struct dt_pipeline **pipeline, const struct dt_sink *to,
		      struct dt_sink *from);

/* Wait until all batches are through, end the thread, free. 0 or the first error of the sink. */
int dt_pipeline_finish(struct dt_pipeline *pipeline);

#endif
