/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of commands: adding one is adding a file and a line here. */
#include "cli/cli.h"

/* one a line, so that a new one is a line of its own */
/* clang-format off */
const struct dt_command *const dt_commands[] = {
	&dt_command_record,
	&dt_command_report,
	&dt_command_info,
	&dt_command_doctor,
	&dt_command_check,
	&dt_command_event,
	&dt_command_setup,
	&dt_command_status,
	&dt_command_stop,
	&dt_command_restore,
	&dt_command_tune,
	&dt_command_export,
	&dt_command_slice,
	NULL,
};
/* clang-format on */
