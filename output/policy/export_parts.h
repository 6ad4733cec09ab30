/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the forms of policy_export.h share.  A list comes from strangers, so a form is
 * shown only names that no configuration can take for something else: lower-case
 * letters, digits, hyphens and dots.  What else there is, is left out, and a comment
 * that repeats none of it says so.
 */
#ifndef OUTPUT_EXPORT_PARTS_H
#define OUTPUT_EXPORT_PARTS_H

#include "output/policy/policy_export.h"

/* An entry as it may be written; lent until the callback returns. */
struct export_item {
	const char *domain, *mark; /* the mark begins the line: a comment, or nothing */
	size_t pattern_count, host_count;
	const char *const *patterns; /* never none of them */
	const char *const *hosts;    /* of today's MX hosts, those within the patterns */
	bool hosts_known, dane;
};

typedef void export_line(const struct policy_export *export, const struct export_item *item,
			 FILE *out);

/* The comment at the top: the list, its times, and the form's notes (ends in NULL),
 * which tell the operator what to put where. */
void export_head(const struct policy_export *export, const char *const *notes, FILE *out);
/* A line for each entry that counts, in the list's order; of an expired list none. */
void export_each(const struct policy_export *export, export_line *line, FILE *out);
/* What Postfix may find in the certificate, " match=...", after a comment before the
 * line where that is wider than the list. */
void export_match_notes(const struct export_item *item, FILE *out);
void export_match(const struct export_item *item, FILE *out);

extern const struct policy_form export_postfix, export_postfix_3_10, export_exim,
    export_opensmtpd, export_sendmail, export_mta_sts_daemon;

#endif
