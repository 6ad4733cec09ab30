/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/kinds.h"

#include <stddef.h>
#include <string.h>

static const struct kind kinds[] = {
	{ .name = "good" },
	{ .name = "rsa2048", .key = KEY_RSA2048 },
	{ .name = "p384", .key = KEY_P384 },
	{ .name = "ed25519", .key = KEY_ED25519 },
	{ .name = "from-root", .issuer = ISSUER_ROOT, .following = FOLLOWING_NOTHING },
	{ .name = "with-root", .following = FOLLOWING_ROOT_TOO },
	{ .name = "wildcard", .naming = NAMING_WILDCARD },
	{ .name = "cn-only", .naming = NAMING_CN_ONLY },
	{ .name = "many-names", .naming = NAMING_MANY },
	{ .name = "hundred", .following = FOLLOWING_HUNDRED },
	{ .name = "expired", .from_days = -400, .until_days = -35 },
	{ .name = "ends-soon", .from_days = -85, .until_days = 5 },
	{ .name = "not-yet-valid", .from_days = 35, .until_days = 400 },
	{ .name = "self-signed", .issuer = ISSUER_SELF, .following = FOLLOWING_NOTHING },
	{ .name = "self-signed-expired",
	  .issuer = ISSUER_SELF,
	  .following = FOLLOWING_NOTHING,
	  .from_days = -400,
	  .until_days = -35 },
	{ .name = "self-signed-other",
	  .issuer = ISSUER_SELF,
	  .naming = NAMING_OTHER,
	  .following = FOLLOWING_NOTHING },
	{ .name = "version1",
	  .issuer = ISSUER_SELF,
	  .following = FOLLOWING_NOTHING,
	  .naming = NAMING_CN_ONLY,
	  .version1 = true },
	{ .name = "unknown-root", .issuer = ISSUER_UNKNOWN_ROOT },
	{ .name = "unknown-root-other", .issuer = ISSUER_UNKNOWN_ROOT, .naming = NAMING_OTHER },
	{ .name = "wrong-name", .naming = NAMING_OTHER },
	{ .name = "nul-name", .naming = NAMING_NUL },
	{ .name = "no-name", .naming = NAMING_NONE },
	{ .name = "missing-intermediate", .following = FOLLOWING_NOTHING },
	{ .name = "expired-intermediate", .issuer = ISSUER_EXPIRED },
	{ .name = "no-ca", .issuer = ISSUER_NO_CA },
	{ .name = "constrained", .issuer = ISSUER_CONSTRAINED },
	{ .name = "wrong-purpose", .client_only = true },
	{ .name = "bad-signature", .bad_signature = true },
	{ .name = "rsa1024", .key = KEY_RSA1024 },
	{ .name = "sha1", .key = KEY_RSA2048, .sha1 = true },
	{ .name = "anonymous", .anonymous = true },
};

const struct kind *
kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
