/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate says of itself, read from its DER and put into texts that
 * can be stored.  A certificate is whatever a stranger sent, so each text has a
 * limit; the DER is kept elsewhere in full, so nothing is lost by it.
 */
#ifndef PROBES_CERTIFICATE_H
#define PROBES_CERTIFICATE_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/judge.h"

#define CERTIFICATE_NAMES_MAX  1000 /* DNS names told of the first so many in the SAN */
#define CERTIFICATE_NAME_MAX   255  /* bytes told of one; RFC 1035 section 2.3.4 */
#define CERTIFICATE_TEXT_MAX   1024 /* bytes told of the subject and of the issuer */
#define CERTIFICATE_SERIAL_MAX 64   /* bytes told of a serial, three times RFC 5280's 20 */

/* NULL unless the bytes are one certificate and nothing after it.  The result is
 * released with X509_free. */
X509 *certificate_parse(const uint8_t *der, size_t length);
/* Fills what can be read of a certificate; see struct certificate_facts. */
void certificate_describe(const uint8_t *der, size_t length, struct certificate_facts *facts);

#endif
