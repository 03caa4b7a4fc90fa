/* SPDX-License-Identifier: GPL-2.0-only */
/* See fake_kernel.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "tests/tools/tree.h"
#include "tests/unit/fake_files.h"

#define KDAMONDS "kernel/mm/damon/admin/kdamonds"
/* Goals of the running schemes, which only a commit changes; hidden from who reads the tree. */
#define LIVE ".live"

static void path_of(char path[1024], const struct fake_kernel *kernel, const char *below)
{
	(void)snprintf(path, 1024, "%s/" KDAMONDS "/%s", kernel->sysfs, below);
}

static bool read_text(const struct fake_kernel *kernel, const char *below, char text[128])
{
	char path[1024];
	FILE *file;

	path_of(path, kernel, below);
	file = fopen(path, "r");
	*text = '\0';
	if (!file)
		return false;
	if (!fgets(text, 128, file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	(void)fclose(file);
	return true;
}

static long read_number(const struct fake_kernel *kernel, const char *below)
{
	char text[128];

	return read_text(kernel, below, text) ? strtol(text, NULL, 10) : -1;
}

static int write_text(const struct fake_kernel *kernel, const char *below, const char *text)
{
	char path[1024];
	struct stat status;

	path_of(path, kernel, below);
	return fake_files_put(path, text, stat(path, &status) ? 0600 : status.st_mode & 0777);
}

static bool any_running(const struct fake_kernel *kernel)
{
	const long nr = read_number(kernel, "nr_kdamonds");
	char below[64], state[128];

	for (long i = 0; i < nr; i++) {
		(void)snprintf(below, sizeof(below), "%ld/state", i);
		if (read_text(kernel, below, state) && !strcmp(state, "on"))
			return true;
	}
	return false;
}

/* The numbered directories beside a nr_* are made anew. */
static int remake(struct fake_kernel *kernel, const char *below, const char *value)
{
	const char *name = strrchr(below, '/');
	const int parent_length = name ? (int)(name - below) : 0;
	char parent[1024], directory[1100], kind[64];
	char *end;
	const unsigned long nr = strtoul(value, &end, 10);
	int ret = 0;

	if (*end || end == value || nr > 1000)
		return -EINVAL;
	if (!name && any_running(kernel))
		return -EBUSY;
	path_of(parent, kernel, "");
	(void)snprintf(parent + strlen(parent), sizeof(parent) - strlen(parent), "%.*s",
		       parent_length, below);
	(void)snprintf(kind, sizeof(kind), "%s", name ? name + 4 : "kdamonds");
	if (!strcmp(kind, "filters"))
		(void)snprintf(kind, sizeof(kind), "%s", strrchr(parent, '/') + 1);
	if (!strcmp(kind, "contexts") && nr > 1)
		return -EINVAL;
	for (unsigned long i = 0;; i++) {
		(void)snprintf(directory, sizeof(directory), "%s/%lu", parent, i);
		if (access(directory, F_OK))
			break;
		dt_tree_remove(directory);
	}
	for (unsigned long i = 0; i < nr && !ret; i++) {
		(void)snprintf(directory, sizeof(directory), "%s/%lu", parent, i);
		ret = fake_files_make(kernel, directory, kind);
	}
	return ret ? ret : write_text(kernel, below, value);
}

/* ---- state ---- */

static void live_path(char below[128], unsigned kdamond, unsigned scheme, const char *what)
{
	(void)snprintf(below, 128, LIVE "/%u/%u/%s", kdamond, scheme, what);
}

/* The goals of all schemes become the running ones. */
static int commit_goals(struct fake_kernel *kernel, unsigned kdamond, bool starts)
{
	char below[128], text[128], live[128];

	for (unsigned scheme = 0;; scheme++) {
		(void)snprintf(below, sizeof(below),
			       "%u/contexts/0/schemes/%u/quotas/goals/0/target_value", kdamond,
			       scheme);
		if (!read_text(kernel, below, text)) {
			(void)snprintf(below, sizeof(below), "%u/contexts/0/schemes/%u/action",
				       kdamond, scheme);
			if (!read_text(kernel, below, text))
				return 0;
			continue;
		}
		if (!strcmp(text, "0"))
			return -EINVAL;
		live_path(live, kdamond, scheme, "target");
		(void)write_text(kernel, live, text);
		(void)snprintf(below, sizeof(below), "%u/contexts/0/schemes/%u/quotas/goals/0/nid",
			       kdamond, scheme);
		live_path(live, kdamond, scheme, "nid");
		if (read_text(kernel, below, text) && (starts || !kernel->loses_nid))
			(void)write_text(kernel, live, text);
	}
}

/* A full commit: the weights of all destinations, too. */
static void commit_weights(struct fake_kernel *kernel, unsigned kdamond)
{
	char below[128], text[128], live[128];

	for (unsigned scheme = 0;; scheme++) {
		(void)snprintf(below, sizeof(below), "%u/contexts/0/schemes/%u/action", kdamond,
			       scheme);
		if (!read_text(kernel, below, text))
			return;
		for (unsigned dest = 0;; dest++) {
			char what[32];

			(void)snprintf(below, sizeof(below),
				       "%u/contexts/0/schemes/%u/dests/%u/weight", kdamond, scheme,
				       dest);
			if (!read_text(kernel, below, text))
				break;
			(void)snprintf(what, sizeof(what), "weight%u", dest);
			live_path(live, kdamond, scheme, what);
			(void)write_text(kernel, live, text);
		}
	}
}

static int commit(struct fake_kernel *kernel, unsigned kdamond, const char *word)
{
	const int ret = commit_goals(kernel, kdamond, false);

	if (!ret && !strcmp(word, "commit"))
		commit_weights(kernel, kdamond);
	return ret;
}

static bool samples(const struct fake_kernel *kernel, unsigned kdamond)
{
	char below[128], text[128];

	(void)snprintf(below, sizeof(below),
		       "%u/contexts/0/monitoring_attrs/sample/perf_events/nr_perf_events", kdamond);
	return read_text(kernel, below, text) && strcmp(text, "0") != 0;
}

static int start(struct fake_kernel *kernel, unsigned kdamond)
{
	char below[128], text[128];
	int ret;

	(void)snprintf(below, sizeof(below), "%u/state", kdamond);
	if (read_text(kernel, below, text) && !strcmp(text, "on"))
		return -EBUSY;
	(void)snprintf(below, sizeof(below), "%u/contexts/0/targets/nr_targets", kdamond);
	if (read_number(kernel, below) <= 0)
		return -EINVAL;
	if (samples(kernel, kdamond) && kernel->sampler_is_held)
		return -EBUSY;
	ret = commit_goals(kernel, kdamond, true);
	if (ret)
		return ret;
	commit_weights(kernel, kdamond);
	(void)snprintf(below, sizeof(below), "%u/pid", kdamond);
	(void)snprintf(text, sizeof(text), "%u", 1000 + kdamond);
	(void)write_text(kernel, below, text);
	(void)snprintf(below, sizeof(below), "%u/state", kdamond);
	return write_text(kernel, below, "on");
}

static int finish(struct fake_kernel *kernel, unsigned kdamond)
{
	char below[128], text[128];

	(void)snprintf(below, sizeof(below), "%u/state", kdamond);
	if (!read_text(kernel, below, text) || strcmp(text, "on") != 0)
		return -EINVAL;
	(void)write_text(kernel, below, "off");
	(void)snprintf(below, sizeof(below), "%u/pid", kdamond);
	return write_text(kernel, below, "-1");
}

static int command(struct fake_kernel *kernel, unsigned kdamond, const char *word)
{
	static const char known[] = " commit commit_schemes_quota_goals update_schemes_stats "
				    "update_schemes_tried_bytes update_schemes_effective_quotas "
				    "update_schemes_tried_regions clear_schemes_tried_regions "
				    "update_tuned_intervals ";
	char below[64], text[128];

	if (!strcmp(word, "on"))
		return start(kernel, kdamond);
	if (!strcmp(word, "off"))
		return finish(kernel, kdamond);
	(void)snprintf(text, sizeof(text), " %s ", word);
	if (!strstr(known, text))
		return -EINVAL;
	(void)snprintf(below, sizeof(below), "%u/state", kdamond);
	if (!read_text(kernel, below, text) || strcmp(text, "on") != 0)
		return -EINVAL;
	return !strncmp(word, "commit", 6) ? commit(kernel, kdamond, word) : 0;
}

/* ---- the operations ---- */

static void die(struct fake_kernel *kernel)
{
	const long nr = read_number(kernel, "nr_kdamonds");

	for (long i = 0; i < nr; i++)
		(void)finish(kernel, (unsigned)i);
}

static bool ends_with(const char *text, const char *end_of_it)
{
	const size_t length = strlen(text), tail = strlen(end_of_it);

	return length >= tail && !strcmp(text + length - tail, end_of_it);
}

/* A fault that is asked for, or 0. */
static int fault(struct fake_kernel *kernel, const char *below)
{
	if (kernel->busy) {
		kernel->busy--;
		return -EBUSY;
	}
	if (!kernel->fail_path || !ends_with(below, kernel->fail_path))
		return 0;
	if (kernel->fail_after) {
		kernel->fail_after--;
		return 0;
	}
	if (kernel->fail_once)
		kernel->fail_path = NULL;
	return -kernel->fail_errno;
}

static int answer(struct fake_kernel *kernel, const char *below, const char *value)
{
	const char *name = strrchr(below, '/');
	char path[1024];
	struct stat status;
	int ret = fault(kernel, below);

	path_of(path, kernel, below);
	if (stat(path, &status))
		return -ENOENT;
	if (ret)
		return ret;
	if (!(status.st_mode & S_IWUSR))
		return -EACCES;
	name = name ? name + 1 : below;
	if (!strcmp(name, "state"))
		return command(kernel, (unsigned)strtoul(below, NULL, 10), value);
	if (!strncmp(name, "nr_", 3))
		return remake(kernel, below, value);
	ret = fake_files_check(kernel, below, value);
	if (!ret && (!strcmp(name, "matching") || !strcmp(name, "allow") || !strcmp(name, "pause")))
		value = strchr("Yy1", *value) ? "Y" : "N";
	return ret ? ret : write_text(kernel, below, value);
}

static const char *below_of(const struct fake_kernel *kernel, const char *path)
{
	char root[1024];

	path_of(root, kernel, "");
	return strncmp(path, root, strlen(root)) != 0 ? NULL : path + strlen(root);
}

static int write_file(void *context, const char *path, const char *text)
{
	struct fake_kernel *kernel = context;
	const char *below = below_of(kernel, path);
	char value[DT_DAMON_TEXT], gone[1024];
	struct fake_write *log;
	int ret;

	if (!below)
		return -ENOENT;
	(void)snprintf(value, sizeof(value), "%s", text);
	value[strcspn(value, "\n")] = '\0';
	if (kernel->on_write)
		kernel->on_write(kernel, below);
	if (kernel->dies_after && !--kernel->dies_after)
		die(kernel);
	ret = answer(kernel, below, value);
	if (!ret && kernel->vanishing && ends_with(below, kernel->vanishing)) {
		path_of(gone, kernel, below);
		(void)unlink(gone);
	}
	if (kernel->nr_writes < sizeof(kernel->writes) / sizeof(kernel->writes[0])) {
		log = &kernel->writes[kernel->nr_writes++];
		(void)snprintf(log->path, sizeof(log->path), "%s", below);
		(void)snprintf(log->value, sizeof(log->value), "%.63s", value);
		log->ret = ret;
	}
	return ret;
}

static ssize_t read_file(void *context, const char *path, char *text, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	(void)context;
	if (fd < 0)
		return -errno;
	length = read(fd, text, size);
	(void)close(fd);
	return length;
}

void fake_kernel_open(struct fake_kernel *kernel, const char *sysfs, unsigned version,
		      enum fake_layout layout)
{
	memset(kernel, 0, sizeof(*kernel));
	(void)snprintf(kernel->sysfs, sizeof(kernel->sysfs), "%s", sysfs);
	kernel->files = (struct dt_sysfs_files){read_file, write_file, kernel};
	kernel->version = version;
	kernel->layout = layout;
}

int fake_kernel_make(struct fake_kernel *kernel, const char *sysfs, unsigned version,
		     enum fake_layout layout)
{
	fake_kernel_open(kernel, sysfs, version, layout);
	return write_text(kernel, "nr_kdamonds", "0");
}

int fake_kernel_other(struct fake_kernel *kernel, int pid)
{
	static const char *const writes[][2] = {
		{"nr_kdamonds", "1"},
		{"0/contexts/nr_contexts", "1"},
		{"0/contexts/0/operations", "paddr"},
		{"0/contexts/0/targets/nr_targets", "1"},
	};
	char text[32];
	int ret = 0;

	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]) && !ret; i++)
		ret = answer(kernel, writes[i][0], writes[i][1]);
	if (!ret && pid) {
		ret = start(kernel, 0);
		(void)snprintf(text, sizeof(text), "%d", pid);
		ret = ret ? ret : write_text(kernel, "0/pid", text);
	}
	return ret;
}

int fake_kernel_live_nid(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme)
{
	char below[128];

	live_path(below, kdamond, scheme, "nid");
	return (int)read_number(kernel, below);
}

long fake_kernel_live_target(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme)
{
	char below[128];

	live_path(below, kdamond, scheme, "target");
	return read_number(kernel, below);
}

long fake_kernel_live_weight(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme,
			     unsigned destination)
{
	char below[128], what[32];

	(void)snprintf(what, sizeof(what), "weight%u", destination);
	live_path(below, kdamond, scheme, what);
	return read_number(kernel, below);
}
