/* SPDX-License-Identifier: GPL-2.0-only */
/* Inputs of a command: opening them, their warnings, and what they mean for the exit status. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stddef.h>

#include "damon-trace/reader.h"

struct dt_inputs {
	size_t nr;
	struct dt_reader **readers;
};

/* Open all; prints the error. DT_EXIT_OK or DT_EXIT_FAILED. Close in any case. */
int dt_inputs_open(struct dt_inputs *inputs, const char *command, size_t nr, char **paths);
void dt_inputs_close(struct dt_inputs *inputs);

/*
 * Would writing to output (NULL: to none) destroy an input, or a part of a recording? nr 0: the
 * default input. Prints the error. DT_EXIT_OK or DT_EXIT_USAGE.
 */
int dt_inputs_refuse(const char *command, const char *output, int nr, char **paths);

/* Print the warnings of all inputs. DT_EXIT_INCOMPLETE when one is incomplete or lost events. */
int dt_inputs_judge(const struct dt_inputs *inputs);

#endif
