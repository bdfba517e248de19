import { isAbsolute, posix } from 'node:path';
import { UserError } from '@bringup/process';
import type { Declaration } from './declaration.js';
import { followLinks, isOutside } from './links.js';
import type { OtherOutput } from './other-outputs.js';
import { outputPath } from './paths.js';
import { allOptions, variantOutput } from './variants.js';

/** A place that a project publishes to: a directory of artifacts, or the file of a console. */
export interface PublishedPlace {
  readonly project: string;
  /** The option that sets it, as the user writes it. */
  readonly option: string;
  /** Relative to the workspace root, normalised. */
  readonly path: string;
}

/** The output places of all projects: each place has one owner, which also owns everything below it. */
export class PublishedPlaces {
  private readonly byPath = new Map<string, PublishedPlace[]>();
  private readonly conflicts = new Map<string, [own: PublishedPlace, other: PublishedPlace][]>();

  private readonly others: readonly OtherOutput[];

  /** @param others places of other plugins' targets: see `otherOutputs` */
  constructor(
    private readonly workspaceRoot: string,
    declarations: Iterable<Declaration>,
    others: Iterable<OtherOutput> = [],
  ) {
    this.others = [...others].map((other) => ({ ...other, path: normalized(other.path) }));
    const places = [...declarations].flatMap(placesOf);
    for (const place of places) this.byPath.set(place.path, [...(this.byPath.get(place.path) ?? []), place]);
    for (const place of places) for (const other of this.above(place)) this.conflict(place, other);
  }

  /**
   * The errors in the places of a project, as one; undefined when they are right.
   *
   * @param given the place of this run, when it differs from the project's declaration
   */
  problemOf(declaration: Declaration, given?: string): UserError | undefined {
    const { project } = declaration;
    const places = placesOf(declaration);
    if (given !== undefined && !places.some(({ path }) => path === normalized(given))) {
      const place: PublishedPlace = { project, option: 'outputPath', path: normalized(given) };
      const other = [...this.above(place), ...this.below(place)][0];
      return badPlace(this.workspaceRoot, place) ?? (other ? shared(place, other) : this.deleted([place])[0]);
    }
    const bad = places.flatMap((place) => badPlace(this.workspaceRoot, place) ?? []);
    const conflicts = this.conflicts.get(project) ?? [];
    return asOne([
      ...oncePerLink(bad),
      ...conflicts.map((conflict) => shared(...conflict)),
      ...this.deleted(places),
    ]);
  }

  /** For each target of another plugin that has a place of ours among its outputs, or an output below it, the error. */
  private deleted(places: readonly PublishedPlace[]): UserError[] {
    return this.others.flatMap((other) => {
      const place = places.find(({ path }) => isWithin(path, other.path) || isWithin(other.path, path));
      return place === undefined ? [] : deletedByNx(place, other);
    });
  }

  private conflict(place: PublishedPlace, other: PublishedPlace): void {
    for (const pair of [
      [place, other],
      [other, place],
    ] as const) {
      const known = this.conflicts.get(pair[0].project) ?? [];
      // A place may stand in the way of many, and variants that nobody placed lie beside their project's own.
      const { option } = pair[0];
      if (known.some(([own]) => own.option === option)) continue;
      if (known.length > 0 && option.endsWith(BY_DEFAULT)) continue;
      this.conflicts.set(pair[0].project, [...known, [...pair]]);
    }
  }

  /** The places of other projects that are equal to a place, or above it. */
  private above({ project, path }: PublishedPlace): PublishedPlace[] {
    const names = path.split('/');
    const paths = names.map((_, index) => names.slice(0, index + 1).join('/'));
    return paths.flatMap((own) => this.byPath.get(own) ?? []).filter((other) => other.project !== project);
  }

  private below({ project, path }: PublishedPlace): PublishedPlace[] {
    const all = [...this.byPath.values()].flat();
    return all.filter((other) => other.project !== project && other.path.startsWith(`${path}/`));
  }
}

const BY_DEFAULT = ' (its default)';

function placesOf(declaration: Declaration): PublishedPlace[] {
  const { project, configurations, overrides = [] } = declaration;
  const place = (option: string, path: string) => ({ project, option, path: normalized(path) });
  const directory = variantOutput(declaration);
  const byDefault = (variant?: string) =>
    variant === undefined ? outputPath(project) : `${directory}/${variant}`;
  const publishes = (variant: string | undefined, where: string) => {
    const path = variantOutput(declaration, variant);
    // At run time Nx has written the default out.
    const isDefault = normalized(path) === normalized(byDefault(variant));
    return place(`${where}outputPath${isDefault ? BY_DEFAULT : ''}`, path);
  };
  const directories = [
    publishes(undefined, ''),
    ...Object.keys(configurations).map((variant) => publishes(variant, `configurations.${variant}.`)),
  ];
  const overriding = overrides
    .flatMap((own) => [own.options, ...Object.values(own.configurations)])
    .flatMap(({ outputPath: given }) => (typeof given === 'string' ? place('outputPath', given) : []));
  const files = allOptions(declaration)
    .flatMap(({ consoles }) => (Array.isArray(consoles) ? (consoles as unknown[]) : []))
    .flatMap((console) => consoleFile(console) ?? [])
    .map((path) => place('consoles', path));
  return [...directories, ...overriding, ...files];
}

/** The file that a console of a board writes in the workspace. */
function consoleFile(console: unknown): string | undefined {
  const { type, path } = (console ?? {}) as Record<string, unknown>;
  return type === 'file' && typeof path === 'string' && !isAbsolute(path) ? path : undefined;
}

const normalized = (path: string) => posix.normalize(path).replace(/\/+$/, '');

/** Directories that are refused as outputs: name → whose they are. */
const TAKEN = new Map([
  ['.bringup', 'what Bringup keeps from build to build'],
  ['.git', "git's own files"],
  ['.nx', "Nx's own files"],
  ['node_modules', 'what the package manager installs'],
]);

/** The error in a place, whatever other projects publish: Nx could not cache or restore files there. */
function badPlace(workspaceRoot: string, { option, path, project }: PublishedPlace): UserError | undefined {
  const fields = { project, option, path };
  const what = `${option} of project ${project} is ${path}`;
  if (isOutside(path)) {
    const message = `${what}, outside the workspace: Nx caches only files in it. Give a directory of the workspace, and copy artifacts to elsewhere in a target of your own.`;
    return new UserError('OUTPUT_OUTSIDE', message, fields);
  }
  const taken = path === '.' ? path : path.split('/').find((name) => TAKEN.has(name));
  if (taken !== undefined) {
    const owner = taken === '.' ? "the workspace's root" : `in ${taken}, which holds ${TAKEN.get(taken)}`;
    const message = `${what}, ${owner}. Give a directory for this project alone, as dist/${path === '.' ? 'NAME' : posix.basename(path)}.`;
    return new UserError('OUTPUT_TAKEN', message, fields);
  }
  const [link] = followLinks(workspaceRoot, path).links;
  if (link === undefined) return undefined;
  const message =
    `${what}, where ${link} is a symbolic link: Nx replaces the link by a directory when it restores artifacts from its cache. ` +
    `Remove the link and make ${link} a directory. To keep it on another disk, mount that there, or bind-mount a directory of it.`;
  return new UserError('OUTPUT_LINK', message, { ...fields, link });
}

/** Variants lie below the same link. */
function oncePerLink(problems: readonly UserError[]): UserError[] {
  const links = new Set<unknown>();
  return problems.filter(({ fields: { link } }) => {
    const isNew = !links.has(link);
    if (link !== undefined) links.add(link);
    return isNew;
  });
}

/** All faults in one run: the first one's code, and everybody's message. */
function asOne(problems: readonly UserError[]): UserError | undefined {
  const [first, ...others] = problems;
  if (!first || others.length === 0) return first;
  return new UserError(first.code, problems.map(({ message }) => message).join('\n'), first.fields);
}

const isWithin = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);

function relationOf(own: { path: string }, other: { path: string }): string {
  if (own.path === other.path) return 'also where';
  return isWithin(other.path, own.path) ? 'above where' : 'inside where';
}

function deletedByNx(own: PublishedPlace, other: OtherOutput): UserError {
  const message =
    `${own.option} of project ${own.project} is ${own.path}, ${relationOf(own, other)} ${other.task} publishes (outputs: ${other.path}): ` +
    'before Nx restores either of the two from its cache, it would delete files of the other. Give the project another "outputPath", or correct ' +
    `the outputs of ${other.task}.`;
  return new UserError('OUTPUT_SHARED', message, { own, other });
}

function shared(own: PublishedPlace, other: PublishedPlace): UserError {
  const relation = relationOf(own, other);
  const at = own.path === other.path ? '' : ` (${other.path})`;
  const message =
    `${own.option} of project ${own.project} is ${own.path}, ${relation} ${other.project} publishes${at}, by its ${other.option}: ` +
    'each would delete the artifacts of the other. Give each project an "outputPath" of its own, none inside another.';
  return new UserError('OUTPUT_SHARED', message, { own, other });
}
