/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/health.h"

#include <string.h>

#include "scanner/clock.h"
#include "scanner/log.h"

#define PAUSE    1000000 /* microseconds between checks */
#define OBLIVION 6000000 /* unbound remembers its failures for five seconds */

/* A small signed zone may be answered for from the cache (RFC 8198), as the root
 * is; most top-level domains are large, unsigned or opt out of that. */
void
health_note_good(struct health *health, const char *name)
{
	const char *dot = strrchr(name, '.'), *zone = dot != NULL ? dot + 1 : name;
	size_t length = strnlen(zone, sizeof health->last_zone - 1);

	health->last_good = clock_monotonic();
	memcpy(health->last_zone, zone, length);
	health->last_zone[length] = '\0';
}

bool
health_allows(const struct health *health, int64_t now)
{
	return health->state != HEALTH_DOWN && now >= health->back;
}

bool
health_outlived(const struct health *health, int64_t asked)
{
	return asked < health->back;
}

bool
health_doubts(const struct health *health, int64_t asked)
{
	return health->last_good < asked || health->state != HEALTH_GOOD ||
	       health_outlived(health, asked);
}

bool
health_check(struct health *health, bool doubts, char name[PROOF_NAME])
{
	if (health->state == HEALTH_CHECKING || clock_monotonic() < health->next_check)
		return false;
	if (health->state == HEALTH_GOOD && !doubts)
		return false;
	if (health->state == HEALTH_GOOD)
		health->state = HEALTH_CHECKING;
	health->next_check = INT64_MAX; /* until health_take */
	proof_name(name, health->last_zone);
	return true;
}

static void
say(const struct health *health, bool good, bool answered, const char *resolver)
{
	if (good && health->state == HEALTH_DOWN)
		log_warn("the resolver answers again");
	if (good || health->state == HEALTH_DOWN)
		return;
	if (answered)
		log_warn("the resolver reaches nobody (%s): the sweep waits", resolver);
	else
		log_warn("no resolver answers (%s): the sweep waits", resolver);
}

enum finding
health_take(struct health *health, const uint8_t *bytes, size_t length, const char *resolver)
{
	bool good = health->reaching ? proof_reaches(bytes, length) : bytes != NULL;
	bool was_down = health->state == HEALTH_DOWN;
	int64_t now = clock_monotonic();

	say(health, good, bytes != NULL, resolver);
	health->state = good ? HEALTH_GOOD : HEALTH_DOWN;
	health->next_check = now + PAUSE;
	if (good && was_down)
		health->back = now + OBLIVION;
	return !good ? FINDING_DOWN : was_down ? FINDING_RETURNED : FINDING_WELL;
}
