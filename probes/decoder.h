/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys decoded the cheap way.  OpenSSL 3.0 builds a chain of provider
 * decoders for each key it reads, unless an ENGINE is registered for the key's type:
 * then it goes the way of OpenSSL 1.1.  So an engine is registered whose methods are
 * libcrypto's own.
 *
 * What it saves: measured by parsing one leaf again and again, 101 microseconds of
 * CPU become 9 (RSA-2048), 121 become 19 (P-256); checking signatures costs the same
 * as before.  What it costs: a lock taken for each key, and an interface that is
 * deprecated in OpenSSL 3 and gone in 4, where this does nothing.  It can go when
 * libcrypto remembers its decoders.
 */
#ifndef PROBES_DECODER_H
#define PROBES_DECODER_H

/* Before the first key is read or made, for libcrypto cannot do everything with keys
 * that came the other way; further calls do nothing.  PARSED_SWITCH prevents it. */
void decoder_simplify(void);

#endif
