import { createReadStream, existsSync, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { withSocketPath } from '../socket-path.ts';
import type { PodWorker } from './pod-worker.ts';

/** Channels of the v4 and v5 remote command protocols: k8s.io/apimachinery/pkg/util/remotecommand. */
const Channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export type FindPod = (namespace: string, name: string) => PodWorker | null;

/** The kubelets' HTTP server: exec and logs of any pod of the cluster, called by the API server. */
export async function serveKubelet(socketPath: string, find: FindPod): Promise<Server> {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => protocols.find((one) => offered.has(one)) ?? false,
  });
  const server = createServer((request, response) => void respond(request, response, find));
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    const target = parseTarget(request.url ?? '', 'exec');
    const worker = target && find(target.namespace, target.pod);
    if (!target || !worker) {
      socket.end(
        'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nno such pod on any node\n',
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => runExec(webSocket, worker, target));
  });
  await withSocketPath(
    socketPath,
    (path) => new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve)),
  );
  return server;
}

interface Target {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly query: URLSearchParams;
}

/** `/exec/NAMESPACE/POD/CONTAINER?command=...` and `/containerLogs/NAMESPACE/POD/CONTAINER?...`, as a kubelet has them. */
export function parseTarget(url: string, verb: 'exec' | 'containerLogs'): Target | null {
  const { pathname, searchParams } = new URL(url, 'http://kubelet');
  const [first, namespace, pod, container] = pathname.slice(1).split('/').map(decodeURIComponent);
  if (first !== verb || !namespace || !pod || !container) return null;
  return { namespace, pod, container, query: searchParams };
}

function runExec(socket: WebSocket, worker: PodWorker, { container, query }: Target): void {
  const send = (channel: number, text: string): void =>
    socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
  const process = worker.exec(container, query.getAll('command'), (line) => send(Channel.stderr, `${line}\n`));
  let rest = '';
  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(data as Buffer[]);
    if (bytes[0] === Channel.close && bytes[1] === Channel.stdin) {
      if (rest !== '') process.writeLine(rest);
      process.end();
      return;
    }
    if (bytes[0] !== Channel.stdin) return;
    const lines = (rest + bytes.subarray(1).toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) process.writeLine(line);
  });
  socket.on('close', () => process.signal('SIGTERM'));
  socket.on('error', () => socket.terminate());
  if (query.get('stdin') !== 'true' && query.get('stdin') !== '1') process.end();
  void (async () => {
    for await (const line of process.lines) send(Channel.stdout, `${line}\n`);
    send(Channel.error, JSON.stringify(exitStatus(await process.exited)));
    socket.close(1000);
  })();
}

/** The v4 status of a command's end: k8s.io/apimachinery/pkg/util/remotecommand/constants.go. */
export function exitStatus(exitCode: number): Record<string, unknown> {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, find: FindPod): Promise<void> {
  const target = parseTarget(request.url ?? '', 'containerLogs');
  const worker = target && find(target.namespace, target.pod);
  const file = target && worker?.logFile(target.container);
  if (!target || !file || !existsSync(file)) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such container on any node\n');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  const text = await readFile(file, 'utf8');
  response.write(lastLines(text, target.query.get('tailLines')));
  if (target.query.get('follow') !== 'true') {
    response.end();
    return;
  }
  follow(file, Buffer.byteLength(text), response);
}

export function lastLines(text: string, count: string | null): string {
  if (count === null) return text;
  const lines = text.split(/(?<=\n)/);
  return lines.slice(Math.max(0, lines.length - Number(count))).join('');
}

function follow(file: string, from: number, response: ServerResponse): void {
  let position = from;
  let reading = Promise.resolve();
  const copy = async (): Promise<void> => {
    const { size } = await stat(file);
    if (size <= position) return;
    const stream = createReadStream(file, { start: position, end: size - 1 });
    position = size;
    for await (const chunk of stream) response.write(chunk);
  };
  const watcher = watch(file, () => {
    reading = reading.then(copy).catch(() => void response.end());
  });
  response.on('close', () => watcher.close());
}
