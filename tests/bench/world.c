/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG_PROVIDERS   10
#define PROVIDERS       110
#define PROVIDER_STEP   16 /* addresses of one provider */
#define OWN_HOSTS_BEGIN 4096
#define OWN_DOMAINS     3 /* of one small host */
#define LOOPBACK        0x7f000000u

static const char letters[] = "?repuxstn";

/* Bits that look random, the same each time. */
static uint32_t
mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x45d9f3bu;
	x = (x ^ x >> 16) * 0x45d9f3bu;
	return x ^ x >> 16;
}

static uint32_t
address_of(enum world_region region, uint32_t number)
{
	return LOOPBACK + ((uint32_t)region << 20) + (number & 0xfffff);
}

/* Shares of a thousand of those who run their own mail server. */
static enum world_manner
manner_of_owner(enum world_region region, uint32_t number)
{
	uint32_t lot = mix(number) % 1000;

	if (number < OWN_HOSTS_BEGIN)
		return MANNER_GOOD;
	if (lot < 80)
		return MANNER_PLAIN;
	if (lot < 100)
		return MANNER_REJECTS;
	if (lot < 120)
		return MANNER_CLOSES;
	if (region != WORLD_ROUGH || lot >= 160)
		return MANNER_GOOD;
	return lot < 140 ? MANNER_SLOW : MANNER_SILENT;
}

struct world_server
world_server(uint32_t address)
{
	enum world_region region = address >> 20 & 15;
	uint32_t number = address & 0xfffff;
	struct world_server server = { .leaf = number % WORLD_LEAVES };

	switch (region) {
	case WORLD_EC:
		server.ec = true;
		break;
	case WORLD_PROVIDER:
		server.leaf = number / 10 % WORLD_LEAVES;
		break;
	case WORLD_USUAL:
	case WORLD_ROUGH:
		server.manner = manner_of_owner(region, number);
		if (number < OWN_HOSTS_BEGIN)
			server.leaf = number / PROVIDER_STEP;
		server.ec = mix(server.leaf) % 10 < 4;
		break;
	case WORLD_SILENT:
		server.manner = MANNER_SILENT;
		break;
	case WORLD_STALLED:
		server.manner = MANNER_STALLS;
		break;
	case WORLD_WITHOUT:
		server.manner = MANNER_PLAIN;
		break;
	case WORLD_RSA:
	case WORLD_REGIONS:
		break;
	}
	return server;
}

void
world_host_name(uint32_t address, char name[WORLD_NAME])
{
	struct world_server server = world_server(address);

	snprintf(name, WORLD_NAME, "m%08x.%c%u.bench", (unsigned)address, server.ec ? 'e' : 'r',
		 server.leaf);
}

/* The number in a domain's name; false if it is no domain's. */
static bool
read_domain(const char *name, enum world_region *region, uint32_t *number)
{
	const char *letter = name[0] != '\0' ? strchr(letters + 1, name[0]) : NULL;
	char *end;

	if (letter == NULL || name[1] < '0' || name[1] > '9')
		return false;
	*region = (enum world_region)(letter - letters);
	*number = (uint32_t)strtoul(name + 1, &end, 10);
	if (*end == '-')
		end += strcspn(end, ".");
	return strcmp(end, ".bench") == 0;
}

static void
add_host(struct world_domain *domain, uint32_t address)
{
	domain->hosts[domain->count++] = address;
}

/* Most domains are with a provider, and most of these with a big one. */
static void
choose_provider(struct world_domain *domain, enum world_region region, uint32_t lot)
{
	unsigned provider = lot % BIG_PROVIDERS, hosts = 4;

	if (lot % 85 >= 60) {
		provider = BIG_PROVIDERS + lot / 85 % (PROVIDERS - BIG_PROVIDERS);
		hosts = 2;
	}
	for (unsigned i = 0; i < hosts; i++)
		add_host(domain, address_of(region, provider * PROVIDER_STEP + 2 * i));
}

static struct world_domain
usual_domain(enum world_region region, uint32_t number)
{
	struct world_domain domain = { .kind = WORLD_WITH_MX };
	uint32_t random = mix(number / OWN_DOMAINS + 1), lot = random % 1000;

	if (lot < 850) {
		choose_provider(&domain, region, random / 1000);
		return domain;
	}
	add_host(&domain, address_of(region, OWN_HOSTS_BEGIN + number / OWN_DOMAINS));
	if (lot >= 990)
		domain.kind = WORLD_NO_SUCH_NAME;
	else if (lot >= 985)
		domain.kind = WORLD_NULL_MX;
	else if (lot >= 980)
		domain.kind = WORLD_NO_MX;
	return domain;
}

struct world_domain
world_domain(const char *name)
{
	struct world_domain domain = { .kind = WORLD_NO_SUCH_NAME };
	enum world_region region;
	uint32_t number;

	if (!read_domain(name, &region, &number))
		return domain;
	if (region == WORLD_USUAL || region == WORLD_ROUGH)
		return usual_domain(region, number);
	domain.kind = WORLD_WITH_MX;
	add_host(&domain, address_of(region, number));
	return domain;
}

unsigned
world_addresses(const char *name, uint32_t addresses[2])
{
	struct world_domain domain = world_domain(name);
	char known[WORLD_NAME];
	uint32_t number;

	if (domain.kind == WORLD_NO_MX) {
		addresses[0] = domain.hosts[0];
		return 1;
	}
	if (name[0] != 'm')
		return 0;
	addresses[0] = (uint32_t)strtoul(name + 1, NULL, 16);
	world_host_name(addresses[0], known);
	if (strcmp(name, known) != 0)
		return 0;
	number = addresses[0] & 0xfffff;
	addresses[1] = addresses[0] + 1;
	if (addresses[0] >> 20 == address_of(WORLD_USUAL, 0) >> 20 ||
	    addresses[0] >> 20 == address_of(WORLD_ROUGH, 0) >> 20)
		return number < BIG_PROVIDERS * PROVIDER_STEP ? 2 : 1;
	return 1;
}
