/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See trace_names.h. saved_cmdlines is shared by all that trace and forgets; what matters most here
 * are the kdamonds, and those can be asked for themselves.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/trace_files.h"
#include "collector/trace_names.h"

/* PID_MAX_LIMIT of 64-bit kernels. */
#define PIDS (1u << 22)

struct names {
	FILE *out;
	unsigned char *known; /* a bit for each pid */
};

static void add(struct names *names, unsigned long pid, const char *name, size_t length)
{
	if (!pid || pid >= PIDS || !length || names->known[pid / 8] & (1u << pid % 8))
		return;
	names->known[pid / 8] |= (unsigned char)(1u << pid % 8);
	(void)fprintf(names->out, "%lu %.*s\n", pid, (int)length, name);
}

static void add_lines(struct names *names, const char *text)
{
	while (*text) {
		char *end;
		const unsigned long pid = strtoul(text, &end, 10);

		if (end > text && *end == ' ')
			add(names, pid, end + 1, strcspn(end + 1, "\n"));
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static void add_kdamonds(struct names *names, const char *proc)
{
	DIR *stream = opendir(proc);
	struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		char file[sizeof(entry->d_name) + 8], comm[64];
		char *end;
		const unsigned long pid = strtoul(entry->d_name, &end, 10);

		if (*end || !pid)
			continue;
		(void)snprintf(file, sizeof(file), "%s/comm", entry->d_name);
		if (!dt_trace_read_into(proc, file, comm, sizeof(comm)) &&
		    !strncmp(comm, "kdamond.", 8))
			add(names, pid, comm, strcspn(comm, "\n"));
	}
	if (stream)
		(void)closedir(stream);
}

int dt_trace_names_read(const char *tracefs, const char *proc, const char *before, char **names)
{
	struct names made = {.known = calloc(PIDS / 8, 1)};
	char *saved = NULL;
	size_t size;
	bool failed;

	*names = NULL;
	made.out = made.known ? open_memstream(names, &size) : NULL;
	if (!made.out) {
		free(made.known);
		return -ENOMEM;
	}
	add_kdamonds(&made, proc);
	if (!dt_trace_read(tracefs, "saved_cmdlines", &saved, NULL))
		add_lines(&made, saved);
	if (before)
		add_lines(&made, before);
	free(saved);
	free(made.known);
	failed = ferror(made.out);
	if (fclose(made.out) || failed) {
		free(*names);
		*names = NULL;
		return -ENOMEM;
	}
	return 0;
}
