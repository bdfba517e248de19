#!/usr/bin/env node
/**
 * Everything that follows from the executors' schema.json: the shared properties inside them, the TypeScript
 * types and defaults in packages/nx/src/generated, and the reference pages in docs/reference.
 *
 *   node tools/schemas.mjs           write
 *   node tools/schemas.mjs --check   fail when something on disk differs, and say how to mend it
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import prettier from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const plugin = join(root, 'packages/nx');
const check = process.argv.includes('--check');
const stale = [];

const shared = JSON.parse(readFileSync(join(plugin, 'schemas/shared.json'), 'utf8')).properties;
const names = readdirSync(join(plugin, 'src/executors')).sort();

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
  if (from) return { 'x-shared': from, ...shared[from] };
  if (!property.items?.properties) return property;
  return { ...property, items: { ...property.items, properties: allFilledIn(property.items.properties) } };
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
  return property.type;
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

for (const name of names) {
  const path = join(plugin, 'src/executors', name, 'schema.json');
  const own = JSON.parse(readFileSync(path, 'utf8'));
  const properties = allFilledIn(own.properties);
  const schema = { ...own, properties };
  await emit(path, JSON.stringify(schema), 'json');

  const types = await compile(structuredClone({ ...schema, $id: undefined }), schema.title, {
    bannerComment: '',
    additionalProperties: false,
    format: false,
    ignoreMinAndMaxItems: true,
  });
  const defaults = defaultsOf(schema);
  const filled = `Required<Pick<${schema.title}, ${
    Object.keys(defaults)
      .map((key) => `'${key}'`)
      .join(' | ') || 'never'
  }>>`;
  const variable = `${name.replace(/-(.)/g, (_match, letter) => letter.toUpperCase())}Defaults`;
  await emit(
    join(plugin, 'src/generated', `${name}-options.ts`),
    `// Generated from ../executors/${name}/schema.json by tools/schemas.mjs: do not edit.\n\n${types}\n` +
      `/** The defaults of the schema, as Nx fills them in. */\nexport const ${variable}: ${filled} = ${JSON.stringify(defaults)};\n\n` +
      `/** The options once the defaults are filled in. */\nexport type Full${schema.title} = ${schema.title} & typeof ${variable};\n`,
    'typescript',
  );
  await emit(
    join(root, 'docs/reference', `${name}.md`),
    [
      `<!-- Generated from packages/nx/src/executors/${name}/schema.json by tools/schemas.mjs: do not edit. -->`,
      `\n# @bringup/nx:${name}\n\n${schema.description}\n`,
      ...HEAD,
      ...rows(schema.properties, schema.required),
      ...nestedTables(schema),
      '',
    ].join('\n'),
    'markdown',
  );
}

const executors = Object.fromEntries(
  names.map((name) => {
    const { description } = JSON.parse(
      readFileSync(join(plugin, 'src/executors', name, 'schema.json'), 'utf8'),
    );
    return [
      name,
      {
        implementation: `./dist/executors/${name}/executor.js`,
        schema: `./src/executors/${name}/schema.json`,
        description,
      },
    ];
  }),
);
await emit(join(plugin, 'executors.json'), JSON.stringify({ executors }), 'json');
await emit(
  join(root, 'docs/reference/README.md'),
  [
    '# Reference\n',
    'Executors of `@bringup/nx`, from their schemas.\n',
    '| executor | what it does |',
    '| --- | --- |',
    ...names.map((name) => `| [${name}](${name}.md) | ${executors[name].description} |`),
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
