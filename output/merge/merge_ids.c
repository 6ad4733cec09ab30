/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "output/merge/merge_parts.h"
#include "output/schema.h"
#include "scanner/mem.h"

struct caller {
	struct merge_ids *ids;
	struct merge_map *map;
};

bool
merge_map_add(struct merge_map *map, int64_t old, int64_t fresh)
{
	if (map->count > 0 && old <= map->old[map->count - 1])
		return false;
	if (map->count == map->room) {
		map->room = map->room > 0 ? 2 * map->room : 64;
		map->old = mem_realloc(map->old, map->room * sizeof *map->old);
		map->fresh = mem_realloc(map->fresh, map->room * sizeof *map->fresh);
	}
	map->old[map->count] = old;
	map->fresh[map->count++] = fresh;
	return true;
}

/* Mostly ids are 1, 2, 3 and so on, and the first look finds them; -1: not there. */
static int64_t
find(const struct merge_map *map, int64_t old)
{
	size_t low = 0, high = map->count;

	if (old >= 1 && (uint64_t)old <= map->count && map->old[old - 1] == old)
		return map->fresh[old - 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->old[middle] == old)
			return map->fresh[middle];
		if (map->old[middle] < old)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static void
fail(sqlite3_context *context, struct merge_ids *ids)
{
	ids->problem = "points to a row that is not there";
	sqlite3_result_error(context, ids->problem, -1);
}

static void
new_id(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);
	int64_t fresh;

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	fresh = sqlite3_value_type(values[0]) == SQLITE_INTEGER
		    ? find(caller->map, sqlite3_value_int64(values[0]))
		    : -1;
	if (fresh < 0)
		fail(context, caller->ids);
	else if (fresh > 0)
		sqlite3_result_int64(context, fresh);
}

/* Unlike those above, NULL is a row of no sweep, which there must not be. */
static void
new_sweep(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);

	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		fail(context, caller->ids);
	else
		new_id(context, count, values);
}

static void
shift(sqlite3_context *context, struct merge_ids *ids, sqlite3_value *old, int64_t by)
{
	int64_t id = sqlite3_value_int64(old);

	if (sqlite3_value_type(old) == SQLITE_NULL)
		return;
	if (id < 1 || id > SCHEMA_ID_MAX)
		fail(context, ids);
	else
		sqlite3_result_int64(context, id + by);
}

static void
new_host(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);

	(void)count;
	shift(context, caller->ids, values[0], caller->ids->hosts);
}

static void
new_mx_set(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);

	(void)count;
	shift(context, caller->ids, values[0], caller->ids->mx_sets);
}

static void
is_shard(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);

	(void)count;
	sqlite3_result_int(context, find(caller->map, sqlite3_value_int64(values[0])) == 1);
}

static void
is_new_chain(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct caller *caller = sqlite3_user_data(context);

	(void)count;
	sqlite3_result_int(context, sqlite3_value_int64(values[0]) > caller->ids->chains);
}

static bool
add_function(sqlite3 *db, const char *name, struct merge_ids *ids, struct merge_map *map,
	     void (*function)(sqlite3_context *, int, sqlite3_value **))
{
	struct caller *caller = mem_alloc(sizeof *caller);

	*caller = (struct caller){ ids, map };
	return sqlite3_create_function_v2(
		   db, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, caller,
		   function, NULL, NULL, free) == SQLITE_OK;
}

bool
merge_ids_prepare(struct merge_ids *ids, sqlite3 *db)
{
	struct merge_map *maps = ids->maps;

	return add_function(db, "new_name", ids, &maps[IDS_NAME], new_id) &&
	       add_function(db, "new_text", ids, &maps[IDS_TEXT], new_id) &&
	       add_function(db, "new_certificate", ids, &maps[IDS_CERTIFICATE], new_id) &&
	       add_function(db, "new_chain", ids, &maps[IDS_CHAIN], new_id) &&
	       add_function(db, "new_policy", ids, &maps[IDS_POLICY], new_id) &&
	       add_function(db, "new_answers", ids, &maps[IDS_ANSWERS], new_id) &&
	       add_function(db, "new_verdict", ids, &maps[IDS_VERDICT], new_id) &&
	       add_function(db, "new_sweep", ids, &maps[IDS_SWEEP], new_sweep) &&
	       add_function(db, "sweep_of", ids, &ids->stand, new_id) &&
	       add_function(db, "new_host", ids, NULL, new_host) &&
	       add_function(db, "new_mx_set", ids, NULL, new_mx_set) &&
	       add_function(db, "is_shard", ids, &ids->shards, is_shard) &&
	       add_function(db, "is_new_chain", ids, NULL, is_new_chain);
}

static void
clear_map(struct merge_map *map)
{
	free(map->old);
	free(map->fresh);
	*map = (struct merge_map){ 0 };
}

void
merge_ids_clear(struct merge_ids *ids)
{
	for (int kind = 0; kind < IDS_KINDS; kind++)
		clear_map(&ids->maps[kind]);
	clear_map(&ids->shards);
	clear_map(&ids->stand);
}
