/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The STARTTLS policy list, a preload list: domains whose mail a sender delivers
 * only over authenticated TLS.  Format 0.1, JSON:
 *
 *	{ "timestamp": TIME, "expires": TIME, "version": "0.1", "author": TEXT,
 *	  "policy-aliases": { NAME: { "mode": MODE, "mxs": [PATTERN...] } },
 *	  "policies": { DOMAIN: { "mode": MODE, "mxs": [PATTERN...] }
 *	                DOMAIN: { "policy-alias": NAME } } }
 *
 * A pattern is the name of an MX host, or, with a leading dot, of any host one
 * label below it.  A list is hostile until it has been read: faults are told with
 * the place in the file, and an entry with a fault is left out.
 */
#ifndef OUTPUT_POLICY_LIST_H
#define OUTPUT_POLICY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_mode { POLICY_NONE, POLICY_TESTING, POLICY_ENFORCE };

/* What an alias or an entry asks for. */
struct policy_demand {
	enum policy_mode mode;
	size_t count;
	char **mxs; /* lower-case A-labels, as in the file but for that */
};

struct policy_alias {
	char *name;
	struct policy_demand demand;
};

struct policy_entry {
	char *domain;                     /* lower-case A-labels */
	const struct policy_alias *alias; /* NULL: the demand is its own */
	struct policy_demand demand;      /* its own; empty with an alias */
};

struct policy_list {
	int64_t timestamp, expires; /* seconds since the epoch */
	char *author;
	size_t alias_count, entry_count;
	struct policy_alias *aliases; /* by name */
	struct policy_entry *entries; /* by domain */
};

/* FAULT: the list, or this part of it, cannot be used.  ODD: it can, but somebody
 * should look. */
enum policy_level { POLICY_ODD, POLICY_FAULT };

/* place: "policies.example.org.mxs[2]", escaped to be shown; lent like says.  Told for
 * the list, then its aliases, its entries, domains that stand there twice and aliases
 * without use. */
typedef void policy_fault(enum policy_level level, const char *place, const char *says,
			  void *arg);

/* Reads a list ("-": stdin).  NULL when the file cannot be read or is no list at
 * all, and then error, of 512 bytes, says why with file and line; otherwise the
 * caller's, without the aliases and entries that have faults.  fault may be NULL. */
struct policy_list *policy_list_read(const char *path, policy_fault *fault, void *arg,
				     char error[512]);
/* A policy_fault that warns of faults and counts them; arg is this. */
struct policy_faults {
	const char *path; /* what the warnings call the file */
	size_t count;
};
void policy_warn(enum policy_level level, const char *place, const char *says, void *arg);
/* The same for whoever relies on the list at that time: dies when it cannot be read or has
 * expired, and warns of faults, which it counts. */
struct policy_list *policy_list_open(const char *path, int64_t at, size_t *faults);
/* policy_list_read of bytes; name stands for the file in error. */
struct policy_list *policy_list_parse(const char *text, size_t length, const char *name,
				      policy_fault *fault, void *arg, char error[512]);
void policy_list_free(struct policy_list *list); /* NULL is fine */

/* What an entry demands, by itself or through its alias. */
const struct policy_demand *policy_demand_of(const struct policy_entry *entry);
/* By domain; NULL: it is not listed. */
const struct policy_entry *policy_list_find(const struct policy_list *list, const char *domain);
/* Does the pattern stand for the host, both in lower case?  ".example.org" is for
 * one label more, no less. */
bool policy_pattern_matches(const char *pattern, const char *host);
bool policy_list_expired(const struct policy_list *list, int64_t at);

extern const char *const policy_mode_names[]; /* "none", "testing", "enforce" */

#endif
