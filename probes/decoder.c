/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "probes/decoder.h"

#include <openssl/opensslv.h>

#if OPENSSL_VERSION_MAJOR == 3 && !defined(OPENSSL_NO_ENGINE)
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

#include "probes/parsed.h"

/* The engine's table, in the form libcrypto asks for it: which types there are, or
 * the method of one. */
static int
find_method(ENGINE *engine, EVP_PKEY_METHOD **method, const int **types, int type)
{
	static const int known[] = { EVP_PKEY_RSA, EVP_PKEY_EC };

	(void)engine;
	if (method == NULL) {
		*types = known;
		return sizeof known / sizeof *known;
	}
	*method = (EVP_PKEY_METHOD *)EVP_PKEY_meth_find(type);
	return *method != NULL;
}

static void
register_methods(void)
{
	ENGINE *engine = getenv(PARSED_SWITCH) == NULL ? ENGINE_new() : NULL;

	/* Libcrypto's table of methods refers to the engine and does not own it; the
	 * list of engines does, until the end of the process. */
	if (engine != NULL && ENGINE_set_id(engine, "mxsweep") &&
	    ENGINE_set_name(engine, "built-in methods") &&
	    ENGINE_set_pkey_meths(engine, find_method) && ENGINE_add(engine))
		ENGINE_register_pkey_meths(engine);
	ENGINE_free(engine);
}

void
decoder_simplify(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, register_methods);
}
#else
void
decoder_simplify(void)
{
}
#endif
