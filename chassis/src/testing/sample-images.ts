import { crc32, deflateSync } from 'node:zlib';

/** Complete, tiny images of each kind, whose headers claim these pixels. */

/** Contains the pixels, grey ones, only if they are few. */
export function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(Math.min((width + 1) * height, 1024)));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.byteLength);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc2, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const tables = Buffer.from([0xff, 0xc4, 0, 4, 1, 2]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), tables, frame, scan, Buffer.from([0xff, 0xd9])]);
}

export function gif(width: number, height: number, frame: { width: number; height: number } = { width, height }): Buffer {
  const screen = Buffer.alloc(13);
  screen.write('GIF89a');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  screen[10] = 0x80;
  const picture = Buffer.alloc(10);
  picture[0] = 0x2c;
  picture.writeUInt16LE(frame.width, 5);
  picture.writeUInt16LE(frame.height, 7);
  const comment = Buffer.from([0x21, 0xfe, 2, 0x68, 0x69, 0]);
  return Buffer.concat([screen, Buffer.alloc(6), comment, picture, Buffer.from([2, 2, 0x4c, 1, 0, 0x3b])]);
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const data = Buffer.alloc(12);
  if (kind === 'VP8X') {
    data.writeUIntLE(width - 1, 4, 3);
    data.writeUIntLE(height - 1, 7, 3);
  } else if (kind === 'VP8L') {
    data[0] = 0x2f;
    data.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  } else {
    data.set([0x9d, 0x01, 0x2a], 3);
    data.writeUInt16LE(width, 6);
    data.writeUInt16LE(height, 8);
  }
  const file = Buffer.concat([Buffer.from('RIFF....WEBP'), Buffer.from(kind), Buffer.from([data.byteLength, 0, 0, 0]), data]);
  file.writeUInt32LE(file.byteLength - 8, 4);
  return file;
}
