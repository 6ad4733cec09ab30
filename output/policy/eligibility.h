/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May a domain stand on a policy list?  Judged from what sweeps stored and assess made of
 * it, one domain in one sweep; nothing is asked and nothing is written.
 *
 * A domain is eligible when DNS says where its mail goes, at least one of its servers
 * answered, every server that answered does STARTTLS with TLS 1.2 or better and a
 * certificate that is `ok`, and every MX host is within the patterns it is judged by.
 * What could not be tested is neither success nor failure.  Servers that did not answer
 * are counted apart.  An MX host outside the patterns fails by its name alone, answered
 * or not; so does a domain whose MTA-STS policy is of mode none.
 *
 * A desk reads one database, of which it is lent the handle; it is used by one thread and
 * closed before the database.  It remembers mail servers, so none is judged anew while it
 * is open.  Sweeps are given by their ids, and must have been assessed.  Times are seconds
 * since the epoch.
 */
#ifndef OUTPUT_ELIGIBILITY_H
#define OUTPUT_ELIGIBILITY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/policy/policy_list.h"

enum eligibility_word { NOT_TESTED, NOT_ELIGIBLE, ELIGIBLE };
extern const char *const eligibility_names[]; /* "not-tested", "not-eligible", "eligible" */

/* Why not, the gravest first.  Those from REASON_NOT_SWEPT on leave a domain NOT_TESTED, all
 * others make it NOT_ELIGIBLE. */
enum eligibility_reason {
	REASON_NO_MAIL = 1,   /* DNS says that nothing takes its mail */
	REASON_MTA_STS_NONE,  /* its MTA-STS policy says mode none */
	REASON_STRIPPED,      /* somebody on the way takes STARTTLS away */
	REASON_MX_NOT_LISTED, /* an MX host is outside the patterns */
	REASON_NO_STARTTLS,   /* not offered, or refused for good */
	REASON_INJECTED,      /* plaintext after the reply to STARTTLS counts as TLS */
	REASON_NO_TLS,        /* the handshake fails */
	REASON_OLD_TLS,       /* below TLS 1.2 */
	REASON_CERTIFICATE_EXPIRED,
	REASON_CERTIFICATE_UNTRUSTED, /* self-signed, or by nobody known */
	REASON_CERTIFICATE_NAME,      /* is for other names, or names the host only in its CN */
	REASON_CERTIFICATE_OTHER,     /* none, unreadable, not valid yet */
	REASON_NOT_SWEPT,             /* the sweep did not have the domain, or left it out */
	REASON_DNS,                   /* DNS let us not know where its mail goes */
	REASON_NO_ANSWER,             /* no server came to its answer to STARTTLS */
	REASON_COUNT,
};
/* "no-mail", "mta-sts-none", "stripped", "mx-not-listed", ...; NULL for 0. */
const char *eligibility_reason_word(enum eligibility_reason reason);
/* 0 for NULL and for what is no such word. */
enum eligibility_reason eligibility_reason_parse(const char *word);

/* One thing that is wrong. */
struct eligibility_fault {
	enum eligibility_reason reason;
	char *mx;      /* NULL: the domain itself */
	char *address; /* NULL: of the host, or of the domain */
	char *detail;  /* the word of its column, or the day a certificate ended; NULL: none */
};

/* What is known of the domain's MTA-STS. */
enum eligibility_sts {
	ELIGIBILITY_STS_UNKNOWN, /* not asked for, or no answer */
	ELIGIBILITY_STS_NONE,    /* there is no record */
	ELIGIBILITY_STS_BROKEN,  /* a record, and no policy that senders could follow */
	ELIGIBILITY_STS_VALID,
};

/* 18 weeks: a policy that promises to stay so long admits without asking. */
#define ELIGIBILITY_MAX_AGE 10886400

struct eligibility {
	enum eligibility_word word;
	enum eligibility_reason reason; /* the gravest; 0: eligible */
	/* MX hosts, and their servers: a host and one of its addresses.  answered counts
	 * the servers of which we know what they make of STARTTLS, unanswered the others,
	 * passed those that answered as they should, whatever the patterns. */
	unsigned hosts, servers, answered, unanswered, passed;
	size_t fault_count; /* by reason, then by the hosts' names; none: eligible */
	struct eligibility_fault *faults;
	size_t mx_count; /* the MX hosts, by name: literal patterns of the domain */
	char **mxs;
	enum eligibility_sts sts;
	int64_t sts_max_age;             /* as published; of a valid policy */
	struct policy_demand sts_demand; /* of a valid policy, as a list would have it:
					  * ".x" for "*.x"; sorted, each once.  One
					  * that no list can hold is BROKEN */
};

/* Valid MTA-STS that asks for something and promises to stay for 18 weeks. */
bool eligibility_admits(const struct eligibility *eligibility);
/* The first MX host whose name no list can hold; NULL: each may be a pattern. */
const char *eligibility_odd_host(const struct eligibility *eligibility);
/* "mx1.example.org [192.0.2.1]: the certificate has expired (2026-01-31)"; to free. */
char *eligibility_fault_text(const struct eligibility_fault *fault);

struct eligibility_desk;
struct eligibility_desk *eligibility_open(sqlite3 *db);
void eligibility_close(struct eligibility_desk *desk); /* NULL is fine */

/* Judges by the patterns of the demand (its mode says nothing here); NULL: by those of the
 * MTA-STS policy that was found valid in this sweep, and where it has none, or one of mode
 * none, any MX host will do.  domain is in lower-case A-labels.  A domain that was not
 * swept is NOT_TESTED by REASON_NOT_SWEPT.  false: the database failed (sqlite3_errmsg),
 * and there is nothing to clear. */
bool eligibility_judge(struct eligibility_desk *desk, int64_t sweep, const char *domain,
		       const struct policy_demand *demand, struct eligibility *eligibility);
void eligibility_clear(struct eligibility *eligibility); /* idempotent */

/* For many domains: the number under which the database knows the name, 0 if it does not,
 * -1 when it fails; and the same judgement, quickest in the order of the numbers. */
int64_t eligibility_number(struct eligibility_desk *desk, const char *domain);
bool eligibility_judge_number(struct eligibility_desk *desk, int64_t sweep, int64_t number,
			      const struct policy_demand *demand,
			      struct eligibility *eligibility);

/* The sweeps that came to their end and were assessed, up to and with one of them, the
 * newest by the times of their beginnings first, until one in which the domain was not
 * eligible. */
struct eligibility_history {
	int64_t since;       /* the end of the first sweep of unbroken success; 0: none */
	int64_t last;        /* the end of the last sweep that was a success; 0: none */
	unsigned sweeps;     /* in which it was eligible */
	unsigned not_tested; /* in which it could not be tested, which neither breaks the
			      * success nor adds to it; among them those before since */
	int64_t failed;      /* the end of the sweep that ends the row; 0: there is none */
	int64_t failed_sweep;
};

/* Each sweep is judged as eligibility_judge does with this demand.  false: as there. */
bool eligibility_since(struct eligibility_desk *desk, int64_t sweep, const char *domain,
		       const struct policy_demand *demand, struct eligibility_history *history);

/* The sweep so many before it in that order (0: itself, if it is one of them); id 0: there
 * is none. */
bool eligibility_sweep(struct eligibility_desk *desk, int64_t sweep, unsigned back, int64_t *id,
		       int64_t *finished);

#endif
