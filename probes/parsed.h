/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each certificate parsed once.  This file defines d2i_X509 for the whole
 * program, libssl included (it calls it by way of the dynamic linker): a certificate
 * that the thread has parsed lately is handed out again, its reference count raised.
 *
 * What it saves: OpenSSL 3.0 sets up its public-key decoder for every
 * certificate, 100 to 150 microseconds of CPU each; the same few intermediates
 * come with most servers.  What it costs: up to PARSED_CERTIFICATES parsed
 * certificates a thread (some 6 KiB each), and one hash of each certificate.
 * It can go when decoding a key costs what it did in OpenSSL 1.1 again.
 */
#ifndef PROBES_PARSED_H
#define PROBES_PARSED_H

#define PARSED_CERTIFICATES 256 /* a thread */

/* With this in the environment each certificate is parsed afresh, and its key as
 * libcrypto likes it (decoder.h); a test compares. */
#define PARSED_SWITCH "MXSWEEP_NO_CACHE"

#endif
