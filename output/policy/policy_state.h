/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a domain comes to a policy list, and how it leaves it: a pure function of what is
 * known of the domain and of what one sweep saw of it.
 *
 *	candidate   asked for, by somebody or by its own MTA-STS; nothing was seen yet
 *	queued      eligible, and watched: one failure sends it to failed
 *	testing     listed in mode testing: one failure changes nothing any more
 *	enforce     listed in mode enforce
 *	failed      not listed; queued again when it is eligible and still asked for
 *
 * The threat: somebody near one of our vantage points, who can take STARTTLS away, show
 * another certificate, answer for DNS and keep policies from us, must never be able to
 * take a domain off the list or to weaken its entry, for then he could do the same to its
 * mail.  So whatever weakens a listed entry needs two witnesses that say the same: the
 * last words of two vantage points, or, where only one swept of late, its last two.  A
 * vantage point that sees the domain well takes its testimony back; one that could test
 * nothing is no witness and takes nothing back.  What strengthens an entry comes from an
 * MTA-STS policy that proved its name, and needs one.
 *
 * Nothing here knows the database or the clock.  Times are seconds since the epoch.
 */
#ifndef OUTPUT_POLICY_STATE_H
#define OUTPUT_POLICY_STATE_H

#include "output/policy/eligibility.h"
#include "output/policy/policy_list.h"

enum policy_state {
	STATE_NEW, /* not in the tables */
	STATE_CANDIDATE,
	STATE_QUEUED,
	STATE_TESTING,
	STATE_ENFORCE,
	STATE_FAILED,
};
extern const char *const policy_state_names[]; /* "new", "candidate", ... */
#define POLICY_STATES 6

/* On whose word the domain is listed. */
enum policy_source { SOURCE_NONE, SOURCE_MTA_STS, SOURCE_REQUEST, SOURCE_LIST };
extern const char *const policy_source_names[]; /* "none", "mta-sts", "request", "list" */
#define POLICY_SOURCES 4

/* What a sweep says of a domain, to be held against an entry. */
enum policy_testimony {
	TESTIMONY_NONE,
	TESTIMONY_WELL,
	TESTIMONY_WEAKER,  /* eligible, and another demand, weaker than the entry's, is due */
	TESTIMONY_FAILS,   /* not eligible */
	TESTIMONY_REMOVED, /* its MTA-STS policy says mode none */
};
extern const char *const policy_testimony_names[]; /* "none", "well", ... */
#define POLICY_TESTIMONIES 5

struct policy_said {
	enum policy_testimony what;
	char *demand; /* of WEAKER: only who says the same agrees; else NULL */
};

/* The last word of one vantage point, and the one before. */
struct policy_sight {
	char *vantage;
	int64_t sweep, started;
	struct policy_said last, before;
};

struct policy_known {
	enum policy_state state;
	enum policy_source source;
	struct policy_demand demand; /* the mode is the one it is to reach */
	struct policy_demand asked;  /* requested; mode POLICY_NONE: it is not, and without
				      * patterns its MX hosts are meant */
	int64_t since;               /* in this state */
	int64_t eligible_since;      /* unbroken success; 0: none */
	int64_t failing_since;       /* listed, and not as it should be; 0: all is well */
	char *failing;               /* why: a reason's word, */
	char *failing_detail;        /* and what it is about; NULL: the domain itself */
	size_t sight_count;
	struct policy_sight *sights; /* by vantage point */
};

/* One sweep about one domain. */
struct policy_facts {
	int64_t sweep, started, finished;
	const char *vantage;
	unsigned vantages; /* that swept within POLICY_WINDOW before its start, with it */
	/* Judged by policy_measure's demand, or by that of a valid MTA-STS policy. */
	const struct eligibility *eligibility;
	bool odd_hosts; /* some MX host has a name that no list can hold */
};
#define POLICY_WINDOW (INT64_C(28) * 86400)

/* A change that is worth a line: of the state, or of the demand of a listed entry (then
 * from and to are the same). */
struct policy_move {
	enum policy_state from, to;
	const char *reason; /* a word; static */
	char *detail;       /* NULL: nothing to add; whoever has the move frees it */
};

bool policy_is_listed(const struct policy_known *known);
/* What the servers are judged by where there is no MTA-STS policy; NULL: any MX host. */
const struct policy_demand *policy_measure(const struct policy_known *known);
/* Goes on by one sweep.  weeks: of unbroken success, before testing and again before
 * enforce.  True: it moved. */
bool policy_step(struct policy_known *known, const struct policy_facts *facts, unsigned weeks,
		 struct policy_move *move);
/* Goes to another state for a reason that no sweep gave. */
void policy_enter(struct policy_known *known, enum policy_state state, int64_t at,
		  const char *reason, struct policy_move *move);
void policy_known_clear(struct policy_known *known); /* idempotent */

#endif
