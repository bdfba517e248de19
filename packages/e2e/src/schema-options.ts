/** The parts of a JSON schema that are read here. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/**
 * The options within the options of an executor's schema: option → their paths below it, sorted, without those that have options
 * themselves. A path through a list names no entry: `files.mode`.
 */
export function nestedOptions(schema: Schema): [option: string, paths: string[]][] {
  const { definitions = {}, properties = {} } = schema;
  return Object.entries(properties).flatMap(([option, value]): [string, string[]][] => {
    const paths = [...new Set(pathsIn(value, definitions, []))].sort();
    const ends = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
    return ends.length > 0 ? [[option, ends]] : [];
  });
}

function pathsIn(
  { $ref, properties = {}, items, oneOf = [], anyOf = [], allOf = [] }: Schema,
  definitions: Readonly<Record<string, Schema>>,
  within: readonly string[],
): string[] {
  const inside = (schema: Schema) => pathsIn(schema, definitions, within);
  // A definition that leads to itself stands for any value.
  const target = $ref?.split('/').at(-1);
  const referred =
    target === undefined || within.includes(target)
      ? []
      : pathsIn(definitions[target] ?? {}, definitions, [...within, target]);
  const own = Object.entries(properties).flatMap(([name, value]) => [
    name,
    ...inside(value).map((path) => `${name}.${path}`),
  ]);
  return [...referred, ...own, ...[...(items ? [items] : []), ...oneOf, ...anyOf, ...allOf].flatMap(inside)];
}
