/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands share that look at DAMON's sysfs or change it: where it is, signals, the
 * machine. */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include "cli/cli.h"
#include "collector/host.h"
#include "damon-trace/setup.h"

struct dt_control_machine {
	struct dt_host host;
	struct dt_host_node_facts *nodes;
	struct dt_setup_pmu *pmus;
	char boot_id[64];
	struct dt_setup_machine facts; /* of the above */
};

/* Free in any case. */
int dt_control_machine_read(struct dt_control_machine *machine, const struct dt_roots *roots,
			    struct dt_error *error);
void dt_control_machine_free(struct dt_control_machine *machine);

/*
 * Reach DAMON's tree. Interrupt, terminate and hangup then end waiting instead of the process,
 * which has to leave things in order.
 */
int dt_control_open(struct dt_damon_sysfs *sysfs, const struct dt_roots *roots,
		    struct dt_error *error);

/* An enum dt_exit for -errno. */
int dt_control_status(int ret);

/* A path of the options; "" is -EINVAL. */
int dt_control_path(const char **path, const char *text, struct dt_error *error);

/* Defines the parse function of an option that is such a path. */
#define DT_CONTROL_PATH(function, options, path)                                    \
	static int function(void *target, const char *text, struct dt_error *error) \
	{                                                                           \
		return dt_control_path(&((options *)target)->path, text, error);    \
	}                                                                           \
	struct dt_error /* takes the semicolon */

/*
 * Run a command that takes no arguments: its options into target, then act(), which returns 0 or
 * -errno with *error filled. An enum dt_exit.
 */
int dt_control_run(const struct dt_command *command, const struct dt_option *options, void *target,
		   int (*act)(const void *target, struct dt_error *error), int argc, char **argv);

/* Notes to stderr, a line each. */
void dt_control_notes(const char *command, const struct dt_warnings *notes);

#endif
