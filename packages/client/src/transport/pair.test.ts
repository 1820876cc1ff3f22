import { describe, expect, it } from 'vitest';
import { TransportError } from './byte-stream.ts';
import { memoryPair, testTls } from './pair.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe('memoryPair', () => {
  it('carries lines and literals both ways', async () => {
    const { client, server } = memoryPair({ local: true });
    expect(client.info.peer.local).toBe(true);
    await server.send('* OK ready\r\n');
    const reader = client.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* OK ready\r\n');
    const writer = client.writable.getWriter();
    await writer.write(bytes('a1 LOGIN {3}\r\nabc'));
    await writer.write(bytes(' x\r\n'));
    expect(await server.receiveLine()).toBe('a1 LOGIN {3}');
    expect(text(await server.receive(3))).toBe('abc');
    expect(await server.receiveLine()).toBe(' x');
    await writer.close();
    expect(await server.receiveLine()).toBeNull();
    server.close();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  it('lets a writer wait for the reader beyond the window', async () => {
    const { client, server } = memoryPair({ window: 10_000 });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 5; sent++) await server.send(new Uint8Array(5000));
    })();
    const reader = client.readable.getReader();
    await expect.poll(() => sent).toBe(2);
    for (let read = 0; read < 5; read++) await reader.read();
    await sending;
    expect(sent).toBe(5);
  });

  it('splits chunks', async () => {
    const { client, server } = memoryPair();
    server.split(1);
    const reader = client.readable.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    await server.send('abc');
    expect((await Promise.all(reads)).map((read) => text(read.value))).toEqual(['a', 'b', 'c']);
  });

  it('cuts after so many bytes, which are still read', async () => {
    const { client, server } = memoryPair();
    server.cut({ received: 4 });
    await expect(server.send('* OK ready\r\n')).rejects.toThrow(TransportError);
    const reader = client.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* OK');
    await expect(reader.read()).rejects.toMatchObject({ code: 'unreachable', stage: 'relay' });
    await expect(client.writable.getWriter().write(bytes('x'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('stalls and resumes', async () => {
    const { client, server } = memoryPair();
    server.stall();
    let sent = false;
    const sending = server.send('late').then(() => (sent = true));
    const reading = client.readable.getReader().read();
    await Promise.resolve();
    expect(sent).toBe(false);
    server.resume();
    await sending;
    expect(text((await reading).value)).toBe('late');
  });

  it('rejects a stalled write when the client hangs up, and ends the pending read', async () => {
    const { client, server } = memoryPair();
    server.stall();
    const reading = client.readable.getReader().read();
    const writing = client.writable.getWriter().write(bytes('x'));
    client.close();
    client.close();
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect((await reading).done).toBe(true);
    expect(await server.receiveLine()).toBeNull();
  });

  it('secures the same streams', async () => {
    const { client, server } = memoryPair();
    const reading = client.readable.getReader().read();
    const writing = client.writable.getWriter().write(bytes('a STARTTLS\r\n'));
    await expect(client.startTls!()).resolves.toBe(testTls);
    await writing;
    expect(client.info.tls).toBe(testTls);
    expect(await server.receiveLine()).toBe('a STARTTLS');
    await server.send('secret');
    expect(text((await reading).value)).toBe('secret');
  });

  it('refuses to secure over unread bytes', async () => {
    const { client, server } = memoryPair();
    await server.send('a OK\r\n* BYE injected\r\n');
    await expect(client.startTls!()).rejects.toMatchObject({ code: 'starttls' });
    await expect(client.writable.getWriter().closed).rejects.toMatchObject({ code: 'starttls' });
  });

  it('fails when bytes arrive while securing', async () => {
    let asked!: () => void;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const { client, server } = memoryPair({
      startTls: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const securing = client.startTls!();
    await asking;
    await expect(server.send('injected')).rejects.toMatchObject({ code: 'starttls' });
    await expect(client.readable.getReader().read()).rejects.toMatchObject({ code: 'starttls' });
    await expect(securing).rejects.toMatchObject({ code: 'starttls' });
  });

  it('ends the connection when the writer aborts', async () => {
    const { client, server } = memoryPair();
    server.stall();
    const writer = client.writable.getWriter();
    const writing = writer.write(bytes('x'));
    const reading = client.readable.getReader().read();
    const reason = new Error('not wanted any more');
    const aborting = writer.abort(reason);
    await expect(writing).rejects.toBe(reason);
    await aborting;
    expect((await reading).done).toBe(true);
  });

  it('tells of drain and exit', () => {
    const { client, server } = memoryPair();
    let deadline = 0;
    client.onDrain = (ms) => (deadline = ms);
    server.drain(30_000);
    expect(deadline).toBe(30_000);
    server.exit({ code: 1, signal: null, stderr: 'oops' });
    expect(client.info.exit?.code).toBe(1);
  });
});
