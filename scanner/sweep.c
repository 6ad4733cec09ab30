/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/sweep.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "config.h"
#include "scanner/blocklist.h"
#include "scanner/clock.h"
#include "scanner/dns.h"
#include "scanner/domain.h"
#include "scanner/geo.h"
#include "scanner/hosts.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/nap.h"
#include "scanner/pace.h"
#include "scanner/policies.h"
#include "scanner/pool.h"
#include "scanner/progress.h"
#include "scanner/silent.h"
#include "scanner/sources.h"
#include "scanner/steering.h"
#include "scanner/tally.h"
#include "scanner/writer.h"

#define TURN                 0.1   /* seconds between looks at what no event tells */
#define TURN_AT_END          0.005 /* when there is nothing else to do */
#define DESCRIPTORS_BESIDE   64    /* for files and resolvers */
#define DESCRIPTORS_A_THREAD 6     /* its loop, its bell and libcurl's */
#define SHORTAGE_PAUSE       1.0   /* seconds */
#define MUCH_UNDER_WAY       64    /* targets */

/* Enough targets under way that those which wait for a slow server or a retry do
 * not leave senders idle; few enough that memory stays flat. */
#define TARGETS_A_SENDER 16
#define TARGETS_MIN      2000
#define TARGETS_MAX      100000
/* Besides these, targets whose policy waits for its turn: one address may hold the
 * policies of thousands of domains, and the rest of the list need not wait for it. */
#define TARGETS_PATIENT 100000
/* None begin while so many addresses a sender wait for nothing but a sender: more would only
 * wait, too, each a kilobyte or two of memory, with answers that grow old. */
#define READY_A_SENDER 2
/* So many begin together: their questions leave in few system calls. */
#define SENDERS_A_PART 4
#define PART_MIN       64

static size_t
targets_at_once(const struct options *options)
{
	size_t count = (size_t)options->senders * TARGETS_A_SENDER;

	return count < TARGETS_MIN ? TARGETS_MIN : count > TARGETS_MAX ? TARGETS_MAX : count;
}

/* As many conversations as descriptors allow. */
static unsigned
affordable_senders(unsigned wanted, unsigned threads)
{
	rlim_t beside = DESCRIPTORS_BESIDE + (rlim_t)threads * DESCRIPTORS_A_THREAD;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur < wanted + beside && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur =
		    wanted + beside < limit.rlim_max ? wanted + beside : limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= wanted + beside)
		return wanted;
	if (limit.rlim_cur <= beside)
		die("only %lu descriptors are allowed; raise ulimit -n",
		    (unsigned long)limit.rlim_cur);
	log_warn("only %lu descriptors are allowed (ulimit -n): %lu conversations at once",
		 (unsigned long)limit.rlim_cur, (unsigned long)(limit.rlim_cur - beside));
	return (unsigned)(limit.rlim_cur - beside);
}

static struct event_base *
base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (base == NULL)
		die("no event loop");
	return base;
}

static void
prove_trust_store(const char *root_cas)
{
	char error[256];
	struct bench *bench = judge.open(root_cas, clock_wall() / 1000000, error);

	if (bench == NULL)
		die("--root-cas: %s", error);
	judge.close(bench);
}

struct sweep *
sweep_open(const struct options *options)
{
	struct sweep *sweep = mem_alloc(sizeof *sweep);
	struct pace_config pace = {
		.senders = affordable_senders(options->senders, options->threads),
		.rate = options->rate,
		.server_rate = options->server_rate_limit,
		.per_network = options->max_conns_per_network,
	};

	signal(SIGPIPE, SIG_IGN);
	sweep->options = options;
	sweep->blocklist = blocklist_open(options->blocklist_file, options->allowlist_file,
					  options->allow_reserved);
	sweep->geo = geo_open(options->asn_db, options->geo_db);
	sweep->sources = sources_open(options->local_addr);
	sweep->silent = silent_new();
	progress_prove(options);
	prove_trust_store(options->root_cas);
	sweep->base = base_new();
	sweep->pace = pace_new(sweep->base, &pace);
	sweep->tally = mem_alloc(sizeof *sweep->tally);
	sweep->domains = domains_new(sweep);
	sweep->policies = policies_new(sweep);
	sweep->dns = dns_open(sweep->base, options);
	return sweep;
}

/* What is known of targets and hosts, once nobody asks any more.  A million hosts
 * are a hundred megabytes, for which the output has better use when it finishes. */
static void
forget(struct sweep *sweep)
{
	hosts_free(sweep->hosts); /* which know domains that wait for them */
	domains_free(sweep->domains);
	policies_free(sweep->policies);
	sweep->domains = NULL;
	sweep->policies = NULL;
	sweep->hosts = NULL;
}

void
sweep_close(struct sweep *sweep)
{
	forget(sweep);
	dns_close(sweep->dns);
	pace_free(sweep->pace);
	event_base_free(sweep->base);
	free(sweep->tally);
	sources_free(sweep->sources);
	silent_free(sweep->silent);
	geo_close(sweep->geo);
	blocklist_free(sweep->blocklist);
	free(sweep);
}

void
sweep_put(struct sweep *sweep, struct record *record)
{
	tally_record(sweep->tally, record);
	writer_put(sweep->writer, record);
}

void
sweep_short_of_means(struct sweep *sweep, int error)
{
	if (sweep->shortages++ == 0)
		log_warn("we lack the means for a connection (%s): the sweep waits",
			 strerror(error));
	pace_hold(sweep->pace, SHORTAGE_PAUSE);
}

double
sweep_back_off(const struct sweep *sweep, unsigned attempts)
{
	double delay = sweep->options->retry_delay;

	while (--attempts > 0)
		delay *= 2;
	return delay;
}

void
sweep_target_done(struct sweep *sweep)
{
	steering_look(sweep->steering);
}

static size_t
targets_most(const struct sweep *sweep)
{
	size_t patient = policies_waiting(sweep->policies);

	if (patient > TARGETS_PATIENT)
		patient = TARGETS_PATIENT;
	return targets_at_once(sweep->options) + patient;
}

size_t
sweep_targets_wanted(const struct sweep *sweep)
{
	size_t senders = sweep->options->senders, part = senders / SENDERS_A_PART;

	if (part < PART_MIN)
		part = PART_MIN;
	if (pace_ready(sweep->pace) > senders * READY_A_SENDER)
		return 0;
	return domains_active(sweep->domains) + part <= targets_most(sweep) ? part : 0;
}

bool
sweep_has_room(const struct sweep *sweep)
{
	return !sweep->draining && !writer_full(sweep->writer) &&
	       domains_active(sweep->domains) < targets_most(sweep);
}

static void
skip_target(void *arg, const char *key)
{
	struct sweep *sweep = arg;

	sweep->restored++;
	input_skip(sweep->input, key);
}

static void
restore_host(void *arg, int64_t id, const char *name, bool addressless)
{
	struct sweep *sweep = arg;

	hosts_restore(sweep->hosts, id, name, addressless);
}

/* The list by a name that does not depend on the folder we are in. */
static char *
input_name(const struct options *options)
{
	const char *path = options->input_file;
	char *absolute = path != NULL && strcmp(path, "-") != 0 ? realpath(path, NULL) : NULL;

	return absolute != NULL ? absolute : mem_strdup(path);
}

static void
say_continued(const struct options *options, const struct begun *begun, const char *input)
{
	char *changed = options_changed(options, begun->options);

	if (options->seed_given && options->seed != begun->seed)
		log_warn("--seed: the sweep goes on with its own, %llu",
			 (unsigned long long)begun->seed);
	log_warn("continuing sweep %lld of %s (--new starts another)", (long long)begun->sweep,
		 input);
	if (changed != NULL)
		log_warn("%s: not as when sweep %lld began, which now has results of both",
			 changed, (long long)begun->sweep);
	free(changed);
}

/* Targets that are in the sweep and not in the list. */
static void
say_strangers(const struct sweep *sweep, const struct begun *begun)
{
	uint64_t met = input_counts(sweep->input).skipped;

	if (begun->continued && sweep->options->max_targets == 0 && met < sweep->restored)
		log_warn("the list has changed since sweep %lld began: %llu of the targets it "
			 "had are not in it any more",
			 (long long)begun->sweep, (unsigned long long)(sweep->restored - met));
}

/* Opens the sweep's entry in the output; what a continued sweep has already is
 * not asked again. */
static struct begun
begin(struct sweep *sweep, const struct output *output, void *self)
{
	const struct options *options = sweep->options;
	char *given = options_json(options, COMMAND_SWEEP), *input = input_name(options);
	struct sweep_info info = {
		.input = input,
		.shards = options->shards,
		.shard = options->shard,
		.seed = options->seed,
		.vantage = options->vantage,
		.version = PACKAGE_VERSION,
		.notes = options->notes,
		.resolver = dns_description(sweep->dns),
		.root_cas = options->root_cas,
		.options = given,
		.policy_list = options->policy_list,
		.started = clock_wall() / 1000000,
	};
	struct resume resume = { skip_target, restore_host, sweep };
	struct begun begun;

	sweep->hosts = hosts_new(sweep);
	begun = output->begin(self, &info, options->fresh, &resume);
	hosts_number_from(sweep->hosts, begun.next_host);
	input_seed(sweep->input, begun.seed);
	if (begun.continued)
		say_continued(options, &begun, input);
	free(given);
	free(input);
	return begun;
}

/* Until every record is on disk.  false: the operator would not wait for a disk
 * that cannot be written. */
static bool
flush(struct sweep *sweep)
{
	struct timeval turn = clock_timeval(TURN_AT_END);
	bool give_up = false;

	writer_hurry(sweep->writer);
	while (!writer_idle(sweep->writer) && !give_up) {
		event_base_loopexit(sweep->base, &turn);
		event_base_dispatch(sweep->base);
		give_up = steering_signals(sweep->steering) > 0 && writer_stuck(sweep->writer);
	}
	return writer_close(sweep->writer, give_up);
}

static bool
has_much_under_way(const void *arg)
{
	const struct sweep *sweep = arg;

	return domains_active(sweep->domains) >= MUCH_UNDER_WAY;
}

enum sweep_state
sweep_run(struct sweep *sweep, struct input *input, const struct output *output, void *self)
{
	struct sweep_end end = { .state = SWEEP_COMPLETE };
	struct begun begun;
	bool kept;

	sweep->input = input;
	begun = begin(sweep, output, self);
	sweep->writer = writer_open(output, self);
	sweep->pool = pool_open(sweep->base, probes, sweep->options);
	sweep->progress = progress_open(sweep);
	sweep->steering = steering_open(sweep, TURN);
	nap_dispatch(sweep->base, has_much_under_way, sweep);
	if (!steering_complete(sweep->steering))
		end.state = SWEEP_INTERRUPTED;
	else
		say_strangers(sweep, &begun);
	pool_close(sweep->pool);
	kept = flush(sweep);
	end.finished = clock_wall() / 1000000;
	end.targets = (int64_t)sweep->tally->targets;
	sweep->files_lost = !progress_close(sweep->progress, &begun, &end);
	sweep->signalled = steering_signals(sweep->steering) > 0;
	steering_close(sweep->steering);
	forget(sweep);
	if (!kept || !output->finish(self, &end))
		die("the last results could not be written (%s); run the same command again "
		    "when they can",
		    output->error(self));
	return end.state;
}

bool
sweep_signalled(const struct sweep *sweep)
{
	return sweep->signalled;
}

int
sweep_exit_code(const struct sweep *sweep, enum sweep_state state)
{
	if (sweep->files_lost)
		return 2;
	return state == SWEEP_INTERRUPTED && sweep->signalled ? EXIT_INTERRUPTED : 0;
}
