/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of one assessment, in the order in which they are run: each reads
 * facts and what the parts before it wrote, prepares its own statements and
 * answers false when the database fails.  Only assess.c and its parts use this, and
 * eligibility.c, which reads the same rows.
 */
#ifndef OUTPUT_ASSESS_PARTS_H
#define OUTPUT_ASSESS_PARTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/cursor.h"
#include "output/outcomes.h"
#include "scanner/judge.h"

struct assessment {
	sqlite3 *db;
	int64_t sweep;
	const struct judge *judge;
	struct bench *bench;
	struct outcomes *outcomes;    /* of the servers, as they are judged */
	struct tally_domains *counts; /* of the domains, as they are judged */
	bool history;                 /* the database has earlier sweeps */
	bool name_mismatch;           /* some server's word of DANE is name-mismatch */
	char *error;                  /* [256]; "": nothing failed yet */
};

/* Answers ok; keeps why the first thing failed, which is lost with the statement. */
bool assess_note(struct assessment *a, bool ok);

/* chain_verdict and server_verdict; outcomes. */
bool assess_servers(struct assessment *a);
/* link_verdict.dane: where a domain's own name excuses a name-mismatch. */
bool assess_dane_links(struct assessment *a);
/* link_verdict.mta_sts: the servers of domains that have a policy to go by. */
bool assess_policies(struct assessment *a);
/* domain_verdict. */
bool assess_domains(struct assessment *a);
/* domain_verdict.mta_sts_lint. */
bool assess_lints(struct assessment *a);

/* The certificates of the chain ?1, as presented. */
#define CERTIFICATES_OF_CHAIN                                                                  \
	"SELECT x.der FROM chain_certificate cc"                                               \
	" JOIN certificate x ON x.id = cc.certificate WHERE cc.chain = ?1 ORDER BY "           \
	"cc.position"

/* A chain read back through a statement of that text; NULL: there is none, or the
 * database failed.  To free. */
struct chain *assess_chain(sqlite3_stmt *certificates, int64_t id);

/* What is asked of a chain that a server showed, and the answers: its verdict, lent until
 * the next batch, and, where the host has a name and the leaf was parsed, whether the leaf
 * names it. */
struct chain_question {
	int64_t chain, host;
	const char *name; /* NULL: a bare address, for which only the chain counts */
	const struct chain_verdict *verdict;
	bool matches, cn_only;
};

struct chain_desk;

struct chain_desk *chain_desk_open(struct assessment *a);
void chain_desk_close(struct chain_desk *desk);
/* Answers the questions of the next batch, and brings them into another order.  Judges
 * and writes down the chains that this assessment has not met. */
bool chain_desk_judge(struct chain_desk *desk, struct chain_question *questions[],
		      size_t count);

/* Lints by bit as names with commas between; NULL for none.  text holds them all. */
#define LINTS_TEXT 256
const char *assess_lints_text(unsigned lints, const char *const names[], int count,
			      char text[LINTS_TEXT]);

/* What the servers of all hosts of a set come to for a domain whose MX records are as
 * secure as that. */
struct sum_desk;

struct sum_desk *sum_desk_open(struct assessment *a);
void sum_desk_close(struct sum_desk *desk);
/* Lent until the next call; NULL: the database failed. */
const struct domain_verdict *sum_desk_turn(struct sum_desk *desk, int64_t mx_set,
					   enum security_word mx_security);
/* The same for the domain of that name, where link_verdict has something else to say of
 * some servers: exceptions stands at its first row of them, and goes on to the last. */
const struct domain_verdict *sum_desk_turn_for(struct sum_desk *desk, int64_t mx_set,
					       enum security_word mx_security,
					       struct cursor *exceptions, int64_t name);

/* The TLSA records of one host at a time. */
struct dane_desk;

struct dane_desk *dane_desk_open(struct assessment *a);
void dane_desk_close(struct dane_desk *desk);
/* One server of a host whose records were found; chain 0: it showed none.  v is
 * its word for the host's own names, with what is odd about the records. */
bool dane_desk_judge(struct dane_desk *desk, int64_t host, int64_t chain,
		     const struct server_outcome *server, struct dane_verdict *v);
/* The word of the same where a certificate may name the domain, or expanded (NULL:
 * it is no alias), too.  0: the leaf names neither. */
bool dane_desk_judge_for(struct dane_desk *desk, int64_t host, int64_t chain,
			 const char *domain, const char *expanded, enum dane_word *dane);

/* One stored policy at a time, parsed; domains of one provider share theirs. */
struct policy_desk {
	struct assessment *a;
	sqlite3_stmt *body;
	int64_t id;
	struct sts_policy policy;
};

void policy_desk_open(struct policy_desk *desk, struct assessment *a);
void policy_desk_close(struct policy_desk *desk);
bool policy_desk_turn(struct policy_desk *desk, int64_t id);

#endif
