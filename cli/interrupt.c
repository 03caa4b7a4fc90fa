/* SPDX-License-Identifier: GPL-2.0-only */
/* See interrupt.h. */
#include "cli/interrupt.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

const volatile sig_atomic_t *dt_interrupt_catch(void)
{
	const struct sigaction action = {.sa_handler = on_signal,
					 .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	return &stopped;
}
