import { nearNames, suggestNames, UserError } from '@bringup/process';
import {
  discriminatorOf,
  isOfType,
  ownNames,
  typesOf,
  type Fields,
  type OptionSchema,
} from './option-schema.js';

/** Where a value stands: `path` as `partitions[1].boot`, empty at the top; `owner` whose options they are. */
interface Place {
  readonly owner: string;
  readonly path: string;
}

/**
 * Checks options against their schema at every depth. The first mistake is reported with its path and the closest match.
 * The discriminating constant (`kind`, `via`, `type`) selects the variant of a union, so that the error is about that variant
 * rather than "matches none of them".
 *
 * @param owner whose options they are, as `@bringup/nx:qemu`
 * @throws UserError `UNKNOWN_OPTION`, `UNKNOWN_VALUE`, `OPTION_MISSING`, `BAD_VALUE`
 */
export function checkValues(schema: OptionSchema, options: object, owner: string): void {
  checkValue({ ...schema, type: 'object', additionalProperties: false }, options, { owner, path: '' });
}

function checkValue(schema: OptionSchema, value: unknown, place: Place): void {
  if (!isOfType(schema, value)) throw wrongType(schema, value, place);
  for (const part of schema.allOf ?? []) checkValue(part, value, place);
  if (schema.oneOf) checkValue(variantFor(schema.oneOf, value, place), value, place);
  checkChoice(schema, value, place);
  if (typeof value === 'string') checkText(schema, value, place);
  if (typeof value === 'number') checkNumber(schema, value, place);
  if (Array.isArray(value)) checkList(schema, value, place);
  else if (isFields(value)) checkFields(schema, value, place);
}

function checkChoice(schema: OptionSchema, value: unknown, place: Place): void {
  const allowed: readonly unknown[] | undefined =
    schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed && !allowed.includes(value)) throw unknownValue(value, allowed, place);
}

function checkText(
  { pattern, minLength, maxLength, description }: OptionSchema,
  value: string,
  place: Place,
) {
  if (value.includes('\0'))
    throw badValue(value, 'has a NUL character, which neither a path nor an argument can have', place);
  if (pattern !== undefined && !new RegExp(pattern).test(value))
    throw badValue(value, `does not match ${pattern}`, place, description);
  if (minLength !== undefined && value.length < minLength)
    throw badValue(value, `is shorter than ${minLength} characters`, place, description);
  if (maxLength !== undefined && value.length > maxLength)
    throw badValue(value, `is longer than ${maxLength} characters`, place, description);
}

function checkNumber({ minimum, maximum, description }: OptionSchema, value: number, place: Place) {
  if (minimum !== undefined && value < minimum)
    throw badValue(value, `is less than ${minimum}`, place, description);
  if (maximum !== undefined && value > maximum)
    throw badValue(value, `is more than ${maximum}`, place, description);
}

function checkList({ items = {}, minItems, description }: OptionSchema, value: unknown[], place: Place) {
  if (minItems !== undefined && value.length < minItems)
    throw badValue(value, `has fewer than ${minItems} items`, place, description);
  for (const [index, item] of value.entries())
    checkValue(items, item, { ...place, path: `${place.path}[${index}]` });
}

function checkFields(schema: OptionSchema, value: Fields, place: Place): void {
  const { properties = {}, additionalProperties, required = [] } = schema;
  // Nx leaves keys behind whose value is undefined: such an option was not given.
  const given = Object.entries(value).filter(([, field]) => field !== undefined);
  if (additionalProperties === false) checkNames(given, schema, place);
  for (const [name] of given) checkText({}, name, { ...place, path: below(place, 'the name') });
  const lacking = required.find((name) => value[name] === undefined);
  if (lacking !== undefined) throw missing(lacking, schema, place);
  for (const [name, field] of given) {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (known) checkValue(known, field, { ...place, path: below(place, name) });
  }
}

function checkNames(given: [string, unknown][], { properties = {} }: OptionSchema, place: Place): void {
  const known = Object.keys(properties);
  const unknown = given.find(([name]) => !known.includes(name))?.[0];
  if (unknown === undefined) return;
  const { owner } = place;
  const kind = discriminatorFor(properties, given);
  const where =
    kind === undefined ? '' : ` where ${below(place, kind)} is ${String(properties[kind]!.const)}`;
  const hint = known.length > 0 ? suggestNames(unknown, known) : 'It has none';
  const option = below(place, unknown);
  throw new UserError('UNKNOWN_OPTION', `${option} is not an option of ${owner}${where}. ${hint}`, {
    option,
    owner,
  });
}

/** The constant that was given for a variant, since its neighbours have other names. */
function discriminatorFor(properties: Readonly<Record<string, OptionSchema>>, given: [string, unknown][]) {
  return given.find(([name, value]) => typeof value === 'string' && properties[name]?.const === value)?.[0];
}

/** The variant of a union that a value is meant for. */
function variantFor(variants: readonly OptionSchema[], value: unknown, place: Place): OptionSchema {
  const fitting = variants.filter((variant) => isOfType(variant, value));
  const [first, second] = fitting;
  if (first === undefined) throw wrongType({ oneOf: variants }, value, place);
  if (second === undefined || !isFields(value)) return first;
  const kind = discriminatorOf(fitting);
  return kind === undefined ? byOwnNames(fitting, value, place) : byConstant(kind, fitting, value, place);
}

function byConstant(kind: string, variants: readonly OptionSchema[], value: Fields, place: Place) {
  const constants = variants.map(({ properties }) => properties![kind]!.const);
  const given = value[kind];
  if (given !== undefined) {
    const found = variants[constants.indexOf(given)];
    if (found) return found;
    throw unknownValue(given, constants, { ...place, path: below(place, kind) });
  }
  const plain = variants.find(({ required = [] }) => !required.includes(kind));
  if (plain) return plain;
  checkNames(Object.entries(value), union(variants), place);
  throw lacks(below(place, kind), `It is one of ${constants.join(', ')}`, place);
}

function byOwnNames(variants: readonly OptionSchema[], value: Fields, place: Place): OptionSchema {
  const own = (variant: OptionSchema) => ownNames(variant, variants);
  const found = variants.find((variant) => own(variant).some((name) => value[name] !== undefined));
  if (found) return found;
  checkNames(Object.entries(value), union(variants), place);
  const names = variants.flatMap(own).map((name) => below(place, name));
  throw lacks(names.join(' or '), `Give one of them`, place);
}

const union = (variants: readonly OptionSchema[]): OptionSchema => ({
  properties: Object.fromEntries(
    variants.flatMap(({ properties }) => Object.keys(properties ?? {}).map((name) => [name, {}])),
  ),
});

function unknownValue(value: unknown, allowed: readonly unknown[], { path, owner }: Place): UserError {
  const names = allowed.map(String);
  const [near] = typeof value === 'string' ? nearNames(value, names) : [];
  const none = names.length === 1 ? `is not ${names[0]}` : `is none of ${names.join(', ')}`;
  const hint = near === undefined || names.length === 1 ? '' : `. Did you mean ${near}?`;
  return new UserError('UNKNOWN_VALUE', `${path}: ${shown(value)} ${none}${hint}`, {
    path,
    value,
    near,
    owner,
  });
}

function wrongType(schema: OptionSchema, value: unknown, place: Place): UserError {
  const types = typesOf(schema)!.map((type) => (/^[aio]/.test(type) ? `an ${type}` : `a ${type}`));
  return badValue(value, `is not ${types.join(' or ')}`, place, schema.description);
}

function badValue(value: unknown, wrong: string, { path, owner }: Place, description?: string): UserError {
  const message = [`${path}: ${shown(value)} ${wrong}`, description].filter(Boolean).join('. ');
  return new UserError('BAD_VALUE', message, { path, value, owner });
}

function missing(name: string, { properties = {} }: OptionSchema, place: Place): UserError {
  const { description, const: constant } = properties[name] ?? {};
  return lacks(
    below(place, name),
    description ?? (constant === undefined ? '' : `It is ${String(constant)}`),
    place,
  );
}

function lacks(path: string, hint: string, { owner }: Place): UserError {
  const message = [`${path} is missing (an option of ${owner})`, hint].filter(Boolean).join('. ');
  return new UserError('OPTION_MISSING', message, { path, owner });
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const below = ({ path }: Place, name: string): string => (path === '' ? name : `${path}.${name}`);

/** A value in a message: as JSON has it, its beginning where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
