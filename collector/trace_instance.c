/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instance through libtracefs. Its writers return bytes and its creator takes what exists, so
 * both are wrapped here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include <tracefs.h>

#include "collector/trace_files.h"
#include "collector/trace_instance.h"
#include "collector/tracer.h"

/* A ring that is a quarter full wakes its reader: rarely, and with room for what comes meanwhile.
 */
#define BUFFER_PERCENT "25"

/* Somebody else may hold a file of an instance for a moment; it is removed after that. */
#define DESTROY_TRIES	 20
#define DESTROY_PAUSE_NS 10000000

static const char root_hint[] =
	"run as root (sudo damon-trace ...): tracefs belongs to root, its files open with "
	"CAP_DAC_OVERRIDE";

int dt_tracefs_check(const struct dt_roots *roots, struct dt_error *error)
{
	char path[PATH_MAX];
	struct stat status;

	if (dt_trace_path(path, sizeof(path), roots->tracefs, "instances"))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: path too long", roots->tracefs);
	if (!stat(path, &status)) {
		if (!access(path, W_OK))
			return 0;
		return dt_fail(error, errno, errno == EROFS ? NULL : root_hint,
			       "cannot write to tracefs (%s): %s", path, strerror(errno));
	}
	if (errno == EACCES || errno == EPERM)
		return dt_fail(error, EACCES, root_hint, "cannot open tracefs (%s): %s",
			       roots->tracefs, strerror(errno));
	return dt_fail(error, ENOENT,
		       "mount -t tracefs nodev /sys/kernel/tracing (as root); a kernel without "
		       "CONFIG_FTRACE has none",
		       "no tracefs at %s", roots->tracefs);
}

/* 0, or -1 with errno set. */
static int make_new(struct dt_trace_instance *instance)
{
	instance->handle = tracefs_instance_create(instance->name);
	if (!instance->handle || tracefs_instance_is_new(instance->handle))
		return instance->handle ? 0 : -1;
	/* this pid's recorder is we ourselves: the one that made it is dead */
	if (!tracefs_instance_destroy(instance->handle)) {
		tracefs_instance_free(instance->handle);
		instance->handle = tracefs_instance_create(instance->name);
		if (!instance->handle || tracefs_instance_is_new(instance->handle))
			return instance->handle ? 0 : -1;
	}
	/* not ours to remove */
	tracefs_instance_free(instance->handle);
	instance->handle = NULL;
	errno = EBUSY;
	return -1;
}

int dt_trace_instance_make(struct dt_trace_instance *instance, const struct dt_roots *roots,
			   struct dt_error *error)
{
	int ret = dt_tracefs_check(roots, error);

	*instance = (struct dt_trace_instance){.on_fd = -1};
	if (ret)
		return ret;
	(void)tracefs_set_tracing_dir((char *)(uintptr_t)roots->tracefs);
	(void)snprintf(instance->name, sizeof(instance->name), DT_INSTANCE_PREFIX "%d",
		       (int)getpid());
	if (snprintf(instance->path, sizeof(instance->path), "%s/instances/%s", roots->tracefs,
		     instance->name) >= (int)sizeof(instance->path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: path too long", roots->tracefs);
	if (make_new(instance))
		return dt_fail(error, errno, errno == EACCES || errno == EPERM ? root_hint : NULL,
			       "cannot make the trace instance %s: %s", instance->name,
			       strerror(errno));
	instance->on_fd = dt_trace_instance_open(instance, "tracing_on", O_WRONLY);
	if (instance->on_fd < 0)
		return dt_fail(error, -instance->on_fd, NULL, "cannot open tracing_on of %s: %s",
			       instance->name, strerror(-instance->on_fd));
	return dt_trace_instance_switch(instance, false, error);
}

/* 0 or -errno. */
static int set(struct dt_trace_instance *instance, const char *file, const char *text)
{
	return tracefs_instance_file_write(instance->handle, file, text) < 0 ? -errno : 0;
}

/* "[local] global perf\n": what stands in brackets is the one that is set. */
static void list_clocks(const struct dt_trace_instance *instance, char *hint, size_t size)
{
	char clocks[256], *rest = NULL;
	size_t used = (size_t)snprintf(hint, size, "this kernel's clocks:");

	(void)dt_trace_read_into(instance->path, "trace_clock", clocks, sizeof(clocks));
	for (const char *name = strtok_r(clocks, " []\n", &rest); name && used < size;
	     name = strtok_r(NULL, " []\n", &rest))
		used += (size_t)snprintf(hint + used, size - used, " %s", name);
}

int dt_trace_instance_clock(struct dt_trace_instance *instance, const char *clock,
			    struct dt_error *error)
{
	const int ret = set(instance, "trace_clock", clock);
	char hint[300];

	if (!ret)
		return 0;
	list_clocks(instance, hint, sizeof(hint));
	return dt_fail(error, ret == -EINVAL ? EINVAL : -ret, ret == -EINVAL ? hint : NULL,
		       "the kernel refuses the trace clock \"%s\": %s", clock, strerror(-ret));
}

int dt_trace_instance_buffer(struct dt_trace_instance *instance, uint64_t kb,
			     struct dt_error *error)
{
	char text[32];
	int ret;

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)kb);
	ret = set(instance, "buffer_size_kb", text);
	if (ret)
		return dt_fail(error, -ret,
			       ret == -ENOMEM ? "a smaller -b (per CPU) needs less memory" : NULL,
			       "cannot give each CPU a trace ring of %s KiB: %s", text,
			       strerror(-ret));
	return 0;
}

void dt_trace_instance_options(struct dt_trace_instance *instance)
{
	/* older kernels lack the one or other file: their defaults are right */
	(void)set(instance, "buffer_percent", BUFFER_PERCENT);
	/* a new instance takes over the top one's options: "block" would wake for ever */
	(void)set(instance, "trace_options", "noblock");
	(void)set(instance, "trace_options", "record-cmd");
}

int dt_trace_instance_switch(struct dt_trace_instance *instance, bool on, struct dt_error *error)
{
	const int failed =
		on ? tracefs_trace_on_fd(instance->on_fd) : tracefs_trace_off_fd(instance->on_fd);

	if (failed)
		return dt_fail(error, errno, NULL, "cannot switch tracing of %s %s: %s",
			       instance->name, on ? "on" : "off", strerror(errno));
	return 0;
}

int dt_trace_instance_open(struct dt_trace_instance *instance, const char *file, int flags)
{
	const int fd = tracefs_instance_file_open(instance->handle, file, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int dt_trace_instance_destroy(struct dt_trace_instance *instance)
{
	const struct timespec pause = {.tv_nsec = DESTROY_PAUSE_NS};
	int ret = 0;

	if (!instance->handle)
		return 0;
	if (instance->on_fd >= 0) {
		(void)tracefs_trace_off_fd(instance->on_fd);
		(void)close(instance->on_fd);
	}
	instance->on_fd = -1;
	for (int i = 0; i < DESTROY_TRIES; i++) {
		ret = tracefs_instance_destroy(instance->handle) ? -errno : 0;
		if (ret != -EBUSY)
			break;
		(void)nanosleep(&pause, NULL);
	}
	tracefs_instance_free(instance->handle);
	instance->handle = NULL;
	return ret;
}
