/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to an entry that fails: the sweep against the one in which it passed. */
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_audit_parts.h"
#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

/* So many sweeps back an entry is looked for that still passed: a season of weekly ones. */
#define LOOK_BACK 13
/* So many names are told of a set. */
#define NAMES_TOLD 4

/* The gravest fault as news; what follows is where. */
static const char *const news[REASON_COUNT] = {
	[REASON_NO_MAIL] = "it takes no mail",
	[REASON_MTA_STS_NONE] = "its MTA-STS policy says mode none",
	[REASON_STRIPPED] = "STARTTLS stripped",
	[REASON_MX_NOT_LISTED] = "outside the entry's patterns:",
	[REASON_NO_STARTTLS] = "no STARTTLS",
	[REASON_INJECTED] = "plaintext after the reply to STARTTLS",
	[REASON_NO_TLS] = "TLS handshake fails",
	[REASON_OLD_TLS] = "TLS older than 1.2",
	[REASON_CERTIFICATE_EXPIRED] = "certificate expired",
	[REASON_CERTIFICATE_UNTRUSTED] = "certificate not trusted",
	[REASON_CERTIFICATE_NAME] = "certificate for other names",
	[REASON_CERTIFICATE_OTHER] = "no usable certificate",
};

/* text and more, which is freed. */
static void
append(char **text, char *more)
{
	char *longer = mem_printf("%s%s", *text, more);

	free(*text);
	free(more);
	*text = longer;
}

/* The names of one sorted set that the other one lacks; "": none. */
static char *
names_beside(const struct eligibility *one, const struct eligibility *other)
{
	char *text = mem_strdup("");
	size_t told = 0, more = 0, j = 0;

	for (size_t i = 0; i < one->mx_count; i++) {
		while (j < other->mx_count && strcmp(other->mxs[j], one->mxs[i]) < 0)
			j++;
		if (j < other->mx_count && strcmp(other->mxs[j], one->mxs[i]) == 0)
			continue;
		if (told++ < NAMES_TOLD)
			append(&text, mem_printf("%s%s", told > 1 ? ", " : "", one->mxs[i]));
		else
			more++;
	}
	if (more > 0)
		append(&text, mem_printf(" and %zu more", more));
	return text;
}

/* "MX moved from a to b; ", or "". */
static char *
moves(const struct eligibility *then, const struct eligibility *now)
{
	char *gone = names_beside(then, now), *come = names_beside(now, then), *text;

	if (gone[0] != '\0' && come[0] != '\0')
		text = mem_printf("MX moved from %s to %s; ", gone, come);
	else if (gone[0] != '\0')
		text = mem_printf("MX gone: %s; ", gone);
	else if (come[0] != '\0')
		text = mem_printf("MX new: %s; ", come);
	else
		text = mem_strdup("");
	free(gone);
	free(come);
	return text;
}

/* "certificate expired on 2026-01-31: mx.example.org [192.0.2.1]". */
static char *
fault_news(const struct eligibility_fault *fault, bool passed_before)
{
	bool gone = fault->reason == REASON_NO_STARTTLS && passed_before;
	char *text = mem_strdup(gone ? "STARTTLS gone" : news[fault->reason]);

	if (fault->detail != NULL && fault->reason == REASON_CERTIFICATE_EXPIRED)
		append(&text, mem_printf(" on %s", fault->detail));
	else if (fault->detail != NULL)
		append(&text, mem_printf(" (%s)", fault->detail));
	if (fault->mx != NULL && fault->reason == REASON_MX_NOT_LISTED)
		append(&text, mem_printf(" %s", fault->mx));
	else if (fault->mx != NULL)
		append(&text, mem_printf(" at %s", fault->mx));
	if (fault->address != NULL)
		append(&text, mem_printf(" [%s]", fault->address));
	return text;
}

/* How the entry stood in the sweeps before. */
struct past {
	struct eligibility then; /* when it passed; otherwise empty */
	int64_t sweep, finished; /* 0: it did not */
	unsigned looked;         /* sweeps in which it was tested */
};

static bool
find_past(struct eligibility_desk *desk, int64_t sweep, const struct policy_entry *entry,
	  struct past *past)
{
	int64_t number = eligibility_number(desk, entry->domain), id, finished;

	*past = (struct past){ .sweep = 0 };
	for (unsigned back = 0; back <= LOOK_BACK && number > 0 && past->sweep == 0; back++) {
		if (!eligibility_sweep(desk, sweep, back, &id, &finished))
			return false;
		if (id == 0)
			break;
		if (id == sweep)
			continue;
		if (!eligibility_judge_number(desk, id, number, policy_demand_of(entry),
					      &past->then))
			return false;
		past->looked += past->then.word != NOT_TESTED;
		if (past->then.word == ELIGIBLE) {
			past->sweep = id;
			past->finished = finished;
		} else {
			eligibility_clear(&past->then);
		}
	}
	return number >= 0;
}

static char *
past_text(const struct past *past)
{
	char day[POLICY_TIME_SIZE];

	if (past->sweep != 0)
		return mem_printf("; last passed %s (sweep %lld)",
				  policy_time_text(past->finished, day),
				  (long long)past->sweep);
	if (past->looked > 0)
		return mem_printf("; did not pass in %u sweep%s before", past->looked,
				  past->looked == 1 ? "" : "s");
	return mem_strdup("; not tested before");
}

static char *
compose(const struct policy_entry *entry, const struct eligibility *now,
	const struct past *past)
{
	char *text = mem_printf("%s (%s): ", entry->domain,
				policy_mode_names[policy_demand_of(entry)->mode]);

	if (past->sweep != 0)
		append(&text, moves(&past->then, now));
	append(&text, fault_news(&now->faults[0], past->sweep != 0));
	if (now->fault_count > 1)
		append(&text, mem_printf(" and %zu more fault%s", now->fault_count - 1,
					 now->fault_count == 2 ? "" : "s"));
	append(&text, past_text(past));
	return text;
}

char *
policy_audit_failure(struct eligibility_desk *desk, int64_t sweep,
		     const struct policy_entry *entry)
{
	struct eligibility now;
	struct past past;
	char *text = NULL;

	if (!eligibility_judge(desk, sweep, entry->domain, policy_demand_of(entry), &now))
		return NULL;
	if (find_past(desk, sweep, entry, &past))
		text = compose(entry, &now, &past);
	eligibility_clear(&now);
	eligibility_clear(&past.then);
	return text;
}
