/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory samples: the units that can take them, and what this user may open. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sys/resource.h>

#include "collector/doctor_impl.h"
#include "collector/event_choose.h"
#include "collector/sampler.h"

#define GROUP DT_DOCTOR_SAMPLES

static void check_units(struct dt_doctor *doctor)
{
	struct dt_doctor_check *check;
	bool any = false;

	check = dt_doctor_add(doctor, GROUP, "hardware", DT_DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < doctor->host.nr_pmus; i++)
		if (doctor->host.pmus[i].memory) {
			dt_doctor_more(check, "%s%s", any ? ", " : "", doctor->host.pmus[i].name);
			any = true;
		}
	if (any)
		return;
	check->state = DT_DOCTOR_WARN;
	dt_doctor_more(check,
		       "no unit that samples memory accesses (AMD IBS, Intel PEBS, Arm SPE)");
	dt_doctor_advise(check, "samples are page faults: first touches, not accesses",
			 "bare metal, or a virtual machine with a virtual PMU");
}

/* Also whether somebody else, DAMON itself for one, holds what it takes. */
static void check_event(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_event_choice choices[DT_CHOICES_MAX];
	const size_t nr = dt_event_choices(roots, choices);
	struct dt_error error = {0};
	struct dt_doctor_check *check;
	char name[512] = "";
	int ret = dt_sampler_best(roots, name, sizeof(name), &error);

	if (!ret) {
		check = dt_doctor_add(doctor, GROUP, "event", DT_DOCTOR_OK, "%s", name);
		/* the kernel refused what the units offer */
		if (nr > 1 && strstr(name, "page-faults")) {
			check->state = DT_DOCTOR_WARN;
			dt_doctor_more(check, ": the kernel refused %s", choices[0].name);
			dt_doctor_advise(check,
					 "samples are page faults: first touches, not accesses",
					 "record -e with that event says why");
		}
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "event", DT_DOCTOR_WARN, "%s",
			      error.message[0] ? error.message : strerror(-ret));
	dt_doctor_advise(check, "recordings have no memory samples",
			 error.hint[0] ? error.hint : "record -e page-faults may say more");
}

/* Documentation/admin-guide/sysctl/kernel.rst; 3 and 4 are distributions' own. */
static const char *paranoid_meaning(int64_t level)
{
	if (level < 0)
		return "everybody may sample everything";
	if (level == 0)
		return "everybody may sample the system, but no raw tracepoints";
	if (level == 1)
		return "others than root may not sample system-wide";
	if (level == 2)
		return "others than root may sample their own processes, outside of the kernel";
	return "others than root may not sample";
}

static void check_permission(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	const int64_t level = doctor->host.perf_event_paranoid;
	const bool admin = dt_doctor_capable(roots, DT_CAP_SYS_ADMIN);
	const bool free = admin || dt_doctor_capable(roots, DT_CAP_PERFMON);
	struct dt_doctor_check *check;

	if (level == INT64_MIN) {
		check = dt_doctor_add(doctor, GROUP, "permission", DT_DOCTOR_WARN,
				      "the kernel has no perf events");
		dt_doctor_advise(check, "recordings have no memory samples",
				 "a kernel built with CONFIG_PERF_EVENTS");
		return;
	}
	check = dt_doctor_add(
		doctor, GROUP, "permission", free || level <= 0 ? DT_DOCTOR_OK : DT_DOCTOR_WARN,
		"perf_event_paranoid = %" PRId64 ": %s", level, paranoid_meaning(level));
	if (free)
		dt_doctor_more(check, "; this user may, by %s",
			       admin ? "CAP_SYS_ADMIN" : "CAP_PERFMON");
	else if (level > 0)
		dt_doctor_advise(check, "samples of your own processes alone",
				 "run it as root, give the program CAP_PERFMON, or sysctl "
				 "kernel.perf_event_paranoid=-1");
	if (!admin && check->state == DT_DOCTOR_OK) {
		check = dt_doctor_add(doctor, GROUP, "physical", DT_DOCTOR_WARN,
				      "without CAP_SYS_ADMIN samples have none");
		dt_doctor_advise(check, "samples cannot be put beside DAMON's physical regions",
				 "run it as root");
	}
}

/* A ring of a CPU by default (collector/sampler.h). */
#define RING_KB DT_BUFFER_KB

static void check_locked(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	const int64_t kb = doctor->host.perf_event_mlock_kb;
	struct dt_doctor_check *check;
	struct rlimit limit;

	if (kb == INT64_MIN || getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	if (dt_doctor_capable(roots, DT_CAP_IPC_LOCK) || limit.rlim_cur == RLIM_INFINITY) {
		(void)dt_doctor_add(doctor, GROUP, "locked memory", DT_DOCTOR_OK,
				    "no limit for this user");
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "locked memory", DT_DOCTOR_OK,
			      "perf_event_mlock_kb = %" PRId64
			      " for each CPU, RLIMIT_MEMLOCK = %llu KB in all",
			      kb, (unsigned long long)limit.rlim_cur >> 10);
	if (kb > RING_KB)
		return;
	check->state = DT_DOCTOR_WARN;
	dt_doctor_advise(check, "the rings of the samples are smaller than asked: more may be lost",
			 "ulimit -l unlimited, or sysctl kernel.perf_event_mlock_kb=8192");
}

/* Descriptors of one CPU: its trace ring, its sampled events (two in a group), and some for all. */
#define FDS_PER_CPU 4
#define FDS_ALWAYS  64

static void check_descriptors(struct dt_doctor *doctor)
{
	const unsigned long long needed =
		(unsigned long long)doctor->host.cpus_possible * FDS_PER_CPU + FDS_ALWAYS;
	struct dt_doctor_check *check;
	struct rlimit limit;
	char remedy[64];

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed) {
		(void)dt_doctor_add(doctor, GROUP, "open files", DT_DOCTOR_OK,
				    "a limit of %llu for some %llu that are needed",
				    (unsigned long long)limit.rlim_max, needed);
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "open files", DT_DOCTOR_WARN,
			      "a limit of %llu for some %llu that are needed",
			      (unsigned long long)limit.rlim_max, needed);
	(void)snprintf(remedy, sizeof(remedy), "ulimit -n %llu", needed);
	dt_doctor_advise(check, "not every CPU can be recorded", remedy);
}

void dt_doctor_samples(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	check_units(doctor);
	check_event(doctor, roots);
	check_permission(doctor, roots);
	check_locked(doctor, roots);
	check_descriptors(doctor);
}
