import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** How far back deflate can refer (RFC 1951, 3.2.5). */
const WINDOW = 32 * 1024;
/** Blocks compressed at once, which are the threads of libuv's pool. The bytes do not depend on it. */
const IN_FLIGHT = 4;

const deflate = promisify(deflateRaw);

/**
 * Compresses blocks side by side into one gzip member (RFC 1952), the way of pigz: each block is deflated with
 * the end of the one before it as dictionary and flushed to a byte boundary. The bytes depend on the blocks, the
 * level and zlib's version, not on the number of processors.
 */
export async function* gzipBlocks(source: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer> {
  // ID1 ID2 CM=deflate FLG=0 MTIME=0 XFL=0 OS=Unix: no name, no time, no host.
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const inFlight: Promise<Buffer>[] = [];
  let dictionary: Buffer = Buffer.alloc(0);
  let checksum = 0;
  let bytes = 0;
  for await (const block of source) {
    if (block.length === 0) continue;
    inFlight.push(deflateBlock(block, level, dictionary));
    dictionary = (block.length < WINDOW ? Buffer.concat([dictionary, block]) : block).subarray(-WINDOW);
    checksum = crc32(block, checksum);
    bytes += block.length;
    if (inFlight.length >= IN_FLIGHT) yield await inFlight.shift()!;
  }
  for (const block of inFlight) yield await block;
  yield finalBlock(checksum, bytes);
}

function deflateBlock(block: Buffer, level: number, dictionary: Buffer): Promise<Buffer> {
  const flush = { level, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 256 * 1024 };
  const result = deflate(block, dictionary.length > 0 ? { ...flush, dictionary } : flush);
  result.catch(() => undefined); // Reported when its turn comes.
  return result;
}

/** RFC 1951, 3.2.6: an empty final block with fixed codes is the bits 1, 01, 0000000. Then CRC32 and ISIZE. */
function finalBlock(checksum: number, bytes: number): Buffer {
  const end = Buffer.alloc(10);
  end[0] = 0x03;
  end.writeUInt32LE(checksum >>> 0, 2);
  end.writeUInt32LE(bytes % 2 ** 32, 6);
  return end;
}
