/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pki.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/decoder.h"
#include "scanner/mem.h"

#define MUST(what)                                                                             \
	do {                                                                                   \
		if (!(what)) {                                                                 \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);     \
			abort();                                                               \
		}                                                                              \
	} while (0)

static EVP_PKEY *
make_key(const struct pki_spec *spec)
{
	const char *kind = spec->key != NULL ? spec->key : "P-256";
	EVP_PKEY *key = spec->shared_key;

	decoder_simplify();
	if (key != NULL)
		EVP_PKEY_up_ref(key);
	else if (strncmp(kind, "RSA:", 4) == 0)
		key = EVP_RSA_gen((unsigned)atoi(kind + 4));
	else if (strncmp(kind, "P-", 2) == 0) /* libcrypto's own methods know no NIST names */
		key = EVP_EC_gen(OBJ_nid2sn(EC_curve_nist2nid(kind)));
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	MUST(key != NULL);
	return key;
}

static void
set_subject(X509 *x, const struct pki_spec *spec)
{
	X509_NAME *name = X509_get_subject_name(x);
	const char *cn = spec->cn != NULL ? spec->cn : "mxsweep test";

	MUST(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"Test", -1,
					-1, 0));
	MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1,
					0));
}

static void
set_dates(X509 *x, const struct pki_spec *spec)
{
	const int64_t half = 182 * PKI_DAY;
	int64_t from = spec->not_before != 0 ? spec->not_before : PKI_NOW - half;
	int64_t to = spec->not_after != 0 ? spec->not_after : PKI_NOW + half;

	MUST(ASN1_TIME_set(X509_getm_notBefore(x), from) != NULL);
	MUST(ASN1_TIME_set(X509_getm_notAfter(x), to) != NULL);
}

/* By hand, because the names of a configuration text hold no NUL and no comma. */
static void
add_names(X509 *x, const struct pki_spec *spec)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	size_t length = spec->dns_length > 0 ? spec->dns_length : strlen(spec->dns);
	const char *at = spec->dns, *end = at + length;

	while (at <= end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma != NULL ? comma : end;
		GENERAL_NAME *name = GENERAL_NAME_new();
		ASN1_IA5STRING *text = ASN1_IA5STRING_new();

		MUST(ASN1_STRING_set(text, at, (int)(stop - at)));
		GENERAL_NAME_set0_value(name, GEN_DNS, text);
		MUST(sk_GENERAL_NAME_push(names, name) > 0);
		at = stop + 1;
	}
	MUST(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0));
	GENERAL_NAMES_free(names);
}

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	X509V3_set_ctx(&context, NULL, x, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&context);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	MUST(extension != NULL && X509_add_ext(x, extension, -1));
	X509_EXTENSION_free(extension);
}

static void
add_extensions(X509 *x, const struct pki_spec *spec)
{
	char constraints[64] = "critical,CA:FALSE";
	const char *key_usage = spec->key_usage;

	if (spec->ca)
		snprintf(constraints, sizeof constraints, "critical,CA:TRUE%s%s",
			 spec->path_length != NULL ? ",pathlen:" : "",
			 spec->path_length != NULL ? spec->path_length : "");
	if (spec->ca && key_usage == NULL)
		key_usage = "critical,keyCertSign,cRLSign";
	add_extension(x, NID_basic_constraints, constraints);
	add_extension(x, NID_key_usage, key_usage);
	add_extension(x, NID_ext_key_usage, spec->extended_key_usage);
	add_extension(x, NID_name_constraints, spec->name_constraints);
	if (spec->dns != NULL)
		add_names(x, spec);
}

static void
sign(X509 *x, EVP_PKEY *key, const struct pki_spec *spec)
{
	const char *digest = spec->digest != NULL ? spec->digest : "SHA256";
	int kind = EVP_PKEY_get_base_id(key);
	bool own = kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;

	MUST(X509_sign(x, key, own ? NULL : EVP_get_digestbyname(digest)) > 0);
}

struct pki *
pki_make(const struct pki *issuer, const struct pki_spec *spec)
{
	static long serial;
	struct pki *pki = mem_alloc(sizeof *pki);
	X509 *x = pki->x = X509_new();
	int length;

	MUST(x != NULL);
	pki->key = make_key(spec);
	MUST(X509_set_version(x, spec->version_1 ? X509_VERSION_1 : X509_VERSION_3));
	MUST(
	    ASN1_INTEGER_set(X509_get_serialNumber(x), spec->serial ? spec->serial : ++serial));
	set_subject(x, spec);
	set_dates(x, spec);
	MUST(X509_set_issuer_name(x, X509_get_subject_name(issuer != NULL ? issuer->x : x)));
	MUST(X509_set_pubkey(x, pki->key));
	if (!spec->version_1)
		add_extensions(x, spec);
	sign(x, issuer != NULL ? issuer->key : pki->key, spec);
	length = i2d_X509(x, &pki->der);
	MUST(length > 0);
	pki->length = (size_t)length;
	return pki;
}

void
pki_free(struct pki *pki)
{
	if (pki == NULL)
		return;
	OPENSSL_free(pki->der);
	EVP_PKEY_free(pki->key);
	X509_free(pki->x);
	free(pki);
}

struct chain *
pki_chain(size_t count, ...)
{
	const uint8_t **bytes = mem_alloc(count * sizeof *bytes);
	size_t *lengths = mem_alloc(count * sizeof *lengths);
	struct chain *chain;
	va_list ap;

	va_start(ap, count);
	for (size_t i = 0; i < count; i++) {
		const struct pki *pki = va_arg(ap, const struct pki *);

		bytes[i] = pki->der;
		lengths[i] = pki->length;
	}
	va_end(ap);
	chain = chain_new(count, bytes, lengths);
	free(bytes);
	free(lengths);
	return chain;
}

char *
pki_store(size_t count, ...)
{
	char *path = mem_strdup("/tmp/mxsweep-store-XXXXXX");
	int descriptor = mkstemp(path);
	FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	va_list ap;

	MUST(file != NULL);
	va_start(ap, count);
	for (size_t i = 0; i < count; i++)
		MUST(PEM_write_X509(file, va_arg(ap, const struct pki *)->x));
	va_end(ap);
	MUST(fclose(file) == 0);
	return path;
}
