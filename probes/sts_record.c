/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/sts_record.h"

#include "probes/txt_record.h"
#include "scanner/text.h"

#define ID_MAX_LENGTH 32

static bool
is_id(struct span id)
{
	for (size_t i = 0; i < id.length; i++)
		if (!span_is_letter(id.at[i]) && !span_is_digit(id.at[i]))
			return false;
	return id.length > 0 && id.length <= ID_MAX_LENGTH;
}

/* Of two fields of a name the first counts (RFC 8461 section 3.2); the grammar has
 * the second id pass for an extension. */
static enum sts_record_word
read_fields(struct span fields, struct span *id)
{
	bool extensions = true;
	struct txt_field field;
	enum txt_step step;

	while ((step = txt_record_next(&fields, &field)) == TXT_STEP_FIELD) {
		if (id->at == NULL && span_is(field.name, "id"))
			*id = field.value;
		else
			extensions = extensions && txt_field_is_extension(&field);
	}
	if (step == TXT_STEP_BROKEN)
		return STS_RECORD_BAD_SYNTAX;
	if (id->at == NULL)
		return STS_RECORD_NO_ID;
	if (!is_id(*id))
		return STS_RECORD_BAD_ID;
	return extensions ? STS_RECORD_OK : STS_RECORD_BAD_EXTENSION;
}

void
sts_record_read(const struct txt texts[], size_t count, struct sts_facts *facts)
{
	static const enum sts_record_word words[] = {
		[TXT_CHOICE_NONE] = STS_RECORD_NONE,
		[TXT_CHOICE_MULTIPLE] = STS_RECORD_MULTIPLE,
		[TXT_CHOICE_BAD_VERSION] = STS_RECORD_BAD_VERSION,
	};
	struct span fields, id = { NULL, 0 };
	enum txt_choice choice =
	    txt_record_choose(texts, count, "STSv1", &fields, &facts->record_text);

	facts->id = NULL;
	facts->record = choice == TXT_CHOICE_ONE ? read_fields(fields, &id) : words[choice];
	if (facts->record == STS_RECORD_OK)
		facts->id = text_of_bytes(id.at, id.length, 0);
}
