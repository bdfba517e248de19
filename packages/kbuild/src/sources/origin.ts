import { createReadStream } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { stat } from 'fs-extra';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';

const MAX_REDIRECTS = 10;
/** A server that says nothing for this long is taken for dead. */
const STALL_MS = 60_000;

/** A stream of bytes, and their number if the server announces it. */
interface Origin {
  body: Readable;
  totalBytes?: number;
}

/** Only with a proxy in the environment is undici's proxy agent used: it warns of being experimental. */
export function createDispatcher(): Dispatcher {
  const options = { headersTimeout: STALL_MS, bodyTimeout: STALL_MS };
  const proxied = Object.keys(process.env).some(
    (name) => /^(https?|all)_proxy$/i.test(name) && process.env[name],
  );
  return proxied ? new EnvHttpProxyAgent(options) : new Agent(options);
}

/**
 * Starts reading a file: URL, or an http one after its redirects.
 *
 * @throws Error with the reason in a few words
 */
export async function openUrl(url: string, dispatcher: Dispatcher, signal?: AbortSignal): Promise<Origin> {
  if (url.startsWith('file:')) {
    const path = fileURLToPath(url);
    return { totalBytes: (await stat(path)).size, body: createReadStream(path) };
  }
  let place = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    // Not fetch(): it would decode a body that the server calls gzip-encoded, and so change the tarball's bytes.
    const { statusCode, headers, body } = await request(place, {
      dispatcher,
      signal,
      headers: { 'user-agent': 'bringup' },
    });
    const location = headers['location'];
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
      await body.dump();
      place = new URL(location, place);
      continue;
    }
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`HTTP status ${[statusCode, STATUS_CODES[statusCode]].filter(Boolean).join(' ')}`);
    }
    const length = Number(headers['content-length']);
    return { body, totalBytes: Number.isFinite(length) && headers['content-length'] ? length : undefined };
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}
