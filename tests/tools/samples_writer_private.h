/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the writer of hardware samples share. */
#ifndef TESTS_TOOLS_SAMPLES_WRITER_PRIVATE_H
#define TESTS_TOOLS_SAMPLES_WRITER_PRIVATE_H

#include "tests/tools/samples_writer.h"

void sw_put_attr(struct perf_buffer *to, const struct sw_event *event);
/* The record as it stands, with its size. */
void sw_write(struct sw *sw);

#endif
