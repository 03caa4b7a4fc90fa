/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The goal probe: offsets out of BTF, the definition of the event, and what the readers make of
 * its fields. Where the kernel takes it is for the lab to show.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "collector/goal_probe.h"
#include "readers/damon_events.h"

/* Linux 7.2.12, x86-64. */
static const struct dt_goal_offsets offsets_7_2 = {
	.context_argument = 1,
	.scheme_argument = 2,
	.context_schemes = 416,
	.scheme_list = 392,
	.scheme_goals = 88,
	.goal_list = 40,
	.goal_metric = 0,
	.goal_target = 8,
	.goal_current = 16,
	.goal_nid = 24,
	.word_size = 8,
};

/* ---- offsets ---- */

enum lack {
	LACK_NOTHING,
	LACK_METRIC,
	LACK_FUNCTION,
	LACK_ARGUMENT, /* the scheme is not handed over */
	LACK_FIELD,
};

static int check(int id)
{
	assert_true(id > 0);
	return id;
}

static int add_list_head(struct btf *btf)
{
	const int id = check(btf__add_struct(btf, "list_head", 16));
	const int pointer = check(btf__add_ptr(btf, id));

	(void)pointer;
	return id;
}

/* A structure of the given size whose members stand at the given bytes. */
struct member {
	const char *name;
	int type;
	unsigned offset;
};

static int add_struct(struct btf *btf, const char *name, unsigned size,
		      const struct member *members, size_t nr)
{
	const int id = check(btf__add_struct(btf, name, size));

	for (size_t i = 0; i < nr; i++)
		assert_int_equal(btf__add_field(btf, members[i].name, members[i].type,
						members[i].offset * 8, 0),
				 0);
	return id;
}

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static struct btf *make_btf(enum lack lack)
{
	struct btf *btf = btf__new_empty();
	int number, word, list, metric, goal, quota, scheme, context, proto, nested;

	assert_non_null(btf);
	(void)btf__set_pointer_size(btf, 8);
	number = check(btf__add_int(btf, "int", 4, BTF_INT_SIGNED));
	word = check(btf__add_int(btf, "unsigned long", 8, 0));
	list = add_list_head(btf);
	metric = check(btf__add_enum(btf, "damos_quota_goal_metric", 4));
	assert_int_equal(btf__add_enum_value(btf, "DAMOS_QUOTA_USER_INPUT", 0), 0);
	if (lack != LACK_METRIC)
		assert_int_equal(btf__add_enum_value(btf, "DAMOS_QUOTA_NODE_ELIGIBLE_MEM_BP", 8),
				 0);
	/* the node stands in a union without a name, as in the kernel */
	{
		const struct member members[] = {{"nid", number, 0}, {"memcg_id", number, 4}};

		nested = add_struct(btf, NULL, 16, members, lack == LACK_FIELD ? 0 : 2);
	}
	{
		const struct member members[] = {{"metric", metric, 0},
						 {"target_value", word, 8},
						 {"current_value", word, 16},
						 {NULL, nested, 24},
						 {"list", list, 40}};

		goal = add_struct(btf, "damos_quota_goal", 56, members, NR(members));
		(void)goal;
	}
	{
		const struct member members[] = {{"reset_interval", word, 0}, {"goals", list, 24}};

		quota = add_struct(btf, "damos_quota", 64, members, NR(members));
	}
	{
		const struct member members[] = {{"quota", quota, 64}, {"list", list, 392}};

		scheme = add_struct(btf, "damos", 512, members, NR(members));
	}
	{
		const struct member members[] = {{"schemes", list, 416}};

		context = add_struct(btf, "damon_ctx", 512, members, NR(members));
	}
	proto = check(btf__add_func_proto(btf, word));
	if (lack == LACK_FUNCTION)
		return btf;
	/* types may be added only behind the arguments */
	assert_int_equal(btf__add_func_param(btf, "c", proto + 1), 0);
	assert_int_equal(btf__add_func_param(btf, "s", proto + 2), 0);
	(void)check(btf__add_ptr(btf, context));
	(void)check(btf__add_ptr(btf, lack == LACK_ARGUMENT ? quota : scheme));
	(void)check(btf__add_func(btf, DT_GOAL_FUNCTION, BTF_FUNC_STATIC, proto));
	return btf;
}

static void test_offsets(void **state)
{
	struct btf *btf = make_btf(LACK_NOTHING);
	struct dt_goal_offsets offsets = {0};
	const char *why = NULL;

	(void)state;
	assert_int_equal(dt_goal_offsets_find(&offsets, btf, &why), 0);
	assert_memory_equal(&offsets, &offsets_7_2, sizeof(offsets));
	btf__free(btf);
	for (enum lack lack = LACK_METRIC; lack <= LACK_FIELD; lack++) {
		static const char *const words[] = {"", "7.2", "inlined", "another way",
						    "another way"};

		btf = make_btf(lack);
		assert_int_equal(dt_goal_offsets_find(&offsets, btf, &why), -EOPNOTSUPP);
		assert_non_null(strstr(why, words[lack]));
		btf__free(btf);
	}
}

/* The same through a file, and files that are none. */
static void test_file(void **state)
{
	char path[] = "/tmp/test_btf-XXXXXX";
	struct btf *btf = make_btf(LACK_NOTHING);
	struct dt_goal_offsets offsets = {0};
	const char *why = NULL;
	const void *data;
	uint32_t size;
	const int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	data = btf__raw_data(btf, &size);
	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(dt_goal_offsets_read(&offsets, path, &why), 0);
	assert_memory_equal(&offsets, &offsets_7_2, sizeof(offsets));
	assert_int_equal(ftruncate(fd, size / 2), 0);
	assert_true(dt_goal_offsets_read(&offsets, path, &why) < 0);
	assert_non_null(strstr(why, "BTF"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(dt_goal_offsets_read(&offsets, path, &why), -ENOENT);
	assert_non_null(strstr(why, "CONFIG_DEBUG_INFO_BTF"));
	(void)close(fd);
	btf__free(btf);
}

/* ---- the definition ---- */

static void check_has(const char *text, const char *field)
{
	char word[128];

	(void)snprintf(word, sizeof(word), " %s ", field);
	if (!strstr(text, word))
		fail_msg("no '%s' in: %s", field, text);
}

static void test_definition(void **state)
{
	static const char *const fields[] = {
		"nid=-16(+88($arg2)):s32",
		"target_value=-32(+88($arg2)):u64",
		"current_value=-24(+88($arg2)):u64",
		"metric=-40(+88($arg2)):s32",
		"score=$retval:u64",
		"scheme=$arg2:x64",
		"nid1=-16(+0(+88($arg2))):s32",
		"current_value3=-24(+0(+0(+0(+88($arg2))))):u64",
		"goal=+88($arg2):x64",
		"goal1=+0(+88($arg2)):x64",
		"goals=+8(+88($arg2)):x64",
		"node=+8(+392($arg2)):x64",
		"scheme0=+416($arg1):x64",
		"scheme2=+0(+0(+416($arg1))):x64",
	};
	char text[4096], small[4096];
	size_t length;

	(void)state;
	length = dt_goal_definition(text, sizeof(text) - 2, &offsets_7_2, 'f', "group/event");
	assert_int_equal(length, strlen(text));
	memcpy(text + length, " ", 2);
	assert_int_equal(strncmp(text, "f:group/event damos_quota_score%return nid=", 43), 0);
	for (size_t i = 0; i < NR(fields); i++)
		check_has(text, fields[i]);
	/* the kernel's limits: 128 arguments of 63 letters each (kernel/trace/trace_probe.h) */
	{
		unsigned nr = 0;
		char *rest = NULL;

		for (char *word = strtok_r(text, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest), nr++)
			assert_true(nr < 2 || strlen(strchr(word, '=') + 1) <= 63);
		assert_true(nr - 2 <= 128);
	}
	assert_true(dt_goal_definition(text, sizeof(text), &offsets_7_2, 'r', "g/e") > 0);
	assert_int_equal(strncmp(text, "r:g/e damos_quota_score nid=", 28), 0);
	/* what does not fit is no definition */
	for (size_t size = 1; size <= length; size += 97)
		assert_int_equal(dt_goal_definition(small, size, &offsets_7_2, 'f', "group/event"),
				 0);
}

static void test_narrow(void **state)
{
	struct dt_goal_offsets offsets = offsets_7_2;
	char text[4096];

	(void)state;
	offsets.word_size = 4;
	assert_true(dt_goal_definition(text, sizeof(text), &offsets, 'f', "g/e") > 0);
	check_has(text, "target_value=-32(+88($arg2)):u32");
	check_has(text, "goals=+4(+88($arg2)):x32");
	check_has(text, "score=$retval:u32");
}

/* ---- what comes out ---- */

struct payload {
	char format[8192];
	size_t length;
	unsigned char raw[1024];
	size_t size;
};

static void put(struct payload *payload, const char *name, unsigned number, bool numbered,
		unsigned size, uint64_t value)
{
	char full[32];
	size_t at;

	(void)snprintf(full, sizeof(full), number || numbered ? "%s%u" : "%s", name, number);
	payload->size = (payload->size + size - 1) / size * size;
	at = payload->size;
	payload->length += (size_t)snprintf(payload->format + payload->length,
					    sizeof(payload->format) - payload->length,
					    "\tfield:%s %s;\toffset:%zu;\tsize:%u;\tsigned:%d;\n",
					    size == 4 ? "s32" : "u64", full, at, size, size == 4);
	assert_true(payload->length < sizeof(payload->format));
	memcpy(payload->raw + at, &value, size);
	payload->size += size;
}

#define SCHEME_NODE(i) (0xffff888000001000ull + (i)*0x100)
#define CONTEXT_HEAD   0xffff888000009000ull
#define GOAL_NODE(i)   (0xffff888000002000ull + (i)*0x40)
#define GOALS_HEAD     0xffff888000001470ull

/* Without the padding behind. */
#define GOAL_BYTES (offsetof(struct dt_goal, kdamond) + sizeof(int32_t))

/* As the probe would fill it for scheme `which` of nr_schemes with nr_goals goals. */
static void fill(struct payload *payload, unsigned which, unsigned nr_schemes, unsigned nr_goals)
{
	const int32_t pid = 77;

	*payload = (struct payload){.size = 8};
	payload->length = (size_t)snprintf(payload->format, sizeof(payload->format),
					   "name: damos_node_eligible_mem_bp\nID: 1500\nformat:\n"
					   "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;"
					   "\n\n");
	memcpy(payload->raw + 4, &pid, sizeof(pid));
	put(payload, "__probe_func", 0, false, 8, 0xffffffff81000000);
	for (unsigned i = 0; i < DT_GOAL_MAX; i++) {
		put(payload, "nid", i, false, 4, i & 1 ? UINT32_MAX : i);
		put(payload, "target_value", i, false, 8, 1000 + i);
		put(payload, "current_value", i, false, 8, 2000 + i);
		put(payload, "metric", i, false, 4, 8 - i);
		if (!i)
			put(payload, "score", 0, false, 8, 9961);
	}
	for (unsigned i = 0; i < DT_GOAL_MAX; i++)
		put(payload, "goal", i, false, 8,
		    i % (nr_goals + 1) == nr_goals ? GOALS_HEAD : GOAL_NODE(i % (nr_goals + 1)));
	put(payload, "goals", 0, false, 8, GOALS_HEAD);
	put(payload, "node", 0, false, 8, SCHEME_NODE(which));
	for (unsigned i = 0; i < DT_SCHEMES_MAX; i++) {
		const unsigned place = i % (nr_schemes + 1);

		put(payload, "scheme", i, true, 8,
		    place == nr_schemes ? CONTEXT_HEAD : SCHEME_NODE(place));
	}
}

static struct dt_damon_decoder *decoder_of(const struct payload *payload)
{
	struct dt_damon_decoder *decoder = NULL;

	assert_int_equal(dt_damon_decoder_new(&decoder, payload->format, payload->length, false),
			 0);
	assert_non_null(decoder);
	return decoder;
}

static void test_goals(void **state)
{
	(void)state;
	for (unsigned nr_schemes = 1; nr_schemes <= 10; nr_schemes++)
		for (unsigned which = 0; which < nr_schemes; which++)
			for (unsigned nr = 0; nr <= DT_GOAL_MAX; nr++) {
				union dt_damon_record records[DT_GOALS_MAX];
				struct dt_damon_decoder *decoder;
				struct payload payload;

				fill(&payload, which, nr_schemes, nr);
				decoder = decoder_of(&payload);
				assert_int_equal(dt_damon_decode_records(decoder, records, 5,
									 payload.raw, payload.size),
						 nr);
				for (unsigned i = 0; i < nr; i++) {
					const struct dt_goal expected = {
						.time = 5,
						.target_value = 1000 + i,
						.current_value = 2000 + i,
						.score = 9961,
						.context_idx = 0,
						.scheme_idx = which < DT_SCHEMES_MAX
								      ? which
								      : DT_UNKNOWN_U32,
						.metric = 8 - i,
						.nid = i & 1 ? -1 : (int)i,
						.kdamond = 77};

					assert_memory_equal(&records[i].goal, &expected,
							    GOAL_BYTES);
				}
				assert_int_equal(dt_damon_decode_records(decoder, records, 5,
									 payload.raw,
									 payload.size - 1),
						 -EBADMSG);
				dt_damon_decoder_free(decoder);
			}
}

static int count_goals(void *context, struct dt_batch *batch)
{
	unsigned *nr = context;

	assert_int_equal(batch->kind, DT_KIND_GOAL);
	for (uint32_t i = 0; i < batch->count; i++)
		assert_int_equal(batch->goals[i].target_value, 1000 + i);
	*nr += batch->count;
	return 0;
}

/* Through the emitter, as trace.dat's reader does it. */
static void test_emitted(void **state)
{
	unsigned nr = 0;
	const struct dt_sink sink = {
		.batch = count_goals, .context = &nr, .kinds = 1u << DT_KIND_GOAL};
	struct dt_damon_decoder *decoder;
	struct dt_emitter emitter;
	struct payload payload;

	(void)state;
	fill(&payload, 0, 2, 3);
	decoder = decoder_of(&payload);
	assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
	assert_int_equal(dt_damon_decode(decoder, &emitter, 5, payload.raw, payload.size), 0);
	assert_int_equal(dt_emit_flush_all(&emitter), 0);
	assert_int_equal(nr, 3);
	dt_emitter_free(&emitter);
	dt_damon_decoder_free(decoder);
}

/* A probe of fewer fields: one goal, of an unknown scheme, as in older captures. */
static void test_one_goal(void **state)
{
	union dt_damon_record records[DT_GOALS_MAX];
	struct dt_damon_decoder *decoder;
	struct payload payload;
	char *head;

	(void)state;
	fill(&payload, 1, 2, 2);
	head = strstr(payload.format, " goals;");
	assert_non_null(head);
	head[1] = 'x';
	decoder = decoder_of(&payload);
	assert_int_equal(dt_damon_decode_records(decoder, records, 5, payload.raw, payload.size),
			 1);
	assert_int_equal(records[0].goal.target_value, 1000);
	assert_int_equal(records[0].goal.context_idx, DT_UNKNOWN_U32);
	assert_int_equal(records[0].goal.scheme_idx, DT_UNKNOWN_U32);
	dt_damon_decoder_free(decoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offsets),	   cmocka_unit_test(test_file),
		cmocka_unit_test(test_definition), cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_goals),	   cmocka_unit_test(test_emitted),
		cmocka_unit_test(test_one_goal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
