/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/certificate.h"

#include <jansson.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/digest.h"
#include "scanner/errors.h"
#include "scanner/mem.h"
#include "scanner/text.h"

X509 *
certificate_parse(const uint8_t *der, size_t length)
{
	const uint8_t *end = der;
	X509 *x = NULL;

	if (length > 0 && length <= LONG_MAX)
		x = d2i_X509(NULL, &end, (long)length);
	if (x != NULL && end != der + length) {
		X509_free(x);
		x = NULL;
	}
	errors_forget();
	return x;
}

/* RFC 2253, the most specific part first, but in UTF-8. */
static char *
text_of_name(const X509_NAME *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data, *text = NULL;

	if (out == NULL)
		return NULL;
	if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		long length = BIO_get_mem_data(out, &data);

		if (length > CERTIFICATE_TEXT_MAX)
			length = CERTIFICATE_TEXT_MAX;
		text = text_of_bytes(data, length > 0 ? (size_t)length : 0, 0);
	}
	BIO_free(out);
	return text;
}

static char *
text_of_serial(const ASN1_INTEGER *serial)
{
	const uint8_t *bytes = ASN1_STRING_get0_data(serial);
	int length = ASN1_STRING_length(serial);
	char *text, *to;

	if (length > CERTIFICATE_SERIAL_MAX)
		length = CERTIFICATE_SERIAL_MAX;
	text = to = mem_alloc((size_t)length * 2 + 2);
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		*to++ = '-';
	for (int i = 0; i < length; i++)
		to += sprintf(to, "%02x", bytes[i]);
	return text;
}

static char *
text_of_time(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || !ASN1_TIME_to_tm(time, &tm))
		return NULL;
	return mem_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
			  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static char *
text_of_object(const ASN1_OBJECT *object)
{
	char text[128];
	int length = OBJ_obj2txt(text, sizeof text, object, 0);

	if (length <= 0)
		return NULL;
	return text_of_bytes(text, strlen(text), 0);
}

/* A curve's name as TLS spells it (RFC 8422); OpenSSL's for two of them is X9.62's. */
static char *
text_of_curve(const EVP_PKEY *key)
{
	char name[64];
	size_t length;

	if (!EVP_PKEY_get_group_name(key, name, sizeof name, &length))
		return mem_strdup("ec:explicit");
	if (strcmp(name, "prime256v1") == 0)
		return mem_strdup("ec:secp256r1");
	if (strcmp(name, "prime192v1") == 0)
		return mem_strdup("ec:secp192r1");
	return mem_printf("ec:%s", name);
}

/* The algorithm of the key, also of one that OpenSSL does not know or that does
 * not decode; then without a curve, and its bits stay 0. */
static void
describe_key(const X509 *x, struct certificate_facts *facts)
{
	static const struct {
		int nid;
		const char *name;
	} names[] = {
		{ NID_rsaEncryption, "rsa" },
		{ NID_rsassaPss, "rsa-pss" },
		{ NID_X9_62_id_ecPublicKey, "ec" },
		{ NID_ED25519, "ed25519" },
		{ NID_ED448, "ed448" },
		{ NID_X25519, "x25519" },
		{ NID_X448, "x448" },
		{ NID_dsa, "dsa" },
		{ NID_dhKeyAgreement, "dh" },
		{ NID_dhpublicnumber, "dh" },
	};
	const EVP_PKEY *key = X509_get0_pubkey(x);
	ASN1_OBJECT *algorithm = NULL;

	if (key != NULL)
		facts->key_bits = EVP_PKEY_get_bits(key);
	if (!X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(x)))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (OBJ_obj2nid(algorithm) == names[i].nid)
			facts->key_type = mem_strdup(names[i].name);
	if (facts->key_type == NULL)
		facts->key_type = text_of_object(algorithm);
	if (key != NULL && OBJ_obj2nid(algorithm) == NID_X9_62_id_ecPublicKey) {
		free(facts->key_type);
		facts->key_type = text_of_curve(key);
	}
}

/* The digest that TLSA selector 1 is about (RFC 6698 section 2.1.2). */
static void
digest_key(const X509 *x, uint8_t digest[DIGEST_BYTES])
{
	uint8_t *der = NULL;
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (length > 0)
		digest_sha256(der, (size_t)length, digest);
	OPENSSL_free(der);
}

static json_t *
json_of_name(const ASN1_STRING *name)
{
	int length = ASN1_STRING_length(name);
	char *text;
	json_t *json;

	if (length > CERTIFICATE_NAME_MAX)
		length = CERTIFICATE_NAME_MAX;
	text = text_of_bytes(ASN1_STRING_get0_data(name), length > 0 ? (size_t)length : 0, 0);
	json = json_string(text);
	free(text);
	return json;
}

/* NULL when there is a subjectAltName that cannot be read, or more than one. */
static char *
text_of_names(const X509 *x)
{
	int critical;
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, &critical, NULL);
	json_t *list = json_array();
	char *text = NULL;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS && json_array_size(list) < CERTIFICATE_NAMES_MAX)
			json_array_append_new(list, json_of_name(name->d.dNSName));
	}
	if (names != NULL || critical == -1)
		text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	GENERAL_NAMES_free(names);
	return text;
}

void
certificate_describe(const uint8_t *der, size_t length, struct certificate_facts *facts)
{
	X509 *x = certificate_parse(der, length);
	const X509_ALGOR *signature;
	const ASN1_OBJECT *algorithm;

	*facts = (struct certificate_facts){ 0 };
	if (x == NULL)
		return;
	facts->parsed = true;
	facts->subject = text_of_name(X509_get_subject_name(x));
	facts->issuer = text_of_name(X509_get_issuer_name(x));
	facts->serial = text_of_serial(X509_get0_serialNumber(x));
	facts->not_before = text_of_time(X509_get0_notBefore(x));
	facts->not_after = text_of_time(X509_get0_notAfter(x));
	X509_get0_signature(NULL, &signature, x);
	X509_ALGOR_get0(&algorithm, NULL, NULL, signature);
	facts->signature = text_of_object(algorithm);
	facts->names = text_of_names(x);
	describe_key(x, facts);
	digest_key(x, facts->spki_sha256);
	X509_free(x);
	errors_forget();
}
