// Pictures drawn in code: a PNG writer of a few lines, and the images that the sample mailbox shows.
import { deflateSync } from 'node:zlib';
import { crc32 } from './crc32.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** A true-colour PNG; `pixel` gives each point's colour. */
export function png(width: number, height: number, pixel: (x: number, y: number) => Colour): Uint8Array {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    at++; // The row's filter: none.
    for (let x = 0; x < width; x++) {
      for (const channel of pixel(x, y)) rows[at++] = Math.max(0, Math.min(255, Math.round(channel)));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

const mix = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** Hills under an evening sky; `mood` from 0 to 1 moves the sun and the colours. */
export function landscape(width: number, height: number, mood: number): Uint8Array {
  const top: Colour = mix([38, 70, 120], [88, 52, 110], mood);
  const low: Colour = mix([255, 196, 132], [250, 140, 120], mood);
  const sun = { x: width * (0.25 + mood * 0.5), y: height * 0.42, radius: height * 0.09 };
  const ridges: { base: number; swing: number; length: number; colour: Colour }[] = [
    { base: 0.58, swing: 0.07, length: 0.9, colour: mix([120, 128, 168], [140, 104, 140], mood) },
    { base: 0.7, swing: 0.06, length: 1.7, colour: mix([70, 96, 130], [96, 70, 112], mood) },
    { base: 0.84, swing: 0.05, length: 2.9, colour: mix([30, 62, 78], [48, 38, 72], mood) },
  ];
  return png(width, height, (x, y) => {
    const sky = mix(top, low, Math.min(1, y / (height * 0.62)));
    const distance = Math.hypot(x - sun.x, y - sun.y);
    let colour =
      distance < sun.radius
        ? ([255, 240, 205] as const)
        : mix([255, 228, 180], sky, Math.min(1, distance / (height * 0.5)));
    for (const { base, swing, length, colour: ridge } of ridges) {
      const t = (x / width) * length * Math.PI * 2 + base * 9 + mood * 4;
      if (y / height > base + swing * Math.sin(t) + swing * 0.4 * Math.sin(t * 2.7)) colour = ridge;
    }
    return colour;
  });
}

/** Bars, one for each value from 0 to 1. */
export function barChart(width: number, height: number, values: readonly number[]): Uint8Array {
  const slot = width / values.length;
  return png(width, height, (x, y) => {
    const value = values[Math.floor(x / slot)] ?? 0;
    const inside = x % slot > slot * 0.2 && x % slot < slot * 0.8;
    if (inside && y > height * (1 - value * 0.9) && y < height - 2)
      return mix([92, 129, 255], [47, 72, 189], y / height);
    if (y >= height - 2) return [150, 156, 170];
    return Math.round(y) % Math.round(height / 5) === 0 ? [228, 231, 238] : [250, 251, 253];
  });
}

/** A round mark on a light ground: a letterhead's logo. */
export function mark(size: number, colour: Colour): Uint8Array {
  const middle = size / 2;
  return png(size, size, (x, y) => {
    const radius = Math.hypot(x + 0.5 - middle, y + 0.5 - middle);
    const ring =
      Math.min(1, Math.max(0, middle - 1 - radius)) * Math.min(1, Math.max(0, radius - middle * 0.52));
    const dot = Math.min(1, Math.max(0, middle * 0.26 - radius));
    return mix([255, 255, 255], colour, Math.max(ring, dot));
  });
}
