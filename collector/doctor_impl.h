/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the examination, one per group of rows. */
#ifndef COLLECTOR_DOCTOR_IMPL_H
#define COLLECTOR_DOCTOR_IMPL_H

#include "collector/doctor.h"

/* A new row; never NULL. Valid until the next one is made. */
struct dt_doctor_check *dt_doctor_add(struct dt_doctor *doctor, enum dt_doctor_group group,
				      const char *name, enum dt_doctor_state state,
				      const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* What it means, and what to do; either may be NULL. */
void dt_doctor_advise(struct dt_doctor_check *check, const char *effect, const char *remedy);
/* More words behind the detail. */
void dt_doctor_more(struct dt_doctor_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void dt_doctor_tracing(struct dt_doctor *doctor, const struct dt_roots *roots);
void dt_doctor_damon(struct dt_doctor *doctor, const struct dt_roots *roots);
void dt_doctor_samples(struct dt_doctor *doctor, const struct dt_roots *roots);
void dt_doctor_machine(struct dt_doctor *doctor, const struct dt_roots *roots);
void dt_doctor_tools(struct dt_doctor *doctor);

/* Where plugins of libtraceevent may be, and the perf that may have one of its own. */
struct dt_plugin_places {
	const char *system;	 /* what libtraceevent was built for */
	const char *environment; /* TRACEEVENT_PLUGIN_DIR; NULL: not set */
	const char *home;	 /* NULL: unknown */
	const char *perf;	 /* the program; NULL: not installed */
};

/* Does trace-cmd find the plugin, does perf? */
void dt_doctor_plugin(struct dt_doctor *doctor, const struct dt_plugin_places *places);

/* Numbers of include/uapi/linux/capability.h; PERFMON came with Linux 5.8. */
enum dt_capability {
	DT_CAP_DAC_OVERRIDE = 1,
	DT_CAP_IPC_LOCK = 14,
	DT_CAP_SYS_PTRACE = 19,
	DT_CAP_SYS_ADMIN = 21,
	DT_CAP_PERFMON = 38,
};

/* Has this process the capability (CapEff of /proc/self/status)? Unknown counts as no. */
bool dt_doctor_capable(const struct dt_roots *roots, enum dt_capability capability);

/* "1.5 GiB", into buffer, which is returned. */
const char *dt_doctor_bytes(char buffer[32], uint64_t bytes);

#endif
