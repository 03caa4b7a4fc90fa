/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue between reader and analyzers: nothing lost, nothing out of order, nothing leaked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <time.h>

#include <cmocka.h>

#include "support/pipeline.h"

#define NR_BATCHES 5000
/* Storages that a sink holds on to: more than a queue has slots. */
#define NR_KEPT 20

/* Runs on the queue's thread, so it counts and asserts nothing. */
struct receiver {
	uint64_t batches, regions, samples, wrong;
	uint64_t next; /* time of the next record, whatever its kind */
	uint64_t fail_at;
	bool slow, exchange;
	void *kept[NR_KEPT]; /* storages taken in exchange */
	size_t nr_kept;
};

static void check_samples(struct receiver *receiver, const struct dt_batch *batch)
{
	const struct dt_samples *samples = batch->samples;

	receiver->wrong +=
		samples->columns != (DT_COL_TIME | DT_COL_ADDR | DT_COL_PID | DT_COL_TID);
	receiver->wrong += samples->has != DT_COL_ALL || samples->event != batch->count;
	for (uint32_t i = 0; i < batch->count; i++) {
		receiver->wrong += samples->time[i] != receiver->next ||
				   samples->addr[i] != receiver->next * 64 ||
				   samples->pid[i] != (int32_t)(receiver->next % 1000) ||
				   samples->tid[i] != samples->pid[i] + 1;
		receiver->next++;
	}
	receiver->samples += batch->count;
}

/* Take the storage and leave another one in its place, as reader.h allows. */
static void exchange(struct receiver *receiver, struct dt_batch *batch)
{
	void *other = dt_batch_alloc(batch->kind);

	if (!other || batch->kind != DT_KIND_REGION || receiver->nr_kept == NR_KEPT) {
		dt_batch_free(batch->kind, other);
		return;
	}
	receiver->kept[receiver->nr_kept++] = batch->records;
	batch->records = other;
}

static int receive(void *context, struct dt_batch *batch)
{
	struct receiver *receiver = context;

	receiver->batches++;
	if (receiver->slow && receiver->batches % 16 == 0) {
		const struct timespec moment = {.tv_nsec = 200000};

		(void)nanosleep(&moment, NULL);
	}
	if (batch->kind == DT_KIND_SAMPLE) {
		check_samples(receiver, batch);
	} else {
		for (uint32_t i = 0; i < batch->count; i++)
			receiver->wrong += batch->regions[i].time != receiver->next++;
		receiver->regions += batch->count;
	}
	if (receiver->exchange)
		exchange(receiver, batch);
	return receiver->batches == receiver->fail_at ? -ECANCELED : 0;
}

/* The reader's side: one storage per kind, filled again and again. */
struct sender {
	struct dt_batch regions, samples;
	uint64_t next;
};

static void sender_init(struct sender *sender)
{
	*sender = (struct sender){.regions = {.kind = DT_KIND_REGION},
				  .samples = {.kind = DT_KIND_SAMPLE}};
	sender->regions.records = dt_batch_alloc(DT_KIND_REGION);
	sender->samples.records = dt_batch_alloc(DT_KIND_SAMPLE);
	assert_non_null(sender->regions.records);
	assert_non_null(sender->samples.records);
}

static void sender_free(struct sender *sender)
{
	dt_batch_free(DT_KIND_REGION, sender->regions.records);
	dt_batch_free(DT_KIND_SAMPLE, sender->samples.records);
}

static void fill_samples(struct sender *sender, uint32_t count)
{
	struct dt_samples *samples = sender->samples.samples;

	samples->columns = DT_COL_TIME | DT_COL_ADDR | DT_COL_PID | DT_COL_TID;
	samples->has = DT_COL_ALL;
	samples->event = count;
	for (uint32_t i = 0; i < count; i++) {
		samples->time[i] = sender->next;
		samples->addr[i] = sender->next * 64;
		samples->pid[i] = (int32_t)(sender->next % 1000);
		samples->tid[i] = samples->pid[i] + 1;
		sender->next++;
	}
	sender->samples.count = count;
}

static int send_batch(struct sender *sender, const struct dt_sink *sink, unsigned number)
{
	const uint32_t count = number % 7 ? number % 100 + 1 : DT_BATCH_MAX;

	if (number % 3 == 0) {
		fill_samples(sender, count);
		return sink->batch(sink->context, &sender->samples);
	}
	for (uint32_t i = 0; i < count; i++)
		sender->regions.regions[i] = (struct dt_region){.time = sender->next++};
	sender->regions.count = count;
	return sink->batch(sink->context, &sender->regions);
}

static void test_all_arrive(void **state)
{
	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		struct receiver receiver = {.slow = slow};
		const struct dt_sink to = {receive, &receiver, 1u << DT_KIND_REGION, DT_COL_TIME};
		struct dt_pipeline *pipeline;
		struct sender sender;
		struct dt_sink from;

		sender_init(&sender);
		assert_int_equal(dt_pipeline_start(&pipeline, &to, &from), 0);
		assert_int_equal(from.kinds, to.kinds);
		assert_int_equal(from.columns, to.columns);
		for (unsigned i = 0; i < NR_BATCHES; i++)
			assert_int_equal(send_batch(&sender, &from, i), 0);
		assert_int_equal(dt_pipeline_finish(pipeline), 0);
		assert_int_equal(receiver.batches, NR_BATCHES);
		assert_int_equal(receiver.next, sender.next);
		assert_int_equal(receiver.regions + receiver.samples, sender.next);
		assert_true(receiver.samples > 0);
		assert_int_equal(receiver.wrong, 0);
		sender_free(&sender);
	}
}

/* The sink's error comes back to the reader soon, and no batch is handled after it. */
static void test_sink_fails(void **state)
{
	(void)state;
	for (uint64_t fail_at = 1; fail_at <= 40; fail_at += 13) {
		struct receiver receiver = {.fail_at = fail_at};
		const struct dt_sink to = {receive, &receiver, 1u << DT_KIND_REGION, 0};
		struct dt_pipeline *pipeline;
		struct sender sender;
		struct dt_sink from;
		unsigned sent = 0;
		int ret = 0;

		sender_init(&sender);
		assert_int_equal(dt_pipeline_start(&pipeline, &to, &from), 0);
		while (!ret && sent < NR_BATCHES)
			ret = send_batch(&sender, &from, sent++);
		assert_int_equal(ret, -ECANCELED);
		assert_true(sent >= fail_at && sent <= fail_at + 32);
		assert_int_equal(dt_pipeline_finish(pipeline), -ECANCELED);
		assert_int_equal(receiver.batches, fail_at);
		sender_free(&sender);
	}
}

/* An error in the very last batch is not forgotten; the reader has no call left to see it in. */
static void test_last_fails(void **state)
{
	struct receiver receiver = {.fail_at = 3, .slow = true};
	const struct dt_sink to = {receive, &receiver, 1u << DT_KIND_REGION, 0};
	struct dt_pipeline *pipeline;
	struct sender sender;
	struct dt_sink from;

	(void)state;
	sender_init(&sender);
	assert_int_equal(dt_pipeline_start(&pipeline, &to, &from), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send_batch(&sender, &from, i), 0);
	assert_int_equal(dt_pipeline_finish(pipeline), -ECANCELED);
	sender_free(&sender);
}

static void test_nothing_sent(void **state)
{
	struct receiver receiver = {0};
	const struct dt_sink to = {receive, &receiver, 0, 0};
	struct dt_pipeline *pipeline;
	struct dt_sink from;

	(void)state;
	assert_int_equal(dt_pipeline_start(&pipeline, &to, &from), 0);
	assert_int_equal(dt_pipeline_finish(pipeline), 0);
	assert_int_equal(receiver.batches, 0);
}

/* A storage that the sink took in exchange is the sink's: the reader never gets it again. */
static void test_sink_exchanges(void **state)
{
	struct receiver receiver = {.exchange = true};
	const struct dt_sink to = {receive, &receiver, 1u << DT_KIND_REGION, 0};
	void *seen[200];
	struct dt_pipeline *pipeline;
	struct sender sender;
	struct dt_sink from;

	(void)state;
	sender_init(&sender);
	assert_int_equal(dt_pipeline_start(&pipeline, &to, &from), 0);
	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(send_batch(&sender, &from, i), 0);
		seen[i] = sender.regions.records;
	}
	assert_int_equal(dt_pipeline_finish(pipeline), 0);
	assert_int_equal(receiver.nr_kept, NR_KEPT);
	assert_int_equal(receiver.wrong, 0);
	/* long after the last was taken */
	for (size_t i = 0; i < NR_KEPT; i++) {
		for (unsigned j = 100; j < 200; j++)
			assert_ptr_not_equal(seen[j], receiver.kept[i]);
		dt_batch_free(DT_KIND_REGION, receiver.kept[i]);
	}
	sender_free(&sender);
}

/* Two queues in a row. */
static void test_chain(void **state)
{
	struct receiver receiver = {0};
	const struct dt_sink to = {receive, &receiver, 1u << DT_KIND_REGION, DT_COL_TIME};
	struct dt_pipeline *first, *second;
	struct dt_sink middle, from;
	struct sender sender;

	(void)state;
	sender_init(&sender);
	assert_int_equal(dt_pipeline_start(&second, &to, &middle), 0);
	assert_int_equal(dt_pipeline_start(&first, &middle, &from), 0);
	for (unsigned i = 0; i < NR_BATCHES; i++)
		assert_int_equal(send_batch(&sender, &from, i), 0);
	assert_int_equal(dt_pipeline_finish(first), 0);
	assert_int_equal(dt_pipeline_finish(second), 0);
	assert_int_equal(receiver.next, sender.next);
	assert_int_equal(receiver.wrong, 0);
	sender_free(&sender);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_arrive),     cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_last_fails),     cmocka_unit_test(test_nothing_sent),
		cmocka_unit_test(test_sink_exchanges), cmocka_unit_test(test_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
