/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which inputs belong together. One machine is one boot of one host: told by host.json's boot_id
 * where both have it, else by host name, kernel and architecture, as far as both tell them. On one
 * machine inputs of one kind and clock that follow each other in time are read as one.
 */
#ifndef CLI_MACHINES_H
#define CLI_MACHINES_H

#include "cli/inputs.h"

struct dt_machine {
	char name[160]; /* of the host, unlike all others; "machine 2" where it is not known */
	struct dt_inputs inputs;
};

struct dt_machines {
	size_t nr;
	struct dt_machine *list;
};

/*
 * Sort the inputs, which move into machines, and chain those that follow each other. Prints errors
 * and warns of inputs that hold the same twice. DT_EXIT_OK or DT_EXIT_FAILED; close in any case.
 */
int dt_machines_sort(struct dt_machines *machines, struct dt_inputs *inputs, const char *command);

/*
 * The same without moving or chaining anything: names[i] becomes that of the machine of input i,
 * in letters that no format has to quote, and lives with machines, whose own inputs are empty.
 */
int dt_machines_name(struct dt_machines *machines, const struct dt_inputs *inputs,
		     const char **names, const char *command);

void dt_machines_close(struct dt_machines *machines);

#endif
