/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures by gnuplot. Script and picture pass through memory: gnuplot itself does not notice a
 * full disk, and a picture is written only when all of it is there.
 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "damon-trace/render.h"
#include "render/plot_script.h"
#include "support/replace.h"
#include "support/temporary.h"
#include "support/utf8.h"

#define HINT_INSTALL "install gnuplot: apt-get install gnuplot-nox, or dnf install gnuplot-minimal"

/* What a shell would report for a command that is not there; some C libraries' spawn does too. */
#define EXIT_NOT_FOUND 127

static int kind_of(const char *path, enum dt_plot_kind *kind, struct dt_error *error)
{
	static const struct {
		const char *ending;
		enum dt_plot_kind kind;
	} kinds[] = {
		{".png", DT_PLOT_PNG},
		{".svg", DT_PLOT_SVG},
		{".pdf", DT_PLOT_PDF},
		{".gp", DT_PLOT_SCRIPT},
	};
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t ending = strlen(kinds[i].ending);

		if (length > ending && strcmp(path + length - ending, kinds[i].ending) == 0) {
			*kind = kinds[i].kind;
			return 0;
		}
	}
	return dt_fail(error, EINVAL, "use a name that ends in .png, .svg, .pdf or .gp",
		       "cannot tell the kind of picture from the name %s", path);
}

static int check_grids(const struct dt_report *report, struct dt_error *error)
{
	if (report->nr_grids == 0)
		return dt_fail(error, ENODATA, "see the notes of the report for the reason",
			       "there is no map to draw");
	for (size_t i = 0; i < report->nr_grids; i++) {
		const struct dt_grid *grid = &report->grids[i];

		if (!grid->time_cells || !grid->nr_columns || grid->end_ns <= grid->start_ns)
			return dt_fail(error, ENODATA, NULL, "map %zu has no cells", i + 1);
	}
	if (dt_plot_height(report) > DT_PLOT_MOST_PIXELS)
		return dt_fail(error, E2BIG, "choose some with --stream, --pid or --address",
			       "%zu maps do not fit into one picture", report->nr_grids);
	return 0;
}

/* Write all of it, or nothing: until then a former picture stays. */
static int write_file(const char *path, const char *data, size_t size, struct dt_error *error)
{
	struct dt_replace file;
	int ret = dt_replace_begin(&file, path);

	if (!ret) {
		ret = dt_write_all(file.fd, data, size);
		if (ret)
			dt_replace_drop(&file);
		else
			ret = dt_replace_end(&file);
	}
	return ret ? dt_replace_fail(error, -ret, path) : 0;
}

/* The script in memory; free *data. */
static int make_script(dt_plot_writer write, const void *subject, enum dt_plot_kind kind,
		       const char *path, char **data, size_t *size)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	FILE *out = open_memstream(data, size);
	char name[256];
	bool failed;

	if (!out)
		return -ENOMEM;
	/* the same name with another ending; only a kept script uses it */
	(void)snprintf(name, sizeof(name), "%.*s.png", (int)(strrchr(base, '.') - base), base);
	write(out, subject, kind, name);
	failed = ferror(out);
	if (fclose(out) == EOF || failed) {
		free(*data);
		*data = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int spawn_gnuplot(pid_t *pid, int script, int picture, int messages)
{
	/* -d: without the user's own settings, for the same picture everywhere */
	char name[] = "gnuplot", defaults[] = "-d";
	char *const arguments[] = {name, defaults, NULL};
	posix_spawn_file_actions_t actions;
	int code;

	code = posix_spawn_file_actions_init(&actions);
	if (code)
		return -code;
	code = posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
	if (!code)
		code = posix_spawnp(pid, name, &actions, NULL, arguments, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -code;
}

/* The first line that says something of what gnuplot printed. */
static void first_message(int fd, char *text, size_t size)
{
	char raw[2048];
	ssize_t length = pread(fd, raw, sizeof(raw) - 1, 0);
	char *line, *rest = raw;

	(void)snprintf(text, size, "no message");
	if (length <= 0)
		return;
	raw[length] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		/* the lines before the message repeat the script and point into it */
		if (*line == '\0' || *line == '^' || strncmp(line, "gnuplot>", 8) == 0)
			continue;
		(void)dt_utf8_ascii(text, size, line);
		if (strncmp(line, "line ", 5) == 0)
			return;
	}
}

static int wait_gnuplot(pid_t pid, int picture, int messages, struct dt_error *error)
{
	struct stat status;
	char text[256];
	int code;

	while (waitpid(pid, &code, 0) < 0) {
		if (errno != EINTR) {
			code = errno;
			return dt_fail(error, code, NULL, "cannot wait for gnuplot: %s",
				       strerror(code));
		}
	}
	if (WIFSIGNALED(code))
		return dt_fail(error, EIO, NULL, "gnuplot was ended by signal %d", WTERMSIG(code));
	if (WEXITSTATUS(code) == EXIT_NOT_FOUND)
		return dt_fail(error, ENOENT, HINT_INSTALL, "cannot run gnuplot");
	if (WEXITSTATUS(code) || fstat(picture, &status) < 0 || status.st_size == 0) {
		first_message(messages, text, sizeof(text));
		return dt_fail(error, EIO,
			       "a gnuplot with cairo is needed (gnuplot-nox); a name in "
			       ".gp keeps the script for a closer look",
			       "gnuplot failed with status %d: %s", WEXITSTATUS(code), text);
	}
	return 0;
}

static int run_gnuplot(int script, int picture, int messages, struct dt_error *error)
{
	pid_t pid = -1;
	int result = spawn_gnuplot(&pid, script, picture, messages);

	if (result == -ENOENT)
		return dt_fail(error, ENOENT, HINT_INSTALL, "cannot run gnuplot");
	if (result < 0)
		return dt_fail(error, -result, NULL, "cannot run gnuplot: %s", strerror(-result));
	return wait_gnuplot(pid, picture, messages, error);
}

static int fill(int fd, const char *data, size_t size)
{
	const int ret = dt_write_all(fd, data, size);

	return !ret && lseek(fd, 0, SEEK_SET) < 0 ? -errno : ret;
}

/* Equal input gives equal bytes: the time of day that cairo writes into a PDF becomes 1970. */
static void forget_date(char *data, size_t size)
{
	static const char key[] = "/CreationDate (D:", epoch[] = "19700101000000";
	char *date = memmem(data, size, key, sizeof(key) - 1);

	if (!date)
		return;
	date += sizeof(key) - 1;
	if (size - (size_t)(date - data) > sizeof(epoch))
		memcpy(date, epoch, sizeof(epoch) - 1);
}

/* Copy what gnuplot left in memory to the file. */
static int write_picture(const char *path, int picture, struct dt_error *error)
{
	struct stat status;
	int result;
	char *data;

	if (fstat(picture, &status) < 0)
		return dt_fail(error, errno, NULL, "cannot read the picture: %s", strerror(errno));
	data = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, picture, 0);
	if (data == MAP_FAILED)
		return dt_fail(error, errno, NULL, "cannot read the picture: %s", strerror(errno));
	forget_date(data, (size_t)status.st_size);
	result = write_file(path, data, (size_t)status.st_size, error);
	(void)munmap(data, (size_t)status.st_size);
	return result;
}

static void close_all(const int *fds, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
}

static int make_picture(const char *path, const char *script, size_t size, struct dt_error *error)
{
	int fds[3], result;

	for (size_t i = 0; i < 3; i++) {
		fds[i] = memfd_create("damon-trace plot", MFD_CLOEXEC);
		if (fds[i] < 0) {
			result = dt_fail(error, errno, NULL, "no memory for the picture: %s",
					 strerror(errno));
			close_all(fds, i);
			return result;
		}
	}
	result = fill(fds[0], script, size);
	if (result < 0)
		result = dt_fail(error, -result, NULL, "no memory for the picture: %s",
				 strerror(-result));
	if (result == 0)
		result = run_gnuplot(fds[0], fds[1], fds[2], error);
	if (result == 0)
		result = write_picture(path, fds[1], error);
	close_all(fds, 3);
	return result;
}

int dt_plot_picture(const char *path, dt_plot_writer write, const void *subject,
		    struct dt_error *error)
{
	enum dt_plot_kind kind = DT_PLOT_PNG;
	char *script = NULL;
	size_t size = 0;
	int result;

	result = kind_of(path, &kind, error);
	if (result < 0)
		return result;
	if (make_script(write, subject, kind, path, &script, &size) < 0)
		return dt_fail(error, ENOMEM, NULL, "no memory for the picture");
	if (kind == DT_PLOT_SCRIPT)
		result = write_file(path, script, size, error);
	else
		result = make_picture(path, script, size, error);
	free(script);
	return result;
}

struct grids {
	const struct dt_report *report;
	const struct dt_style *style;
};

static void write_grids(FILE *out, const void *subject, enum dt_plot_kind kind, const char *name)
{
	const struct grids *grids = subject;

	dt_plot_script(out, grids->report, grids->style, kind, name);
}

int dt_plot_grids(const char *path, const struct dt_report *report, const struct dt_style *style,
		  struct dt_error *error)
{
	const struct grids grids = {report, style};
	enum dt_plot_kind kind;
	int result;

	/* a wrong name first, then what it would be a name for */
	result = kind_of(path, &kind, error);
	if (result == 0)
		result = check_grids(report, error);
	if (result < 0)
		return result;
	return dt_plot_picture(path, write_grids, &grids, error);
}
