/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_offsets.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "collector/goal_offsets.h"

#define GOAL_METRIC "DAMOS_QUOTA_NODE_ELIGIBLE_MEM_BP"

/* Structures within structures without a name, at most. */
#define MAX_DEPTH 4

static const struct btf_type *skip_names(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* The offset of a member in bytes, looked for in members without a name too. */
static bool find_member(const struct btf *btf, const struct btf_type *type, const char *name,
			unsigned depth, unsigned *offset, uint32_t *member_type)
{
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *called = btf__name_by_offset(btf, members[i].name_off);
		const unsigned bits = btf_member_bit_offset(type, i);
		const struct btf_type *inner = skip_names(btf, members[i].type);
		unsigned deeper;

		if (called && !strcmp(called, name)) {
			*offset = bits / 8;
			*member_type = members[i].type;
			return bits % 8 == 0;
		}
		if (called && !*called && inner && btf_is_composite(inner) && depth < MAX_DEPTH &&
		    find_member(btf, inner, name, depth + 1, &deeper, member_type)) {
			*offset = bits / 8 + deeper;
			return true;
		}
	}
	return false;
}

/* "quota.goals" of a structure by its name. */
static bool find_offset(const struct btf *btf, const char *structure, const char *first,
			const char *second, unsigned *offset)
{
	const int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	unsigned inner = 0;
	uint32_t member;

	if (!type || !find_member(btf, type, first, 0, offset, &member))
		return false;
	if (!second)
		return true;
	type = skip_names(btf, member);
	if (!type || !btf_is_composite(type) || !find_member(btf, type, second, 0, &inner, &member))
		return false;
	*offset += inner;
	return true;
}

/* Does any enumeration name the goal? */
static bool has_metric(const struct btf *btf)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (!type || !btf_is_enum(type))
			continue;
		for (uint32_t i = 0; i < btf_vlen(type); i++) {
			const char *name = btf__name_by_offset(btf, btf_enum(type)[i].name_off);

			if (name && !strcmp(name, GOAL_METRIC))
				return true;
		}
	}
	return false;
}

/* Which argument points at a structure of that name; 0: none. */
static unsigned find_argument(const struct btf *btf, const struct btf_type *function,
			      const char *structure)
{
	const struct btf_type *proto = btf__type_by_id(btf, function->type);
	const struct btf_param *params;

	if (!proto || !btf_is_func_proto(proto))
		return 0;
	params = btf_params(proto);
	for (uint32_t i = 0; i < btf_vlen(proto); i++) {
		const struct btf_type *type = skip_names(btf, params[i].type);
		const char *name;

		if (!type || !btf_is_ptr(type))
			continue;
		type = skip_names(btf, type->type);
		name = type ? btf__name_by_offset(btf, type->name_off) : NULL;
		if (name && !strcmp(name, structure))
			return i + 1;
	}
	return 0;
}

static bool find_structures(struct dt_goal_offsets *offsets, const struct btf *btf)
{
	const struct {
		const char *structure, *first, *second;
		unsigned *offset;
	} wanted[] = {
		{"damon_ctx", "schemes", NULL, &offsets->context_schemes},
		{"damos", "list", NULL, &offsets->scheme_list},
		{"damos", "quota", "goals", &offsets->scheme_goals},
		{"damos_quota_goal", "list", NULL, &offsets->goal_list},
		{"damos_quota_goal", "metric", NULL, &offsets->goal_metric},
		{"damos_quota_goal", "target_value", NULL, &offsets->goal_target},
		{"damos_quota_goal", "current_value", NULL, &offsets->goal_current},
		{"damos_quota_goal", "nid", NULL, &offsets->goal_nid},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!find_offset(btf, wanted[i].structure, wanted[i].first, wanted[i].second,
				 wanted[i].offset))
			return false;
	return true;
}

int dt_goal_offsets_find(struct dt_goal_offsets *offsets, const struct btf *btf, const char **why)
{
	const int id = btf__find_by_name_kind(btf, DT_GOAL_FUNCTION, BTF_KIND_FUNC);
	const struct btf_type *function = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);

	if (!has_metric(btf)) {
		*why = "this kernel has no goals of memory nodes (node_eligible_mem_bp came with "
		       "Linux 7.2)";
		return -EOPNOTSUPP;
	}
	if (!function) {
		*why = "this kernel's " DT_GOAL_FUNCTION
		       "() is inlined and cannot be probed; it takes a kernel that has it, or the "
		       "tracepoint damos_node_eligible_mem_bp";
		return -EOPNOTSUPP;
	}
	offsets->context_argument = find_argument(btf, function, "damon_ctx");
	offsets->scheme_argument = find_argument(btf, function, "damos");
	offsets->word_size = (unsigned)btf__pointer_size(btf);
	if (!offsets->context_argument || !offsets->scheme_argument ||
	    !find_structures(offsets, btf)) {
		*why = "this kernel keeps its goals in another way than those of Linux 7.2 and 7.3";
		return -EOPNOTSUPP;
	}
	return 0;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

int dt_goal_offsets_read(struct dt_goal_offsets *offsets, const char *path, const char **why)
{
	struct btf *btf;
	int ret;

	if (access(path, R_OK)) {
		*why = "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF), which says where it keeps "
		       "its goals";
		return -errno;
	}
	(void)libbpf_set_print(print_nothing);
	btf = btf__parse(path, NULL);
	if (!btf) {
		*why = "this kernel's BTF cannot be read";
		return errno ? -errno : -EBADMSG;
	}
	ret = dt_goal_offsets_find(offsets, btf, why);
	btf__free(btf);
	return ret;
}
