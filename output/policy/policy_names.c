/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a policy list: host names to the letter, because configurations of
 * mail servers are made of them. */
#include <string.h>

#include "output/policy/policy_parts.h"

/* Letters, digits and hyphens inside (RFC 1123 section 2.1), and more than one label:
 * the list is of names that resolve anywhere. */
static const char *
check_host(const char *name)
{
	const char *last = strrchr(name, '.');

	if (strchr(name, '_') != NULL)
		return "an underscore";
	if (name[0] == '-' || strstr(name, ".-") != NULL || strstr(name, "-.") != NULL ||
	    name[strlen(name) - 1] == '-')
		return "a label that begins or ends with a hyphen";
	if (last == NULL)
		return "a single label";
	if (strspn(last + 1, "0123456789") == strlen(last + 1))
		return "a last label of digits only, like an address";
	return NULL;
}

const char *
policy_fold_domain(const char *text, char name[FOLD_NAME_MAX + 1])
{
	const char *reason;

	if (fold_name(text, strlen(text), name, &reason) != FOLD_NAME)
		return reason;
	return check_host(name);
}

const char *
policy_fold_pattern(const char *text, char name[POLICY_NAME_MAX + 1])
{
	if (strncmp(text, "*.", 2) == 0)
		return "a wildcard of MTA-STS, which is a leading dot here";
	if (text[0] != '.')
		return policy_fold_domain(text, name);
	name[0] = '.';
	return policy_fold_domain(text + 1, name + 1);
}
