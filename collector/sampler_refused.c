/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel does not open an event, said so that one knows what to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "collector/sampler_impl.h"

static int refused_hardware(const struct dt_sampled_event *event, int code, struct dt_error *error)
{
	const char *why = code == EOPNOTSUPP ? "the hardware cannot sample it"
					     : "the hardware does not have it";

	return dt_fail(error, code,
		       "a virtual machine often has no hardware counters; page-faults works "
		       "everywhere",
		       "cannot sample %s: %s (%s)", event->name, why, strerror(code));
}

/* Is the process somebody else's? */
static bool is_foreign(const struct dt_sampler *sampler)
{
	struct stat status;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%d", sampler->options.roots->proc,
		       (int)sampler->options.pid);
	return sampler->options.pid && geteuid() != 0 && !stat(path, &status) &&
	       status.st_uid != geteuid();
}

static int refused_permission(const struct dt_sampler *sampler,
			      const struct dt_sampled_event *event, int code,
			      struct dt_error *error)
{
	char permission[512];

	if (is_foreign(sampler))
		return dt_fail(error, code,
			       "run as that user or as root, or give the program CAP_PERFMON and "
			       "CAP_SYS_PTRACE",
			       "cannot sample process %d, which is another user's: %s",
			       (int)sampler->options.pid, strerror(code));
	return dt_fail(error, code,
		       dt_perf_permission(sampler->options.roots, permission, sizeof(permission)),
		       "cannot sample %s%s: %s", event->name,
		       sampler->options.pid ? "" : " on all CPUs", strerror(code));
}

int dt_sampler_refused(const struct dt_sampler *sampler, const struct dt_sampled_event *event,
		       int code, struct dt_error *error)
{
	switch (code) {
	case EACCES:
	case EPERM:
		return refused_permission(sampler, event, code, error);
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case EOPNOTSUPP:
		return refused_hardware(event, code, error);
	case EBUSY:
		return dt_fail(error, code, "end the other user, such as a perf that runs",
			       "cannot sample %s: somebody else holds its counter", event->name);
	case ENODATA:
		return dt_fail(error, code, "{cpu/mem-loads-aux/,cpu/mem-loads,ldlat=30/}:P",
			       "cannot sample %s: this CPU wants the auxiliary event as leader of "
			       "its group",
			       event->name);
	case EMFILE:
		return dt_fail(error, code, "raise the limit (ulimit -n)",
			       "cannot sample %s: too many descriptors are open", event->name);
	case ESRCH:
		return dt_fail(error, code, NULL, "cannot sample process %d: it is gone",
			       (int)sampler->options.pid);
	case ENOSYS:
		return dt_fail(error, EOPNOTSUPP, NULL,
			       "cannot sample %s: the kernel is built without perf events",
			       event->name);
	case EINVAL:
		return dt_fail(error, code,
			       "so it refuses events that can be counted but not sampled, and "
			       "terms that do not go together",
			       "cannot sample %s: the kernel refuses it (%s)", event->name,
			       strerror(code));
	default:
		return dt_fail(error, code, "'dmesg | tail' may say more", "cannot sample %s: %s",
			       event->name, strerror(code));
	}
}
