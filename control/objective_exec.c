/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever a command prints as an objective: one number a line. It is started once, by the shell,
 * with the tuner, and ended with it; the mean of a window is that of the lines that came in it.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "control/objectives.h"
#include "control/series.h"

#define LINE_MAX_LENGTH 128

/* A command that does not end by SIGTERM within so long is killed. */
#define END_TRIES    20
#define END_PAUSE_NS 10000000L

struct exec {
	struct dt_objective objective;
	struct dt_series series; /* sum and number of the values */
	char command[256];	 /* for messages */
	pid_t pid;		 /* 0: it has ended */
	int fd;
	size_t filled;
	char text[4096];
};

static int take_line(struct exec *exec, char *line, uint64_t now_ns, struct dt_error *error)
{
	const struct dt_reading *last = dt_series_last(&exec->series);
	double value;
	char *end;

	value = strtod(line, &end);
	while (isspace((unsigned char)*end))
		end++;
	if (end == line || *end || !isfinite(value))
		return dt_fail(error, EINVAL, "it has to print one number a line, and nothing else",
			       "the command \"%.100s\" printed \"%.60s\"", exec->command, line);
	/* lines that are read at once came one after the other */
	if (last && now_ns <= last->time)
		now_ns = last->time + 1;
	if (dt_series_add(&exec->series, now_ns, (last ? last->counter[0] : 0) + value,
			  (last ? last->counter[1] : 0) + 1))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return 0;
}

static int take_lines(struct exec *exec, uint64_t now_ns, struct dt_error *error)
{
	char *end;
	int ret = 0;

	while (!ret && (end = memchr(exec->text, '\n', exec->filled))) {
		const size_t length = (size_t)(end - exec->text) + 1;

		*end = '\0';
		ret = take_line(exec, exec->text, now_ns, error);
		exec->filled -= length;
		memmove(exec->text, exec->text + length, exec->filled);
	}
	if (!ret && exec->filled > LINE_MAX_LENGTH)
		ret = dt_fail(error, EINVAL, "it has to print one number a line",
			      "the command \"%.100s\" printed a line without end", exec->command);
	return ret;
}

static int has_ended(struct exec *exec, struct dt_error *error)
{
	int status = 0;

	if (!exec->pid || waitpid(exec->pid, &status, WNOHANG) == exec->pid) {
		exec->pid = 0;
		if (WIFSIGNALED(status))
			return dt_fail(error, ECHILD,
				       "it has to run, and print, as long as the tuner does",
				       "the command \"%.100s\" was ended by signal %d",
				       exec->command, WTERMSIG(status));
		return dt_fail(error, ECHILD, "it has to run, and print, as long as the tuner does",
			       "the command \"%.100s\" has ended with status %d", exec->command,
			       WEXITSTATUS(status));
	}
	return dt_fail(error, EPIPE, "it has to print as long as the tuner runs",
		       "the command \"%.100s\" has closed its output", exec->command);
}

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct exec *exec = (struct exec *)objective;

	for (;;) {
		const ssize_t length = read(exec->fd, exec->text + exec->filled,
					    sizeof(exec->text) - exec->filled);
		int ret;

		if (length < 0 && errno == EAGAIN)
			return 0;
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return has_ended(exec, error);
		exec->filled += (size_t)length;
		ret = take_lines(exec, now_ns, error);
		if (ret)
			return ret;
	}
}

static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	const struct exec *exec = (const struct exec *)objective;
	double growth[2];

	(void)error;
	*value = dt_series_steps(&exec->series, from, to, growth) ? growth[0] / growth[1] : NAN;
	return 0;
}

/* Its children too: the shell may have made some. */
static void end_command(struct exec *exec)
{
	const struct timespec pause = {0, END_PAUSE_NS};

	(void)kill(-exec->pid, SIGTERM);
	for (int i = 0; i < END_TRIES; i++) {
		if (waitpid(exec->pid, NULL, WNOHANG) == exec->pid) {
			exec->pid = 0;
			return;
		}
		(void)nanosleep(&pause, NULL);
	}
	(void)kill(-exec->pid, SIGKILL);
	(void)waitpid(exec->pid, NULL, 0);
	exec->pid = 0;
}

static void close_exec(struct dt_objective *objective)
{
	struct exec *exec = (struct exec *)objective;

	if (exec->pid)
		end_command(exec);
	if (exec->fd >= 0)
		(void)close(exec->fd);
	dt_series_free(&exec->series);
	free(exec);
}

static const struct dt_objective_ops exec_ops = {
	.collect = collect,
	.mean = mean,
	.close = close_exec,
};

/* Runs in the child; does not come back. */
static void become(const char *command, int out)
{
	char *const arguments[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
				   (char *)(uintptr_t)command, NULL};
	sigset_t none;

	/* Ctrl-C is for the tuner; a tuner that is killed takes it along */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(out, STDOUT_FILENO) >= 0)
		(void)execv("/bin/sh", arguments);
	_exit(127);
}

static int start(struct exec *exec, const char *command, struct dt_error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return dt_fail(error, errno, NULL, "cannot make a pipe: %s", strerror(errno));
	exec->fd = ends[0];
	exec->pid = fork();
	if (!exec->pid)
		become(command, ends[1]);
	(void)close(ends[1]);
	if (exec->pid < 0) {
		exec->pid = 0;
		return dt_fail(error, errno, NULL, "cannot start \"%.100s\": %s", command,
			       strerror(errno));
	}
	/* both sides: whoever is first */
	(void)setpgid(exec->pid, exec->pid);
	(void)fcntl(exec->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static int open_exec(struct dt_objective **objective, const char *argument,
		     const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct exec *exec = calloc(1, sizeof(*exec));
	int ret;

	(void)setup;
	if (!exec)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	exec->objective.ops = &exec_ops;
	exec->fd = -1;
	(void)snprintf(exec->command, sizeof(exec->command), "%s", argument);
	ret = start(exec, argument, error);
	if (ret)
		close_exec(&exec->objective);
	else
		*objective = &exec->objective;
	return ret;
}

const struct dt_objective_kind dt_objective_exec = {
	.name = "exec",
	.argument = "COMMAND",
	.needs_argument = true,
	.summary = "what a command prints, a number a line; it is started once",
	.unit = "",
	.open = open_exec,
};
