#!/usr/bin/env node
/**
 * Everything that follows from the schema.json of executors and generators: the shared properties inside them, the
 * TypeScript types and defaults in packages/nx/src/generated, the lists of both that Nx reads, and the reference pages in
 * docs/reference.
 *
 *   node tools/schemas.mjs           write
 *   node tools/schemas.mjs --check   fail when something on disk differs, and say how to mend it
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import prettier from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const plugin = join(root, 'packages/nx');
const check = process.argv.includes('--check');
const stale = [];

const shared = JSON.parse(readFileSync(join(plugin, 'schemas/shared.json'), 'utf8')).properties;
const architectures = JSON.parse(readFileSync(join(root, 'packages/process/src/architectures.json'), 'utf8'));
shared.arch = { type: 'string', enum: Object.keys(architectures), ...shared.arch };

/**
 * The things that have a schema, the module that Nx loads for each, and the files generated from the schema. `suffix` tells apart
 * those with the same name. Each is named after its schema's directory; the directories
 * of all generators have one parent.
 */
const KINDS = [
  {
    kind: 'executors',
    entry: 'implementation',
    module: 'plugin/checked',
    pages: 'docs/reference',
    suffix: '',
  },
  {
    ...{ kind: 'generators', entry: 'factory', module: 'generators/checked' },
    ...{ pages: 'docs/reference/generators', suffix: '-generator' },
  },
];

/**
 * Makes Nx accept every value: beside an anyOf, Nx checks nothing else. Then options/check-options.ts checks the options and
 * reports the closest match. Editors check a value against the whole schema. Nx 22 takes null for an object and still refuses it.
 */
const ANYTHING = { $ref: '#/definitions/anything' };
const DEFINITIONS = {
  anything: {
    anyOf: [
      { type: 'array', items: ANYTHING },
      { type: 'object' },
      { type: ['string', 'number', 'boolean', 'null'] },
    ],
  },
};

/** Stands for "nothing else" in the schemas. Editors know `not` and mark such an option as an error. */
const NOTHING_ELSE = {
  anyOf: [ANYTHING],
  not: {},
  errorMessage: 'There is no option of this name.',
  doNotSuggest: true,
};

/** The directories with a schema, below packages/nx/src, by their names. */
function directoriesOf(kind) {
  const found = readdirSync(join(plugin, 'src'), { recursive: true })
    .filter((path) => basename(path) === 'schema.json')
    .map((path) => dirname(path))
    .filter((path) => path.startsWith('generators/') === (kind === 'generators'));
  return found.sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

async function emit(path, text, parser) {
  const options = { ...(await prettier.resolveConfig(path)), parser };
  const content = await prettier.format(text, options);
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return;
  stale.push(relative(root, path));
  if (check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A property as it is to stand in the schema: one that names a shared property is that one. */
function filledIn(name, property) {
  const from = property['x-shared'];
  if (from && !shared[from]) throw new Error(`property ${name}: there is no shared property ${from}`);
  if (from) return { 'x-shared': from, ...shared[from], ...asked(property) };
  if (!property.items?.properties) return property;
  return { ...property, items: { ...property.items, properties: allFilledIn(property.items.properties) } };
}

/** How a property is asked for stays its own: a generator asks for what is plain to an executor. */
function asked(property) {
  const kept = ([key]) => key === '$default' || (key.startsWith('x-') && key !== 'x-shared');
  return Object.fromEntries(Object.entries(property).filter(kept));
}

/** A property as Nx is to read it: choices, lists and objects are for check-options.ts. Nx reads oneOf before anyOf. */
function forNx(property) {
  if (!property.enum && !['array', 'object'].includes(property.type)) return property;
  const { oneOf, ...rest } = property;
  return { ...rest, anyOf: [ANYTHING], ...(oneOf && { allOf: [{ oneOf }] }) };
}

/** The same property without what is there for Nx. */
function notForNx({ allOf, ...property }) {
  delete property.anyOf;
  return { ...property, ...allOf?.[0] };
}

function mapProperties(properties, change) {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, change(property)]));
}

/** The name of the type of all shared properties that have fields or elements, in the file below. */
const SHARED_TYPE = 'SharedOptions';
const SHARED_FILE = 'shared-options';

/** Whether a property's type is written once, for all that share it. A text or a number is as short as a reference to it. */
function isTypedOnce(property) {
  return property['x-shared'] && ['array', 'object'].includes(property.type);
}

/** Properties as their types are to be made: see {@link isTypedOnce}. */
function forTypes(properties) {
  return mapProperties(properties, (property) => {
    const { description, items } = property;
    if (isTypedOnce(property)) return { description, tsType: `${SHARED_TYPE}['${property['x-shared']}']` };
    if (!items?.properties) return property;
    return { ...property, items: { ...items, properties: forTypes(items.properties) } };
  });
}

/** The interface that json-schema-to-typescript makes from properties. */
function compileTypes(title, properties, more) {
  return compile(
    structuredClone({ title, type: 'object', ...more, properties, additionalProperties: false }),
    title,
    {
      bannerComment: '',
      additionalProperties: false,
      format: false,
      ignoreMinAndMaxItems: true,
    },
  );
}

function allFilledIn(properties) {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [key, filledIn(key, property)]),
  );
}

function defaultsOf(schema) {
  const entries = Object.entries(schema.properties).map(([name, property]) => [name, property.default]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function typeName(property) {
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(', ');
  if (property.const) return `\`${property.const}\``;
  if (property.oneOf) return [...new Set(property.oneOf.map(typeName))].join(' or ');
  if (property.type === 'array') return `list of ${typeName(property.items)}`;
  return [property.type].flat().join(' or ');
}

function rows(properties, required = []) {
  return Object.entries(properties).map(([name, property]) => {
    const must = required.includes(name)
      ? 'required'
      : property.default === undefined
        ? ''
        : `\`${JSON.stringify(property.default)}\``;
    return `| \`${name}\` | ${typeName(property).replaceAll('|', '\\|')} | ${must.replaceAll('|', '\\|')} | ${property.description ?? ''} |`;
  });
}

const HEAD = ['| option | type | default | meaning |', '| --- | --- | --- | --- |'];

/** The tables of options that are objects themselves; what executors share is explained once, at the top. */
function nestedTables({ properties }, path = '') {
  const parts = [];
  for (const [name, property] of Object.entries(properties)) {
    if (path && property['x-shared']) continue;
    const shape = property.items ?? property;
    for (const variant of shape.oneOf ?? [shape]) {
      if (!variant.properties) continue;
      parts.push(
        `\n## ${path}${name}${variant.title ? `: ${variant.title}` : ''}\n`,
        ...HEAD,
        ...rows(variant.properties, variant.required),
        ...nestedTables(variant, `${path}${name}.`),
      );
    }
  }
  return parts;
}

/** The examples that --help shows as well. */
function examples({ examples: given = [] }) {
  if (given.length === 0) return [];
  return [
    '## Examples\n',
    '```sh',
    ...given.map(({ command, description }) => `${command}   # ${description}`),
    '```',
  ];
}

async function emitOne({ pages, suffix }, directory) {
  const name = basename(directory);
  const path = join(plugin, 'src', directory, 'schema.json');
  const own = JSON.parse(readFileSync(path, 'utf8'));
  const properties = allFilledIn(mapProperties(own.properties, notForNx));
  const schema = { ...own, properties, additionalProperties: NOTHING_ELSE };
  const forBoth = { ...schema, properties: mapProperties(properties, forNx), definitions: DEFINITIONS };
  await emit(path, JSON.stringify(forBoth), 'json');

  const { title, description, required } = schema;
  const types = await compileTypes(title, forTypes(properties), { description, required });
  const shares = types.includes(`${SHARED_TYPE}[`);
  const defaults = defaultsOf(schema);
  const filled = `Required<Pick<${schema.title}, ${
    Object.keys(defaults)
      .map((key) => `'${key}'`)
      .join(' | ') || 'never'
  }>>`;
  const variable = `${`${name}${suffix}`.replace(/-(.)/g, (_match, letter) => letter.toUpperCase())}Defaults`;
  await emit(
    join(plugin, 'src/generated', `${name}${suffix}-options.ts`),
    `// Generated from ../${directory}/schema.json by tools/schemas.mjs: do not edit.\n\n` +
      `${shares ? `import type { ${SHARED_TYPE} } from './${SHARED_FILE}.js';\n\n` : ''}${types}\n` +
      `/** The defaults of the schema, as Nx fills them in. */\nexport const ${variable}: ${filled} = ${JSON.stringify(defaults)};\n\n` +
      `/** The options once the defaults are filled in. */\nexport type Full${schema.title} = ${schema.title} & typeof ${variable};\n`,
    'typescript',
  );
  await emit(
    join(root, pages, `${name}.md`),
    [
      `<!-- Generated from packages/nx/src/${directory}/schema.json by tools/schemas.mjs: do not edit. -->`,
      `\n# @bringup/nx:${name}\n\n${schema.description}\n`,
      ...(Object.keys(properties).length === 0 ? ['It has no options.\n'] : HEAD),
      ...rows(schema.properties, schema.required),
      ...nestedTables(schema),
      '',
      ...examples(schema),
      '',
    ].join('\n'),
    'markdown',
  );
  return schema.description;
}

/** Executors or generators: what follows from each schema, and the list that Nx reads. */
async function emitKind(of) {
  const entries = {};
  for (const directory of directoriesOf(of.kind)) {
    const name = basename(directory);
    const description = await emitOne(of, directory);
    entries[name] = {
      [of.entry]: `./dist/${of.module}.js#${name}`,
      schema: `./src/${directory}/schema.json`,
      description,
    };
  }
  await emit(join(plugin, `${of.kind}.json`), JSON.stringify({ [of.kind]: entries }), 'json');
  return entries;
}

/** The types that {@link forTypes} refers to. */
async function emitSharedTypes() {
  const typed = Object.entries(shared).filter(([, { type }]) => ['array', 'object'].includes(type));
  const properties = mapProperties(Object.fromEntries(typed), notForNx);
  const types = await compileTypes(SHARED_TYPE, properties, {
    description: 'The options that schemas take from schemas/shared.json, by their names there.',
    required: Object.keys(properties),
  });
  await emit(
    join(plugin, 'src/generated', `${SHARED_FILE}.ts`),
    `// Generated from ../../schemas/shared.json by tools/schemas.mjs: do not edit.\n\n${types}`,
    'typescript',
  );
}

await emitSharedTypes();
const [executors, generators] = [await emitKind(KINDS[0]), await emitKind(KINDS[1])];
await emit(
  join(root, 'docs/reference/README.md'),
  [
    '# Reference\n',
    'Executors and generators of `@bringup/nx`, from their schemas.\n',
    '| executor | what it does |',
    '| --- | --- |',
    ...Object.entries(executors).map(
      ([name, { description }]) => `| [${name}](${name}.md) | ${description} |`,
    ),
    '',
    '| generator: `nx g @bringup/nx:NAME` | what it does |',
    '| --- | --- |',
    ...Object.entries(generators).map(
      ([name, { description }]) => `| [${name}](generators/${name}.md) | ${description} |`,
    ),
    '',
  ].join('\n'),
  'markdown',
);

if (check && stale.length > 0) {
  console.error(
    `Stale, because a schema.json changed:\n${stale.map((path) => `  ${path}`).join('\n')}\nMend it with: npm run schemas`,
  );
  process.exit(1);
}
if (!check) console.log(stale.length > 0 ? `Written: ${stale.join(', ')}` : 'Nothing to change.');
