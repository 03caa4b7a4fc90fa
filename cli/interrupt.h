/* SPDX-License-Identifier: GPL-2.0-only */
/* Ctrl-C and its like for commands that have something half-written to take away. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP set a flag in place of ending the program, and system
 * calls go on; a second signal ends it as always. Returns the flag: 0, then the signal's number.
 */
const volatile sig_atomic_t *dt_interrupt_catch(void);

#endif
