/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes are found by host, whatever was added before and after. */
#include "output/outcomes.h"
#include "tests/unit/test.h"

#define HOSTS 3000 /* more than room is made for at first */

static int64_t
id_of(int i)
{
	return 7 + 3 * (int64_t)i;
}

/* Host i has i % 4 servers. */
static struct outcomes *
fill(void)
{
	struct outcomes *o = outcomes_new();

	for (int i = 0; i < HOSTS; i++)
		for (int position = 0; position < i % 4; position++)
			outcomes_add(o, &(struct server_outcome){
					    .host = id_of(i),
					    .tcp = TCP_CONNECTED,
					    .starttls = (enum starttls_word)(position + 1),
					    .tlsa = TLSA_FOUND,
					    .tlsa_usable = i % 2 != 0,
					    .dane = DANE_OK_TA });
	return o;
}

static void
each_host_has_its_own(void)
{
	struct outcomes *o = fill();

	for (int i = 0; i < HOSTS; i++) {
		struct host_outcomes host = outcomes_of(o, id_of(i));

		CHECK(host.count == (size_t)(i % 4));
		for (size_t k = 0; k < host.count; k++) {
			const struct server_outcome *server = &host.servers[k];

			CHECK(server->host == id_of(i) && server->tcp == TCP_CONNECTED);
			CHECK((size_t)server->starttls == k + 1);
			CHECK(server->tlsa == TLSA_FOUND);
			CHECK(server->tlsa_usable == (i % 2 != 0));
			CHECK(server->dane == DANE_OK_TA && server->mta_sts == 0);
		}
	}
	outcomes_free(o);
}

static void
others_have_none(void)
{
	struct outcomes *o = outcomes_new();

	CHECK(outcomes_of(o, 1).count == 0);
	outcomes_free(o);
	o = fill();
	CHECK(outcomes_of(o, -1).count == 0);
	CHECK(outcomes_of(o, id_of(1) + 1).count == 0);
	CHECK(outcomes_of(o, id_of(HOSTS)).count == 0);
	outcomes_free(o);
	outcomes_free(NULL);
}

int
main(void)
{
	RUN(each_host_has_its_own);
	RUN(others_have_none);
	return test_end();
}
