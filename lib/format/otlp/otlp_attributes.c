/* Attributes of OTLP: most are labels; for some, pprof has fields. */
#include <stdio.h>

#include "format/otlp/otlp_reader.h"

static str_id label_key(struct otlp_reader *r, str_id name)
{
	struct str text = dict_text(r->p->dict, name);

	for (size_t i = 0; i < notlp_keys; i++)
		if (str_eq(text, str_of(otlp_keys[i].attribute)))
			return dict_intern(r->p->dict, str_of(otlp_keys[i].label));
	return name;
}

/* Set a label from a value. For lists and the like, the label's key stays 0. */
static struct otlp_attribute attribute_of(struct otlp_reader *r, struct pb *pb,
					  const struct pb_field *f, str_id name,
					  const Otlp__AnyValue *v)
{
	struct otlp_attribute a = { .name = name, .label.key = label_key(r, name) };
	char number[32];

	switch (v ? v->value_case : OTLP__ANY_VALUE__VALUE__NOT_SET) {
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE:
		a.label.str = dict_intern(r->p->dict, str_of(v->string_value));
		break;
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE_STRINDEX:
		a.label.str = otlp_string(r, pb, f, v->string_value_strindex);
		break;
	case OTLP__ANY_VALUE__VALUE_INT_VALUE:
		a.label.is_num = 1;
		a.label.num = v->int_value;
		break;
	case OTLP__ANY_VALUE__VALUE_BOOL_VALUE:
		a.is_true = v->bool_value;
		a.label.str = dict_intern(r->p->dict, a.is_true ? S("true") : S("false"));
		break;
	case OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE:
		snprintf(number, sizeof(number), "%.17g", v->double_value);
		a.label.str = dict_intern(r->p->dict, str_of(number));
		break;
	case OTLP__ANY_VALUE__VALUE_ARRAY_VALUE:
		a.list = dict_intern(r->p->dict,
				     str((const char *)v->array_value.data, v->array_value.len));
		a.label.key.i = 0;
		break;
	default: a.label.key.i = 0;
	}
	return a;
}

void otlp_read_attribute(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__KeyValueAndUnit *m = otlp_unpack(r, pb, f, &otlp__key_value_and_unit__descriptor);
	struct otlp_attribute a = { 0 };

	if (m) {
		a = attribute_of(r, pb, f, otlp_string(r, pb, f, m->key_strindex), m->value);
		if (a.label.is_num)
			a.label.unit = otlp_string(r, pb, f, m->unit_strindex);
		otlp_free(r, m);
	}
	vec_push(&r->attributes, a);
}

const struct otlp_attribute *otlp_attribute_at(struct otlp_reader *r, struct pb *pb,
					       const struct pb_field *f, int32_t index)
{
	if (!index || !otlp_check_index(r, pb, f, index, r->attributes.n, "attribute"))
		return NULL;
	return &r->attributes.v[index];
}

bool otlp_is_named(struct otlp_reader *r, const struct otlp_attribute *a, const char *name)
{
	return str_eq(dict_text(r->p->dict, a->name), str_of(name));
}

void otlp_add_attribute(struct otlp_reader *r, label_set_id *set, const struct otlp_attribute *a)
{
	if (a->label.key.i)
		*set = dict_add_label(r->p->dict, *set, a->label);
	else if (a->name.i)
		r->nunread++;
}

label_set_id otlp_add_key_values(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				 label_set_id set, Otlp__KeyValue *const *list, size_t n)
{
	for (size_t i = 0; i < n && i < OTLP_MOST_LABELS; i++) {
		str_id name = list[i]->key_strindex ? otlp_string(r, pb, f, list[i]->key_strindex) :
						      dict_intern(r->p->dict, str_of(list[i]->key));
		struct otlp_attribute a = attribute_of(r, pb, f, name, list[i]->value);

		if (otlp_is_named(r, &a, OTLP_DEFAULT_TYPE))
			r->p->head.default_type = a.label.str;
		else if (!str_starts(dict_text(r->p->dict, name), S("pprof.scope.")))
			otlp_add_attribute(r, &set, &a);
	}
	return set;
}
