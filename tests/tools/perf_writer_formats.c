/* SPDX-License-Identifier: GPL-2.0-only */
/* The TRACING_DATA of a perf.data file: the formats of DAMON's tracepoints as kernels print them.
 */
#include <string.h>

#include "tests/tools/perf_writer_private.h"

static const char header_page[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				  "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
				  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

static const char header_event[] = "# compressed entry header\n"
				   "\ttype_len    :    5 bits\n"
				   "\ttime_delta  :   27 bits\n"
				   "\tarray       :   32 bits\n"
				   "\n"
				   "\tpadding     : type == 29\n"
				   "\ttime_extend : type == 30\n"
				   "\ttime_stamp : type == 31\n"
				   "\tdata max type_len  == 28\n";

#define COMMON                                                                         \
	"format:\n"                                                                    \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"                     \
	"\n"

static const char aggregated[] =
	"name: damon_aggregated\nID: 767\n" COMMON
	"\tfield:unsigned long target_id;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned int nr_regions;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned long start;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long end;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned int nr_accesses;\toffset:40;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned int age;\toffset:44;\tsize:4;\tsigned:0;\n"
	"\n"
	"print fmt: \"target_id=%lu nr_regions=%u %lu-%lu: %u %u\", REC->target_id, "
	"REC->nr_regions, REC->start, REC->end, REC->nr_accesses, REC->age\n";

static const char goal_native[] =
	"name: damos_node_eligible_mem_bp\nID: 1666\n" COMMON
	"\tfield:unsigned int context_idx;\toffset:8;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned int scheme_idx;\toffset:12;\tsize:4;\tsigned:0;\n"
	"\tfield:int nid;\toffset:16;\tsize:4;\tsigned:1;\n"
	"\tfield:unsigned long target_value;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long current_value;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\n"
	"print fmt: \"ctx_idx=%u scheme_idx=%u nid=%d target_value=%lu current_value=%lu\", "
	"REC->context_idx, REC->scheme_idx, REC->nid, REC->target_value, REC->current_value\n";

static const char goal_probe[] =
	"name: damos_node_eligible_mem_bp\nID: 1666\n" COMMON
	"\tfield:unsigned long __probe_func;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long __probe_ret_ip;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:s32 metric;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:s32 nid;\toffset:28;\tsize:4;\tsigned:1;\n"
	"\tfield:u64 target_value;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 current_value;\toffset:40;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 score;\toffset:48;\tsize:8;\tsigned:0;\n"
	"\n"
	"print fmt: \"(%lx <- %lx) metric=%d nid=%d target_value=%Lu current_value=%Lu "
	"score=%Lu\", REC->__probe_func, REC->__probe_ret_ip, REC->metric, REC->nid, "
	"REC->target_value, REC->current_value, REC->score\n";

static void put_sized(struct perf_out *out, const char *text)
{
	perf_out_u64(out, strlen(text));
	perf_out_bytes(out, text, strlen(text));
}

static void put_named(struct perf_out *out, const char *name, const char *text)
{
	perf_out_bytes(out, name, strlen(name) + 1);
	put_sized(out, text);
}

static void put_system(struct perf_out *out, const char *system, const char *first,
		       const char *second)
{
	perf_out_bytes(out, system, strlen(system) + 1);
	perf_out_u32(out, second ? 2 : 1);
	put_sized(out, first);
	if (second)
		put_sized(out, second);
}

void pw_formats(struct pw *pw, struct perf_out *out)
{
	unsigned char order[2] = {pw->options->big, 8};

	perf_out_bytes(out, "\x17\x08\x44tracing0.6", 14);
	perf_out_bytes(out, order, sizeof(order));
	perf_out_u32(out, 4096);
	put_named(out, "header_page", header_page);
	put_named(out, "header_event", header_event);
	perf_out_u32(out, 0); /* ftrace's own events */
	if (pw->options->goals == PW_GOALS_NATIVE) {
		perf_out_u32(out, 1);
		put_system(out, "damon", aggregated, goal_native);
	} else {
		perf_out_u32(out, 2);
		put_system(out, "damon", aggregated, NULL);
		put_system(out, "damon_trace_77", goal_probe, NULL);
	}
	perf_out_u32(out, 0); /* symbols */
	perf_out_u32(out, 0); /* printk formats */
	perf_out_u64(out, 0); /* command lines */
}
