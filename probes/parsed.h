/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each certificate parsed once.  This file defines d2i_X509 for the whole
 * program, libssl included (it calls it by way of the dynamic linker): a certificate
 * that any thread has parsed lately is handed out again, its reference count raised.
 * So it is shared between threads, as those of a trust store are: nothing in it is
 * changed by its readers but what libcrypto works out once, under the certificate's own
 * lock.
 *
 * What it saves: OpenSSL 3.0 sets up its public-key decoder for every
 * certificate, 100 to 150 microseconds of CPU each (9 to 19 with decoder.h); the same
 * few intermediates come with most servers, and a leaf is wanted by the prober that got
 * it, the writer that describes it, and who judges it.  What it costs: up to
 * PARSED_CERTIFICATES parsed certificates (some 6 KiB each, 48 MiB), one hash of each
 * certificate, and a lock taken.  It can go when decoding a key costs what it did in
 * OpenSSL 1.1 again.
 */
#ifndef PROBES_PARSED_H
#define PROBES_PARSED_H

#define PARSED_CERTIFICATES 8192

/* With this in the environment each certificate is parsed afresh, its key as libcrypto
 * likes it (decoder.h), every signature checked (signatures.h), and handshakes keep all
 * their memory (slots.h); a test compares. */
#define PARSED_SWITCH "MXSWEEP_NO_CACHE"

#endif
