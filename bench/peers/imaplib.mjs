// CPython's imaplib, kept running in a process of its own. It parses nothing: a FETCH gives bytes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const name = "CPython's imaplib";

const program = `
import imaplib, json, sys
port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
M = imaplib.IMAP4('127.0.0.1', port)
M.login(user, password)
M.select()
for line in sys.stdin:
    order = json.loads(line)
    if order['do'] == 'list':
        typ, data = M.uid('FETCH', '1:*', '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)')
        print(json.dumps(len(data)), flush=True)
    elif order['do'] == 'append':
        message = open(order['file'], 'rb').read()
        for _ in range(order['count']):
            M.append(order['path'], None, None, message)
        print('0', flush=True)
    elif order['do'] == 'flag':
        for uid in order['uids']:
            M.uid('STORE', str(uid), '+FLAGS.SILENT', '($Bench)')
        print('0', flush=True)
`;

export async function connect({ port, user, pass }) {
  const child = spawn('python3', ['-c', program, String(port), user, pass], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child, 'spawn'); // ENOENT where there is no python3
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const order = async (what) => {
    child.stdin.write(`${JSON.stringify(what)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('python3 has ended');
    return JSON.parse(value);
  };
  return {
    list: () => order({ do: 'list' }),
    append: (path, file, count) => order({ do: 'append', path, file, count }),
    flag: (uids) => order({ do: 'flag', uids }),
    end: async () => void child.kill(),
  };
}
