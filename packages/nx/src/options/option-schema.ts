/** The keywords of JSON Schema that the schemas of executors and generators use. */
export interface OptionSchema {
  readonly type?: TypeName | readonly TypeName[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: OptionSchema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
  /** The top level has an object here that means `false`; tools/schemas.mjs gives the reason. */
  readonly additionalProperties?: false | OptionSchema;
  readonly oneOf?: readonly OptionSchema[];
  readonly allOf?: readonly OptionSchema[];
  /** For Nx alone: it makes Nx accept every value. */
  readonly anyOf?: readonly OptionSchema[];
  /** Tells editors that no other option exists. */
  readonly not?: object;
}

export type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null';
export type Fields = Readonly<Record<string, unknown>>;

const IS_OF: Readonly<Record<TypeName, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
  null: (value) => value === null,
};

/** The types that a schema allows; undefined: every one. */
export function typesOf({ type, oneOf }: OptionSchema): TypeName[] | undefined {
  if (type !== undefined) return [type].flat() as TypeName[];
  if (oneOf === undefined) return undefined;
  const each = oneOf.map(typesOf);
  return each.includes(undefined) ? undefined : [...new Set(each.flat() as TypeName[])];
}

export function isOfType(schema: OptionSchema, value: unknown): boolean {
  return typesOf(schema)?.some((type) => IS_OF[type](value)) ?? true;
}

/** The property whose constant tells objects apart, as `kind` of a source; undefined where none does. */
export function discriminatorOf(variants: readonly OptionSchema[]): string | undefined {
  const constants = (name: string) => variants.map(({ properties }) => properties?.[name]?.const);
  return Object.keys(variants[0]?.properties ?? {}).find((name) => {
    const values = constants(name);
    return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
  });
}

/** The names that one variant must have and no other can: they tell apart what no constant does. */
export function ownNames(variant: OptionSchema, variants: readonly OptionSchema[]): string[] {
  const others = variants.filter((other) => other !== variant);
  return (variant.required ?? []).filter(
    (name) => !others.some(({ properties }) => properties && Object.hasOwn(properties, name)),
  );
}
