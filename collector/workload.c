/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that are forked early and run late, so that nothing of them is missed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "collector/workload.h"

void dt_workload_init(struct dt_workload *workload)
{
	*workload = (struct dt_workload){.pid_fd = -1, .go = -1, .exec_error = -1};
}

static int open_pid(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* In the child: wait, then become the command. */
__attribute__((noreturn)) static void run_child(int go, int exec_error, char *const *command)
{
	sigset_t none;
	char byte;
	int code;
	ssize_t got;

	do
		got = read(go, &byte, 1);
	while (got < 0 && errno == EINTR);
	/* the recorder went away, or does not want it any more */
	if (got != 1)
		_exit(0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)execvp(command[0], command);
	code = errno;
	(void)!write(exec_error, &code, sizeof(code));
	_exit(127);
}

int dt_workload_prepare(struct dt_workload *workload, char *const *command, struct dt_error *error)
{
	int go[2], report[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return dt_fail(error, errno, NULL, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(report, O_CLOEXEC)) {
		int ret = dt_fail(error, errno, NULL, "cannot make a pipe: %s", strerror(errno));

		(void)close(go[0]);
		(void)close(go[1]);
		return ret;
	}
	pid = fork();
	if (!pid) {
		/* else its own end would keep it waiting after the recorder's death */
		(void)close(go[1]);
		(void)close(report[0]);
		run_child(go[0], report[1], command);
	}
	(void)close(go[0]);
	(void)close(report[1]);
	if (pid < 0) {
		int ret = dt_fail(error, errno, NULL, "cannot fork: %s", strerror(errno));

		(void)close(go[1]);
		(void)close(report[0]);
		return ret;
	}
	*workload = (struct dt_workload){
		.pid = pid, .is_child = true, .go = go[1], .exec_error = report[0], .pid_fd = -1};
	workload->pid_fd = open_pid(pid);
	if (workload->pid_fd < 0) {
		int code = -workload->pid_fd;

		dt_workload_close(workload);
		return dt_fail(error, code, NULL, "cannot watch the command: %s", strerror(code));
	}
	return 0;
}

int dt_workload_attach(struct dt_workload *workload, pid_t pid, struct dt_error *error)
{
	int fd = open_pid(pid);

	if (fd == -ESRCH || fd == -EINVAL)
		return dt_fail(error, ESRCH,
			       "pgrep -a NAME finds the process; threads go by their process",
			       "no process has the pid %d", (int)pid);
	if (fd < 0)
		return dt_fail(error, -fd, NULL, "cannot watch process %d: %s", (int)pid,
			       strerror(-fd));
	dt_workload_init(workload);
	workload->pid = pid;
	workload->pid_fd = fd;
	return 0;
}

int dt_workload_go(struct dt_workload *workload, struct dt_error *error)
{
	int code = 0;
	ssize_t got;

	if (!workload->is_child)
		return 0;
	if (write(workload->go, "", 1) != 1)
		return dt_fail(error, errno, NULL, "cannot start the command: %s", strerror(errno));
	close_fd(&workload->go);
	/* exec closes the other end; until then there is nothing to record anyway */
	do
		got = read(workload->exec_error, &code, sizeof(code));
	while (got < 0 && errno == EINTR);
	close_fd(&workload->exec_error);
	if (got == sizeof(code))
		return dt_fail(error, code, "is it installed, and in PATH?",
			       "cannot run the command: %s", strerror(code));
	return 0;
}

static void reap(struct dt_workload *workload, int options)
{
	siginfo_t info = {0};

	if (workload->reaped)
		return;
	while (waitid(P_PID, (id_t)workload->pid, &info, WEXITED | options) < 0)
		if (errno != EINTR) {
			workload->reaped = true;
			return;
		}
	if (!info.si_pid)
		return;
	workload->reaped = true;
	workload->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

bool dt_workload_ended(struct dt_workload *workload)
{
	if (!workload->pid)
		return false;
	if (!workload->is_child)
		return kill(workload->pid, 0) && errno == ESRCH;
	reap(workload, WNOHANG);
	return workload->reaped;
}

void dt_workload_end(struct dt_workload *workload)
{
	if (!workload->is_child || dt_workload_ended(workload))
		return;
	(void)kill(workload->pid, SIGTERM);
	reap(workload, 0);
}

void dt_workload_close(struct dt_workload *workload)
{
	/* a child that still waits ends by itself when its pipe closes */
	close_fd(&workload->go);
	if (workload->is_child && !workload->reaped)
		dt_workload_end(workload);
	close_fd(&workload->exec_error);
	close_fd(&workload->pid_fd);
	workload->pid = 0;
	workload->is_child = false;
}
