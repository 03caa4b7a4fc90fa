/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU time of the kdamonds: kernel threads named kdamond.N, those of DAMON's modules among
 * them. They come and go while a recording runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host_files.h"
#include "collector/witness_impl.h"

/* PF_KTHREAD of include/linux/sched.h, in the flags of /proc/PID/stat. */
#define KERNEL_THREAD 0x00200000u

#define NAME_PREFIX "kdamond."

static void close_kdamond(struct dt_witness_kdamond *kdamond)
{
	if (kdamond->schedstat >= 0)
		(void)close(kdamond->schedstat);
	if (kdamond->stat >= 0)
		(void)close(kdamond->stat);
}

/* Fields of /proc/PID/stat by their numbers in proc(5). */
#define STAT_FLAGS 9
#define STAT_UTIME 14
#define STAT_STIME 15

/* "77 (kdamond.0) S 2 0 0 0 -1 2129984 ...": the name may hold anything, so count from its end. */
static bool stat_field(const char *text, unsigned number, uint64_t *value)
{
	const char *at = strrchr(text, ')');

	for (unsigned i = 2; at && i < number; i++) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return at && dt_host_parse(at, 10, value, NULL);
}

static bool is_kernel_thread(const struct dt_witness_kdamonds *kdamonds, uint32_t pid)
{
	uint64_t flags;
	char text[512];

	return !dt_host_line(text, sizeof(text), "%s/%u/stat", kdamonds->proc, pid) &&
	       stat_field(text, STAT_FLAGS, &flags) && (flags & KERNEL_THREAD);
}

static int open_file(const char *proc, uint32_t pid, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%u/%s", proc, pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int add_kdamond(struct dt_witness_kdamonds *kdamonds, uint32_t pid, const char *name)
{
	struct dt_witness_kdamond *kdamond;

	if (kdamonds->nr == kdamonds->room) {
		const size_t room = kdamonds->room ? kdamonds->room * 2 : 4;
		struct dt_witness_kdamond *list =
			realloc(kdamonds->list, room * sizeof(*kdamonds->list));

		if (!list)
			return -ENOMEM;
		kdamonds->list = list;
		kdamonds->room = room;
	}
	kdamond = &kdamonds->list[kdamonds->nr++];
	*kdamond = (struct dt_witness_kdamond){
		.pid = (int32_t)pid,
		.schedstat = open_file(kdamonds->proc, pid, "schedstat"),
		.stat = open_file(kdamonds->proc, pid, "stat"),
	};
	(void)snprintf(kdamond->name, sizeof(kdamond->name), "%s", name);
	return 0;
}

static bool was_seen(const struct dt_witness_kdamonds *kdamonds, uint32_t pid, size_t *at)
{
	while (*at < kdamonds->nr_seen && kdamonds->seen[*at] < pid)
		(*at)++;
	return *at < kdamonds->nr_seen && kdamonds->seen[*at] == pid;
}

/* A number that was taken over by another process since is the only one that this misses. */
int dt_witness_find_kdamonds(struct dt_witness_kdamonds *kdamonds)
{
	uint32_t *pids;
	size_t nr, at = 0;
	int ret = dt_host_numbers(&pids, &nr, "", "%s", kdamonds->proc);

	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < nr && !ret; i++) {
		char name[32];

		if (was_seen(kdamonds, pids[i], &at))
			continue;
		if (!dt_host_line(name, sizeof(name), "%s/%u/comm", kdamonds->proc, pids[i]) &&
		    !strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) &&
		    is_kernel_thread(kdamonds, pids[i]))
			ret = add_kdamond(kdamonds, pids[i], name);
	}
	free(kdamonds->seen);
	kdamonds->seen = pids;
	kdamonds->nr_seen = nr;
	return ret;
}

/* schedstat counts ns; without CONFIG_SCHED_INFO stat counts clock ticks. False: it ended. */
static bool read_time(const struct dt_witness_kdamond *kdamond, char *text, uint64_t *ns)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	uint64_t user, system;

	if (!dt_witness_read(kdamond->schedstat, text) && dt_host_parse(text, 10, ns, NULL))
		return true;
	if (dt_witness_read(kdamond->stat, text) || ticks <= 0 ||
	    !stat_field(text, STAT_UTIME, &user) || !stat_field(text, STAT_STIME, &system))
		return false;
	*ns = (user + system) * (UINT64_C(1000000000) / (uint64_t)ticks);
	return true;
}

void dt_witness_write_kdamonds(struct dt_witness *witness, struct dt_json *json)
{
	struct dt_witness_kdamonds *kdamonds = &witness->kdamonds;
	size_t kept = 0;

	dt_json_array(json, "kdamonds");
	for (size_t i = 0; i < kdamonds->nr; i++) {
		struct dt_witness_kdamond *kdamond = &kdamonds->list[i];
		uint64_t ns;

		if (!read_time(kdamond, witness->text, &ns)) {
			close_kdamond(kdamond);
			continue;
		}
		dt_json_object(json, NULL);
		dt_json_i64(json, "pid", kdamond->pid);
		dt_json_string(json, "name", kdamond->name);
		dt_json_u64(json, "cpu_ns", ns);
		dt_json_object_end(json);
		kdamonds->list[kept++] = *kdamond;
	}
	dt_json_array_end(json);
	kdamonds->nr = kept;
}

void dt_witness_close_kdamonds(struct dt_witness_kdamonds *kdamonds)
{
	for (size_t i = 0; i < kdamonds->nr; i++)
		close_kdamond(&kdamonds->list[i]);
	free(kdamonds->list);
	free(kdamonds->seen);
}
