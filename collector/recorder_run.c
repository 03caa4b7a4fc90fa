/* SPDX-License-Identifier: GPL-2.0-only */
/* The loop of a recording, and how it ends. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "collector/recorder_impl.h"

/* Who woke the loop: the upper half of epoll's data; the lower half is the CPU. */
enum waker {
	WAKER_SIGNAL,
	WAKER_TICK,
	WAKER_END,
	WAKER_WORKLOAD,
	WAKER_TRACE,
	WAKER_SAMPLE,
};

#define WAKER_SHIFT 32

/* Events taken from epoll at once. */
#define WAKES_MAX 64

/*
 * The rings must be emptied while the traced CPUs are busy; without the permission it goes on as it
 * is. At 2 million events a second and CPU some percent were lost at 0, none at -15.
 */
#define LOOP_NICE (-15)

/* Ticks of a second (recorder.c). */
#define TICKS_PER_SECOND 5

static int watch_fd(const struct dt_recorder *recorder, int fd, enum waker waker,
		    struct dt_error *error)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)waker << WAKER_SHIFT};

	if (fd < 0 || !epoll_ctl(recorder->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return 0;
	return dt_fail(error, errno, NULL, "cannot wait for a descriptor: %s", strerror(errno));
}

static int watch_all(struct dt_recorder *recorder, struct dt_error *error)
{
	int ret;

	ret = watch_fd(recorder, recorder->signal_fd, WAKER_SIGNAL, error);
	if (!ret)
		ret = watch_fd(recorder, recorder->tick_fd, WAKER_TICK, error);
	if (!ret)
		ret = watch_fd(recorder, recorder->end_fd, WAKER_END, error);
	if (!ret)
		ret = watch_fd(recorder, recorder->workload.pid_fd, WAKER_WORKLOAD, error);
	if (!ret && recorder->traces)
		ret = dt_tracer_watch(recorder->tracer, recorder->epoll_fd,
				      (uint64_t)WAKER_TRACE << WAKER_SHIFT, error);
	if (!ret && recorder->sampler)
		ret = dt_sampler_watch(recorder->sampler, recorder->epoll_fd,
				       (uint64_t)WAKER_SAMPLE << WAKER_SHIFT, error);
	return ret;
}

static int start(struct dt_recorder *recorder, struct dt_error *error)
{
	const uint64_t duration = recorder->options.duration_ns;
	const struct itimerspec end = {
		.it_value = {(time_t)(duration / 1000000000), (long)(duration % 1000000000)}};
	int ret = 0;

	if (recorder->tracer) {
		recorder->record.realtime_offset_start =
			dt_tracer_realtime_offset(recorder->tracer);
		recorder->record.start_ns = dt_tracer_now(recorder->tracer);
	}
	if (recorder->traces)
		ret = dt_tracer_start(recorder->tracer, error);
	if (!ret && recorder->sampler)
		ret = dt_sampler_start(recorder->sampler, error);
	if (!ret && dt_workload_go(&recorder->workload, error))
		ret = -EIO;
	if (!ret && duration)
		(void)timerfd_settime(recorder->end_fd, 0, &end, NULL);
	recorder->begun_ns = dt_recorder_now();
	return ret;
}

/* A full disk is an end, not a failure: what was written stays. */
static int judge_write(struct dt_recorder *recorder, int ret, struct dt_error *error)
{
	if (ret != -ENOSPC && ret != -EDQUOT && ret != -EFBIG)
		return ret;
	if (!recorder->disk_full)
		dt_recorder_note(recorder, "%s; stopping, what was written stays readable",
				 error->message);
	recorder->disk_full = true;
	recorder->stop = "disk full";
	return 0;
}

static int drain(struct dt_recorder *recorder, enum waker waker, int cpu, bool partial,
		 struct dt_error *error)
{
	uint64_t bytes = 0;
	int ret = 0;

	if (recorder->disk_full)
		return 0;
	if (waker == WAKER_TRACE && recorder->traces)
		ret = dt_tracer_drain(recorder->tracer, cpu, partial, &bytes, error);
	else if (waker == WAKER_SAMPLE && recorder->sampler)
		ret = dt_sampler_drain(recorder->sampler, cpu, &bytes, error);
	recorder->bytes += bytes;
	recorder->rotation.written += bytes;
	if (!ret)
		ret = dt_rotation_check(&recorder->rotation, error);
	return ret ? judge_write(recorder, ret, error) : 0;
}

static void sum_account(struct dt_recorder *recorder, struct dt_recorder_progress *sum)
{
	if (recorder->traces)
		(void)dt_tracer_account(recorder->tracer, &recorder->account);
	if (recorder->sampler)
		(void)dt_sampler_account(recorder->sampler, &recorder->account);
	for (size_t i = 0; i < recorder->account.nr_cpus; i++) {
		const struct dt_cpu_account *cpu = &recorder->account.cpus[i];

		sum->events += cpu->events;
		sum->samples += cpu->samples;
		sum->lost += cpu->overrun + cpu->commit_overrun + cpu->dropped + cpu->lost +
			     cpu->lost_samples;
	}
}

static void tell_progress(struct dt_recorder *recorder)
{
	struct dt_recorder_progress now = {
		.elapsed_ns = dt_recorder_now() - recorder->begun_ns,
		.bytes = recorder->bytes,
	};
	const struct dt_recorder_progress *last = &recorder->progress;
	double seconds;

	sum_account(recorder, &now);
	seconds = (double)(now.elapsed_ns - last->elapsed_ns) / 1e9;
	if (seconds > 0) {
		now.events_per_s = (double)(now.events - last->events) / seconds;
		now.samples_per_s = (double)(now.samples - last->samples) / seconds;
	}
	recorder->progress = now;
	if (recorder->listener.progress)
		recorder->listener.progress(recorder->listener.context, &now);
}

static uint64_t recording_now(const struct dt_recorder *recorder)
{
	return recorder->tracer ? dt_tracer_now(recorder->tracer) : dt_recorder_now();
}

static int witness(struct dt_recorder *recorder, struct dt_error *error)
{
	uint64_t bytes = 0;
	int ret;

	if (recorder->disk_full)
		return 0;
	ret = dt_witness_sample(recorder->witness, recording_now(recorder), &bytes, error);
	recorder->bytes += bytes;
	recorder->rotation.written += bytes;
	return ret ? judge_write(recorder, ret, error) : 0;
}

static int each_second(struct dt_recorder *recorder, struct dt_error *error)
{
	const char *complaint;
	int ret;

	ret = witness(recorder, error);
	if (!ret && recorder->sampler)
		ret = dt_sampler_follow_cpus(recorder->sampler, error);
	tell_progress(recorder);
	while (recorder->sampler &&
	       (complaint = dt_sampler_complaint(recorder->sampler, recorder->progress.elapsed_ns)))
		dt_recorder_note(recorder, "%s", complaint);
	return ret;
}

static int tick(struct dt_recorder *recorder, struct dt_error *error)
{
	uint64_t expirations;
	int ret;

	(void)!read(recorder->tick_fd, &expirations, sizeof(expirations));
	ret = drain(recorder, WAKER_TRACE, -1, true, error);
	if (!ret)
		ret = drain(recorder, WAKER_SAMPLE, -1, false, error);
	if (!ret && ++recorder->ticks % TICKS_PER_SECOND == 0)
		ret = each_second(recorder, error);
	return ret;
}

static void take_signal(struct dt_recorder *recorder)
{
	struct signalfd_siginfo info;

	while (read(recorder->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		recorder->interrupts++;
		if (!recorder->stop)
			recorder->stop = info.ssi_signo == SIGINT    ? "interrupted"
					 : info.ssi_signo == SIGTERM ? "terminated"
								     : "terminal closed";
	}
}

static int wake(struct dt_recorder *recorder, uint64_t data, struct dt_error *error)
{
	const enum waker waker = (enum waker)(data >> WAKER_SHIFT);

	switch (waker) {
	case WAKER_SIGNAL:
		take_signal(recorder);
		return 0;
	case WAKER_TICK:
		return tick(recorder, error);
	case WAKER_END:
		recorder->stop = "duration";
		return 0;
	case WAKER_WORKLOAD:
		/* its descriptor says so; a child's status is collected at the end */
		recorder->stop = recorder->workload.is_child ? "command ended" : "process ended";
		return 0;
	default:
		return drain(recorder, waker, (int)(uint32_t)data, false, error);
	}
}

static int loop(struct dt_recorder *recorder, struct dt_error *error)
{
	struct epoll_event events[WAKES_MAX];
	int ret = 0;

	while (!ret && !recorder->stop) {
		int nr = epoll_wait(recorder->epoll_fd, events, WAKES_MAX, -1);

		if (nr < 0 && errno != EINTR)
			return dt_fail(error, errno, NULL, "cannot wait: %s", strerror(errno));
		for (int i = 0; i < nr && !ret; i++)
			ret = wake(recorder, events[i].data.u64, error);
	}
	return ret;
}

/* Nothing flows any more: take what is in the rings. */
static int drain_rest(struct dt_recorder *recorder, struct dt_error *error)
{
	uint64_t before;
	int ret = 0;

	do {
		before = recorder->bytes;
		ret = drain(recorder, WAKER_TRACE, -1, true, error);
		if (!ret)
			ret = drain(recorder, WAKER_SAMPLE, -1, false, error);
	} while (!ret && recorder->bytes != before);
	return ret;
}

static int stop(struct dt_recorder *recorder, struct dt_error *error)
{
	int ret = 0, sampler = 0;

	if (recorder->traces)
		ret = dt_tracer_stop(recorder->tracer, error);
	if (recorder->sampler)
		sampler = dt_sampler_stop(recorder->sampler, ret ? NULL : error);
	return ret ? ret : sampler;
}

static bool keep_first(int *kept, int ret, struct dt_error *error, const struct dt_error *own)
{
	if (!ret)
		return true;
	if (!*kept && error)
		*error = *own;
	if (!*kept)
		*kept = ret;
	return false;
}

/* Close the files, each whatever became of the others. */
static int finish(struct dt_recorder *recorder, struct dt_error *error)
{
	struct dt_error own = {0};
	int kept = 0;

	(void)keep_first(&kept, dt_rotation_settle(&recorder->rotation, &own), error, &own);
	if (recorder->sampler)
		(void)keep_first(&kept, dt_sampler_finish(recorder->sampler, &own), error, &own);
	/* a second interrupt leaves the pages where they are, readable as they are */
	take_signal(recorder);
	if (recorder->traces && recorder->interrupts < 2)
		(void)keep_first(&kept, dt_tracer_finish(recorder->tracer, &own), error, &own);
	return kept;
}

static int end_host(struct dt_recorder *recorder, struct dt_error *error)
{
	struct dt_damon_tree *at_end = NULL;
	int ret;

	if (dt_damon_tree_read(&at_end, &recorder->options.roots, NULL))
		at_end = NULL;
	recorder->record.account = &recorder->account;
	recorder->record.ended = true;
	recorder->record.end_reason = recorder->stop;
	ret = dt_recorder_write_host(recorder, at_end, error);
	dt_damon_tree_free(at_end);
	return ret;
}

static void fill_end(struct dt_recorder *recorder, struct dt_recorder_end *end)
{
	end->reason = recorder->stop ? recorder->stop : "failed";
	end->bytes = dt_directory_bytes(&recorder->directory);
	for (size_t i = 0; i < recorder->account.nr_cpus; i++) {
		const struct dt_cpu_account *cpu = &recorder->account.cpus[i];

		end->events += cpu->events;
		end->samples += cpu->samples;
		end->lost_events += cpu->overrun + cpu->commit_overrun + cpu->dropped;
		end->lost_samples += cpu->lost + cpu->lost_samples;
		end->throttles += cpu->throttles;
	}
	end->has_status = recorder->workload.is_child;
	end->status = recorder->workload.status;
}

/* What must happen whatever went wrong before. */
static int end_recording(struct dt_recorder *recorder, struct dt_recorder_end *end, int ret,
			 struct dt_error *error)
{
	struct dt_error own = {0};
	int later = 0;

	if (recorder->tracer) {
		recorder->record.realtime_offset_end = dt_tracer_realtime_offset(recorder->tracer);
		recorder->record.end_ns = dt_tracer_now(recorder->tracer);
	}
	(void)keep_first(&later, stop(recorder, &own), error, &own);
	end->elapsed_ns = dt_recorder_now() - recorder->begun_ns;
	if (!ret)
		ret = drain_rest(recorder, error);
	dt_witness_is_last(recorder->witness);
	if (!ret)
		ret = witness(recorder, error);
	dt_workload_end(&recorder->workload);
	sum_account(recorder, &(struct dt_recorder_progress){0});
	dt_directory_release(&recorder->directory);
	(void)keep_first(&later, finish(recorder, &own), error, &own);
	(void)keep_first(&later, end_host(recorder, &own), error, &own);
	fill_end(recorder, end);
	end->incomplete = recorder->disk_full || later;
	if (!ret && later)
		ret = judge_write(recorder, later, error);
	return ret;
}

int dt_recorder_run(struct dt_recorder *recorder, struct dt_recorder_end *end,
		    struct dt_error *error)
{
	int ret;

	*end = (struct dt_recorder_end){0};
	(void)setpriority(PRIO_PROCESS, 0, LOOP_NICE);
	ret = watch_all(recorder, error);
	if (!ret)
		ret = start(recorder, error);
	if (!ret)
		ret = witness(recorder, error);
	if (!ret)
		ret = loop(recorder, error);
	return end_recording(recorder, end, ret, error);
}
