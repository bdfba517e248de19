import { readFileSync, rmSync } from 'node:fs';
import { DECLARED_KINDS, type DeclaredKind } from '../options/declared-kinds.js';
import { schemaFile } from '../options/check-options.js';
import type { OptionSchema } from '../options/option-schema.js';
import { inferProjects, makeWorkspace, project } from '../testing/workspace.js';

/** Values that a user may write by mistake, whatever the option. */
const SLIPS = [null, 0, '', '../..', [null], [[]], ['x'], {}];

const schemaOf = (kind: DeclaredKind) =>
  JSON.parse(readFileSync(schemaFile('executors', kind), 'utf8')) as OptionSchema;

/** The same in each key of an object, or of the objects of a list, whatever the others are. */
function nested(schema: OptionSchema): unknown[] {
  const variants = [
    schema,
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []).flatMap(({ oneOf = [] }) => oneOf),
  ];
  const inside = variants.flatMap(({ properties = {} }) => {
    const constants = Object.entries(properties).filter(([, { const: constant }]) => constant !== undefined);
    const fixed = Object.fromEntries(constants.map(([name, { const: constant }]) => [name, constant]));
    return Object.entries(properties).flatMap(([name, property]) =>
      [...SLIPS, ...nested(property)].map((slip) => ({ ...fixed, [name]: slip })),
    );
  });
  return [...inside, ...(schema.items ? nested(schema.items).map((item) => [item]) : [])];
}

/** The slip in a configuration as well. */
function withVariant(json: ReturnType<typeof project>, options: object): object {
  return { ...json, targets: { build: { ...json.targets.build, configurations: { variant: options } } } };
}

// Every nx command makes the graph. A wrong option is reported only when its target runs.
it.each(DECLARED_KINDS)('a slip in an option of a %s project does not break the graph', async (kind) => {
  const { properties = {} } = schemaOf(kind);
  const cases = Object.entries(properties).flatMap(([option, schema]) =>
    [...SLIPS, ...nested(schema)].map((slip) => ({ [option]: slip })),
  );
  const files = Object.fromEntries(
    cases.map((options, index) => [
      `${index}/project.json`,
      withVariant(project(`p${index}`, kind, { arch: 'arm64', ...options }), options),
    ]),
  );
  const workspace = makeWorkspace(files);
  const inferred = await inferProjects(workspace, Object.keys(files)).finally(() =>
    rmSync(workspace, { recursive: true }),
  );
  expect(Object.keys(inferred)).toHaveLength(cases.length);
  expect(cases.length).toBeGreaterThan(SLIPS.length);
});
