/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue in which libcrypto leaves its errors, one for each thread.  It must be empty
 * before a call of libssl, which otherwise takes what is left there for its own.
 *
 * ERR_clear_error clears all sixteen places, also where nothing stands: 2,300
 * instructions, and a conversation asks for it fourteen times.  To look first costs 210.
 * It can go when OpenSSL looks itself.
 */
#ifndef SCANNER_ERRORS_H
#define SCANNER_ERRORS_H

void errors_forget(void);

#endif
