/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugin for trace-cmd and perf: it is loaded from where each of them looks, and these places
 * differ. A libtraceevent of the distribution looks at its own directory, TRACEEVENT_PLUGIN_DIR and
 * below ~/.local; a perf that was built with a copy of it at the latter two alone.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/doctor_impl.h"

#define GROUP	   DT_DOCTOR_TOOLS
#define FILE_NAME  "plugin_damon.so"
#define BELOW_HOME ".local/lib/traceevent/plugins"
#define ELF_MAGIC  "\177ELF"
#define ELF_SIZE   4

enum perf_kind {
	PERF_OWN,    /* has a libtraceevent of its own */
	PERF_SHARED, /* uses the system's, or looks where that does */
	PERF_UNKNOWN /* a script, or not to be read */
};

struct found {
	char system[PATH_MAX], environment[PATH_MAX], home[PATH_MAX]; /* empty: not there */
};

/* The path of the plugin in a directory, when there is something that can be loaded. */
static void look(char path[PATH_MAX], const char *directory, const char *below)
{
	char magic[ELF_SIZE];
	int fd, length;
	bool is_elf;

	length = snprintf(path, PATH_MAX, "%s/%s%s" FILE_NAME, directory, below, *below ? "/" : "");
	fd = length < PATH_MAX ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	is_elf = fd >= 0 && read(fd, magic, ELF_SIZE) == ELF_SIZE &&
		 !memcmp(magic, ELF_MAGIC, ELF_SIZE);
	if (fd >= 0)
		(void)close(fd);
	if (!is_elf)
		path[0] = '\0';
}

static void look_everywhere(struct found *found, const struct dt_plugin_places *places)
{
	*found = (struct found){0};
	look(found->system, places->system, "");
	if (places->environment)
		look(found->environment, places->environment, "");
	if (places->home)
		look(found->home, places->home, BELOW_HOME);
}

static enum perf_kind kind_of(const char *perf, const char *system)
{
	enum perf_kind kind = PERF_UNKNOWN;
	struct stat stat;
	void *file;
	int fd = open(perf, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return kind;
	if (!fstat(fd, &stat) && stat.st_size > ELF_SIZE) {
		const size_t size = (size_t)stat.st_size;

		file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (file != MAP_FAILED && !memcmp(file, ELF_MAGIC, ELF_SIZE))
			kind = memmem(file, size, "libtraceevent.so", 16) ||
					       memmem(file, size, system, strlen(system))
				       ? PERF_SHARED
				       : PERF_OWN;
		if (file != MAP_FAILED)
			(void)munmap(file, size);
	}
	(void)close(fd);
	return kind;
}

/* The one that is loaded last prints. */
static const char *winner(const struct found *found, bool looks_at_system)
{
	if (*found->home)
		return found->home;
	if (*found->environment)
		return found->environment;
	return looks_at_system ? found->system : "";
}

static void tell_trace_cmd(struct dt_doctor *doctor, const struct found *found,
			   const struct dt_plugin_places *places)
{
	const char *path = winner(found, true);
	struct dt_doctor_check *check;

	if (*path) {
		(void)dt_doctor_add(doctor, GROUP, "trace-cmd", DT_DOCTOR_OK,
				    "prints DAMON's events in human form, by %s", path);
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "trace-cmd", DT_DOCTOR_NOTE,
			      "no " FILE_NAME " in %s, TRACEEVENT_PLUGIN_DIR or ~/" BELOW_HOME,
			      places->system);
	dt_doctor_advise(check, "trace-cmd and KernelShark print DAMON's events as bare numbers",
			 "make install, or make install-user for yourself alone");
}

static void tell_perf(struct dt_doctor *doctor, const struct found *found,
		      const struct dt_plugin_places *places)
{
	const enum perf_kind kind = kind_of(places->perf, places->system);
	const char *path = winner(found, kind == PERF_SHARED);
	struct dt_doctor_check *check;

	if (*path) {
		(void)dt_doctor_add(doctor, GROUP, "perf", DT_DOCTOR_OK,
				    "perf script prints DAMON's events in human form, by %s", path);
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "perf", DT_DOCTOR_NOTE,
			      "no " FILE_NAME " in TRACEEVENT_PLUGIN_DIR or ~/" BELOW_HOME);
	if (kind == PERF_OWN)
		dt_doctor_more(check,
			       "; %s, which has a libtraceevent of its own, looks nowhere "
			       "else",
			       places->perf);
	else if (kind == PERF_UNKNOWN && *found->system)
		dt_doctor_more(check, "; whether %s looks at %s is not known", places->perf,
			       places->system);
	dt_doctor_advise(check, "perf script prints DAMON's events as bare numbers",
			 "make install-user");
}

void dt_doctor_plugin(struct dt_doctor *doctor, const struct dt_plugin_places *places)
{
	struct found found;

	look_everywhere(&found, places);
	tell_trace_cmd(doctor, &found, places);
	if (places->perf)
		tell_perf(doctor, &found, places);
}

/* As the shell would find it. */
static const char *find_program(char path[PATH_MAX], const char *name)
{
	const char *directories = getenv("PATH");

	while (directories && *directories) {
		const int length = (int)strcspn(directories, ":");

		if (snprintf(path, PATH_MAX, "%.*s/%s", length, directories, name) < PATH_MAX &&
		    length && !access(path, X_OK))
			return path;
		directories += length;
		directories += *directories == ':';
	}
	return NULL;
}

void dt_doctor_tools(struct dt_doctor *doctor)
{
	char perf[PATH_MAX];

	dt_doctor_plugin(doctor, &(struct dt_plugin_places){
					 .system = DT_SYSTEM_PLUGINS,
					 .environment = getenv("TRACEEVENT_PLUGIN_DIR"),
					 .home = getenv("HOME"),
					 .perf = find_program(perf, "perf"),
				 });
}
