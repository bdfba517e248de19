import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Seconds: when every commit of a test is made. */
export const COMMIT_TIME = 1_600_000_000;

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_AUTHOR_DATE: `@${COMMIT_TIME} +0000` },
  ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
  GIT_COMMITTER_DATE: `@${COMMIT_TIME} +0000`,
};

/** A file's text, or what a link leads to. */
type Entry = string | { link: string } | { text: string; executable: true };

/** A real repository to fetch from; its branch is `main`. */
export class GitRepository {
  constructor(
    readonly path: string,
    ...options: string[]
  ) {
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', ...options, path], { env: ENVIRONMENT });
  }

  get url(): string {
    return pathToFileURL(this.path).href;
  }

  git(...args: string[]): string {
    return this.pipe('', ...args);
  }

  /** Runs git with something on its stdin. */
  pipe(input: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd: this.path, env: ENVIRONMENT, input, encoding: 'utf8' }).trim();
  }

  /** Commits exactly these files, their bytes untouched by what .gitattributes say; returns the commit. */
  commit(files: Readonly<Record<string, Entry>>): string {
    this.git('rm', '--quiet', '-r', '--cached', '--ignore-unmatch', '.');
    for (const [name, entry] of Object.entries(files)) this.add(name, entry);
    this.git('commit', '--quiet', '--allow-empty', '--message=a commit');
    return this.git('rev-parse', 'HEAD');
  }

  private add(name: string, entry: Entry): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    const [mode, text] =
      typeof entry === 'string'
        ? ['100644', entry]
        : 'link' in entry
          ? ['120000', entry.link]
          : ['100755', entry.text];
    if (mode === '120000') symlinkSync(text, path);
    else writeFileSync(path, text);
    const blob = this.pipe(text, 'hash-object', '-w', '--no-filters', '--stdin');
    this.git('update-index', '--add', '--cacheinfo', `${mode},${blob},${name}`);
  }

  /** A commit of a tree that git itself would not make. */
  commitTree(...lines: string[]): string {
    return this.git('commit-tree', '-m', 'hostile', this.pipe(lines.join(''), 'mktree'));
  }
}

/** git's own HTTP server (git-http-backend(1)) for the repositories below a directory. */
export async function serveGit(root: string): Promise<{ url: string; server: Server; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://host');
    requests.push(url.pathname);
    const child = spawn('git', ['http-backend'], {
      env: {
        ...ENVIRONMENT,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: String(request.headers['content-type'] ?? ''),
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      for (const line of answer.toString('latin1', 0, end).split('\r\n')) {
        const [name = '', value = ''] = line.split(': ');
        if (name === 'Status') response.statusCode = Number(value.slice(0, 3));
        else response.setHeader(name, value);
      }
      response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, requests };
}
