/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates one after the other, the leaf first, as a server might send them:
 * described, matched with names and judged over a store of one root, which has
 * signed some of the corpus.
 */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scanner/judge.h"
#include "tests/fuzz/fuzz.h"

#define CERTIFICATES_MAX 8

static const char root[] = "-----BEGIN CERTIFICATE-----\n"
			   "MIIBWzCCAQCgAwIBAgIBATAKBggqhkjOPQQDAjAjMQ0wCwYDVQQKDARUZXN0MRIw\n"
			   "EAYDVQQDDAlGdXp6IFJvb3QwIBcNMDEwOTA5MDE0NjQwWhgPMjA5NjEwMDIwNzA2\n"
			   "NDBaMCMxDTALBgNVBAoMBFRlc3QxEjAQBgNVBAMMCUZ1enogUm9vdDBZMBMGByqG\n"
			   "SM49AgEGCCqGSM49AwEHA0IABG+zxUmPPtgJwJ5eN5jBmHYIqOnI49WdII9czarS\n"
			   "iSOx0eIYHnsxpRQWW8qQbqXRKxo34MZIjdAP3I6vYRfgQnujIzAhMA8GA1UdEwEB\n"
			   "/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0kAMEYCIQChPav2\n"
			   "rbATQ47u5XQ8WaZtdmeIvMYp8HLPkicQv5ka2AIhAKYuoXn8vx1rhX2ExhsoE+gZ\n"
			   "k4TjKCFWo77eqq2r0UC6\n"
			   "-----END CERTIFICATE-----\n";

static struct bench *
open_bench(void)
{
	char path[32], error[256];
	int descriptor = memfd_create("root", 0);
	struct bench *bench;

	assert(write(descriptor, root, sizeof root - 1) == sizeof root - 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	bench = judge.open(path, 1750000000, error);
	assert(bench != NULL);
	close(descriptor);
	return bench;
}

/* The length of the DER value at p by its own header (long forms of two bytes);
 * whatever is odd is all that is left. */
static size_t
value_length(const uint8_t *p, size_t left)
{
	size_t length = left;

	if (left >= 4 && p[1] == 0x82)
		length = 4 + ((size_t)p[2] << 8 | p[3]);
	else if (left >= 3 && p[1] == 0x81)
		length = 3 + (size_t)p[2];
	else if (left >= 2 && p[1] < 0x80)
		length = 2 + (size_t)p[1];
	return length < left ? length : left;
}

static struct chain *
cut(const uint8_t *data, size_t size)
{
	const uint8_t *bytes[CERTIFICATES_MAX];
	size_t lengths[CERTIFICATES_MAX], count = 0;

	while (size > 0 && count < CERTIFICATES_MAX) {
		bytes[count] = data;
		lengths[count] = value_length(data, size);
		data += lengths[count];
		size -= lengths[count++];
	}
	return chain_new(count, bytes, lengths);
}

static bool
described(const uint8_t *der, size_t length)
{
	struct certificate_facts facts;
	bool parsed;
	json_t *names;

	judge.describe(der, length, &facts);
	parsed = facts.parsed;
	assert(parsed || (facts.subject == NULL && facts.names == NULL));
	if (facts.names != NULL) {
		names = json_loads(facts.names, 0, NULL);
		assert(json_is_array(names));
		json_decref(names);
	}
	certificate_facts_clear(&facts);
	return parsed;
}

/* Field by field, for what lies between the fields is anyone's. */
static bool
same(const struct chain_verdict *v, const struct chain_verdict *w)
{
	return v->parsed == w->parsed && v->trusted == w->trusted && v->expired == w->expired &&
	       v->not_yet_valid == w->not_yet_valid && v->self_signed == w->self_signed &&
	       v->error == w->error;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	static struct bench *bench;
	struct chain *chain = cut(data, size);
	struct chain_verdict v, again;
	bool cn_only;

	if (bench == NULL)
		bench = open_bench();
	described(data, size);
	judge.chain(bench, chain, &v);
	judge.chain(bench, chain, &again);
	assert(same(&v, &again));
	for (size_t i = 0; i < chain->count; i++) {
		const struct certificate_der *der = &chain->certificates[i];
		bool parsed = described(der->bytes, der->length);
		bool named = judge.names(der->bytes, der->length, "mx.example.org", &cn_only);

		assert(i > 0 || parsed == v.parsed);
		assert(named || !cn_only);
		assert(parsed || !named);
	}
	free(chain);
}
