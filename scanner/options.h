/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line.  One table names each option, its argument, default, help,
 * the subcommands that take it and where its value goes; it drives parsing,
 * --help and the manual page.
 */
#ifndef SCANNER_OPTIONS_H
#define SCANNER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum trust_ad { TRUST_AD_NO, TRUST_AD_YES, TRUST_AD_AUTO };

struct options {
	const char *input_file, *output_file, *output_module;
	unsigned senders, threads;
	unsigned rate;              /* connections a second, 0: no limit */
	unsigned server_rate_limit; /* a second to one address, 0: no limit */
	unsigned max_conns_per_network;
	const char *name_servers; /* A[:PORT],… or NULL: the system's */
	unsigned dns_rate_limit;
	enum trust_ad trust_ad;
	double dns_timeout; /* all times in seconds */
	bool ipv4, ipv6;    /* both set when neither was given */
	const char *local_addr;
	unsigned port;
	const char *ehlo_domain; /* NULL: the address literal of each connection */
	double connect_timeout, banner_timeout, tls_handshake_timeout, target_timeout;
	unsigned retries;
	double retry_delay;
	unsigned read_limit_per_host; /* KiB */
	const char *blocklist_file, *allowlist_file;
	bool allow_reserved;
	const char *root_cas;
	int min_version, max_version; /* TLS1_VERSION … TLS1_3_VERSION */
	const char *asn_db, *geo_db;
	bool no_mta_sts, no_dane, no_tlsrpt;
	unsigned mta_sts_port;
	double mta_sts_timeout;
	unsigned shards, shard;
	uint64_t seed;
	bool seed_given;
	uint64_t max_targets;
	double max_runtime;
	const char *vantage, *notes;
	const char *metadata_file, *status_updates_file;
	const char *self_test;
	bool dryrun, quiet, fresh; /* fresh: --new */
	unsigned verbosity;
	bool json;
	int64_t at;    /* --at, seconds since the epoch; 0: not given */
	int64_t sweep; /* --sweep, 0: the last */
	const char *previous, *mta, *db, *from, *requests;
	bool early_adopter;
	unsigned queue_weeks;
	const char *policy_list; /* NULL: domains are compared with none */
	int64_t against;         /* --against, the sweep to compare with; 0: the one before */
	const char *format;
	unsigned k_anonymity;
	bool anonymous;

	char *const *words; /* what is no option: DOMAIN…, SWEEP.db, lint LIST.json */
	size_t word_count;
	int argc; /* as started, for the metadata */
	char *const *argv;
};

/* The subcommands, as bits, so that a row of the table can name several. */
enum command {
	COMMAND_SWEEP = 1,
	COMMAND_CHECK = 2,
	COMMAND_ASSESS = 4,
	COMMAND_POLICY = 8,
	COMMAND_REPORT = 16,
	COMMAND_MERGE = 32,
};

/* Parses what follows the subcommand; argv[0] is its name.  Dies on the first
 * mistake; prints --help to stdout and exits 0. */
void options_parse(struct options *options, enum command command, int argc, char *argv[]);
void options_help(FILE *out, enum command command);
/* The OPTIONS section of the manual page, as mdoc. */
void options_manual(FILE *out);
/* All values as a JSON object, for sweeps.options and the metadata.  The result
 * is the caller's. */
char *options_json(const struct options *options, enum command command);
/* Those that decide what is found and are not as in such a JSON object: "--port, --ipv4".
 * The result is the caller's; NULL: none, or json is no such object. */
char *options_changed(const struct options *options, const char *json);

#endif
