import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ensureDir, remove } from 'fs-extra';
import type { Dispatcher } from 'undici';
import { describeDiskError, ToolError, UserError } from '@bringup/process';
import { badSha256 } from './checksum.js';
import type { SourceContext } from './model.js';
import { createDispatcher, openUrl } from './origin.js';

const REPORT_MS = 200;
const REMEDY =
  'Correct "url" or "sha256" of the source; the file may also have been replaced, or be an error page.';

/** Passes bytes on, hashing and counting them. */
class Meter extends Transform {
  readonly hash = createHash('sha256');
  doneBytes = 0;
  #reported = 0;

  constructor(private readonly report: (doneBytes: number) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.hash.update(chunk);
    this.doneBytes += chunk.length;
    if (Date.now() - this.#reported >= REPORT_MS) {
      this.#reported = Date.now();
      this.report(this.doneBytes);
    }
    callback(null, chunk);
  }
}

async function downloadOne(
  url: string,
  sha256: string,
  target: string,
  what: string,
  dispatcher: Dispatcher,
  ctx: SourceContext,
): Promise<void> {
  // A stream that opens the file by itself may do so after the download has failed, and after the caller has removed the file.
  const file = await open(target, 'w').catch((error: unknown) => {
    throw describeDiskError(error, target);
  });
  try {
    const { body, totalBytes } = await openUrl(url, dispatcher, ctx.signal);
    const meter = new Meter((doneBytes) => ctx.onProgress?.({ what, doneBytes, totalBytes }));
    await pipeline(body, meter, file.createWriteStream(), { signal: ctx.signal }).catch((error: unknown) => {
      const described = describeDiskError(error, target);
      if (described !== error) throw described;
      const of = totalBytes === undefined ? '' : ` of ${totalBytes}`;
      throw new Error(`broke off after ${meter.doneBytes}${of} bytes: ${reasonOf(error)}`, { cause: error });
    });
    ctx.onProgress?.({ what, doneBytes: meter.doneBytes, totalBytes });
    const got = meter.hash.digest('hex');
    if (got !== sha256) throw badSha256(what, sha256, got, url, ` (${meter.doneBytes} bytes)`, REMEDY);
  } finally {
    await file.close();
  }
}

/** The message of a network error. Many have only a code, or one in the error of an address that was tried. */
function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: unknown[] };
  if (message) return message;
  return errors?.[0] ? reasonOf(errors[0]) : (code ?? String(error));
}

/**
 * Downloads to `target` from the first mirror that has the right bytes; `target` is gone when none has.
 *
 * @throws ToolError `DOWNLOAD_FAILED`, `BAD_SHA256` (some mirror answered, with other bytes), `NO_SPACE`
 * @throws the signal's reason
 */
export async function downloadVerified(
  urls: readonly string[],
  sha256: string,
  target: string,
  ctx: SourceContext,
): Promise<void> {
  const what = nameOf(urls[0]);
  const dispatcher = createDispatcher();
  const failures: { url: string; error: unknown }[] = [];
  await ensureDir(dirname(target));
  try {
    for (const url of urls) {
      try {
        return await downloadOne(url, sha256, target, what, dispatcher, ctx);
      } catch (error) {
        await remove(target);
        ctx.signal?.throwIfAborted();
        if (error instanceof ToolError && error.code === 'NO_SPACE') throw error;
        failures.push({ url, error });
        // The last one's reason is in the error.
        if (failures.length < urls.length) ctx.onProgress?.({ what, note: `${url}: ${reasonOf(error)}` });
      }
    }
  } finally {
    // Not close(): a mirror that stalls would hold us up.
    await dispatcher.destroy();
  }
  const mismatch = failures.find(({ error }) => error instanceof ToolError);
  if (mismatch && failures.length === 1) throw mismatch.error;
  const lines = failures.map(({ url, error }) => `  ${url}: ${reasonOf(error)}`);
  const fields = { ...(mismatch?.error as ToolError | undefined)?.fields, urls };
  throw new ToolError(
    mismatch ? 'BAD_SHA256' : 'DOWNLOAD_FAILED',
    [`${what} could not be downloaded:`, ...lines].join('\n'),
    fields,
    failures[0]?.error,
  );
}

/** The last part of a URL's path: what people call the file. */
function nameOf(url: string | undefined): string {
  if (!url || !URL.canParse(url) || !/^(https?|file):$/.test(new URL(url).protocol)) {
    throw new UserError(
      'URL_INVALID',
      `"${url ?? ''}" is not a URL of a tarball: https:, http: or file: with a full path`,
      { url },
    );
  }
  return decodeURIComponent(new URL(url).pathname.split('/').pop() || url);
}
