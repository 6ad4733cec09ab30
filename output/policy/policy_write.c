/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_write.h"

#include "output/json.h"
#include "output/policy/policy_parts.h"

static void
write_text(const char *text, FILE *out)
{
	json_t *json = json_of_text(text);

	json_dumpf(json, out, JSON_ENCODE_ANY);
	json_decref(json);
}

static void
write_member(const char *name, const char *text, FILE *out)
{
	fprintf(out, "  \"%s\": ", name);
	write_text(text, out);
	fputs(",\n", out);
}

static void
write_demand(const struct policy_demand *demand, FILE *out)
{
	fprintf(out, "{\n      \"mode\": \"%s\",\n      \"mxs\": [",
		policy_mode_names[demand->mode]);
	for (size_t i = 0; i < demand->count; i++) {
		fputs(i > 0 ? ",\n        " : "\n        ", out);
		write_text(demand->mxs[i], out);
	}
	fputs(demand->count > 0 ? "\n      ]\n    }" : "]\n    }", out);
}

static void
write_key(const char *name, bool first, FILE *out)
{
	fputs(first ? "\n    " : ",\n    ", out);
	write_text(name, out);
	fputs(": ", out);
}

static void
write_entry(const struct policy_entry *entry, FILE *out)
{
	if (entry->alias == NULL) {
		write_demand(&entry->demand, out);
		return;
	}
	fputs("{\n      \"policy-alias\": ", out);
	write_text(entry->alias->name, out);
	fputs("\n    }", out);
}

void
policy_write(const struct policy_list *list, FILE *out)
{
	char time[POLICY_TIME_SIZE];

	fputs("{\n", out);
	write_member("timestamp", policy_time_text(list->timestamp, time), out);
	write_member("expires", policy_time_text(list->expires, time), out);
	write_member("version", "0.1", out);
	if (list->author != NULL)
		write_member("author", list->author, out);
	fputs("  \"policy-aliases\": {", out);
	for (size_t i = 0; i < list->alias_count; i++) {
		write_key(list->aliases[i].name, i == 0, out);
		write_demand(&list->aliases[i].demand, out);
	}
	fputs(list->alias_count > 0 ? "\n  },\n  \"policies\": {" : "},\n  \"policies\": {",
	      out);
	for (size_t i = 0; i < list->entry_count; i++) {
		write_key(list->entries[i].domain, i == 0, out);
		write_entry(&list->entries[i], out);
	}
	fputs(list->entry_count > 0 ? "\n  }\n}\n" : "}\n}\n", out);
}
