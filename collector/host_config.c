/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel was built with, as far as it matters to DAMON, tracing and sampling. */
#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "collector/host_impl.h"

/* A trailing * matches any rest. */
static const char *const wanted[] = {
	"CXL_BUS",
	"CXL_REGION",
	"DAMON*",
	"DEBUG_INFO_BTF",
	"DEV_DAX_CXL",
	"DEV_DAX_KMEM",
	"DYNAMIC_EVENTS",
	"FPROBE*",
	"FTRACE",
	"FUNCTION_TRACER",
	"KPROBE_EVENTS",
	"MEMCG",
	"MEMORY_HOTPLUG",
	"MIGRATION",
	"NUMA",
	"NUMA_BALANCING",
	"PERF_EVENTS",
	"PSI",
	"PSI_DEFAULT_DISABLED",
	"TRACEPOINTS",
	"TRANSPARENT_HUGEPAGE",
	"X86_CPU_RESCTRL",
};

static bool is_wanted(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const size_t given = strlen(wanted[i]);

		if (wanted[i][given - 1] == '*') {
			if (length >= given - 1 && !strncmp(name, wanted[i], given - 1))
				return true;
		} else if (given == length && !strncmp(name, wanted[i], given)) {
			return true;
		}
	}
	return false;
}

/* "CONFIG_NAME=value", or "# CONFIG_NAME is not set", which is kept as =n. */
static void take_line(struct dt_host *host, char *line)
{
	static const char prefix[] = "CONFIG_";
	const size_t used = strlen(host->config);
	const bool off = !strncmp(line, "# CONFIG_", 9) && strstr(line, " is not set");
	const char *name = off ? line + 2 : line;
	size_t length;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return;
	length = strcspn(name, "= \n");
	if (!is_wanted(name + strlen(prefix), length - strlen(prefix)))
		return;
	line[strcspn(line, "\n")] = '\0';
	if (strlen(name) + 4 >= sizeof(host->config) - used)
		return;
	(void)snprintf(host->config + used, sizeof(host->config) - used, "%.*s%s\n", (int)length,
		       name, off ? "=n" : name + length);
}

/* zlib reads plain files as they are. */
static bool read_file(struct dt_host *host, const char *path)
{
	gzFile file = gzopen(path, "rbe");
	char line[512];

	if (!file)
		return false;
	while (gzgets(file, line, sizeof(line)))
		take_line(host, line);
	(void)gzclose(file);
	return host->config[0] != '\0';
}

/* /proc/config.gz is the running kernel's for sure; the files go by its name. */
void dt_host_read_config(struct dt_host *host, const struct dt_roots *roots)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/config.gz", roots->proc);
	/* a release with a slash would leave the directory */
	if (read_file(host, path) || !host->release[0] || strchr(host->release, '/'))
		return;
	(void)snprintf(path, sizeof(path), "/boot/config-%s", host->release);
	if (read_file(host, path))
		return;
	(void)snprintf(path, sizeof(path), "/lib/modules/%s/config", host->release);
	(void)read_file(host, path);
}
