/* SPDX-License-Identifier: GPL-2.0-only */
/* What was written, as JSON: totals by tier, node, process and so on, and each sample if asked. */
#ifndef TESTS_TOOLS_SAMPLES_TRUTH_H
#define TESTS_TOOLS_SAMPLES_TRUTH_H

#include "tests/tools/samples_world.h"

struct struth;

/* path NULL: nothing is written. NULL with errno when the file cannot be made. */
struct struth *struth_open(const char *path, const struct sw_config *config, bool list);
void struth_sample(void *context, const struct sworld_truth *truth);
void struth_lost(void *context, uint64_t time, uint32_t cpu, uint64_t count);
void struth_throttle(void *context, uint64_t time, uint32_t cpu, bool throttled);
/* 0 or -1 with errno. Frees. */
int struth_close(struct struth *truth);

#endif
