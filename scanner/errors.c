/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/errors.h"

#include <openssl/err.h>

void
errors_forget(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}
