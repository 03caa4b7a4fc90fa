/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing single files of DAMON's tree. The kernel answers EBUSY whenever somebody else
 * holds its lock, so that is tried again; everything else is final and told with what the file
 * means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "damon-trace/damon_sysfs.h"

/* Pauses between tries: they double. The longest also bounds how late a signal is noticed. */
#define FIRST_PAUSE_NS 1000000L
#define LAST_PAUSE_NS  50000000L

#define KDAMONDS "kernel/mm/damon/admin/kdamonds"

static bool stopped(const struct dt_damon_sysfs *sysfs)
{
	return sysfs->stop && *sysfs->stop;
}

static int full_path(char path[2 * DT_DAMON_PATH], const struct dt_damon_sysfs *sysfs,
		     const char *below, struct dt_error *error)
{
	if (snprintf(path, 2 * DT_DAMON_PATH, "%s/%s", sysfs->root, below) < 2 * DT_DAMON_PATH)
		return 0;
	return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", below);
}

int dt_damon_sysfs_open(struct dt_damon_sysfs *sysfs, const struct dt_roots *roots,
			const struct dt_sysfs_files *files, struct dt_error *error)
{
	*sysfs = (struct dt_damon_sysfs){.files = files, .busy_ms = DT_DAMON_BUSY_MS};
	if (snprintf(sysfs->root, sizeof(sysfs->root), "%s/" KDAMONDS, roots->sysfs) >=
	    (int)sizeof(sysfs->root))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", roots->sysfs);
	if (!access(sysfs->root, R_OK | X_OK))
		return 0;
	if (errno == EACCES)
		return dt_fail(error, EACCES, "run it as root", "cannot read %s: %s", sysfs->root,
			       strerror(errno));
	return dt_fail(error, ENOENT, "it takes a kernel with CONFIG_DAMON_SYSFS",
		       "DAMON has no directory in %s/kernel/mm/damon", roots->sysfs);
}

int dt_damon_sysfs_read(const struct dt_damon_sysfs *sysfs, struct dt_damon_node *tree,
			struct dt_error *error)
{
	size_t budget = DT_DAMON_ENTRIES;
	const int ret = dt_damon_node_read(tree, sysfs->root, &budget);

	if (ret == -ENOMEM)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	if (ret)
		return dt_fail(error, -ret, "it takes a kernel with CONFIG_DAMON_SYSFS",
			       "cannot read %s: %s", sysfs->root, strerror(-ret));
	if (!budget)
		return dt_fail(error, E2BIG, NULL, "%s has more than %d entries", sysfs->root,
			       DT_DAMON_ENTRIES);
	/* its modes are root's alone, and what cannot be read is left out */
	if (!dt_damon_node_find(tree, "nr_kdamonds"))
		return dt_fail(error, EACCES, "run it as root", "cannot read %s/nr_kdamonds",
			       sysfs->root);
	return 0;
}

bool dt_damon_sysfs_has(const struct dt_damon_sysfs *sysfs, const char *path)
{
	char full[2 * DT_DAMON_PATH];

	return !full_path(full, sysfs, path, NULL) && !access(full, F_OK);
}

int dt_damon_sysfs_get(const struct dt_damon_sysfs *sysfs, const char *path,
		       char text[DT_DAMON_TEXT], struct dt_error *error)
{
	char full[2 * DT_DAMON_PATH];
	ssize_t length;
	int ret;

	*text = '\0';
	ret = full_path(full, sysfs, path, error);
	if (ret)
		return ret;
	do
		length = sysfs->files->read(sysfs->files->context, full, text, DT_DAMON_TEXT - 1);
	while (length == -EINTR && !stopped(sysfs));
	if (length < 0) {
		const struct dt_damon_file *file = dt_damon_file_find(path);

		return dt_fail(error, (int)-length, NULL, "cannot read kdamonds/%s%s%s%s: %s", path,
			       file ? " (" : "", file ? file->meaning : "", file ? ")" : "",
			       strerror((int)-length));
	}
	text[length] = '\0';
	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';
	return 0;
}

/* A pause that a signal ends. */
static void pause_for(long ns)
{
	const struct timespec length = {0, ns};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 0 or -errno; *tries: how many times it was written. */
static int write_patiently(struct dt_damon_sysfs *sysfs, const char *full, const char *value,
			   unsigned *tries)
{
	const uint64_t deadline = now_ms() + sysfs->busy_ms;
	long pause = FIRST_PAUSE_NS;

	for (*tries = 1;; ++*tries) {
		int ret;

		if (stopped(sysfs))
			return -EINTR;
		ret = sysfs->files->write(sysfs->files->context, full, value);
		if (ret == -EINTR)
			continue;
		if (ret != -EBUSY || now_ms() >= deadline)
			return ret;
		sysfs->retries++;
		pause_for(pause);
		pause = pause * 2 > LAST_PAUSE_NS ? LAST_PAUSE_NS : pause * 2;
	}
}

/* What an error of a write means, as far as that is known. */
static const char *remedy(int code, const struct dt_damon_file *file, char hint[512])
{
	if (code == ENOENT && file && file->since)
		(void)snprintf(hint, 512,
			       "it takes %s%s; leave the setting out, or boot a newer kernel",
			       file->since[0] >= '0' && file->since[0] <= '9' ? "Linux " : "",
			       file->since);
	else if (code == ENOENT)
		return "it has gone, or this kernel never had it: did another program set up DAMON "
		       "at the same time?";
	else if ((code == EINVAL || code == ERANGE) && file)
		(void)snprintf(hint, 512, "it takes: %s", file->meaning);
	else if (code == EACCES || code == EPERM)
		return "run it as root, and see that the kernel is not locked down";
	else if (code == EBUSY)
		return "another program or kernel thread holds DAMON: see damon-trace status";
	else if (code == EINTR)
		return "nothing was written";
	else
		return NULL;
	return hint;
}

static int explain(int code, const char *path, const char *value, unsigned tries,
		   struct dt_error *error)
{
	const struct dt_damon_file *file = dt_damon_file_find(path);
	char hint[512], often[64] = "";

	if (code == EBUSY)
		(void)snprintf(often, sizeof(often), ", %u times", tries);
	if (code == EINTR)
		return dt_fail(error, EINTR, remedy(code, file, hint),
			       "interrupted before writing \"%s\" to kdamonds/%s", value, path);
	return dt_fail(error, code, remedy(code, file, hint),
		       "cannot write \"%s\" to kdamonds/%s%s%.150s%s: %s%s", value, path,
		       file && code != EINVAL ? " (" : "",
		       file && code != EINVAL ? file->meaning : "",
		       file && code != EINVAL ? ")" : "", strerror(code), often);
}

int dt_damon_sysfs_put(struct dt_damon_sysfs *sysfs, const char *path, const char *value,
		       struct dt_error *error)
{
	char full[2 * DT_DAMON_PATH], *line;
	unsigned tries;
	int ret;

	ret = full_path(full, sysfs, path, error);
	if (ret)
		return ret;
	/* some files take a text only with its newline, all take it */
	if (asprintf(&line, "%s\n", value) < 0)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ret = write_patiently(sysfs, full, line, &tries);
	free(line);
	return ret ? explain(-ret, path, value, tries, error) : 0;
}

int dt_damon_sysfs_command(struct dt_damon_sysfs *sysfs, unsigned kdamond, const char *word,
			   struct dt_error *error)
{
	char path[DT_DAMON_PATH];

	(void)snprintf(path, sizeof(path), "%u/state", kdamond);
	return dt_damon_sysfs_put(sysfs, path, word, error);
}

int dt_damon_sysfs_running(const struct dt_damon_sysfs *sysfs, unsigned kdamond, int32_t *pid,
			   struct dt_error *error)
{
	char path[DT_DAMON_PATH], text[DT_DAMON_TEXT];
	int ret;

	*pid = 0;
	(void)snprintf(path, sizeof(path), "%u/state", kdamond);
	ret = dt_damon_sysfs_get(sysfs, path, text, error);
	if (ret || strcmp(text, "on") != 0)
		return ret;
	(void)snprintf(path, sizeof(path), "%u/pid", kdamond);
	ret = dt_damon_sysfs_get(sysfs, path, text, error);
	if (!ret)
		*pid = (int32_t)strtol(text, NULL, 10);
	if (*pid < 0)
		*pid = 0;
	return ret;
}
